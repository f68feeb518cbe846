using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>A sink that keeps all layers.</summary>
internal struct LayerCollector : IPacketSink
{
    public LayerCollector() => (Links, Layers) = ([], []);

    public List<LinkLayer> Links { get; }

    public List<IpLayer> Layers { get; }

    public readonly void OnLink(in LinkLayer link) => Links.Add(link);

    public readonly bool OnIp(in IpLayer layer)
    {
        Layers.Add(layer);
        return true;
    }

    public static (DecodeError Error, LayerCollector Sink) Dissect(ReadOnlySpan<byte> frame, LinkType link)
    {
        var sink = new LayerCollector();
        return (PacketDissector.Dissect(frame, link, ref sink), sink);
    }
}
