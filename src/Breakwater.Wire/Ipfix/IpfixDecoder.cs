using System.Buffers.Binary;

namespace Breakwater.Wire.Ipfix;

/// <summary>IPFIX messages (RFC 7011).</summary>
public static class IpfixDecoder
{
    /// <summary>Octets of the message header.</summary>
    public const int HeaderBytes = 16;

    /// <summary>
    /// Decodes one message. RFC 7011 §3.1:
    /// <code>
    ///  0                   1                   2                   3
    ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    /// +-------------------------------+-------------------------------+
    /// |       Version Number (10)     |            Length             |
    /// +-------------------------------+-------------------------------+
    /// |                           Export Time                         |
    /// +---------------------------------------------------------------+
    /// |                       Sequence Number                         |
    /// +---------------------------------------------------------------+
    /// |                    Observation Domain ID                      |
    /// +---------------------------------------------------------------+
    /// </code>
    /// </summary>
    /// <param name="datagram">The message; octets behind its length are not read.</param>
    /// <param name="receivedNanoseconds">Arrival, nanoseconds since 1970-01-01 UTC; 0 when unknown.</param>
    /// <param name="state">The exporter's state.</param>
    /// <param name="sink">Gets templates, records, undecodable sets and breaks of the sequence, in wire order.</param>
    /// <returns>The first fault; what was handed over before it stays valid.</returns>
    public static DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long receivedNanoseconds, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (datagram.Length < 2)
            return DecodeError.Truncated;
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram) != (ushort)ExportFormat.Ipfix)
            return DecodeError.BadVersion;
        if (datagram.Length < HeaderBytes)
            return DecodeError.Truncated;
        int length = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        if (length < HeaderBytes)
            return DecodeError.BadLength;
        var header = new SetContext
        {
            Format = ExportFormat.Ipfix,
            ExportTimeSeconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]),
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]),
            DomainId = BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]),
            ReceivedNanoseconds = receivedNanoseconds,
            State = state,
        };
        var sets = datagram[HeaderBytes..Math.Min(length, datagram.Length)];
        var totals = default(SetTotals);
        var error = MessageWalker.Walk(header, sets, state, ref sink, ref totals);
        return length > datagram.Length ? DecodeError.Truncated
            : error != DecodeError.None ? error
            : length < datagram.Length ? DecodeError.BadLength
            : DecodeError.None;
    }
}
