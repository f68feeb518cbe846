using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Sflow;

/// <summary>A record as a value.</summary>
internal sealed record RecordModel(uint Tag, string Body);

/// <summary>A sample of any type as a value; members that the type lacks are 0.</summary>
internal sealed record SampleModel(
    uint Type, uint Sequence, SflowSource Source, uint Rate, uint Pool, uint Drops, SflowInterface Input, SflowInterface Output, uint Reason, string Body)
{
    public List<RecordModel> Records { get; init; } = [];

    public bool Equals(SampleModel? other) => other is not null
        && (Type, Sequence, Source, Rate, Pool, Drops) == (other.Type, other.Sequence, other.Source, other.Rate, other.Pool, other.Drops)
        && (Input, Output, Reason, Body) == (other.Input, other.Output, other.Reason, other.Body)
        && Records.SequenceEqual(other.Records);

    public override int GetHashCode() => HashCode.Combine(Type, Sequence);
}

/// <summary>Collects all that a datagram holds.</summary>
internal struct SflowCollector() : ISflowSink
{
    public SflowDatagram Datagram;
    public int Headers;
    public List<SampleModel> Samples { get; } = [];
    public List<DecodeError> RecordErrors { get; } = [];
    public List<FlowRecord> Flows { get; } = [];
    public List<DecodeError> FlowErrors { get; } = [];

    public void OnDatagram(in SflowDatagram datagram)
    {
        Datagram = datagram;
        Headers++;
    }

    public readonly void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
    {
        var type = sample.IsExpanded ? SflowSampleType.ExpandedFlow : SflowSampleType.Flow;
        Samples.Add(new SampleModel(
            type, sample.SequenceNumber, sample.Source, sample.SamplingRate, sample.SamplePool, sample.Drops, sample.Input, sample.Output, 0, "")
        {
            Records = Collect(sample.Records),
        });
        var flow = default(FlowRecord);
        FlowErrors.Add(SflowFlow.Read(datagram, sample, ref flow));
        Flows.Add(flow);
    }

    public readonly void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample)
    {
        var type = sample.IsExpanded ? SflowSampleType.ExpandedCounters : SflowSampleType.Counters;
        Samples.Add(new SampleModel(type, sample.SequenceNumber, sample.Source, 0, 0, 0, default, default, 0, "") { Records = Collect(sample.Records) });
    }

    public readonly void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample)
    {
        Samples.Add(new SampleModel(SflowSampleType.DiscardedPacket, sample.SequenceNumber, sample.Source, 0, 0, sample.Drops,
            new SflowInterface(0, sample.InputIfIndex), new SflowInterface(0, sample.OutputIfIndex), sample.Reason, "")
        {
            Records = Collect(sample.Records),
        });
        var flow = default(FlowRecord);
        FlowErrors.Add(SflowFlow.Read(datagram, sample, ref flow));
        Flows.Add(flow);
    }

    public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample) =>
        Samples.Add(new SampleModel(sample.Tag.Value, 0, default, 0, 0, 0, default, default, 0, Convert.ToHexString(sample.Body)));

    private readonly List<RecordModel> Collect(SflowRecords records)
    {
        var list = new List<RecordModel>();
        foreach (var record in records)
            list.Add(new RecordModel(record.Tag.Value, Convert.ToHexString(record.Body)));
        RecordErrors.Add(records.Validate());
        return list;
    }

    public static DecodeError Decode(ReadOnlySpan<byte> datagram, out SflowCollector sink)
    {
        sink = new SflowCollector();
        return SflowDecoder.Decode(datagram, ref sink);
    }
}

/// <summary>Random datagrams and what must be found in them.</summary>
internal static class SflowModels
{
    public static List<SampleModel> Samples(Random random) =>
        [.. Enumerable.Range(0, random.Next(6)).Select(_ => Sample(random))];

