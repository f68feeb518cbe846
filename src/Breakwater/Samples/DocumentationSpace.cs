using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>
/// The only addresses that a sample may hold: the documentation blocks of RFC 5737 and RFC 3849 and the benchmarking block of
/// RFC 2544, none of which is routed. They are constants on purpose: no option, file or variable adds another one.
/// </summary>
/// <remarks>
/// Who lives where: 203.0.113.0/24 and 2001:db8:113::/48 are the own network, 198.51.100.0/24 and 2001:db8:51::/48 servers
/// elsewhere, 198.18.0.0/15 and 2001:db8:18::/48 everybody else, 192.0.2.0/24 the exporter and its collector.
/// </remarks>
internal static class DocumentationSpace
{
    /// <summary>The only time to live (IPv4) and hop limit (IPv6): were such a frame ever sent, the first router would drop it.</summary>
    public const byte TimeToLive = 1;

    /// <summary>Address of the exporter in telemetry files, and of its sFlow agent.</summary>
    public static readonly Address Exporter = Address.FromIPv4(0xC00002FA); // 192.0.2.250

    /// <summary>Address of the collector in telemetry files.</summary>
    public static readonly Address Collector = Address.FromIPv4(0xC00002FB); // 192.0.2.251

    private static readonly (Address Network, int Length)[] Allowed =
    [
        (Address.FromIPv4(0xC0000200), 24), // 192.0.2.0/24, RFC 5737
        (Address.FromIPv4(0xC6336400), 24), // 198.51.100.0/24, RFC 5737
        (Address.FromIPv4(0xCB007100), 24), // 203.0.113.0/24, RFC 5737
        (Address.FromIPv4(0xC6120000), 15), // 198.18.0.0/15, RFC 2544
        (Address.FromHalves(0x20010DB8_00000000, 0), 32), // 2001:db8::/32, RFC 3849
    ];

    /// <summary>True inside the blocks above.</summary>
    public static bool Contains(Address address)
    {
        foreach (var (network, length) in Allowed)
        {
            if (address.IsIPv4 == network.IsIPv4 && address.Masked(length) == network)
                return true;
        }

        return false;
    }

    /// <summary>True for a locally administered unicast MAC address (IEEE 802 §8.2: bit 1 of the first octet set, bit 0 clear).</summary>
    public static bool IsLocalMac(ReadOnlySpan<byte> mac) => mac.Length == 6 && (mac[0] & 0b11) == 0b10;

    /// <summary>True in the own network's IPv4 or IPv6 block.</summary>
    public static bool IsOwn(Address address) => address.IsIPv4
        ? address.IPv4 >> 8 == 0xCB0071
        : address.High >> 16 == 0x20010DB8_0113;

    /// <summary>Host <paramref name="number"/> of the own network.</summary>
    public static Address Own(byte number, bool ipv6 = false) => ipv6
        ? Address.FromHalves(0x20010DB8_01130000, number)
        : Address.FromIPv4(0xCB007100u | number);

    /// <summary>
    /// Host <paramref name="number"/> of the wide own network, 198.18.0.0/16: for carpets that a /24 has no room for. Others then live
    /// in 198.19.0.0/16 (<see cref="OutsideWideOwn"/>).
    /// </summary>
    public static Address WideOwn(ushort number) => Address.FromIPv4(0xC6120000u | number);

    /// <summary>True in the wide own network.</summary>
    public static bool IsWideOwn(Address address) => address.IsIPv4 && address.IPv4 >> 16 == 0xC612;

    /// <summary>Moves an address of the wide own network to its neighbour 198.19.0.0/16; leaves others.</summary>
    public static Address OutsideWideOwn(Address address) => IsWideOwn(address) ? Address.FromIPv4(address.IPv4 | 0x10000) : address;

    /// <summary>A server elsewhere: web sites, resolvers, time servers.</summary>
    public static Address Server(byte number, bool ipv6 = false) => ipv6
        ? Address.FromHalves(0x20010DB8_00510000, number)
        : Address.FromIPv4(0xC6336400u | number);

    /// <summary>Anybody else; only the lower 17 bits of <paramref name="number"/> count.</summary>
    public static Address Anybody(uint number, bool ipv6 = false) => ipv6
        ? Address.FromHalves(0x20010DB8_00180000UL | ((number >> 8) & 0x1FF), (number & 0xFF) + 1)
        : Address.FromIPv4(0xC6120000u | (number & 0x1FFFF));
}
