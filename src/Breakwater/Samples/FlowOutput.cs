using System.Globalization;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Samples;

/// <summary>
/// A router that samples packets at random, 1 in N, and keeps flows of those it sampled. What it exports counts sampled packets:
/// the rate is stated beside them and nothing is scaled.
/// </summary>
internal abstract class FlowOutput : SampleOutput
{
    /// <summary>A flow that lasts longer is exported in pieces.</summary>
    public const long ActiveTimeoutNanoseconds = 60_000_000_000;

    /// <summary>A flow without packets for so long has ended.</summary>
    public const long IdleTimeoutNanoseconds = 15_000_000_000;

    /// <summary>Most flows in the cache.</summary>
    public const int MaximumFlows = 1 << 17;

    /// <summary>No flow waits longer for its datagram.</summary>
    private const long MaximumWaitNanoseconds = 1_000_000_000;

    private readonly DatagramFile _datagrams;
    private readonly SeededRandom _random;
    private readonly FlowCache _cache;
    private readonly byte[] _datagram = new byte[DatagramFile.MaximumDatagramBytes];
    private long _firstWaitingNanoseconds;
    private bool _waiting;
    private long _withoutIp;

    /// <param name="timeoutNanoseconds">Active and idle timeout of an impatient router; null: the usual ones.</param>
    protected FlowOutput(DatagramFile datagrams, uint samplingRate, SeededRandom random, long? timeoutNanoseconds = null)
    {
        (_datagrams, SamplingRate, _random) = (datagrams, samplingRate, random);
        _cache = new FlowCache(timeoutNanoseconds ?? ActiveTimeoutNanoseconds, timeoutNanoseconds ?? IdleTimeoutNanoseconds, MaximumFlows, Export);
    }

    public override IEnumerable<string> Omissions =>
        _withoutIp == 0 ? [] : [string.Create(CultureInfo.InvariantCulture, $"{_withoutIp} sampled packets without IP were left out: they belong to no flow")];

    protected uint SamplingRate { get; }

    protected ExporterClock Clock { get; } = new();

    public override void Add(in SeenPacket packet)
    {
        Clock.See(packet.Nanoseconds);
        if (packet.ChosenAmong == 1 && !_random.OneIn(SamplingRate))
            return;
        var flow = default(FlowRecord);
        PacketFlow.Read(packet.Frame, packet.OriginalLength, packet.Link, ref flow);
        if (!flow.Knows(FlowFields.Source | FlowFields.Destination))
        {
            _withoutIp++;
            return;
        }

        if (!CanExport(flow))
            return;
        flow.StartNanoseconds = packet.Nanoseconds;
        (flow.InputInterface, flow.OutputInterface) = (packet.InputInterface, packet.OutputInterface);
        _cache.Add(flow, OctetsOfLayer3(packet, flow));
    }

    public override void Finish()
    {
        _cache.Advance(long.MaxValue);
        if (_waiting)
            Flush(_firstWaitingNanoseconds + MaximumWaitNanoseconds);
    }

    /// <summary>False for flows that the format cannot hold; the output counts them.</summary>
    protected abstract bool CanExport(in FlowRecord flow);

    /// <summary>True when the waiting flows and this one fit into one datagram.</summary>
    protected abstract bool HasRoomFor(in FlowRecord flow);

    /// <summary>Keeps an ended flow for the next datagram.</summary>
    protected abstract void Keep(in FlowRecord flow, FlowEndReason reason);

    /// <summary>Writes the kept flows as one datagram.</summary>
    protected abstract ReadOnlySpan<byte> Build(Span<byte> buffer, long nanoseconds);

    private void Export(in FlowRecord flow, FlowEndReason reason, long nanoseconds)
    {
        if (_waiting && nanoseconds > _firstWaitingNanoseconds + MaximumWaitNanoseconds)
            Flush(_firstWaitingNanoseconds + MaximumWaitNanoseconds);
        if (_waiting && !HasRoomFor(flow))
            Flush(nanoseconds);
        if (!_waiting)
            (_waiting, _firstWaitingNanoseconds) = (true, nanoseconds);
        Keep(flow, reason);
    }

    private void Flush(long nanoseconds)
    {
        _waiting = false;
        _datagrams.Write(Build(_datagram, nanoseconds), nanoseconds);
    }

    /// <summary>The IP header's own length; where segmentation offload left it open, the frame's without what precedes that header.</summary>
    private static ulong OctetsOfLayer3(in SeenPacket packet, in FlowRecord flow) => flow.Knows(FlowFields.IpLength) && flow.IpLength > 0
        ? flow.IpLength
        : (ulong)Math.Max(0, packet.OriginalLength - FirstIpLayer.Find(packet.Frame, packet.Link).Offset);
}
