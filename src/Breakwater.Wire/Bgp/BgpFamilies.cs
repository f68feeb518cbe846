namespace Breakwater.Wire.Bgp;

/// <summary>Address families that a session may carry (RFC 4760 §5: AFI and SAFI); FlowSpec is SAFI 133 (RFC 8955 §4).</summary>
[Flags]
public enum BgpFamilies : byte
{
    None = 0,

    /// <summary>AFI 1, SAFI 1.</summary>
    IPv4Unicast = 1 << 0,

    /// <summary>AFI 2, SAFI 1.</summary>
    IPv6Unicast = 1 << 1,

    /// <summary>AFI 1, SAFI 133.</summary>
    IPv4FlowSpec = 1 << 2,

    /// <summary>AFI 2, SAFI 133 (RFC 8956 §2).</summary>
    IPv6FlowSpec = 1 << 3,
}

/// <summary>The numbers of one family.</summary>
public static class BgpFamily
{
    private const byte Unicast = 1;
    private const byte FlowSpec = 133;

    /// <summary>All families, in the order in which an OPEN names them.</summary>
    public static ReadOnlySpan<BgpFamilies> Each =>
        [BgpFamilies.IPv4Unicast, BgpFamilies.IPv6Unicast, BgpFamilies.IPv4FlowSpec, BgpFamilies.IPv6FlowSpec];

    /// <summary>The family of an AFI and a SAFI; <see cref="BgpFamilies.None"/> for one that is not read here.</summary>
    public static BgpFamilies From(ushort afi, byte safi) => (afi, safi) switch
    {
        (1, Unicast) => BgpFamilies.IPv4Unicast,
        (2, Unicast) => BgpFamilies.IPv6Unicast,
        (1, FlowSpec) => BgpFamilies.IPv4FlowSpec,
        (2, FlowSpec) => BgpFamilies.IPv6FlowSpec,
        _ => BgpFamilies.None,
    };

    /// <summary>Address family identifier: 1 IPv4, 2 IPv6.</summary>
    public static ushort Afi(BgpFamilies family) => IsIPv4(family) ? (ushort)1 : (ushort)2;

    /// <summary>Subsequent address family identifier: 1 unicast, 133 FlowSpec.</summary>
    public static byte Safi(BgpFamilies family) => IsFlowSpec(family) ? FlowSpec : Unicast;

    /// <summary>True for the families of IPv4.</summary>
    public static bool IsIPv4(BgpFamilies family) => (family & (BgpFamilies.IPv4Unicast | BgpFamilies.IPv4FlowSpec)) != 0;

    /// <summary>True for the FlowSpec families.</summary>
    public static bool IsFlowSpec(BgpFamilies family) => (family & (BgpFamilies.IPv4FlowSpec | BgpFamilies.IPv6FlowSpec)) != 0;
}
