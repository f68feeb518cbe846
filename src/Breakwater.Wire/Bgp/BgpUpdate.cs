namespace Breakwater.Wire.Bgp;

/// <summary>Types of path attributes (IANA "BGP Path Attributes").</summary>
public enum BgpAttributeType : byte
{
    None = 0,
    Origin = 1,
    AsPath = 2,
    NextHop = 3,
    MultiExitDiscriminator = 4,
    LocalPreference = 5,

    /// <summary>RFC 1997.</summary>
    Communities = 8,

    /// <summary>RFC 4760 §3.</summary>
    MpReachNlri = 14,

    /// <summary>RFC 4760 §4.</summary>
    MpUnreachNlri = 15,

    /// <summary>RFC 4360.</summary>
    ExtendedCommunities = 16,

    /// <summary>RFC 6793 §3.</summary>
    As4Path = 17,

    /// <summary>RFC 8092.</summary>
    LargeCommunities = 32,
}

/// <summary>Flags of a path attribute (RFC 4271 §4.3).</summary>
[Flags]
public enum BgpAttributeFlags : byte
{
    None = 0,
    ExtendedLength = 0x10,
    Partial = 0x20,
    Transitive = 0x40,
    Optional = 0x80,
}

/// <summary>ORIGIN (RFC 4271 §5.1.1).</summary>
public enum BgpOrigin : byte
{
    Igp = 0,
    Egp = 1,
    Incomplete = 2,
}

/// <summary>Communities with a meaning of their own.</summary>
public static class BgpCommunity
{
    /// <summary>65535:666 (RFC 7999 §5): drop what goes to this prefix.</summary>
    public const uint Blackhole = 0xFFFF029A;

    /// <summary>65535:65281 (RFC 1997): not to leave the neighbour's AS.</summary>
    public const uint NoExport = 0xFFFFFF01;

    /// <summary>65535:65282 (RFC 1997): not to leave the neighbour.</summary>
    public const uint NoAdvertise = 0xFFFFFF02;
}

/// <summary>Takes an UPDATE in the order in which it stands. What is not read further comes as <see cref="OnAttribute"/> alone.</summary>
public interface IBgpUpdateSink
{
    /// <summary>Every attribute, before what is in it.</summary>
    void OnAttribute(BgpAttributeFlags flags, BgpAttributeType type, scoped ReadOnlySpan<byte> value);

    void OnOrigin(BgpOrigin origin);

    /// <summary>A segment of AS_PATH or AS4_PATH: 1 a set, 2 a sequence; numbers of <paramref name="octetsPerAs"/> octets.</summary>
    void OnAsPathSegment(byte segmentType, scoped ReadOnlySpan<byte> numbers, int octetsPerAs);

    /// <summary>NEXT_HOP, or the global address of MP_REACH_NLRI; FlowSpec has none.</summary>
    void OnNextHop(Address nextHop);

    void OnCommunity(uint community);

    void OnExtendedCommunity(ulong community);

    void OnLargeCommunity(uint administrator, uint first, uint second);

    /// <summary>A unicast prefix that is announced or withdrawn.</summary>
    void OnPrefix(bool isWithdrawn, Address network, int length);

    /// <summary>A FlowSpec rule that is announced or withdrawn; see <see cref="FlowSpecDecoder"/>.</summary>
    void OnFlowSpec(bool isWithdrawn, BgpFamilies family, scoped ReadOnlySpan<byte> components);
}