    public static SflowDatagram Header(Random random)
    {
        var known = random.Next(5) > 0;
        return new SflowDatagram
        {
            HasAgent = known,
            Agent = !known ? default : random.Next(2) == 0 ? Address.FromIPv4(0xC0000200u + (uint)random.Next(256)) : Address.Parse("2001:db8::7"),
            SubAgentId = (uint)random.Next(),
            SequenceNumber = (uint)random.NextInt64(uint.MaxValue),
            UptimeMilliseconds = (uint)random.Next(),
        };
    }

    private static SampleModel Sample(Random random)
    {
        var type = (uint)random.Next(1, 7);
        if (type > 5)
            return new SampleModel((uint)random.Next(4096, int.MaxValue), 0, default, 0, 0, 0, default, default, 0, Hex(random, 4 * random.Next(9)));
        var isExpanded = type >= 3;
        var source = new SflowSource((uint)random.Next(isExpanded ? 1000 : 256), (uint)random.Next(isExpanded ? int.MaxValue : 1 << 24));
        var isFlow = type is 1 or 3;
        var isDiscard = type == 5;
        return new SampleModel(type, (uint)random.Next(), source, isFlow ? (uint)random.Next() : 0, isFlow ? (uint)random.Next() : 0,
            isFlow || isDiscard ? (uint)random.Next() : 0,
            isFlow ? Interface(random, isExpanded) : isDiscard ? new SflowInterface(0, (uint)random.Next()) : default,
            isFlow ? Interface(random, isExpanded) : isDiscard ? new SflowInterface(0, (uint)random.Next()) : default,
            isDiscard ? (uint)random.Next(300) : 0, "")
        {
            Records = [.. Enumerable.Range(0, random.Next(4)).Select(_ => new RecordModel((uint)random.Next(5000), Hex(random, random.Next(60))))],
        };
    }

    private static SflowInterface Interface(Random random, bool isExpanded) =>
        new((SflowInterfaceFormat)random.Next(4), (uint)random.NextInt64(isExpanded ? uint.MaxValue : 0x40000000));

    private static string Hex(Random random, int length)
    {
        var bytes = new byte[length];
        random.NextBytes(bytes);
        return Convert.ToHexString(bytes);
    }

    public static byte[] Write(SflowDatagram header, IEnumerable<SampleModel> samples)
    {
        var buffer = new byte[65536];
        var writer = new SflowWriter(buffer, header);
        foreach (var sample in samples)
            Write(ref writer, sample);
        Assert.False(writer.Overflowed);
        return writer.Written.ToArray();
    }

    private static void Write(ref SflowWriter writer, SampleModel sample)
    {
        switch (sample.Type)
        {
            case 1 or 3:
                writer.BeginFlowSample(new SflowFlowSample
                {
                    SequenceNumber = sample.Sequence,
                    Source = sample.Source,
                    SamplingRate = sample.Rate,
                    SamplePool = sample.Pool,
                    Drops = sample.Drops,
                    Input = sample.Input,
                    Output = sample.Output,
                    IsExpanded = sample.Type == 3,
                });
                break;
            case 2 or 4:
                writer.BeginCounterSample(new SflowCounterSample { SequenceNumber = sample.Sequence, Source = sample.Source, IsExpanded = sample.Type == 4 });
                break;
            case 5:
                writer.BeginDiscardedPacket(new SflowDiscardedPacket
                {
                    SequenceNumber = sample.Sequence,
                    Source = sample.Source,
                    Drops = sample.Drops,
                    InputIfIndex = sample.Input.Value,
                    OutputIfIndex = sample.Output.Value,
                    Reason = sample.Reason,
                });
                break;
            default:
                writer.WriteSample(new SflowTag(sample.Type), Convert.FromHexString(sample.Body));
                return;
        }

        foreach (var record in sample.Records)
            writer.WriteRecord(new SflowTag(record.Tag), Convert.FromHexString(record.Body));
        writer.EndSample();
    }
}
