using System.Buffers.Binary;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>
/// A look at a frame that spares most of them the search for telemetry: plain IPv4 on Ethernet that is ICMP, or whose ports and first
/// payload octets are none of telemetry's, nor of a tunnel that could carry it.
/// </summary>
internal static class PlainFrame
{
    /// <summary>IANA's EtherType and port numbers.</summary>
    private const ushort IPv4 = 0x0800, Vxlan = 4789, VxlanGpe = 4790, Geneve = 6081;

    private const int EthernetBytes = 14;
    private const int IpBytes = 20;
    private const int UdpBytes = 8;

    /// <summary>True when the frame certainly holds no telemetry; false says nothing.</summary>
    public static bool HoldsNone(in PcapPacket packet)
    {
        var frame = packet.Data;
        if (packet.Link != LinkType.Ethernet || frame.Length < EthernetBytes + IpBytes + UdpBytes + 4)
            return false;
        // IPv4 without options, no fragment.
        if (BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) != IPv4 || frame[EthernetBytes] != 0x45
            || (BinaryPrimitives.ReadUInt16BigEndian(frame[(EthernetBytes + 6)..]) & 0x3FFF) != 0)
            return false;
        var transport = frame[(EthernetBytes + IpBytes)..];
        var destinationPort = BinaryPrimitives.ReadUInt16BigEndian(transport[2..]);
        return frame[EthernetBytes + 9] switch
        {
            6 => destinationPort != IpfixTcpStreams.Port,
            17 => TelemetryRecognition.ByVersion(transport[UdpBytes..]) == InputKind.Unknown
                && destinationPort is not (Vxlan or VxlanGpe or Geneve),
            1 => true, // no telemetry is looked for in ICMP
            _ => false,
        };
    }
}
