using System.Buffers.Binary;
using System.Text;
using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry.Json;

/// <summary>One information element's value as JSON, by its abstract data type (RFC 7011 §6.1); see docs/reference/decode.md.</summary>
internal static class ElementJson
{
    /// <summary>Integers above this are written as text: readers that use doubles would round them.</summary>
    private const ulong LargestExactInteger = 1UL << 53;

    // A field is at most 65,535 octets; longer strings are cut into pieces by nobody.
    private const int StackLimit = 256;

    public static void WriteUnsigned(Utf8JsonWriter json, ulong value)
    {
        if (value <= LargestExactInteger)
        {
            json.WriteNumberValue(value);
            return;
        }

        Span<byte> digits = stackalloc byte[20];
        value.TryFormat(digits, out var length);
        json.WriteStringValue(digits[..length]);
    }

    public static void WriteSigned(Utf8JsonWriter json, long value)
    {
        if (Math.Abs((decimal)value) <= LargestExactInteger)
            json.WriteNumberValue(value);
        else
            json.WriteStringValue(value.ToString(System.Globalization.CultureInfo.InvariantCulture));
    }

    public static void WriteHex(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        if (value.Length <= StackLimit)
        {
            Span<byte> text = stackalloc byte[value.Length * 2];
            Convert.TryToHexStringLower(value, text, out _);
            json.WriteStringValue(text);
            return;
        }

        json.WriteStringValue(Convert.ToHexStringLower(value));
    }

    public static void WriteMac(Utf8JsonWriter json, ReadOnlySpan<byte> sixOctets)
    {
        Span<byte> text = stackalloc byte[17];
        for (var index = 0; index < 6; index++)
        {
            Convert.TryToHexStringLower(sixOctets.Slice(index, 1), text[(index * 3)..], out _);
            if (index < 5)
                text[(index * 3) + 2] = (byte)':';
        }

        json.WriteStringValue(text);
    }

    public static void WriteAddress(Utf8JsonWriter json, Address address)
    {
        Span<byte> text = stackalloc byte[45];
        address.TryFormat(text, out var length);
        json.WriteStringValue(text[..length]);
    }

    /// <summary>Text without the NULs that exporters pad with; bytes that are not UTF-8 become U+FFFD.</summary>
    public static void WriteText(Utf8JsonWriter json, ReadOnlySpan<byte> value)
    {
        var text = value.TrimEnd((byte)0);
        if (System.Text.Unicode.Utf8.IsValid(text))
            json.WriteStringValue(text);
        else
            json.WriteStringValue(Encoding.UTF8.GetString(text));
    }

    public static void WriteNanoseconds(Utf8JsonWriter json, long unixNanoseconds)
    {
        Span<byte> text = stackalloc byte[Timestamps.MaximumLength + 8];
        json.WriteStringValue(text[..Timestamps.FormatNanoseconds(text, unixNanoseconds)]);
    }

    /// <summary>Writes one value; a length that the type does not have is written as hexadecimal.</summary>
    public static void Write(Utf8JsonWriter json, ElementType type, ReadOnlySpan<byte> value)
    {
        if (type == ElementType.String)
            WriteText(json, value);
        else if (value.IsEmpty && type != ElementType.OctetArray)
            json.WriteNullValue();
        else if (!TryWriteNumber(json, type, value) && !TryWriteTime(json, type, value) && !TryWriteIdentity(json, type, value))
            WriteHex(json, value);
    }

    // Integers in any reduced size (RFC 7011 §6.2), floats in both of theirs.
    private static bool TryWriteNumber(Utf8JsonWriter json, ElementType type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case >= ElementType.Unsigned8 and <= ElementType.Unsigned64 when value.Length <= sizeof(ulong):
                WriteUnsigned(json, Unsigned(value));
                return true;
            case >= ElementType.Signed8 and <= ElementType.Signed64 when value.Length <= sizeof(long):
                var unused = 64 - (value.Length * 8);
                WriteSigned(json, (long)(Unsigned(value) << unused) >> unused);
                return true;
            case ElementType.Float32 or ElementType.Float64 when value.Length is sizeof(float) or sizeof(double):
                var number = value.Length == sizeof(float) ? BinaryPrimitives.ReadSingleBigEndian(value) : BinaryPrimitives.ReadDoubleBigEndian(value);
                if (double.IsFinite(number))
                    json.WriteNumberValue(number);
                else
                    json.WriteNullValue();
                return true;
            default:
                return false;
        }
    }

    private static bool TryWriteTime(Utf8JsonWriter json, ElementType type, ReadOnlySpan<byte> value)
    {
        Span<byte> text = stackalloc byte[Timestamps.MaximumLength + 8];
        int length;
        switch (type)
        {
            case ElementType.DateTimeSeconds when value.Length <= sizeof(ulong):
                length = FormatMilliseconds(text, Unsigned(value), 1, 0);
                break;
            case ElementType.DateTimeMilliseconds when value.Length <= sizeof(ulong):
                length = FormatMilliseconds(text, Unsigned(value), 1000, 3);
                break;
            case ElementType.DateTimeMicroseconds when value.Length == sizeof(ulong):
                length = Timestamps.FormatNtp(text, value, 6);
                break;
            case ElementType.DateTimeNanoseconds when value.Length == sizeof(ulong):
                length = Timestamps.FormatNtp(text, value, 9);
                break;
            default:
                return false;
        }

        if (length > 0)
            json.WriteStringValue(text[..length]);
        else if (value.ContainsAnyExcept((byte)0))
            WriteUnsigned(json, Unsigned(value)); // beyond the year 9999: the number as exported
        else
            json.WriteNullValue();
        return true;
    }

    private static bool TryWriteIdentity(Utf8JsonWriter json, ElementType type, ReadOnlySpan<byte> value)
    {
        switch (type)
        {
            case ElementType.Ipv4Address when value.Length == 4:
            case ElementType.Ipv6Address when value.Length == 16:
                Span<byte> text = stackalloc byte[45];
                new System.Net.IPAddress(value).TryFormat(text, out var length);
                json.WriteStringValue(text[..length]);
                return true;
            case ElementType.MacAddress when value.Length == 6:
                WriteMac(json, value);
                return true;
            case ElementType.Boolean when value is [1] or [2]:
                json.WriteBooleanValue(value[0] == 1);
                return true;
            case ElementType.Boolean when value.Length == 1:
                json.WriteNumberValue(value[0]);
                return true;
            default:
                return false;
        }
    }

    private static int FormatMilliseconds(Span<byte> text, ulong value, uint perSecond, int decimals)
    {
        var (seconds, rest) = Math.DivRem(value, perSecond);
        return seconds > long.MaxValue ? 0 : Timestamps.Format(text, (long)seconds, (int)(rest * (1_000_000_000UL / perSecond)), decimals);
    }

    private static ulong Unsigned(ReadOnlySpan<byte> value)
    {
        var result = 0UL;
        foreach (var octet in value)
            result = (result << 8) | octet;
        return result;
    }
}
