using System.Text;
using System.Text.Json;
using Breakwater.Telemetry.Json;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Telemetry;

public sealed class ElementJsonTests
{
    [Theory]
    [InlineData(ElementType.Unsigned64, "05", "5")]
    [InlineData(ElementType.Unsigned64, "010000", "65536")]
    [InlineData(ElementType.Unsigned64, "0020000000000000", "9007199254740992")]
    [InlineData(ElementType.Unsigned64, "0020000000000001", "\"9007199254740993\"")]
    [InlineData(ElementType.Unsigned8, "", "null")]
    [InlineData(ElementType.Unsigned32, "000000000000000001", "\"000000000000000001\"")]
    [InlineData(ElementType.Signed32, "ff", "-1")]
    [InlineData(ElementType.Signed64, "8000000000000000", "\"-9223372036854775808\"")]
    [InlineData(ElementType.Float32, "3fc00000", "1.5")]
    [InlineData(ElementType.Float64, "7ff8000000000000", "null")]
    [InlineData(ElementType.Boolean, "01", "true")]
    [InlineData(ElementType.Boolean, "02", "false")]
    [InlineData(ElementType.Boolean, "03", "3")]
    [InlineData(ElementType.MacAddress, "00005e005301", "\"00:00:5e:00:53:01\"")]
    [InlineData(ElementType.MacAddress, "00005e0053", "\"00005e0053\"")]
    [InlineData(ElementType.Ipv4Address, "c0000201", "\"192.0.2.1\"")]
    [InlineData(ElementType.Ipv6Address, "20010db8000000000000000000000001", "\"2001:db8::1\"")]
    [InlineData(ElementType.Ipv6Address, "00000000000000000000ffffc0000201", "\"::ffff:192.0.2.1\"")]
    [InlineData(ElementType.Ipv4Address, "c00002", "\"c00002\"")]
    [InlineData(ElementType.String, "6574683000000000", "\"eth0\"")]
    [InlineData(ElementType.String, "", "\"\"")]
    [InlineData(ElementType.String, "ff", "\"\uFFFD\"")]
    [InlineData(ElementType.OctetArray, "c0ffee", "\"c0ffee\"")]
    [InlineData(ElementType.OctetArray, "", "\"\"")]
    [InlineData(ElementType.DateTimeSeconds, "6553f100", "\"2023-11-14T22:13:20Z\"")]
    [InlineData(ElementType.DateTimeMilliseconds, "0000018bcfe568ff", "\"2023-11-14T22:13:20.255Z\"")]
    [InlineData(ElementType.DateTimeMilliseconds, "ffffffffffffffff", "\"18446744073709551615\"")]
    [InlineData(ElementType.DateTimeMicroseconds, "e8fe6f8080000000", "\"2023-11-14T22:13:20.500000Z\"")]
    [InlineData(ElementType.DateTimeNanoseconds, "e8fe6f8080000000", "\"2023-11-14T22:13:20.500000000Z\"")]
    [InlineData(ElementType.DateTimeMicroseconds, "0000000000000000", "null")]
    [InlineData(ElementType.DateTimeMicroseconds, "e8fe6f80fffff800", "\"2023-11-14T22:13:21.000000Z\"")]
    [InlineData(ElementType.DateTimeNanoseconds, "0000000080000000", "\"2036-02-07T06:28:16.500000000Z\"")]
    public void Write_ByAbstractType(ElementType type, string octets, string expected)
    {
        using var output = new MemoryStream();
        using (var json = new Utf8JsonWriter(output, new JsonWriterOptions { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping }))
            ElementJson.Write(json, type, Convert.FromHexString(octets));
        Assert.Equal(expected, Encoding.UTF8.GetString(output.ToArray()));
    }

    [Theory]
    [InlineData(0, "1970-01-01T00:00:00Z")]
    [InlineData(1_700_000_000_000_000_000, "2023-11-14T22:13:20Z")]
    [InlineData(1_700_000_000_120_000_000, "2023-11-14T22:13:20.120Z")]
    [InlineData(1_700_000_000_120_001_000, "2023-11-14T22:13:20.120001Z")]
    [InlineData(1_700_000_000_120_001_002, "2023-11-14T22:13:20.120001002Z")]
    [InlineData(-1, "1969-12-31T23:59:59.999999999Z")]
    public void FormatNanoseconds_UsesAsManyDecimalsAsNeeded(long nanoseconds, string expected)
    {
        Span<byte> text = stackalloc byte[Timestamps.MaximumLength + 8];
        Assert.Equal(expected, Encoding.UTF8.GetString(text[..Timestamps.FormatNanoseconds(text, nanoseconds)]));
    }
}
