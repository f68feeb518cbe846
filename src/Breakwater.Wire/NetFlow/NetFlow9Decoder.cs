using System.Buffers.Binary;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Wire.NetFlow;

/// <summary>NetFlow version 9 packets (RFC 3954).</summary>
public static class NetFlow9Decoder
{
    /// <summary>Octets of the packet header.</summary>
    public const int HeaderBytes = 20;

    /// <summary>
    /// Decodes one export packet. RFC 3954 §5.1:
    /// <code>
    ///  0                   1                   2                   3
    ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    /// +-------------------------------+-------------------------------+
    /// |       Version Number (9)      |            Count              |
    /// +-------------------------------+-------------------------------+
    /// |                           sysUpTime                           |
    /// +---------------------------------------------------------------+
    /// |                           UNIX Secs                           |
    /// +---------------------------------------------------------------+
    /// |                       Sequence Number                         |
    /// +---------------------------------------------------------------+
    /// |                        Source ID                              |
    /// +---------------------------------------------------------------+
    /// </code>
    /// The count includes templates. One that disagrees with the sets is counted, not a fault: many exporters count sets.
    /// </summary>
    /// <inheritdoc cref="IpfixDecoder.Decode{TSink}" path="/param"/>
    /// <returns>The first fault; what was handed over before it stays valid.</returns>
    public static DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long receivedNanoseconds, ExporterState state, ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        if (datagram.Length < 2)
            return DecodeError.Truncated;
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram) != (ushort)ExportFormat.NetFlow9)
            return DecodeError.BadVersion;
        if (datagram.Length < HeaderBytes)
            return DecodeError.Truncated;
        var header = new SetContext
        {
            Format = ExportFormat.NetFlow9,
            SysUptimeMilliseconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]),
            ExportTimeSeconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]),
            Sequence = BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]),
            DomainId = BinaryPrimitives.ReadUInt32BigEndian(datagram[16..]),
            ReceivedNanoseconds = receivedNanoseconds,
            State = state,
        };
        var count = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]);
        var totals = new SetTotals { CountInHeader = count };
        var error = MessageWalker.Walk(header, datagram[HeaderBytes..], state, ref sink, ref totals);
        if (totals.UnreadSets == 0 && count != totals.Records + totals.Templates)
            state.Count.CountMismatches++;
        return error;
    }
}
