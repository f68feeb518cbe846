using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Response.Bgp;

/// <summary>One router that gets announcements.</summary>
internal sealed record BgpPeerSettings
{
    /// <summary>The hold time that is offered: what Breakwater announced is gone so long after it fell silent.</summary>
    public const int DefaultHoldSeconds = 9;

    /// <summary>The longest hold time, as the longest lease.</summary>
    public const int MaxHoldSeconds = AdvertisedRoutes.MaxLeaseSeconds;

    public required string Name { get; init; }

    public required Address Address { get; init; }

    public ushort Port { get; init; } = 179;

    public required uint LocalAs { get; init; }

    public required uint PeerAs { get; init; }

    /// <summary>BGP identifier, an IPv4 address as an integer.</summary>
    public required uint RouterId { get; init; }

    /// <summary>The address to connect from; null: the kernel's choice.</summary>
    public Address? LocalAddress { get; init; }

    /// <summary>3 to 300 s.</summary>
    public int HoldSeconds { get; init; } = DefaultHoldSeconds;

    /// <summary>Graceful restart (RFC 4724): how long the router may keep routes when the connection ends without a word, 1 to 300 s; null: not offered.</summary>
    public int? RestartSeconds { get; init; }

    /// <summary>Key of TCP MD5 (RFC 2385), at most 80 octets; null: none.</summary>
    public string? Password { get; init; }

    /// <summary>Most hops to the peer for GTSM (RFC 5082), 1 for a neighbour on the link; null: not checked.</summary>
    public int? Hops { get; init; }

    public BgpFamilies Families { get; init; } = BgpFamilies.IPv4Unicast | BgpFamilies.IPv6Unicast | BgpFamilies.IPv4FlowSpec | BgpFamilies.IPv6FlowSpec;

    /// <summary>Next hop of IPv4 blackholes: an address that the router discards. Default the one for documentation that many networks use so.</summary>
    public Address NextHopIPv4 { get; init; } = Address.Parse("192.0.2.1");

    /// <summary>Next hop of IPv6 blackholes; default of the discard prefix of RFC 6666.</summary>
    public Address NextHopIPv6 { get; init; } = Address.Parse("100::1");

    /// <summary>Why this cannot work, as the end of a sentence; null: it can.</summary>
    public string? Fault => this switch
    {
        { LocalAs: 0 } or { PeerAs: 0 } => "an AS number of 0 is none",
        { RouterId: 0 } => "the BGP identifier is 0",
        { HoldSeconds: < 3 or > MaxHoldSeconds } => $"the hold time is 3 to {MaxHoldSeconds} s",
        { RestartSeconds: < 1 or > MaxHoldSeconds } => $"the restart time is 1 to {MaxHoldSeconds} s",
        { Hops: < 1 or > byte.MaxValue } => "hops are 1 to 255",
        { Families: BgpFamilies.None } => "there is no family",
        { NextHopIPv4.IsIPv4: false } or { NextHopIPv6.IsIPv4: true } => "a next hop is of the other family",
        _ when LocalAddress is { } local && local.IsIPv4 != Address.IsIPv4 => "the address to connect from is of another family than the peer's",
        _ when Password is { } password && (password.Length == 0 || Encoding.UTF8.GetByteCount(password) > PeerSocket.MostKeyBytes) => $"a key has 1 to {PeerSocket.MostKeyBytes} octets",
        _ => null,
    };

    /// <summary>True between routers of one AS.</summary>
    public bool IsInternal => LocalAs == PeerAs;
}
