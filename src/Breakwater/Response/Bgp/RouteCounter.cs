using Breakwater.Detection;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>Counts the routes of an UPDATE, announced or withdrawn, and keeps the last prefix; of its attributes it wants nothing.</summary>
internal struct RouteCounter : IBgpUpdateSink
{
    public long Routes;
    public Prefix Prefix;

    public readonly void OnAttribute(BgpAttributeFlags flags, BgpAttributeType type, scoped ReadOnlySpan<byte> value)
    {
    }

    public readonly void OnOrigin(BgpOrigin origin)
    {
    }

    public readonly void OnAsPathSegment(byte segmentType, scoped ReadOnlySpan<byte> numbers, int octetsPerAs)
    {
    }

    public readonly void OnNextHop(Address nextHop)
    {
    }

    public readonly void OnCommunity(uint community)
    {
    }

    public readonly void OnExtendedCommunity(ulong community)
    {
    }

    public readonly void OnLargeCommunity(uint administrator, uint first, uint second)
    {
    }

    public void OnPrefix(bool isWithdrawn, Address network, int length) => (Prefix, Routes) = (new Prefix(network, length), Routes + 1);

    public void OnFlowSpec(bool isWithdrawn, BgpFamilies family, scoped ReadOnlySpan<byte> components) => Routes++;
}
