using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Numerics;
using System.Text;
using System.Text.Json;
using static Breakwater.Tests.Goldens.Telemetry.ValueForms;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// The transforms that the name maps speak of: each decides whether a golden's text and our JSON value are the same value. A name that
/// ends in <c>-octets</c> reads our hexadecimal of an element that has no type in our table.
/// </summary>
internal static class ValueTransforms
{
    private delegate bool Comparison(string golden, JsonElement ours, GoldenRecord record);

    private static readonly Dictionary<string, Comparison> s_all = new(StringComparer.Ordinal)
    {
        ["int"] = (g, o, _) => Same(GoldenInteger(g), OurInteger(o)),
        ["bool"] = (g, o, _) => o.ValueKind is JsonValueKind.True or JsonValueKind.False
            ? Same(GoldenInteger(g), o.GetBoolean() ? 1 : 0) : Same(GoldenInteger(g), OurInteger(o)),
        ["float"] = (g, o, _) => o.ValueKind == JsonValueKind.Number && SameFloat(g, o.GetDouble()),
        ["text"] = (g, o, _) => o.ValueKind == JsonValueKind.String && g.TrimEnd('\0') == o.GetString(),
        ["address"] = (g, o, _) => o.ValueKind == JsonValueKind.String && Address(g) is { } a && a == o.GetString(),
        ["mac"] = (g, o, _) => o.ValueKind == JsonValueKind.String && g == o.GetString(),
        ["octets"] = (g, o, _) => SameOctets(GoldenHex(g), o),
        ["octets-text"] = (g, o, _) => Utf8(OurOctets(o)) == g,
        ["text-octets"] = (g, o, _) => Utf8(OurOctets(o)) == g.TrimEnd('\0'),
        ["text-within-octets"] = (g, o, _) => Utf8(OurOctets(o))?.Contains(g, StringComparison.Ordinal) ?? false,
        ["int-octets"] = (g, o, _) => OurOctets(o) is { } b
            && (Same(GoldenInteger(g), b.Length == 0 ? 0 : new BigInteger(b, isUnsigned: true, isBigEndian: true))
                || (b.Length > 0 && Same(GoldenInteger(g), new BigInteger(b, isUnsigned: false, isBigEndian: true)))),
        ["address-octets"] = (g, o, _) => OurOctets(o) is { Length: 4 or 16 } b && Address(g) == new IPAddress(b).ToString(),
        ["float-octets"] = (g, o, _) => OurOctets(o) is { } b && b.Length switch
        {
            4 => SameFloat(g, BinaryPrimitives.ReadSingleBigEndian(b)),
            8 => SameFloat(g, BinaryPrimitives.ReadDoubleBigEndian(b)),
            _ => false,
        },
        ["time"] = (g, o, _) => Same(GoldenTime(g), OurTime(o)),
        ["time-octets"] = (g, o, _) => OurOctets(o) is { Length: 4 or 8 } b && GoldenTime(g) is { } t && TimesOf(b).Contains(t),
        ["duration-octets"] = (g, o, _) => OurOctets(o) is { } b && GoldenDuration(g) is { } t
            && Scales(new BigInteger(b, true, true)).Contains(t),
        ["uptime"] = (g, o, _) => Same(GoldenDuration(g), OurInteger(o) * 1_000_000),
        ["duration-ms"] = (g, o, _) => Same(GoldenDuration(g), OurInteger(o) * 1_000_000),
        ["duration-us"] = (g, o, _) => Same(GoldenDuration(g), OurInteger(o) * 1_000),
        ["before-export-us"] = (g, o, r) => Same(GoldenTime(g), (r.ExportSeconds * (BigInteger)1_000_000_000) - (OurInteger(o) * 1_000)),
        ["epoch-s"] = (g, o, _) => Same(GoldenInteger(g) * 1_000_000_000, OurTime(o)),
        ["epoch-ms"] = (g, o, _) => Same(GoldenInteger(g) * 1_000_000, OurTime(o)),
        ["epoch-text"] = (g, o, _) => Same(GoldenDuration(g + "000"), OurTime(o) / 1_000_000_000 * 1_000_000_000),
        ["indexed-label"] = (g, o, _) => OurOctets(o) is { Length: 3 } b && g.Split('-') is [_, var label]
            && Same(GoldenInteger(label), new BigInteger(b, true, true) >> 4),
        ["tcp-flag-names"] = (g, o, _) => OurInteger(o) is { } n && g == TcpFlagNames((int)n),
        ["hex-number"] = (g, o, _) => Same(FromHex(g), OurInteger(o)),
        ["ntp"] = (g, o, _) => GoldenInteger(g) is { } n && OurTime(o) is { } t && BigInteger.Abs(NtpNanoseconds(n) - t) < 1_000,
        ["first-octet"] = (g, o, _) => OurOctets(o) is { Length: > 0 } b && Same(GoldenInteger(g), b[0]),
        ["octets-after-first"] = (g, o, _) => OurOctets(o) is { Length: > 0 } b && GoldenHex(g) == Convert.ToHexStringLower(b.AsSpan(1)),
        ["list-template-id"] = (g, o, _) => OurOctets(o) is { Length: > 2 } b && Same(GoldenInteger(g), BinaryPrimitives.ReadUInt16BigEndian(b.AsSpan(1))),
        ["high-octet"] = (g, o, _) => Same(GoldenInteger(g), OurInteger(o) >> 8),
        ["low-octet"] = (g, o, _) => Same(GoldenInteger(g), OurInteger(o) & 255),
        ["forwarding-status"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) & 255) >> 6),
        ["forwarding-reason"] = (g, o, _) => Same(GoldenInteger(g), OurInteger(o) & 63),
        ["mpls-label"] = (g, o, _) => OurOctets(o) is { Length: 3 } b && Same(GoldenInteger(g), new BigInteger(b, true, true) >> 4),
        ["mpls-exp"] = (g, o, _) => OurOctets(o) is { Length: 3 } b && Same(GoldenInteger(g), (b[2] >> 1) & 7),
        ["mpls-bottom"] = (g, o, _) => OurOctets(o) is { Length: 3 } b && Same(GoldenInteger(g), b[2] & 1),
        ["rate-or-unknown"] = (g, o, _) => GoldenInteger(g) is { } n && (n.IsZero ? o.ValueKind == JsonValueKind.Null : Same(n, OurInteger(o))),
        ["tcp-flags"] = (g, o, _) => OurInteger(o) is { } n && g == TcpFlags((int)n, g.Length),
        ["fragment-flags"] = (g, o, _) => OurInteger(o) is { } n && g == FragmentFlags((int)n),
        ["total-or-payload"] = (g, o, _) => Same(GoldenInteger(g), OurInteger(o)) || Same(GoldenInteger(g) + 40, OurInteger(o)),
        // The tool writes one letter at most: of the reserved bit, don't fragment, more fragments.
        ["fragment-letters"] = (g, o, _) => OurInteger(o) is { } n
            && g == ((n & 0x80) != 0 ? ".......E" : (n & 0x40) != 0 ? "......D." : (n & 0x20) != 0 ? ".....M.." : "........"),
        ["bit-7"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 7) & 1),
        ["bit-6"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 6) & 1),
        ["bit-5"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 5) & 1),
        ["bit-4"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 4) & 1),
        ["bit-3"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 3) & 1),
        ["bit-2"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 2) & 1),
        ["bit-1"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 1) & 1),
        ["bit-0"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 0) & 1),
        ["precedence"] = (g, o, _) => Same(GoldenInteger(g), (OurInteger(o) >> 5) & 7),
        ["ipv6-payload"] = (g, o, _) => Same(GoldenInteger(g) + 40, OurInteger(o)),
        // A format that we do not write is 0, an interface index (sFlow version 5, §5.3).
        ["interface-format"] = (g, o, _) => g == (OurText(o) switch { "discarded" => "1", "multiple" => "2", _ => "0" }),
        ["interface"] = (g, o, _) => GoldenInteger(g) is { } n
            && (Same(n, OurInteger(o)) || Same(n & 0x3FFF_FFFF, OurInteger(o))),
    };

    private const string Optional = "optional-";
    private const string Enumeration = "enum:";

    /// <summary>True when the map may name this transform.</summary>
    public static bool Exists(string transform)
    {
        var name = Plain(transform);
        return s_all.ContainsKey(name) || (name.StartsWith(Enumeration, StringComparison.Ordinal) && ValueNames.Has(name[Enumeration.Length..]));
    }

    /// <summary>A value that the golden may also have from elsewhere: compared when the record has the element, otherwise not missed.</summary>
    public static bool IsOptional(string transform) => transform.StartsWith(Optional, StringComparison.Ordinal);

    public static bool Agree(string transform, string golden, JsonElement ours, GoldenRecord record)
    {
        var name = Plain(transform);
        return name.StartsWith(Enumeration, StringComparison.Ordinal)
            ? OurInteger(ours) is { } number && ValueNames.Agree(name[Enumeration.Length..], golden, number)
            : s_all[name](golden, ours, record);
    }

    private static string Plain(string transform) => IsOptional(transform) ? transform[Optional.Length..] : transform;

    private static bool Same(BigInteger? golden, BigInteger? ours) => golden is { } g && ours is { } o && g == o;

    private static bool SameFloat(string golden, double ours)
    {
        if (!double.TryParse(golden, NumberStyles.Float, CultureInfo.InvariantCulture, out var value))
            return false;
        // Goldens print about six digits.
        return value.Equals(ours) || Math.Abs(value - ours) <= Math.Abs(ours) * 1e-5;
    }

    /// <summary>The golden has octets; our value may be any type that those octets encode.</summary>
    private static bool SameOctets(string hex, JsonElement ours)
    {
        switch (ours.ValueKind)
        {
            case JsonValueKind.Null:
                return hex.Length == 0;
            case JsonValueKind.Number:
                return hex.Length == 0 ? OurInteger(ours) == 0 : FromHex(hex) == OurInteger(ours);
            case JsonValueKind.String:
                break;
            default:
                return FromHex(hex) == (ours.ValueKind == JsonValueKind.True ? 1 : 2);
        }

        var text = ours.GetString()!;
        if (text == hex || (text.Length >= 16 && Same(FromHex(hex), OurInteger(ours))))
            return true;
        if (IPAddress.TryParse(text, out var address) && Convert.ToHexStringLower(address.GetAddressBytes()) == hex)
            return true;
        if (text.Replace(":", "", StringComparison.Ordinal) == hex)
            return true;
        var octets = Convert.ToHexStringLower(Encoding.UTF8.GetBytes(text));
        return hex.StartsWith(octets, StringComparison.Ordinal) && hex.AsSpan(octets.Length).Trim('0').IsEmpty;
    }

    /// <summary>The times that 4 or 8 octets may encode: seconds, milliseconds, NTP, or seconds and (signed) nanoseconds.</summary>
    private static IEnumerable<BigInteger> TimesOf(byte[] octets)
    {
        var value = new BigInteger(octets, isUnsigned: true, isBigEndian: true);
        return octets.Length == 4 ? [value * 1_000_000_000] : [NtpNanoseconds(value), SecondsAndNanoseconds(octets), (value >> 32) * 1_000_000_000, .. Scales(value)];
    }

    private static BigInteger SecondsAndNanoseconds(byte[] octets) =>
        (new BigInteger(octets.AsSpan(0, 4), isUnsigned: true, isBigEndian: true) * 1_000_000_000) + BinaryPrimitives.ReadInt32BigEndian(octets.AsSpan(4));

    private static IEnumerable<BigInteger> Scales(BigInteger value) => [value, value * 1_000, value * 1_000_000, value * 1_000_000_000];

    private static string TcpFlags(int flags, int width)
    {
        var text = new StringBuilder();
        for (var bit = width - 1; bit >= 0; bit--)
            text.Append((flags >> bit & 1) == 0 ? '.' : bit > 7 ? '*' : "FSRPAUEC"[bit]);
        return text.ToString();
    }

    /// <summary>As a list sorted by name, without reserved bits.</summary>
    private static string TcpFlagNames(int flags)
    {
        string[] names = ["FIN", "SYN", "RST", "PSH", "ACK", "URG", "ECE", "CWR"];
        return string.Join(',', names.Where((_, bit) => (flags >> bit & 1) != 0).Order(StringComparer.Ordinal));
    }

    private static string FragmentFlags(int flags)
    {
        var text = new StringBuilder();
        for (var bit = 7; bit >= 0; bit--)
            text.Append((flags >> bit & 1) == 0 ? '.' : "*****MDR"[bit]);
        return text.ToString();
    }
}
