using Breakwater.Wire;

namespace Breakwater.Tests;

public sealed class AddressTests
{
    [Theory]
    [InlineData("192.0.2.1", true)]
    [InlineData("::", false)]
    [InlineData("2001:db8::1", false)]
    public void Parse_RoundTrips(string text, bool isIPv4)
    {
        var address = Address.Parse(text);
        Assert.Equal(text, address.ToString());
        Assert.Equal(isIPv4, address.IsIPv4);
        Span<byte> utf8 = stackalloc byte[45];
        Assert.True(address.TryFormat(utf8, out var written));
        Assert.Equal(text, System.Text.Encoding.UTF8.GetString(utf8[..written]));
    }

    [Theory]
    [InlineData("192.0.2.77", 24, "192.0.2.0")]
    [InlineData("192.0.2.77", 32, "192.0.2.77")]
    [InlineData("192.0.2.77", 0, "0.0.0.0")]
    [InlineData("2001:db8:1:2:3::4", 48, "2001:db8:1::")]
    [InlineData("2001:db8:1:2:3::4", 64, "2001:db8:1:2::")]
    [InlineData("2001:db8:1:2:3::4", 0, "::")]
    public void Masked_ClearsHostBits(string text, int length, string expected) =>
        Assert.Equal(expected, Address.Parse(text).Masked(length).ToString());

    [Fact]
    public void CompareTo_IsNumeric()
    {
        Assert.True(Address.Parse("192.0.2.1") < Address.Parse("192.0.2.2"));
        Assert.True(Address.Parse("9.0.0.1") < Address.Parse("10.0.0.1"));
        Assert.True(Address.Parse("10.0.0.1") < Address.Parse("2001:db8::"));
    }

    /// <summary>/48s whose first four octets and next four, each as a number, differ from each other in the same bits: halves folded together make one of all of them.</summary>
    [Fact]
    public void GetHashCode_OfNetworksMadeToMeet_Differs()
    {
        var networks = Enumerable.Range(0, 1 << 16).Select(static index => Address.FromHalves(((0x2000UL ^ (uint)index) << 48) | (0x0DB8UL << 32) | ((ulong)index << 16), 0)).ToArray();
        Assert.Single(networks.Select(static network => (uint)(network.High >> 32) ^ (uint)network.High).Distinct());
        Assert.InRange(networks.Distinct().Select(static network => network.GetHashCode()).Distinct().Count(), 65_000, 1 << 16);
    }
}
