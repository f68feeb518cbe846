namespace Breakwater.Wire.Bgp;

/// <summary>Error codes of a NOTIFICATION (RFC 4271 §4.5, RFC 7313 §5).</summary>
public enum BgpErrorCode : byte
{
    None = 0,
    MessageHeader = 1,
    OpenMessage = 2,
    UpdateMessage = 3,
    HoldTimerExpired = 4,
    FiniteStateMachine = 5,
    Cease = 6,
    RouteRefreshMessage = 7,
}

/// <summary>A NOTIFICATION: why a speaker closes the session. Subcodes are those of RFC 4271 §4.5 and RFC 4486 §3.</summary>
public readonly record struct BgpNotification(BgpErrorCode Code, byte Subcode)
{
    /// <summary>Reads the body; what follows the two codes is data for people.</summary>
    public static DecodeError Read(ReadOnlySpan<byte> body, out BgpNotification notification)
    {
        notification = default;
        var reader = new WireReader(body);
        if (!reader.TryRead(out byte code) || !reader.TryRead(out byte subcode))
            return DecodeError.Truncated;
        notification = new BgpNotification((BgpErrorCode)code, subcode);
        return DecodeError.None;
    }

    /// <summary>Writes the whole message.</summary>
    public bool Write(ref WireWriter writer)
    {
        var start = BgpHeader.Begin(ref writer, BgpMessageType.Notification);
        writer.Write((byte)Code);
        writer.Write(Subcode);
        return BgpHeader.End(ref writer, start);
    }
}

/// <summary>A ROUTE-REFRESH (RFC 2918 §3): the other side wants a family again.</summary>
/// <param name="Family">None for a family that is not read here.</param>
/// <param name="Subtype">0 a request; 1 and 2 mark begin and end of one (RFC 7313 §3.2).</param>
public readonly record struct BgpRouteRefresh(BgpFamilies Family, byte Subtype)
{
    /// <summary>Reads the body: AFI 2, subtype 1, SAFI 1; what follows is an outbound route filter (RFC 5291), which is passed over.</summary>
    public static DecodeError Read(ReadOnlySpan<byte> body, out BgpRouteRefresh refresh)
    {
        refresh = default;
        var reader = new WireReader(body);
        if (!reader.TryRead(out ushort afi) || !reader.TryRead(out byte subtype) || !reader.TryRead(out byte safi))
            return DecodeError.Truncated;
        refresh = new BgpRouteRefresh(BgpFamily.From(afi, safi), subtype);
        return DecodeError.None;
    }

    /// <summary>Writes the whole message.</summary>
    public bool Write(ref WireWriter writer)
    {
        var start = BgpHeader.Begin(ref writer, BgpMessageType.RouteRefresh);
        writer.Write(BgpFamily.Afi(Family));
        writer.Write(Subtype);
        writer.Write(BgpFamily.Safi(Family));
        return BgpHeader.End(ref writer, start);
    }
}

/// <summary>A KEEPALIVE (RFC 4271 §4.4): a header and nothing else.</summary>
public static class BgpKeepAlive
{
    /// <summary>Writes the whole message.</summary>
    public static bool Write(ref WireWriter writer)
    {
        var start = BgpHeader.Begin(ref writer, BgpMessageType.KeepAlive);
        return BgpHeader.End(ref writer, start);
    }
}
