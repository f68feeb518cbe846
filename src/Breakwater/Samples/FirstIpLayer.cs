using Breakwater.Wire.Packet;

namespace Breakwater.Samples;

/// <summary>Where the outermost IP header of a frame stands.</summary>
internal struct FirstIpLayer : IPacketSink
{
    /// <summary>4 or 6; 0 when the frame holds no IP.</summary>
    public byte Version { get; private set; }

    /// <summary>Bytes in front of the header.</summary>
    public int Offset { get; private set; }

    public static FirstIpLayer Find(ReadOnlySpan<byte> frame, LinkType link)
    {
        var layer = new FirstIpLayer();
        PacketDissector.Dissect(frame, link, ref layer);
        return layer;
    }

    public readonly void OnLink(in LinkLayer link)
    {
    }

    public bool OnIp(in IpLayer layer)
    {
        (Version, Offset) = (layer.Version, layer.Offset);
        return false;
    }
}
