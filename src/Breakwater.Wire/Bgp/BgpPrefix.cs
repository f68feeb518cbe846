namespace Breakwater.Wire.Bgp;

/// <summary>Prefixes as BGP writes them: length in bits, then as few octets as hold them (RFC 4271 §4.3).</summary>
internal static class BgpPrefix
{
    public static DecodeError Read(ref WireReader reader, bool isIPv4, out Address network, out int length)
    {
        (network, length) = (default, 0);
        if (!reader.TryRead(out byte bits))
            return DecodeError.Truncated;
        if (bits > (isIPv4 ? 32 : 128))
            return DecodeError.BadLength;
        if (!reader.TryReadBytes((bits + 7) / 8, out var octets))
            return DecodeError.Truncated;
        (network, length) = (FromOctets(octets, isIPv4, bits), bits);
        return DecodeError.None;
    }

    public static void Write(ref WireWriter writer, Address network, int length)
    {
        writer.Write((byte)length);
        WriteOctets(ref writer, network, network.IsIPv4, length);
    }

    /// <summary>The address of at most 4 or 16 octets; bits behind the length are cleared, as their value is irrelevant.</summary>
    public static Address FromOctets(ReadOnlySpan<byte> octets, bool isIPv4, int length)
    {
        Span<byte> whole = stackalloc byte[16];
        whole.Clear();
        octets.CopyTo(whole);
        if ((length & 7) != 0)
            whole[length / 8] &= (byte)(0xFF << (8 - (length & 7)));
        Address.TryRead(isIPv4 ? whole[..4] : whole, out var address);
        return address;
    }

    public static void WriteOctets(ref WireWriter writer, Address network, bool isIPv4, int length)
    {
        Span<byte> whole = stackalloc byte[16];
        network.WriteTo(whole);
        var octets = isIPv4 ? whole[12..] : whole;
        if ((length & 7) != 0)
            octets[length / 8] &= (byte)(0xFF << (8 - (length & 7)));
        writer.Write(octets[..((length + 7) / 8)]);
    }
}
