namespace Breakwater.Wire.Bgp;

/// <summary>An OPEN message (RFC 4271 §4.2). Only its structure is judged here; whether its values are acceptable is the session's business.</summary>
public record struct BgpOpen
{
    /// <summary>The only version there is.</summary>
    public const byte Version = 4;

    /// <summary>Stands for a number that needs four octets (RFC 6793 §9).</summary>
    public const ushort AsTrans = 23456;

    internal const byte CapabilitiesParameter = 2;
    private const byte Extended = 255;

    /// <summary>"My Autonomous System", two octets.</summary>
    public ushort TwoOctetAs { get; set; }

    /// <summary>Offered hold time in seconds; 0: none.</summary>
    public ushort HoldSeconds { get; set; }

    /// <summary>BGP identifier, as an integer in host order.</summary>
    public uint Identifier { get; set; }

    public BgpCapabilities Capabilities { get; set; }

    /// <summary>The speaker's AS number: the one of four octets where it is told.</summary>
    public readonly uint AsNumber => Capabilities.FourOctetAs ?? TwoOctetAs;

    /// <summary>Reads the body of an OPEN: version 1, AS 2, hold time 2, identifier 4, length of the parameters 1 (or RFC 9072 §2).</summary>
    public static DecodeError Read(ReadOnlySpan<byte> body, out BgpOpen open)
    {
        open = default;
        var reader = new WireReader(body);
        if (!reader.TryRead(out byte version))
            return DecodeError.Truncated;
        if (version != Version)
            return DecodeError.BadVersion;
        if (!reader.TryRead(out ushort number) || !reader.TryRead(out ushort hold) || !reader.TryRead(out uint identifier) || !reader.TryRead(out byte length))
            return DecodeError.Truncated;
        open = new BgpOpen { TwoOctetAs = number, HoldSeconds = hold, Identifier = identifier };
        var isExtended = length == Extended && reader.Remaining > 0 && reader.Rest[0] == Extended;
        int parameterBytes = length;
        if (isExtended)
        {
            if (!reader.TryRead(out byte _) || !reader.TryRead(out ushort extendedLength))
                return DecodeError.Truncated;
            parameterBytes = extendedLength;
        }

        if (reader.Remaining < parameterBytes)
            return DecodeError.Truncated;
        return reader.Remaining > parameterBytes ? DecodeError.BadLength : open.ReadParameters(ref reader, isExtended);
    }

    /// <summary>Writes the whole message, header included.</summary>
    public readonly bool Write(ref WireWriter writer)
    {
        var start = BgpHeader.Begin(ref writer, BgpMessageType.Open);
        writer.Write(Version);
        writer.Write(TwoOctetAs);
        writer.Write(HoldSeconds);
        writer.Write(Identifier);
        // All that this writer knows fits into 255 octets of parameters.
        Span<byte> parameters = stackalloc byte[Extended - 1];
        var inner = new WireWriter(parameters);
        Capabilities.Write(ref inner);
        writer.Write((byte)inner.Length);
        writer.Write(inner.Written);
        return !inner.Overflowed && BgpHeader.End(ref writer, start);
    }

    private DecodeError ReadParameters(ref WireReader reader, bool isExtended)
    {
        var capabilities = default(BgpCapabilities);
        while (reader.Remaining > 0)
        {
            if (!reader.TryRead(out byte type) || !TryReadLength(ref reader, isExtended, out var length) || !reader.TryCut(length, out var value))
                return DecodeError.Truncated;
            if (type != CapabilitiesParameter)
                return DecodeError.Unsupported;
            var error = capabilities.ReadAll(ref value);
            if (error != DecodeError.None)
                return error;
        }

        Capabilities = capabilities;
        return DecodeError.None;
    }

    private static bool TryReadLength(ref WireReader reader, bool isExtended, out int length)
    {
        length = 0;
        if (isExtended)
        {
            var isRead = reader.TryRead(out ushort two);
            length = two;
            return isRead;
        }

        var isThere = reader.TryRead(out byte one);
        length = one;
        return isThere;
    }
}
