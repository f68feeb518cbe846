using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Fuzz.Targets;

/// <summary>What the sFlow targets share: seeds and tokens.</summary>
internal abstract class SflowInputs : FuzzTarget
{
    public override byte[][] Tokens =>
    [
        [0, 0, 0, 1], [0, 0, 0, 2], [0, 0, 0, 3], [0, 0, 0, 4], [0, 0, 0, 5], [0, 0, 0, 11], [0, 0, 0, 12], [0, 0, 0, 13], [0, 0, 0, 7], [0, 0, 3, 0xE9], [0, 0, 3, 0xEB],
        [0, 0, 3, 0xEC], [0, 0, 3, 0xEE], [0, 0, 4, 7], [0, 0, 7, 0xD0], [0, 0, 7, 0xD1], [0x3F, 0xFF, 0xFF, 0xFF], [0x80, 0, 0, 2], [0x40, 0, 1, 2], [0xFF, 0xFF, 0xFF, 0xFF],
    ];

    public override IEnumerable<byte[]> Seeds() => SflowSeeds.All();

    /// <summary>Restores the version and shortens the sample that runs past the end.</summary>
    public override void Repair(Span<byte> datagram)
    {
        if (datagram.Length < 28)
            return;
        BinaryPrimitives.WriteUInt32BigEndian(datagram, SflowDatagram.Version);
        var rest = datagram[(datagram[7] == 2 ? Math.Min(40, datagram.Length) : 28)..];
        while (rest.Length >= 8)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            if (length > rest.Length - 8)
            {
                BinaryPrimitives.WriteUInt32BigEndian(rest[4..], (uint)rest.Length - 8);
                return;
            }

            rest = rest[(8 + (int)length)..];
        }
    }
}

/// <summary>The sFlow decoder: datagram, samples, records, compared member by member.</summary>
internal sealed class SflowTarget : SflowInputs
{
    public override string Name => "sflow";

    public override PlantedBug Planted => new(FaultKind.Hang, "a sample of an unknown enterprise with length 0 is tried again and again");

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var datagram = input.ToArray();
        var sink = new Sink { Samples = [] };
        var error = Decode(datagram, ref sink);
        var oracle = NaiveSflow.Read(datagram);
        FuzzFault.Same("has a header", sink.HasHeader, oracle is not null);
        if (oracle is null)
            return new Outcome((ulong)error, false);
        FuzzFault.Same("header", sink.Header, (oracle.SubAgent, oracle.Sequence, oracle.Uptime, oracle.Announced));
        FuzzFault.Holds(oracle.Agent.Length == 0 || sink.Agent == PacketAgreement.ToAddress(oracle.Agent), "agent");
        Compare(sink.Samples, oracle.Samples.FindAll(sample => sample.IsWhole));
        AllocationMeter.ExpectNone(Allocated(datagram), () => Allocated(datagram));

        var signature = default(Signature);
        signature.Add((ulong)error);
        foreach (var sample in sink.Samples)
        {
            signature.Add(sample.Tag);
            signature.Add(sample.Input.Format | (sample.Output.Format << 8));
            foreach (var record in sample.Records)
                signature.Add(record.Tag);
        }

        return new Outcome(signature.Value, sink.Samples.Count > 0);
    }

    private static DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, ref TSink sink)
        where TSink : struct, ISflowSink, allows ref struct
    {
#if PLANTED_BUGS
        var rest = datagram.Length > 36 && datagram[7] == 1 ? datagram[28..] : [];
        while (rest.Length >= 8)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(rest[4..]);
            if (length > rest.Length - 8)
                break;
            rest = rest[(length == 0 && rest[0] != 0 ? 0 : 8 + (int)length)..];
        }
