using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>Reads the values of goldens and of our JSON lines into comparable forms. Every method answers null for what it cannot read.</summary>
internal static class ValueForms
{
    private static readonly string[] s_tsharkTimes = ["MMM d, yyyy HH:mm:ss", "MMM  d, yyyy HH:mm:ss"];

    /// <summary>Decimal or 0x-hexadecimal integer of a golden; true and false are 1 and 0.</summary>
    public static BigInteger? GoldenInteger(string text)
    {
        if (text.StartsWith("0x", StringComparison.Ordinal))
            return FromHex(text[2..]);
        if (BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return number;
        return text switch
        {
            "true" or "True" => BigInteger.One,
            "false" or "False" => BigInteger.Zero,
            _ => null,
        };
    }

    /// <summary>Our integer: a number, a decimal string above 2^53, or the hexadecimal of an unusual length.</summary>
    public static BigInteger? OurInteger(JsonElement ours)
    {
        if (ours.ValueKind == JsonValueKind.Number)
            return BigInteger.TryParse(ours.GetRawText(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;
        if (ours.ValueKind != JsonValueKind.String)
            return null;
        var text = ours.GetString()!;
        var decimalText = text.Length >= 16 && text[0] is not '0' && text.All(char.IsAsciiDigit);
        return decimalText ? BigInteger.Parse(text, CultureInfo.InvariantCulture) : FromHex(text);
    }

    public static BigInteger? FromHex(string hex) =>
        hex.Length > 0 && BigInteger.TryParse("0" + hex, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var n) ? n : null;

    /// <summary>Hexadecimal of a golden without separators, lower case: <c>0a:0b</c>, <c>0x0a0b</c>, <c>0a0b</c>.</summary>
    public static string GoldenHex(string text)
    {
        var hex = text.StartsWith("0x", StringComparison.Ordinal) ? text[2..] : text;
#pragma warning disable CA1308 // hexadecimal of our lines is lower case
        return hex.Replace(":", "", StringComparison.Ordinal).ToLowerInvariant();
#pragma warning restore CA1308
    }

    /// <summary>Our hexadecimal value as octets.</summary>
    public static byte[]? OurOctets(JsonElement ours)
    {
        if (ours.ValueKind == JsonValueKind.Null)
            return [];
        if (ours.ValueKind != JsonValueKind.String)
            return null;
        var text = ours.GetString()!;
        return text.Length % 2 == 0 && text.All(char.IsAsciiHexDigit) ? Convert.FromHexString(text) : null;
    }

    /// <summary>An address in the form of RFC 5952 (or dotted), whatever form the golden has.</summary>
    public static string? Address(string text) => IPAddress.TryParse(text, out var address) ? address.ToString() : null;

    public static string OurText(JsonElement ours) => ours.ValueKind switch
    {
        JsonValueKind.String => ours.GetString()!,
        JsonValueKind.Null => "",
        _ => ours.GetRawText(),
    };

    /// <summary>True for the value of a field without octets, and for what a tool prints for an element that it did not get.</summary>
    public static bool IsEmpty(JsonElement ours) => OurText(ours).All(c => c is '0' or '.' or ':');

    /// <summary>Nanoseconds since 1970 of tshark's "Apr 15, 2018 03:29:02.000000000 UTC".</summary>
    public static BigInteger? GoldenTime(string text)
    {
        if (!text.EndsWith(" UTC", StringComparison.Ordinal))
            return null;
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0
            || !DateTime.TryParseExact(text[..point], s_tsharkTimes, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
        {
            return null;
        }

        // The tool prints a fraction that it took from the datagram as it is, even negative.
        return Seconds(time) + BigInteger.Parse(text[(point + 1)..^4], CultureInfo.InvariantCulture);
    }

    /// <summary>Nanoseconds since 1970 of our RFC 3339 time.</summary>
    public static BigInteger? OurTime(JsonElement ours)
    {
        if (ours.ValueKind != JsonValueKind.String)
            return null;
        var text = ours.GetString()!;
        if (text.Length < 20 || text[^1] != 'Z')
            return null;
        if (!DateTime.TryParseExact(text[..19], "yyyy-MM-ddTHH:mm:ss", CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time))
            return null;
        var fraction = text.Length > 21 ? text[20..^1].PadRight(9, '0') : "0";
        return Seconds(time) + BigInteger.Parse(fraction, CultureInfo.InvariantCulture);
    }

    private static BigInteger Seconds(DateTime time) => new BigInteger((time - DateTime.UnixEpoch).Ticks) * 100;

    /// <summary>tshark's seconds with nine decimals as nanoseconds.</summary>
    public static BigInteger? GoldenDuration(string text)
    {
        var point = text.IndexOf('.', StringComparison.Ordinal);
        if (point < 0 || text.Length - point != 10)
            return null;
        return BigInteger.TryParse(string.Concat(text.AsSpan(0, point), text.AsSpan(point + 1)), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var n) ? n : null;
    }

    /// <summary>NTP's 32-bit fraction of a 64-bit time (RFC 7011 §6.1.9) as nanoseconds since 1970.</summary>
    public static BigInteger NtpNanoseconds(BigInteger ntp)
    {
        var seconds = (ntp >> 32) - 2_208_988_800;
        return (seconds * 1_000_000_000) + (((ntp & uint.MaxValue) * 1_000_000_000) >> 32);
    }

    public static string? Utf8(byte[]? octets) => octets is null ? null : Encoding.UTF8.GetString(octets).TrimEnd('\0');
}
