using System.Buffers.Binary;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Wire.NetFlow;

/// <summary>NetFlow version 5 packets.</summary>
public static class NetFlow5Decoder
{
    /// <summary>Octets of the packet header.</summary>
    public const int HeaderBytes = 24;

    /// <summary>Records that fit in one packet by the specification; more are read all the same.</summary>
    public const int UsualMaxRecords = 30;

    /// <summary>
    /// Decodes one export packet:
    /// <code>
    ///  0                   1                   2                   3
    ///  0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
    /// +-------------------------------+-------------------------------+
    /// |          version (5)          |             count             |
    /// +-------------------------------+-------------------------------+
    /// |                           SysUptime                           |
    /// +---------------------------------------------------------------+
    /// |                           unix_secs                           |
    /// +---------------------------------------------------------------+
    /// |                           unix_nsecs                          |
    /// +---------------------------------------------------------------+
    /// |                         flow_sequence                         |
    /// +---------------+---------------+-------------------------------+
    /// |  engine_type  |   engine_id   |  mode |  sampling_interval    |
    /// +---------------+---------------+-------------------------------+
    /// </code>
    /// </summary>
    /// <param name="datagram">The packet.</param>
    /// <param name="receivedNanoseconds">Arrival, nanoseconds since 1970-01-01 UTC; 0 when unknown.</param>
    /// <param name="state">The exporter's state: sequence and configured sampling rate.</param>
    /// <param name="sink">Gets the records.</param>
    /// <returns>
    /// The first fault; what was handed over before it stays valid. Octets behind the last record are <see cref="DecodeError.BadLength"/>,
    /// a count above the records present <see cref="DecodeError.Truncated"/>.
    /// </returns>
    public static DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, long receivedNanoseconds, ExporterState state, ref TSink sink)
        where TSink : struct, INetFlow5Sink, allows ref struct
    {
        if (datagram.Length < 2)
            return DecodeError.Truncated;
        if (BinaryPrimitives.ReadUInt16BigEndian(datagram) != (ushort)ExportFormat.NetFlow5)
            return DecodeError.BadVersion;
        if (datagram.Length < HeaderBytes)
            return DecodeError.Truncated;
        var header = ReadHeader(datagram, receivedNanoseconds, state.Limits);
        Follow(header, state, ref sink);
        var rest = datagram[HeaderBytes..];
        var present = Math.Min(rest.Length / NetFlow5Record.LengthBytes, header.Count);
        if (present > 0)
        {
            state.Count.Records += (uint)present;
            sink.OnRecords(header, rest[..(present * NetFlow5Record.LengthBytes)]);
        }

        return present < header.Count ? DecodeError.Truncated
            : rest.Length > present * NetFlow5Record.LengthBytes ? DecodeError.BadLength
            : DecodeError.None;
    }

    private static NetFlow5Header ReadHeader(ReadOnlySpan<byte> datagram, long receivedNanoseconds, ExporterLimits limits)
    {
        var header = new NetFlow5Header
        {
            Count = BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]),
            SysUptimeMilliseconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]),
            UnixSeconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[8..]),
            UnixNanoseconds = BinaryPrimitives.ReadUInt32BigEndian(datagram[12..]),
            FlowSequence = BinaryPrimitives.ReadUInt32BigEndian(datagram[16..]),
            EngineType = datagram[20],
            EngineId = datagram[21],
            SamplingField = BinaryPrimitives.ReadUInt16BigEndian(datagram[22..]),
            ReceivedNanoseconds = receivedNanoseconds,
        };
        return header with { Sampling = SamplingOf(header, limits) };
    }

    // An interval of 0 says nothing: exporters leave the field empty whether they sample or not.
    private static Sampling SamplingOf(in NetFlow5Header header, ExporterLimits limits)
    {
        if (limits.ConfiguredSamplingWins && limits.ConfiguredSampling(header.DomainId) is { Rate: > 0 } configured)
            return configured;
        if (header.SamplingInterval > 0)
            return new Sampling((uint)header.SamplingInterval, SamplingSource.Header);
        return limits.ConfiguredSampling(header.DomainId);
    }

    private static void Follow<TSink>(in NetFlow5Header header, ExporterState state, ref TSink sink)
        where TSink : struct, INetFlow5Sink, allows ref struct
    {
        state.Count.Messages++;
        var domain = state.Domains.Use(ExportFormat.NetFlow5, header.DomainId);
        var restarted = domain.Restart.Observe(header.UnixSeconds, header.SysUptimeMilliseconds);
        var isLate = false;
        if (domain.Sequence.TryJudge(header.FlowSequence, header.UnixSeconds, restarted, out var sequenceEvent))
        {
            state.Note(sequenceEvent);
            isLate = sequenceEvent.Kind == SequenceKind.Late;
            sink.OnSequence(header, sequenceEvent);
        }

        if (!isLate)
            domain.Sequence.Advance(header.FlowSequence, header.Count, uncertain: false, header.UnixSeconds);
    }
}
