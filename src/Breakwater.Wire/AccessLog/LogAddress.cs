namespace Breakwater.Wire.AccessLog;

/// <summary>Addresses as text, read from bytes without an allocation.</summary>
internal static class LogAddress
{
    private const int GroupsOfIPv6 = 8;

    /// <summary>Reads an IPv4 (four decimal numbers) or IPv6 address (RFC 4291 §2.2), in brackets or not.</summary>
    public static bool TryParse(ReadOnlySpan<byte> text, out Address address)
    {
        if (TryParseIPv4(text, out var ipv4))
        {
            address = Address.FromIPv4(ipv4);
            return true;
        }

        if (text is [(byte)'[', .., (byte)']'])
            text = text[1..^1];
        return TryParseIPv6(text, out address);
    }

    /// <summary>Reads an address that may be followed by a colon and a port; an IPv6 address with a port stands in brackets or not.</summary>
    public static bool TryParseEndpoint(ReadOnlySpan<byte> text, out Address address)
    {
        var colon = text.LastIndexOf((byte)':');
        if (colon > 0 && IsPort(text[(colon + 1)..]) && (text[colon - 1] == (byte)']' || text.IndexOf((byte)':') == colon || !TryParseIPv6(text, out _)))
            text = text[..colon];
        return TryParse(text, out address);
    }

    private static bool IsPort(ReadOnlySpan<byte> text) => text.Length is >= 1 and <= 5 && !text.ContainsAnyExceptInRange((byte)'0', (byte)'9');

    private static bool TryParseIPv4(ReadOnlySpan<byte> text, out uint address)
    {
        address = 0;
        if (text.Length is < 7 or > 15)
            return false;
        uint value = 0, all = 0;
        int digits = 0, dots = 0;
        foreach (var octet in text)
        {
            var digit = (uint)(octet - '0');
            if (digit <= 9)
            {
                if (digits > 0 && value == 0)
                    return false; // 01 is octal to some
                value = (value * 10) + digit;
                digits++;
                if (value > 255)
                    return false;
                continue;
            }

            if (octet != '.' || digits == 0 || ++dots > 3)
                return false;
            all = (all << 8) | value;
            (value, digits) = (0, 0);
        }

        address = (all << 8) | value;
        return dots == 3 && digits > 0;
    }

    private static bool TryParseIPv6(ReadOnlySpan<byte> text, out Address address)
    {
        address = default;
        if (text.IndexOf((byte)'%') is var zone and >= 0)
            text = text[..zone];
        if (text.Length is < 2 or > 45)
            return false;
        Span<ushort> groups = stackalloc ushort[GroupsOfIPv6];
        int count = 0, gap = -1, at = 0;
        if (text is [(byte)':', (byte)':', ..])
            (gap, at) = (0, 2);
        while (at < text.Length)
        {
            if (count == GroupsOfIPv6)
                return false;
            var rest = text[at..];
            var end = rest.IndexOf((byte)':');
            var part = end < 0 ? rest : rest[..end];
            if (end < 0 && part.Contains((byte)'.'))
            {
                if (count > GroupsOfIPv6 - 2 || !TryParseIPv4(part, out var ipv4))
                    return false;
                (groups[count], groups[count + 1]) = ((ushort)(ipv4 >> 16), (ushort)ipv4);
                count += 2;
                break;
            }

            if (!TryParseGroup(part, out groups[count++]))
                return false;
            if (end < 0)
                break;
            at += end + 1;
            if (at == text.Length)
                return false; // a single colon at the end
            if (text[at] != (byte)':')
                continue;
            if (gap >= 0)
                return false;
            gap = count;
            at++;
        }

        if (gap < 0 ? count != GroupsOfIPv6 : count == GroupsOfIPv6)
            return false;
        address = Spread(groups, count, gap);
        return true;
    }

    private static bool TryParseGroup(ReadOnlySpan<byte> text, out ushort group)
    {
        group = 0;
        if (text.Length is < 1 or > 4)
            return false;
        foreach (var digit in text)
        {
            if (!char.IsAsciiHexDigit((char)digit))
                return false;
            group = (ushort)((group << 4) | ((digit & 15) + (digit > '9' ? 9 : 0)));
        }

        return true;
    }

    // The groups behind "::" stand at the end, zeros between.
    private static Address Spread(Span<ushort> groups, int count, int gap)
    {
        if (gap >= 0)
        {
            var tail = count - gap;
            groups.Slice(gap, tail).CopyTo(groups[(GroupsOfIPv6 - tail)..]);
            groups[gap..(GroupsOfIPv6 - tail)].Clear();
        }

        return Address.FromHalves(Half(groups[..4]), Half(groups[4..]));
    }

    private static ulong Half(ReadOnlySpan<ushort> groups) => ((ulong)groups[0] << 48) | ((ulong)groups[1] << 32) | ((ulong)groups[2] << 16) | groups[3];
}
