using System.Globalization;
using System.Text;

namespace Breakwater.Wire.AccessLog;

/// <summary>Undoes the escapes that servers write into texts.</summary>
public static class LogUnescape
{
    /// <summary>Writes the text without its escapes; what is no escape of the kind stays as it is.</summary>
    /// <param name="text">A text of a line.</param>
    /// <param name="escapes">How it is escaped.</param>
    /// <param name="destination">At least as long as the text: no escape becomes longer.</param>
    /// <returns>Bytes written.</returns>
    public static int Write(ReadOnlySpan<byte> text, LogEscapes escapes, Span<byte> destination)
    {
        var written = 0;
        var mark = escapes == LogEscapes.Hash ? (byte)'#' : (byte)'\\';
        while (!text.IsEmpty)
        {
            var found = escapes == LogEscapes.None ? -1 : text.IndexOf(mark);
            var plain = found < 0 ? text : text[..found];
            plain.CopyTo(destination[written..]);
            written += plain.Length;
            text = text[plain.Length..];
            if (text.IsEmpty)
                break;
            var used = escapes switch
            {
                LogEscapes.Json => Json(text, destination, ref written),
                LogEscapes.Hash => Hexadecimal(text, 1, destination, ref written),
                _ => Backslash(text, destination, ref written),
            };
            if (used == 0)
            {
                destination[written++] = text[0];
                used = 1;
            }

            text = text[used..];
        }

        return written;
    }

    private static int Backslash(ReadOnlySpan<byte> text, Span<byte> destination, ref int written)
    {
        if (text is [_, (byte)'x', ..])
            return Hexadecimal(text, 2, destination, ref written);
        return Letter(text, destination, ref written);
    }

    private static int Json(ReadOnlySpan<byte> text, Span<byte> destination, ref int written)
    {
        if (text is not [_, (byte)'u', ..])
            return Letter(text, destination, ref written);
        if (!TryHexadecimal(text, 2, 4, out var unit))
            return 0;
        var used = 6;
        Rune rune;
        if (char.IsHighSurrogate((char)unit) && text.Length >= 12 && text[6] == '\\' && text[7] == 'u' && TryHexadecimal(text, 8, 4, out var low)
            && Rune.TryCreate((char)unit, (char)low, out rune))
            used = 12;
        else if (!Rune.TryCreate((char)unit, out rune))
            rune = Rune.ReplacementChar;
        written += rune.EncodeToUtf8(destination[written..]);
        return used;
    }

    private static int Letter(ReadOnlySpan<byte> text, Span<byte> destination, ref int written)
    {
        if (text.Length < 2)
            return 0;
        int octet = text[1] switch
        {
            (byte)'"' or (byte)'\\' or (byte)'/' or (byte)'\'' => text[1],
            (byte)'b' => '\b',
            (byte)'f' => '\f',
            (byte)'n' => '\n',
            (byte)'r' => '\r',
            (byte)'t' => '\t',
            (byte)'v' => '\v',
            _ => -1,
        };
        if (octet < 0)
            return 0;
        destination[written++] = (byte)octet;
        return 2;
    }

    private static int Hexadecimal(ReadOnlySpan<byte> text, int from, Span<byte> destination, ref int written)
    {
        if (!TryHexadecimal(text, from, 2, out var octet))
            return 0;
        destination[written++] = (byte)octet;
        return from + 2;
    }

    private static bool TryHexadecimal(ReadOnlySpan<byte> text, int from, int digits, out int value)
    {
        value = 0;
        return text.Length >= from + digits && int.TryParse(text.Slice(from, digits), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
