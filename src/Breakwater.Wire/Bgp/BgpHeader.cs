namespace Breakwater.Wire.Bgp;

/// <summary>Types of messages (RFC 4271 §4.1; ROUTE-REFRESH RFC 2918 §3).</summary>
public enum BgpMessageType : byte
{
    Open = 1,
    Update = 2,
    Notification = 3,
    KeepAlive = 4,
    RouteRefresh = 5,
}

/// <summary>The header of every message.</summary>
/// <param name="Type">What the body is.</param>
/// <param name="LengthBytes">Length of the whole message, header included.</param>
public readonly record struct BgpHeader(BgpMessageType Type, int LengthBytes)
{
    /// <summary>Octets of the header.</summary>
    public const int HeaderBytes = 19;

    /// <summary>The longest message (§4.1); the extension of RFC 8654 is neither offered nor accepted.</summary>
    public const int LongestMessageBytes = 4096;

    private const int MarkerBytes = 16;

    /// <summary>
    /// Reads the header (RFC 4271 §4.1: marker of 16 octets of ones, length 2, type 1). Errors: <see cref="DecodeError.Truncated"/> below 19
    /// octets, <see cref="DecodeError.BadValue"/> for the marker, <see cref="DecodeError.BadLength"/> outside what the type allows (§6.1),
    /// <see cref="DecodeError.Unsupported"/> for an unknown type.
    /// </summary>
    public static DecodeError Read(ReadOnlySpan<byte> bytes, out BgpHeader header)
    {
        header = default;
        var reader = new WireReader(bytes);
        if (!reader.TryReadBytes(MarkerBytes, out var marker) || !reader.TryRead(out ushort length) || !reader.TryRead(out byte type))
            return DecodeError.Truncated;
        if (marker.ContainsAnyExcept((byte)0xFF))
            return DecodeError.BadValue;
        if (length is < HeaderBytes or > LongestMessageBytes)
            return DecodeError.BadLength;
        var fits = (BgpMessageType)type switch
        {
            BgpMessageType.Open => length >= 29,
            BgpMessageType.Update => length >= 23,
            BgpMessageType.Notification => length >= 21,
            BgpMessageType.KeepAlive => length == HeaderBytes,
            BgpMessageType.RouteRefresh => length >= 23,
            _ => true,
        };
        if (type is < (byte)BgpMessageType.Open or > (byte)BgpMessageType.RouteRefresh)
            return DecodeError.Unsupported;
        header = new BgpHeader((BgpMessageType)type, length);
        return fits ? DecodeError.None : DecodeError.BadLength;
    }

    /// <summary>Writes a header whose length <see cref="End"/> fills in; returns where the message begins.</summary>
    public static int Begin(ref WireWriter writer, BgpMessageType type)
    {
        var start = writer.Length;
        for (var octets = 0; octets < MarkerBytes; octets += sizeof(ulong))
            writer.Write(ulong.MaxValue);
        writer.Write((ushort)0);
        writer.Write((byte)type);
        return start;
    }

    /// <summary>Fills in the length; false when the message did not fit or is longer than the protocol allows.</summary>
    public static bool End(ref WireWriter writer, int start)
    {
        var length = writer.Length - start;
        if (writer.Overflowed || length > LongestMessageBytes)
            return false;
        writer.Patch(start + MarkerBytes, (ushort)length);
        return true;
    }
}