#endif
        return SflowDecoder.Decode(datagram, ref sink);
    }

    private static long Allocated(byte[] datagram)
    {
        var sink = default(Quiet);
        var meter = AllocationMeter.Start();
        Decode(datagram, ref sink);
        SflowDecoder.IsValid(datagram);
        return meter.Bytes;
    }

    private static void Compare(List<NaiveSflowSample> decoded, List<NaiveSflowSample> expected)
    {
        FuzzFault.Same("samples", decoded.Count, expected.Count);
        for (var i = 0; i < decoded.Count; i++)
        {
            var (one, two) = (decoded[i], expected[i]);
            FuzzFault.Same("type", one.Tag, two.Tag);
            FuzzFault.Same("sequence, source", (one.Sequence, one.SourceType, one.SourceIndex), (two.Sequence, two.SourceType, two.SourceIndex));
            FuzzFault.Same("rate, pool, drops, reason", (one.Rate, one.Pool, one.Drops, one.Reason), (two.Rate, two.Pool, two.Drops, two.Reason));
            FuzzFault.Same("interfaces", (one.Input, one.Output), (two.Input, two.Output));
            FuzzFault.Same($"records of sample {i}", one.Records.Count, two.Records.Count);
            for (var j = 0; j < one.Records.Count; j++)
            {
                FuzzFault.Same("record", one.Records[j].Tag, two.Records[j].Tag);
                FuzzFault.Holds(one.Records[j].Body.AsSpan().SequenceEqual(two.Records[j].Body), $"octets of record {one.Records[j].Tag}");
            }
        }
    }

    private struct Sink : ISflowSink
    {
        public List<NaiveSflowSample> Samples;
        public bool HasHeader;
        public Address Agent;
        public (uint SubAgent, uint Sequence, uint Uptime, uint Announced) Header;

        public void OnDatagram(in SflowDatagram datagram)
        {
            HasHeader = true;
            Agent = datagram.Agent;
            Header = (datagram.SubAgentId, datagram.SequenceNumber, datagram.UptimeMilliseconds, datagram.SampleCount);
        }

        public readonly void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample) => Add(
            new NaiveSflowSample
            {
                Tag = sample.IsExpanded ? 3u : 1u,
                Sequence = sample.SequenceNumber,
                SourceType = sample.Source.Type,
                SourceIndex = sample.Source.Index,
                Rate = sample.SamplingRate,
                Pool = sample.SamplePool,
                Drops = sample.Drops,
                Input = ((uint)sample.Input.Format, sample.Input.Value),
                Output = ((uint)sample.Output.Format, sample.Output.Value),
            },
            sample.Records);

        public readonly void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample) => Add(
            new NaiveSflowSample
            {
                Tag = sample.IsExpanded ? 4u : 2u,
                Sequence = sample.SequenceNumber,
                SourceType = sample.Source.Type,
                SourceIndex = sample.Source.Index,
            },
            sample.Records);

        public readonly void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample) => Add(
            new NaiveSflowSample
            {
                Tag = 5,
                Sequence = sample.SequenceNumber,
                SourceType = sample.Source.Type,
                SourceIndex = sample.Source.Index,
                Drops = sample.Drops,
                Input = (0, sample.InputIfIndex),
                Output = (0, sample.OutputIfIndex),
                Reason = sample.Reason,
            },
            sample.Records);

        public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample) =>
            Samples.Add(new NaiveSflowSample { Tag = sample.Tag.Value, Body = sample.Body.ToArray() });

        private readonly void Add(NaiveSflowSample sample, SflowRecords records)
        {
            foreach (var record in records)
                sample.Records.Add(new NaiveSflowRecord(record.Tag.Value, record.Body.ToArray()));
            Samples.Add(sample);
        }
    }

    private struct Quiet : ISflowSink
    {
        private int _records;

        public readonly void OnDatagram(in SflowDatagram datagram)
        {
        }

        public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample) => Walk(sample.Records);

        public void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample) => Walk(sample.Records);

        public void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample) => Walk(sample.Records);

        public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample)
        {
        }

        private void Walk(SflowRecords records)
        {
            foreach (var record in records)
                _records += record.Body.Length;
        }
    }
}
