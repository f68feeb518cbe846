using Breakwater.Bench.Harness;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Bench.Workloads;

/// <summary>sFlow datagrams of 7 samples with 128-byte headers, compact or expanded (with extended_switch beside the header).</summary>
internal sealed class SflowWorkload : Workload
{
    private readonly Datagrams _datagrams = new(BufferBytes);

    public SflowWorkload(string name, bool isExpanded, bool isFlood)
    {
        Name = name;
        Goal = isExpanded ? null : 30;
        Fill(isExpanded, isFlood);
    }

    public override string Name { get; }

    public override int? Goal { get; }

    public override ReadOnlyMemory<byte> Bytes => _datagrams.Bytes;

    public Datagrams Datagrams => _datagrams;

    private protected override void Pass<TSink>(ref TSink sink)
    {
        var before = GC.GetAllocatedBytesForCurrentThread();
        var samples = new Samples<TSink> { Sink = sink };
        for (var i = 0; i < _datagrams.Count; i++)
            SflowDecoder.Decode(_datagrams[i], ref samples);
        sink = samples.Sink;
        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private void Fill(bool isExpanded, bool isFlood)
    {
        var frames = new Frames(0x5EED, isTagged: isExpanded, isFlood);
        var buffer = new byte[2048];
        var header = new SflowDatagram { HasAgent = true, Agent = Address.FromIPv4(0xC0000201), UptimeMilliseconds = 3_600_000 };
        for (var sequence = 1u; ; sequence++)
        {
            var writer = new SflowWriter(buffer, header with { SequenceNumber = sequence });
            for (var i = 0u; i < 7; i++)
            {
                var frame = frames.Next(out var length);
                writer.BeginFlowSample(new SflowFlowSample
                {
                    SequenceNumber = (sequence * 7) + i,
                    Source = new SflowSource(0, 12),
                    SamplingRate = 2048,
                    SamplePool = sequence * 7 * 2048,
                    Input = new SflowInterface(SflowInterfaceFormat.Index, 12),
                    Output = new SflowInterface(SflowInterfaceFormat.Index, 15),
                    IsExpanded = isExpanded,
                });
                writer.WriteRawHeader(1, (uint)length + 4, 4, frame[..Math.Min(128, frame.Length)]);
                if (isExpanded)
                    writer.WriteExtendedSwitch(100, 0, 200, 0);
                writer.EndSample();
            }

            if (!_datagrams.TryAdd(writer.Written))
                return;
        }
    }

    private struct Samples<TSink> : ISflowSink
        where TSink : struct, IFlowSink
    {
        public TSink Sink;
        private FlowRecord _flow;

        public readonly void OnDatagram(in SflowDatagram datagram)
        {
        }

        public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
        {
            SflowFlow.Read(datagram, sample, ref _flow);
            Sink.OnFlow(_flow);
        }

        public readonly void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample)
        {
        }

        public readonly void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample)
        {
        }

        public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample)
        {
        }
    }
}
