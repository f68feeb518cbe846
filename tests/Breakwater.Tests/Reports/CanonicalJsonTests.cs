using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Reports;

namespace Breakwater.Tests.Reports;

public sealed class CanonicalJsonTests
{
    // RFC 8785 Appendix B, as IEEE 754 bit patterns.
    [Theory]
    [InlineData(0x0000000000000000, "0")]
    [InlineData(0x8000000000000000, "0")]
    [InlineData(0x0000000000000001, "5e-324")]
    [InlineData(0x8000000000000001, "-5e-324")]
    [InlineData(0x7fefffffffffffff, "1.7976931348623157e+308")]
    [InlineData(0x4340000000000000, "9007199254740992")]
    [InlineData(0xc340000000000000, "-9007199254740992")]
    [InlineData(0x4430000000000000, "295147905179352830000")]
    [InlineData(0x44b52d02c7e14af5, "9.999999999999997e+22")]
    [InlineData(0x44b52d02c7e14af6, "1e+23")]
    [InlineData(0x44b52d02c7e14af7, "1.0000000000000001e+23")]
    [InlineData(0x444b1ae4d6e2ef4e, "999999999999999700000")]
    [InlineData(0x444b1ae4d6e2ef4f, "999999999999999900000")]
    [InlineData(0x444b1ae4d6e2ef50, "1e+21")]
    [InlineData(0x3eb0c6f7a0b5ed8c, "9.999999999999997e-7")]
    [InlineData(0x3eb0c6f7a0b5ed8d, "0.000001")]
    [InlineData(0x41b3de4355555553, "333333333.3333332")]
    [InlineData(0x41b3de4355555555, "333333333.3333333")]
    [InlineData(0x41b3de4355555557, "333333333.33333343")]
    [InlineData(0xbecbf647612f3696, "-0.0000033333333333333333")]
    public void Number_AppendixB_IsSpelledAsThere(ulong bits, string expected) =>
        Assert.Equal(expected, CanonicalJson.Number(BitConverter.UInt64BitsToDouble(bits)));

    // RFC 8785 §3.2.2 and §3.2.3: the document of the introduction.
    [Fact]
    public void Write_DocumentOfSection322_IsTheCanonicalForm()
    {
        var node = JsonNode.Parse("""
            {
              "numbers": [333333333.33333329, 1E30, 4.50, 2e-3, 0.000000000000000000000000001],
              "string": "\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/",
              "literals": [null, true, false]
            }
            """);

        const string Expected = """{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],"string":"€$\u000f\nA'B\"\\\\\"/"}""";
        Assert.Equal(Expected, Encoding.UTF8.GetString(CanonicalJson.Write(node)));
    }

    [Fact]
    public void Write_MembersInOtherOrder_IsTheSame()
    {
        var one = JsonNode.Parse("""{"b":1,"a":{"d":2,"c":3}}""");
        var other = JsonNode.Parse("""{"a":{"c":3,"d":2},"b":1.0}""");

        Assert.Equal(CanonicalJson.Write(one), CanonicalJson.Write(other));
        Assert.NotEqual(CanonicalJson.Write(one), CanonicalJson.Write(JsonNode.Parse("""{"b":1,"a":{"d":2,"c":4}}""")));
    }
}
