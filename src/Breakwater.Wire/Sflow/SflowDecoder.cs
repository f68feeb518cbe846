using System.Buffers.Binary;

namespace Breakwater.Wire.Sflow;

/// <summary>Decodes sFlow version 5 datagrams (sflow_version_5.txt; discarded packets: sflow_drops.txt).</summary>
public static class SflowDecoder
{
    private const int IPv4HeaderBytes = 28;
    private const int SampleHeaderBytes = 8;

    /// <summary>Decodes one datagram (<c>sample_datagram_v5</c>).</summary>
    /// <param name="datagram">The UDP payload.</param>
    /// <param name="sink">Gets the header, then each sample. A sample with a wrong inner length is left out; the next one is found by the outer length.</param>
    /// <returns>The first fault; what was accepted before or after it stays valid. Faults within a sample's records are the records' own:
    /// <see cref="SflowRecords.Validate"/>.</returns>
    public static DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, ref TSink sink)
        where TSink : struct, ISflowSink, allows ref struct
    {
        var error = ReadHeader(datagram, out var header, out var rest);
        if (error != DecodeError.None)
            return error;
        sink.OnDatagram(header);
        if (header.SampleCount > (uint)rest.Length / SampleHeaderBytes)
            error = DecodeError.BadCount;
        for (var left = header.SampleCount; left > 0; left--)
        {
            if (rest.Length < SampleHeaderBytes)
                return error != DecodeError.None ? error : DecodeError.Truncated;
            var tag = BinaryPrimitives.ReadUInt32BigEndian(rest);
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            if (length > (uint)rest.Length - SampleHeaderBytes)
                return error != DecodeError.None ? error : DecodeError.Truncated;
            var fault = ReadSample(header, new SflowTag(tag), rest.Slice(SampleHeaderBytes, (int)length), ref sink);
            if (error == DecodeError.None)
                error = fault;
            rest = rest[(SampleHeaderBytes + (int)length)..];
        }

        return error == DecodeError.None && !rest.IsEmpty ? DecodeError.BadLength : error;
    }

    /// <summary>True when version, every length and every count are valid throughout: what may be taken for sFlow on an unusual port.</summary>
    public static bool IsValid(ReadOnlySpan<byte> datagram)
    {
        var sink = new ValidatingSink();
        return Decode(datagram, ref sink) == DecodeError.None && !sink.HasFault && sink.Samples > 0;
    }

    private static DecodeError ReadHeader(ReadOnlySpan<byte> datagram, out SflowDatagram header, out ReadOnlySpan<byte> rest)
    {
        header = default;
        rest = default;
        if (datagram.Length < 8)
            return DecodeError.Truncated;
        if (BinaryPrimitives.ReadUInt32BigEndian(datagram) != SflowDatagram.Version)
            return DecodeError.BadVersion;
        var addressLength = BinaryPrimitives.ReadUInt32BigEndian(datagram[4..]) switch { 0 => 0, 1 => 4, 2 => 16, _ => -1 };
        if (addressLength < 0)
            return DecodeError.BadValue;
        var length = IPv4HeaderBytes - 4 + addressLength;
        if (datagram.Length < length)
            return DecodeError.Truncated;
        var fields = datagram[(8 + addressLength)..length];
        header = new SflowDatagram
        {
            HasAgent = Address.TryRead(datagram.Slice(8, addressLength), out var agent),
            Agent = agent,
            SubAgentId = BinaryPrimitives.ReadUInt32BigEndian(fields),
            SequenceNumber = BinaryPrimitives.ReadUInt32BigEndian(fields[4..]),
            UptimeMilliseconds = BinaryPrimitives.ReadUInt32BigEndian(fields[8..]),
            SampleCount = BinaryPrimitives.ReadUInt32BigEndian(fields[12..]),
        };
        rest = datagram[length..];
        return DecodeError.None;
    }

    private static DecodeError ReadSample<TSink>(in SflowDatagram datagram, SflowTag tag, ReadOnlySpan<byte> body, ref TSink sink)
        where TSink : struct, ISflowSink, allows ref struct
    {
        switch (tag.Value)
        {
            case SflowSampleType.Flow:
                return ReadFlowSample(datagram, body, ref sink);
            case SflowSampleType.ExpandedFlow:
                return ReadExpandedFlowSample(datagram, body, ref sink);
            case SflowSampleType.Counters:
                return ReadCounterSample(datagram, body, isExpanded: false, ref sink);
            case SflowSampleType.ExpandedCounters:
                return ReadCounterSample(datagram, body, isExpanded: true, ref sink);
            case SflowSampleType.DiscardedPacket:
                return ReadDiscardedPacket(datagram, body, ref sink);
            default:
                sink.OnUnknownSample(datagram, new SflowUnknownSample { Tag = tag, Body = body });
                return DecodeError.None;
        }
    }

    // sequence_number, source_id (type 8 bits, index 24), sampling_rate, sample_pool, drops, input, output, flow_records<>
    private static DecodeError ReadFlowSample<TSink>(in SflowDatagram datagram, ReadOnlySpan<byte> body, ref TSink sink)
        where TSink : struct, ISflowSink, allows ref struct
    {
        if (body.Length < 32)
            return DecodeError.BadLength;
        var head = body[..32];
        var source = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        sink.OnFlowSample(datagram, new SflowFlowSample
        {
            SequenceNumber = BinaryPrimitives.ReadUInt32BigEndian(head),
            Source = new SflowSource(source >> 24, source & 0xFFFFFF),
            SamplingRate = BinaryPrimitives.ReadUInt32BigEndian(head[8..]),
            SamplePool = BinaryPrimitives.ReadUInt32BigEndian(head[12..]),
            Drops = BinaryPrimitives.ReadUInt32BigEndian(head[16..]),
            Input = SflowInterface.FromCompact(BinaryPrimitives.ReadUInt32BigEndian(head[20..])),
            Output = SflowInterface.FromCompact(BinaryPrimitives.ReadUInt32BigEndian(head[24..])),
            Records = new SflowRecords(BinaryPrimitives.ReadUInt32BigEndian(head[28..]), body[32..]),
        });
        return DecodeError.None;
    }

    // The same with source_id, input and output in two words each.
    private static DecodeError ReadExpandedFlowSample<TSink>(in SflowDatagram datagram, ReadOnlySpan<byte> body, ref TSink sink)
        where TSink : struct, ISflowSink, allows ref struct
    {
        if (body.Length < 44)
            return DecodeError.BadLength;
        var head = body[..44];
        sink.OnFlowSample(datagram, new SflowFlowSample
        {
            SequenceNumber = BinaryPrimitives.ReadUInt32BigEndian(head),
            Source = ReadSource(head[4..]),
            SamplingRate = BinaryPrimitives.ReadUInt32BigEndian(head[12..]),
            SamplePool = BinaryPrimitives.ReadUInt32BigEndian(head[16..]),
            Drops = BinaryPrimitives.ReadUInt32BigEndian(head[20..]),
            Input = ReadInterface(head[24..]),
            Output = ReadInterface(head[32..]),
            IsExpanded = true,
            Records = new SflowRecords(BinaryPrimitives.ReadUInt32BigEndian(head[40..]), body[44..]),
        });
        return DecodeError.None;
    }

    // sequence_number, source_id (one word, or two when expanded), counters<>
    private static DecodeError ReadCounterSample<TSink>(in SflowDatagram datagram, ReadOnlySpan<byte> body, bool isExpanded, ref TSink sink)
        where TSink : struct, ISflowSink, allows ref struct
    {
        var head = isExpanded ? 16 : 12;
        if (body.Length < head)
            return DecodeError.BadLength;
        var source = BinaryPrimitives.ReadUInt32BigEndian(body[4..]);
        sink.OnCounterSample(datagram, new SflowCounterSample
        {
            SequenceNumber = BinaryPrimitives.ReadUInt32BigEndian(body),
            Source = isExpanded ? ReadSource(body[4..]) : new SflowSource(source >> 24, source & 0xFFFFFF),
            IsExpanded = isExpanded,
            Records = new SflowRecords(BinaryPrimitives.ReadUInt32BigEndian(body[(head - 4)..]), body[head..]),
        });
        return DecodeError.None;
    }

    // sequence_number, source_id (two words), drops, inputifindex, outputifindex, reason, discard_records<>
    private static DecodeError ReadDiscardedPacket<TSink>(in SflowDatagram datagram, ReadOnlySpan<byte> body, ref TSink sink)
        where TSink : struct, ISflowSink, allows ref struct
    {
        if (body.Length < 32)
            return DecodeError.BadLength;
        sink.OnDiscardedPacket(datagram, new SflowDiscardedPacket
        {
            SequenceNumber = BinaryPrimitives.ReadUInt32BigEndian(body),
            Source = ReadSource(body[4..]),
            Drops = BinaryPrimitives.ReadUInt32BigEndian(body[12..]),
            InputIfIndex = BinaryPrimitives.ReadUInt32BigEndian(body[16..]),
            OutputIfIndex = BinaryPrimitives.ReadUInt32BigEndian(body[20..]),
            Reason = BinaryPrimitives.ReadUInt32BigEndian(body[24..]),
            Records = new SflowRecords(BinaryPrimitives.ReadUInt32BigEndian(body[28..]), body[32..]),
        });
        return DecodeError.None;
    }

    private static SflowSource ReadSource(ReadOnlySpan<byte> bytes) =>
        new(BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private static SflowInterface ReadInterface(ReadOnlySpan<byte> bytes) =>
        new((SflowInterfaceFormat)BinaryPrimitives.ReadUInt32BigEndian(bytes), BinaryPrimitives.ReadUInt32BigEndian(bytes[4..]));

    private struct ValidatingSink : ISflowSink
    {
        public int Samples;
        public bool HasFault;

        public readonly void OnDatagram(in SflowDatagram datagram)
        {
        }

        public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample) => Check(sample.Records);

        public void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample) => Check(sample.Records);

        public void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample) => Check(sample.Records);

        // Enterprises do define samples, but a datagram of nothing else is no evidence.
        public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample)
        {
        }

        private void Check(SflowRecords records)
        {
            Samples++;
            HasFault |= records.Validate() != DecodeError.None;
        }
    }
}
