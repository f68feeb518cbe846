using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Samples;

/// <summary>What an sFlow sample tells besides the flow.</summary>
internal readonly record struct SflowSampleHeader(uint Sequence, uint Pool, uint Rate, uint DataSource, uint Drops, byte[] Header);

/// <summary>Decodes the datagrams of a telemetry sample with the product's decoders.</summary>
internal sealed class Exports
{
    private readonly ExporterState _state = new();

    private Exports()
    {
    }

    public List<FlowRecord> Flows { get; } = [];

    public List<SflowSampleHeader> SflowSamples { get; } = [];

    public List<uint> SflowSequences { get; } = [];

    /// <summary>What the exporter's sequence numbers say about loss and disorder.</summary>
    public ulong SequenceFaults
    {
        get
        {
            ref readonly var counters = ref _state.Counters;
            return counters.Lost + counters.AmbiguousLost + counters.Resets + counters.LateMessages;
        }
    }

    public List<long> Times { get; } = [];

    /// <summary>Reads a capture of one exporter's datagrams, all or all but one.</summary>
    public static Exports Read(string path, int without = -1)
    {
        var exports = new Exports();
        foreach (var (index, (frame, nanoseconds)) in SampleFiles.Frames(path).Index())
        {
            if (index == without)
                continue;
            var flow = SampleFiles.Flow(frame);
            Assert.Equal(Address.Parse("192.0.2.250"), flow.Source);
            Assert.Equal(Address.Parse("192.0.2.251"), flow.Destination);
            Assert.Equal(1, flow.TimeToLive);
            exports.Times.Add(nanoseconds);
            Assert.Equal(DecodeError.None, exports.Decode(SampleFiles.Datagram(frame), flow.DestinationPort, nanoseconds));
        }

        return exports;
    }

    /// <summary>Reads messages that stand back to back.</summary>
    public static Exports ReadMessages(ReadOnlySpan<byte> file)
    {
        var exports = new Exports();
        while (!file.IsEmpty)
        {
            var length = (file[2] << 8) | file[3];
            Assert.Equal(DecodeError.None, exports.Decode(file[..length], 4739, 0));
            file = file[length..];
        }

        return exports;
    }

    private DecodeError Decode(ReadOnlySpan<byte> datagram, ushort port, long nanoseconds)
    {
        if (port == 6343)
        {
            var samples = new Samples(this);
            return SflowDecoder.Decode(datagram, ref samples);
        }

        var flows = new FlowExtractor<List>(new List(Flows));
        return (port, datagram[1]) switch
        {
            (2055, 5) => NetFlow5Decoder.Decode(datagram, nanoseconds, _state, ref flows),
            (2055, 9) => NetFlow9Decoder.Decode(datagram, nanoseconds, _state, ref flows),
            (4739, 10) => IpfixDecoder.Decode(datagram, nanoseconds, _state, ref flows),
            _ => DecodeError.BadVersion,
        };
    }

    private readonly struct List(List<FlowRecord> flows) : IFlowSink
    {
        public void OnFlow(in FlowRecord flow) => flows.Add(flow);
    }

    private readonly struct Samples(Exports exports) : ISflowSink
    {
        public void OnDatagram(in SflowDatagram datagram)
        {
            Assert.Equal(Address.Parse("192.0.2.250"), datagram.Agent);
            exports.SflowSequences.Add(datagram.SequenceNumber);
        }

        public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
        {
            var flow = default(FlowRecord);
            Assert.Equal(DecodeError.None, SflowFlow.Read(datagram, sample, ref flow));
            exports.Flows.Add(flow);
            var records = sample.Records.GetEnumerator();
            Assert.True(records.MoveNext());
            Assert.True(SflowRawHeader.TryRead(records.Body, out var raw));
            exports.SflowSamples.Add(new SflowSampleHeader(
                sample.SequenceNumber, sample.SamplePool, sample.SamplingRate, sample.Source.Index, sample.Drops, raw.Header.ToArray()));
        }

        public void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample) => Assert.Fail("no counters are written");

        public void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample) => Assert.Fail("no discards are written");

        public void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample) => Assert.Fail("a sample of unknown type");
    }
}
