using Breakwater.Wire.Packet;
using Breakwater.Wire.Sflow;

namespace Breakwater.Samples;

/// <summary>
/// An sFlow v5 agent (sFlow.org, "sFlow Version 5", §4.2 and §5): every packet of an interface is counted into its sample pool, and
/// each is sampled with the same chance, so that the skip between two samples is random (geometric) with the sampling rate as mean.
/// </summary>
internal sealed class SflowOutput(DatagramFile datagrams, uint samplingRate, SeededRandom random) : SampleOutput
{
    public const ushort CollectorPort = 6343;

    /// <summary>Most header bytes of one sample, as the specification recommends.</summary>
    public const int HeaderBytes = 128;

    /// <summary>No sample waits longer for its datagram (§4.2.3: at most a second).</summary>
    private const long MaximumWaitNanoseconds = 1_000_000_000;

    private const int SamplesPerDatagram = 7;
    private const int FrameCheckSequenceBytes = 4;

    private readonly byte[] _datagram = new byte[DatagramFile.MaximumDatagramBytes];
    private readonly Sample[] _waiting = [.. Enumerable.Range(0, SamplesPerDatagram).Select(_ => new Sample())];
    private readonly Dictionary<uint, DataSource> _sources = [];
    private readonly ExporterClock _clock = new();
    private int _waitingCount;
    private uint _sequence;
    private long _withoutHeader;

    public override IEnumerable<string> Omissions => _withoutHeader == 0 ? []
        : [$"{_withoutHeader} sampled packets without IP on a link that sFlow has no number for were left out"];

    public override void Add(in SeenPacket packet)
    {
        _clock.See(packet.Nanoseconds);
        if (_waitingCount > 0 && packet.Nanoseconds > _waiting[0].Nanoseconds + MaximumWaitNanoseconds)
            Flush(_waiting[0].Nanoseconds + MaximumWaitNanoseconds);
        if (!_sources.TryGetValue(packet.InputInterface, out var source))
            _sources.Add(packet.InputInterface, source = new DataSource());
        source.Pool += packet.ChosenAmong;
        if (packet.ChosenAmong == 1 && !random.OneIn(samplingRate))
            return;

        var (protocol, offset) = HeaderOf(packet);
        if (protocol == 0)
        {
            _withoutHeader++;
            return;
        }

        Take(packet, protocol, offset, source);
        if (_waitingCount == SamplesPerDatagram)
            Flush(packet.Nanoseconds);
    }

    public override void Finish()
    {
        if (_waitingCount > 0)
            Flush(_waiting[0].Nanoseconds + MaximumWaitNanoseconds);
    }

    private void Take(in SeenPacket packet, uint protocol, int offset, DataSource source)
    {
        var sample = _waiting[_waitingCount++];
        var header = packet.Frame[offset..];
        sample.HeaderLength = Math.Min(header.Length, HeaderBytes);
        header[..sample.HeaderLength].CopyTo(sample.Header);
        sample.Nanoseconds = packet.Nanoseconds;
        sample.Protocol = protocol;
        // The length on the network counts the frame check sequence; captures do not hold it, so it was stripped.
        sample.Stripped = protocol == SflowHeaderProtocol.Ethernet ? FrameCheckSequenceBytes : 0u;
        sample.FrameLength = (uint)(Math.Max(packet.OriginalLength, packet.Frame.Length) - offset) + sample.Stripped;
        sample.Sequence = ++source.Sequence;
        sample.Pool = source.Pool;
        (sample.Input, sample.Output) = (packet.InputInterface, packet.OutputInterface);
    }

    private void Flush(long nanoseconds)
    {
        var writer = new SflowWriter(_datagram, new SflowDatagram
        {
            Agent = DocumentationSpace.Exporter,
            HasAgent = true,
            SequenceNumber = ++_sequence,
            UptimeMilliseconds = _clock.UptimeMilliseconds(nanoseconds),
        });
        foreach (var sample in _waiting.AsSpan(0, _waitingCount))
        {
            writer.BeginFlowSample(new SflowFlowSample
            {
                SequenceNumber = sample.Sequence,
                Source = new SflowSource(Type: 0, sample.Input),
                SamplingRate = samplingRate,
                SamplePool = sample.Pool,
                Input = new SflowInterface(SflowInterfaceFormat.Index, sample.Input),
                Output = new SflowInterface(SflowInterfaceFormat.Index, sample.Output),
            });
            writer.WriteRawHeader(sample.Protocol, sample.FrameLength, sample.Stripped, sample.Header.AsSpan(0, sample.HeaderLength));
            writer.EndSample();
        }

        if (writer.Overflowed)
            throw new InvalidOperationException("an sFlow datagram does not fit its buffer");
        _waitingCount = 0;
        datagrams.Write(writer.Written, nanoseconds);
    }

    /// <summary>header_protocol, and where in the frame that header begins; links without a number are passed over up to their IP header.</summary>
    private static (uint Protocol, int Offset) HeaderOf(in SeenPacket packet)
    {
        switch (packet.Link)
        {
            case LinkType.Ethernet:
                return (SflowHeaderProtocol.Ethernet, 0);
            case LinkType.FrameRelay:
                return (SflowHeaderProtocol.FrameRelay, 0);
            case LinkType.Ppp:
                return (SflowHeaderProtocol.Ppp, 0);
            case LinkType.PppHdlc:
                return (SflowHeaderProtocol.Pos, 0);
            case LinkType.Mpls:
                return (SflowHeaderProtocol.Mpls, 0);
            default:
                var first = FirstIpLayer.Find(packet.Frame, packet.Link);
                return first.Version switch
                {
                    4 => (SflowHeaderProtocol.IPv4, first.Offset),
                    6 => (SflowHeaderProtocol.IPv6, first.Offset),
                    _ => (0, 0),
                };
        }
    }

    /// <summary>Counters of one interface (sFlowDataSource).</summary>
    private sealed class DataSource
    {
        public uint Pool;
        public uint Sequence;
    }

    private sealed class Sample
    {
        public readonly byte[] Header = new byte[HeaderBytes];
        public int HeaderLength;
        public long Nanoseconds;
        public uint Protocol;
        public uint FrameLength;
        public uint Stripped;
        public uint Sequence;
        public uint Pool;
        public uint Input;
        public uint Output;
    }
}

/// <summary>Values of header_protocol (sFlow v5 §5.3) that are written here.</summary>
internal static class SflowHeaderProtocol
{
    public const uint Ethernet = 1;
    public const uint FrameRelay = 5;
    public const uint Ppp = 7;
    public const uint IPv4 = 11;
    public const uint IPv6 = 12;
    public const uint Mpls = 13;
    public const uint Pos = 14;
}
