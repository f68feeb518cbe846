using System.Globalization;
using Breakwater.Wire;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Samples;

/// <summary>NetFlow v5: IPv4 only, the sampling rate in every header.</summary>
internal sealed class NetFlow5Output(DatagramFile datagrams, uint samplingRate, SeededRandom random) : FlowOutput(datagrams, samplingRate, random)
{
    public const ushort CollectorPort = 2055;

    // Mode 2 in the top two bits: packets are chosen at random.
    private const int RandomSampling = 2 << 14;

    private readonly NetFlow5Fields[] _kept = new NetFlow5Fields[NetFlow5Decoder.UsualMaxRecords];
    private int _count;
    private uint _sequence;
    private long _ipv6;

    public override IEnumerable<string> Omissions => _ipv6 == 0 ? base.Omissions
        : [.. base.Omissions, string.Create(CultureInfo.InvariantCulture, $"{_ipv6} sampled IPv6 packets were left out: NetFlow v5 knows IPv4 only")];

    protected override bool CanExport(in FlowRecord flow)
    {
        _ipv6 += flow.Source.IsIPv4 ? 0 : 1;
        return flow.Source.IsIPv4;
    }

    protected override bool HasRoomFor(in FlowRecord flow) => _count < _kept.Length;

    protected override void Keep(in FlowRecord flow, FlowEndReason reason) => _kept[_count++] = new NetFlow5Fields
    {
        SourceAddress = flow.Source.IPv4,
        DestinationAddress = flow.Destination.IPv4,
        InputInterface = (ushort)Math.Min(flow.InputInterface, ushort.MaxValue),
        OutputInterface = (ushort)Math.Min(flow.OutputInterface, ushort.MaxValue),
        Packets = (uint)flow.Packets,
        Bytes = (uint)flow.Bytes,
        FirstMilliseconds = Clock.UptimeMilliseconds(flow.StartNanoseconds),
        LastMilliseconds = Clock.UptimeMilliseconds(flow.EndNanoseconds),
        SourcePort = flow.SourcePort,
        DestinationPort = flow.Protocol == IpProtocol.Icmp ? flow.IcmpTypeCode : flow.DestinationPort,
        TcpFlags = (byte)flow.TcpFlags,
        Protocol = flow.Protocol,
        TypeOfService = flow.TypeOfService,
    };

    protected override ReadOnlySpan<byte> Build(Span<byte> buffer, long nanoseconds)
    {
        var (seconds, rest) = Math.DivRem(nanoseconds, 1_000_000_000);
        var writer = new NetFlow5Writer(buffer, new NetFlow5Header
        {
            SysUptimeMilliseconds = Clock.UptimeMilliseconds(nanoseconds),
            UnixSeconds = (uint)seconds,
            UnixNanoseconds = (uint)rest,
            FlowSequence = _sequence,
            SamplingField = (ushort)(RandomSampling | SamplingRate),
        });
        foreach (var fields in _kept.AsSpan(0, _count))
            writer.Record(fields);
        if (!writer.TryFinish(out var packet))
            throw new InvalidOperationException("a NetFlow v5 packet does not fit its buffer");
        _sequence += (uint)_count;
        _count = 0;
        return buffer[..packet.Length];
    }
}
