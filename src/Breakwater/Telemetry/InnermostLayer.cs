using Breakwater.Wire.Packet;

namespace Breakwater.Telemetry;

/// <summary>Finds the innermost IP header of a frame: telemetry may itself travel through a tunnel.</summary>
internal struct InnermostLayer : IPacketSink
{
    public IpLayer Layer;

    public bool Found { get; private set; }

    public readonly void OnLink(in LinkLayer link)
    {
    }

    public bool OnIp(in IpLayer layer)
    {
        Found = true;
        Layer = layer;
        return true;
    }
}
