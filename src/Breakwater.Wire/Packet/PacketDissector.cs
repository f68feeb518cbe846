namespace Breakwater.Wire.Packet;

/// <summary>Walks the headers of one frame, in one loop without recursion, and hands each layer to a sink.</summary>
public static class PacketDissector
{
    /// <summary>Most IP headers in one frame.</summary>
    public const int MaxIpLayers = 8;

    /// <summary>Most link headers (Ethernet, VLAN tags, MPLS labels, …) in front of one IP header.</summary>
    public const int MaxLinkHeaders = 16;

    /// <summary>Most IPv6 extension headers of one IP header.</summary>
    public const int MaxExtensionHeaders = 16;

    /// <summary>Reads every layer of a frame that may have been cut at any length by the capture.</summary>
    /// <param name="frame">The captured bytes.</param>
    /// <param name="link">What the frame starts with.</param>
    /// <param name="sink">Gets each layer that could be read, also those before a fault.</param>
    /// <returns>The first fault; <see cref="DecodeError.None"/> also for frames without IP;
    /// <see cref="DecodeError.TooDeep"/> when one of the limits above is passed.</returns>
    public static DecodeError Dissect<TSink>(ReadOnlySpan<byte> frame, LinkType link, ref TSink sink)
        where TSink : struct, IPacketSink, allows ref struct => DecodeError.Unsupported;
}
