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
    /// <returns>The first fault up to the layer where the sink stopped; <see cref="DecodeError.None"/> also for frames without IP;
    /// <see cref="DecodeError.TooDeep"/> when one of the limits above is passed.</returns>
    public static DecodeError Dissect<TSink>(ReadOnlySpan<byte> frame, LinkType link, ref TSink sink)
        where TSink : struct, IPacketSink, allows ref struct
    {
        var cursor = new FrameCursor(frame, CaptureHeaders.FirstHeader(link));
        if (cursor.Next == NextHeader.Done)
            return DecodeError.Unsupported;
        while (cursor.Next != NextHeader.Done)
        {
            if (cursor.Next is not (NextHeader.Ip or NextHeader.IPv6))
            {
                // A frame inside the frame (Ethernet over MPLS, or bridged) starts link headers of its own.
                if (cursor.Next == NextHeader.Ethernet && cursor.LinkHeaders > 0)
                    FlushLink(ref cursor, ref sink);
                Step(ref cursor);
                continue;
            }

            FlushLink(ref cursor, ref sink);
            cursor.LinkHeaders = 0;
            if (IpHeaders.TryRead(ref cursor) && !sink.OnIp(in cursor.Ip))
                return cursor.Error;
        }

        FlushLink(ref cursor, ref sink);
        return cursor.Error;
    }

    private static void FlushLink<TSink>(ref FrameCursor cursor, ref TSink sink)
        where TSink : struct, IPacketSink, allows ref struct
    {
        if (!cursor.HasLink)
            return;
        cursor.Link.Depth = (byte)cursor.IpLayers;
        cursor.Link.Tunnel = cursor.Tunnel;
        sink.OnLink(in cursor.Link);
        cursor.Link = default;
        cursor.HasLink = false;
    }

    private static void Step(ref FrameCursor cursor)
    {
        switch (cursor.Next)
        {
            case NextHeader.Null:
                CaptureHeaders.ReadLoopback(ref cursor, isNetworkOrder: false);
                break;
            case NextHeader.Loop:
                CaptureHeaders.ReadLoopback(ref cursor, isNetworkOrder: true);
                break;
            case NextHeader.Ethernet:
                LinkHeaders.ReadEthernet(ref cursor);
                break;
            case NextHeader.LinuxSll:
                CaptureHeaders.ReadLinuxSll(ref cursor);
                break;
            case NextHeader.LinuxSll2:
                CaptureHeaders.ReadLinuxSll2(ref cursor);
                break;
            case NextHeader.FrameRelay:
                CaptureHeaders.ReadFrameRelay(ref cursor);
                break;
            case NextHeader.CiscoHdlc:
                CaptureHeaders.ReadCiscoHdlc(ref cursor);
                break;
            case NextHeader.PppHdlc:
                cursor.Next = cursor.Rest is [0x0F or 0x8F, ..] ? NextHeader.CiscoHdlc : NextHeader.Ppp;
                break;
            case NextHeader.EtherType:
                LinkHeaders.ReadEtherType(ref cursor);
                break;
            case NextHeader.Llc:
                LinkHeaders.ReadLlc(ref cursor);
                break;
            case NextHeader.Mpls:
                LinkHeaders.ReadMpls(ref cursor);
                break;
            case NextHeader.MplsPayload:
                LinkHeaders.ReadMplsPayload(ref cursor);
                break;
            case NextHeader.Ppp:
                LinkHeaders.ReadPpp(ref cursor);
                break;
            case NextHeader.PppoeSession:
                LinkHeaders.ReadPppoe(ref cursor);
                break;
            default:
                StepTunnel(ref cursor);
                break;
        }
    }

    private static void StepTunnel(ref FrameCursor cursor)
    {
        switch (cursor.Next)
        {
            case NextHeader.Gre:
                TunnelHeaders.ReadGre(ref cursor);
                break;
            case NextHeader.Vxlan:
                TunnelHeaders.ReadVxlan(ref cursor);
                break;
            case NextHeader.VxlanGpe:
                TunnelHeaders.ReadVxlanGpe(ref cursor);
                break;
            case NextHeader.Geneve:
                TunnelHeaders.ReadGeneve(ref cursor);
                break;
            case NextHeader.GtpU:
                TunnelHeaders.ReadGtpU(ref cursor);
                break;
            case NextHeader.Teredo:
                TunnelHeaders.ReadTeredo(ref cursor);
                break;
            case NextHeader.L2tp:
                TunnelHeaders.ReadL2tp(ref cursor);
                break;
            case NextHeader.EtherIp:
                TunnelHeaders.ReadEtherIp(ref cursor);
                break;
            default:
                cursor.Stop();
                break;
        }
    }
}
