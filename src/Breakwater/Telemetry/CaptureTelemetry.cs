using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>Takes the telemetry that a capture holds.</summary>
internal interface ITelemetrySink
{
    void OnTelemetry(Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds);
}

/// <summary>
/// Finds telemetry in captured frames: by its usual ports, by <c>--as</c>, or, on any other UDP port, when version, lengths and
/// counts are valid throughout (the exporter is then marked as guessed). Fragmented datagrams and TCP streams are put together.
/// </summary>
internal sealed class CaptureTelemetry(InputOptions options, ExporterDirectory exporters)
{
    private const byte Tcp = 6;
    private const byte Udp = 17;

    private readonly UdpFragments _fragments = new();
    private readonly IpfixTcpStreams _streams = new();

    /// <summary>True when the frame was telemetry; what it completed went to the sink.</summary>
    public bool TryRead<TSink>(in PcapPacket packet, ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        if (options.Kind == InputKind.Packets)
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
        var usual = TelemetryRecognition.IsUsualPort(destinationPort);
        var forced = options.TelemetryKind;
        var kind = usual || forced != InputKind.Unknown ? TelemetryRecognition.ByVersion(payload) : TelemetryRecognition.ByStructure(payload);
        if (kind == InputKind.Unknown || (forced != InputKind.Unknown && kind != forced))
            return false;
        if (exporters.Of(source, sourcePort, kind) is { } exporter)
        {
            exporter.Guessed |= !usual && forced == InputKind.Unknown;
            sink.OnTelemetry(exporter, payload, packet.TimestampNanoseconds);
        }

        return true;
    }

    private bool TryFragment<TSink>(in PcapPacket packet, in IpLayer layer, ref TSink sink)
        where TSink : struct, ITelemetrySink =>
        _fragments.TryComplete(packet.Data, layer, out var datagram)
        && TryDatagram(packet, datagram.Source, datagram.SourcePort, datagram.DestinationPort, datagram.Payload, ref sink);

    private bool TryStream<TSink>(in PcapPacket packet, in IpLayer layer, ref TSink sink)
        where TSink : struct, ITelemetrySink
    {
        if (!_streams.TryAdd(packet.Data, layer, out var stream))
            return false;
        while (stream.TryTake(out var message))
        {
            if (exporters.OfStream(layer.Source, stream) is { } exporter)
                sink.OnTelemetry(exporter, message, packet.TimestampNanoseconds);
        }

        return true;
    }
}
