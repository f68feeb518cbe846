using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Scenarios.Prices;

/// <summary>The same packets over IPv6 (RFC 8200): of clients two live in each /64, and what took a packet of 1,500 bytes is as much shorter as the headers are longer.</summary>
internal static class SixthVersion
{
    private const ulong Everybody = 0x20010DB8_00180000;
    private const ulong Servers = 0x20010DB8_00510000;

    /// <summary>Payload of a fragment, with the transport's header where it has one: an MTU of 1,500 less the IPv6 and fragment headers.</summary>
    private const int FragmentBytes = 1_448;

    private const int UdpBytes = 8;

    public static Address Of(Address address)
    {
        var number = address.IPv4;
        return DocumentationSpace.IsOwn(address) ? DocumentationSpace.Own((byte)number, ipv6: true)
            : DocumentationSpace.Server((byte)number) == address ? Address.FromHalves(Servers | (number & 0xFF), 1)
            : Address.FromHalves(Everybody | ((number & 0x1FFFF) >> 1), 1 + (number & 1));
    }

    public static void Translate(SamplePacket packet)
    {
        (packet.Source, packet.Destination) = (Of(packet.Source), Of(packet.Destination));
        if (packet.Protocol == IpProtocol.Icmp)
            (packet.Protocol, packet.IcmpType) = (IpProtocol.IcmpV6, (byte)(packet.IcmpType == 0 ? 129 : 128));
        if (packet.FragmentOffset > 0)
            packet.Fill(Math.Min(packet.PayloadLength, FragmentBytes));
        else if (packet.MoreFragments)
            packet.Fill(Math.Min(packet.PayloadLength, FragmentBytes - UdpBytes));
    }
}
