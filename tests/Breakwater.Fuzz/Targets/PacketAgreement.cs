using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz.Targets;

/// <summary>Compares the outermost IP header of a decoder with that of the slow reader.</summary>
internal static class PacketAgreement
{
    public static void Check(in PacketTarget.Sink sink, NaivePacket? oracle)
    {
        if (oracle is null || oracle.IsLinkOdd)
            return;
        FuzzFault.Holds(sink.IpLayers > 0, $"the second reader sees IPv{oracle.Version}, the decoder no IP");
        ref readonly var layer = ref sink.Outermost;
        FuzzFault.Same("version", layer.Version, (byte)oracle.Version);
        FuzzFault.Same("source", layer.Source, ToAddress(oracle.Source));
        FuzzFault.Same("destination", layer.Destination, ToAddress(oracle.Destination));
        FuzzFault.Same("type of service", layer.TypeOfService, (byte)oracle.TypeOfService);
        FuzzFault.Same("time to live", layer.TimeToLive, (byte)oracle.TimeToLive);
        if (oracle.IsOdd)
            return;
        FuzzFault.Same("total length", layer.TotalLength, oracle.TotalLength);
        FuzzFault.Same("protocol", layer.Protocol, (byte)oracle.Protocol);
        Same("source port", layer.Knows(IpFields.SourcePort), layer.SourcePort, oracle.SourcePort, oracle.Protocol is 6 or 17 or 132);
        Same("destination port", layer.Knows(IpFields.DestinationPort), layer.DestinationPort, oracle.DestinationPort, oracle.Protocol is 6 or 17 or 132);
        Same("TCP flags", layer.Knows(IpFields.TcpFlags), layer.TcpFlags & 0x1FF, oracle.TcpFlags, true);
        Same("ICMP type and code", layer.Knows(IpFields.IcmpTypeCode), layer.IcmpTypeCode, oracle.IcmpTypeCode, oracle.Protocol is 1 or 58);
        Same("fragment offset", layer.Knows(IpFields.Fragment), layer.FragmentOffset, oracle.FragmentOffset, true);
        FuzzFault.Same("more fragments", layer.MoreFragments, oracle.MoreFragments);
        Same("VLAN", sink.HasVlan, sink.OutermostVlan, oracle.VlanId, true);
        FuzzFault.Same("extension headers", layer.Extensions, ToFlags(oracle.ExtensionHeaders));
    }

    /// <summary>Compares one member that either side may not know; <paramref name="decides"/>: the slow reader knows all that can carry it.</summary>
    public static void Same(string what, bool known, int value, int? oracle, bool decides)
    {
        if (known && oracle is { } read)
            FuzzFault.Same(what, value, read);
        else if (decides)
            FuzzFault.Holds(known == oracle.HasValue, $"{what}: known to the decoder: {known}, to the second reader: {oracle.HasValue}");
    }

    public static Address ToAddress(byte[] octets) =>
        Address.Parse(new System.Net.IPAddress(octets).ToString());

    public static IPv6Extensions ToFlags(List<int> headers)
    {
        var flags = IPv6Extensions.None;
        foreach (var header in headers)
        {
            flags |= header switch
            {
                0 => IPv6Extensions.HopByHop,
                43 => IPv6Extensions.Routing,
                44 => IPv6Extensions.Fragment,
                60 => IPv6Extensions.DestinationOptions,
                51 => IPv6Extensions.AuthenticationHeader,
                135 => IPv6Extensions.Mobility,
                _ => IPv6Extensions.Other,
            };
        }

        return flags;
    }
}
