using System.Globalization;

namespace Breakwater.Detection;

/// <summary>
/// Lowest rates that count as an attack on one host, by the shape of the traffic. Below its floor a shape may be odd but harms nobody;
/// an alarm needs the lower bound of the rate above it (docs/reference/detection.md). Packets per second unless said otherwise.
/// </summary>
public sealed record Floors
{
    /// <summary>Replies from ports of reflecting services, or from one fixed source port, that nobody asked for.</summary>
    public double Amplification { get; init; } = 500;

    /// <summary>SYNs whose handshake is never completed.</summary>
    public double Syn { get; init; } = 500;

    /// <summary>SYN-ACKs that nobody asked for.</summary>
    public double SynAck { get; init; } = 500;

    /// <summary>ACK, RST, FIN, null and Xmas segments of no connection.</summary>
    public double Segments { get; init; } = 1_000;

    /// <summary>UDP without a telling port.</summary>
    public double Udp { get; init; } = 2_000;

    /// <summary>ICMP messages that nobody asked for, and IPv6 packets with chains of extension headers.</summary>
    public double Icmp { get; init; } = 500;

    /// <summary>Later fragments of packets whose first fragment never comes.</summary>
    public double Fragments { get; init; } = 1_000;

    /// <summary>GRE and other IP protocols, from 64 senders or more.</summary>
    public double Protocols { get; init; } = 2_000;

    /// <summary>DNS queries of one name or of one domain's random names.</summary>
    public double Queries { get; init; } = 1_000;

    /// <summary>Connections that are opened and left without data, per second.</summary>
    public double Connections { get; init; } = 200;

    /// <summary>HTTP requests, per second.</summary>
    public double Requests { get; init; } = 100;

    /// <summary>DHCP requests from ever new clients on one link.</summary>
    public double Dhcp { get; init; } = 20;

    /// <summary>Bits per second: a crowd that brings more than is usual, but less than this, is not mentioned; null: every one is.</summary>
    public double? VolumeBitsPerSecond { get; init; }

    /// <summary>The same floors for an aggregate of hosts.</summary>
    public Floors Times(double factor) => new()
    {
        Amplification = Amplification * factor,
        Syn = Syn * factor,
        SynAck = SynAck * factor,
        Segments = Segments * factor,
        Udp = Udp * factor,
        Icmp = Icmp * factor,
        Fragments = Fragments * factor,
        Protocols = Protocols * factor,
        Queries = Queries * factor,
        Connections = Connections * factor,
        Requests = Requests * factor,
        Dhcp = Dhcp,
        VolumeBitsPerSecond = VolumeBitsPerSecond * factor,
    };

    internal string Canonical() => string.Create(
        CultureInfo.InvariantCulture,
        $"{Amplification:R},{Syn:R},{SynAck:R},{Segments:R},{Udp:R},{Icmp:R},{Fragments:R},{Protocols:R},{Queries:R},{Connections:R},{Requests:R},{Dhcp:R},{VolumeBitsPerSecond:R}");
}
