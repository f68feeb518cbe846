using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>Takes the telemetry that a capture holds.</summary>
internal interface ITelemetrySink
{
    /// <summary>True when it was telemetry: it gave a record, a template or a set that is counted as undecodable.</summary>
    bool OnTelemetry(Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds);

    /// <summary>The exporter's present session is over: nothing more comes for its waiting sets.</summary>
    void OnSessionEnd(Exporter exporter);
}

/// <summary>
/// Finds telemetry in captured frames: by its usual ports, by <c>--as</c>, or, on any other UDP port, when version, lengths and
/// counts are valid throughout (the exporter is then marked as guessed). Fragmented datagrams and TCP streams are put together.
/// </summary>
internal sealed class CaptureTelemetry(InputOptions options, ExporterDirectory exporters)
{
    /// <summary>Most senders of templates on unusual ports; data sets of further ones stay packets too.</summary>
    public const int MaximumBelieved = 1024;

    /// <summary>Most sources on unusual ports whose data sets are read although no template came yet.</summary>
    public const int MaximumDoubted = 64;

    private const byte Tcp = 6;
    private const byte Udp = 17;

    private readonly UdpFragments _fragments = new();
    private readonly IpfixTcpStreams _streams = new();

    // Senders of templates on unusual ports: without one, data sets there are only octets.
    private readonly HashSet<(Address Source, ushort Port, InputKind Kind)> _believed = [];
    private readonly HashSet<Address> _doubted = [];
    private long _lastNanoseconds;

    /// <summary>True when the frame was telemetry; what it completed went to the sink.</summary>
    public bool TryRead<TSink>(in PcapPacket packet, ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        if (options.Kind == InputKind.Packets || PlainFrame.HoldsNone(in packet))
            return false;
        var innermost = default(InnermostLayer);
        PacketDissector.Dissect(packet.Data, packet.Link, ref innermost);
        if (!innermost.Found)
            return false;
        ref readonly var layer = ref innermost.Layer;
        return layer.Protocol switch
        {
            Udp when layer.IsLaterFragment || layer.MoreFragments => TryFragment(packet, layer, ref sink),
            Udp when layer.Knows(IpFields.Ports | IpFields.Payload) => TryDatagram(
                packet, layer.Source, layer.SourcePort, layer.DestinationPort, packet.Data.Slice(layer.PayloadOffset, layer.PayloadLength), ref sink),
            Tcp => TryStream(packet, layer, ref sink),
            _ => false,
        };
    }

    private bool TryDatagram<TSink>(
        in PcapPacket packet, Address source, ushort sourcePort, ushort destinationPort, ReadOnlySpan<byte> payload, ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        var forced = options.TelemetryKind;
        var kind = TelemetryRecognition.ByVersion(payload);
        if (kind == InputKind.Unknown || (forced != InputKind.Unknown && kind != forced))
            return false;
        var isGuess = forced == InputKind.Unknown && !TelemetryRecognition.IsUsualPort(destinationPort);
        var hasTemplates = false;
        if (!(isGuess
            ? TelemetryRecognition.IsWhole(kind, payload, out hasTemplates)
            : TelemetryRecognition.MayGiveSomething(kind, payload)))
            return false;
        // Data sets whose sender never showed a template there are read, but stay packets too: else they could hide a flood.
        var isBelieved = !isGuess || hasTemplates || kind is not (InputKind.NetFlow9 or InputKind.Ipfix)
            || _believed.Contains((source, destinationPort, kind));
        // And forged sources must not take the places of real exporters.
        if (!isBelieved && !_doubted.Contains(source) && (_doubted.Count == MaximumDoubted || !_doubted.Add(source)))
            return false;
        if (exporters.Of(source, sourcePort, kind) is not { } exporter)
            return false;
        var wasGuessed = exporter.Guessed;
        exporter.Guessed |= isGuess; // its records tell
        if (!sink.OnTelemetry(exporter, payload, packet.TimestampNanoseconds))
        {
            exporter.Guessed = wasGuessed;
            return false;
        }

        if (hasTemplates && _believed.Count < MaximumBelieved)
            _believed.Add((source, destinationPort, kind));
        return isBelieved;
    }

    private bool TryFragment<TSink>(in PcapPacket packet, in IpLayer layer, ref TSink sink)
        where TSink : struct, ITelemetrySink =>
        _fragments.TryComplete(packet.Data, layer, out var datagram)
        && TryDatagram(packet, datagram.Source, datagram.SourcePort, datagram.DestinationPort, datagram.Payload, ref sink);

    private bool TryStream<TSink>(in PcapPacket packet, in IpLayer layer, ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        _lastNanoseconds = packet.TimestampNanoseconds;
        var isPart = _streams.TryAdd(packet.Data, layer, out var stream);
        if (stream is not null)
        {
            isPart &= Deliver(stream, ref sink);
            _streams.Settle(stream);
        }

        EndSessions(ref sink);
        return isPart;
    }

    /// <summary>The input is over: what waits for a segment that was not captured is read without it.</summary>
    public void Finish<TSink>(ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        _streams.EndAll();
        EndSessions(ref sink);
    }

    private void EndSessions<TSink>(ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        while (_streams.TryTakeEnded(out var stream))
        {
            stream.Hurry();
            Deliver(stream, ref sink);
            if (stream.State is { } state && exporters.OfStreams(stream.Source) is { } exporter)
            {
                exporter.State = state;
                sink.OnSessionEnd(exporter);
            }

            stream.End();
        }
    }

    // False when whole messages were taken and none of them was telemetry.
    private bool Deliver<TSink>(IpfixTcpStream stream, ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        var (taken, given, before) = (false, false, stream.Breaks);
        while (stream.TryTake(out var message))
        {
            taken = true;
            if (exporters.OfStreams(stream.Source) is not { } exporter)
            {
                stream.Reject();
                return false;
            }

            exporter.State = stream.State ??= exporter.NewState();
            given |= sink.OnTelemetry(exporter, message, _lastNanoseconds);
        }

        // Without a message there is no exporter, and no gap in its stream.
        if (stream.Breaks > before && stream.State is not null && exporters.OfStreams(stream.Source) is { } owner)
            owner.Gaps += stream.Breaks - before;
        return !taken ? !stream.IsRejected : given;
    }
}
