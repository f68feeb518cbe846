using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>
/// What one record would count towards if it were part of an attack: the vector's own number, or one of the classes below that are
/// no vector but bear on the verdict (sessions speak for completed handshakes; ICMP errors are echoes of forged packets).
/// </summary>
internal static class TrafficClass
{
    /// <summary>Flow records whose cumulative TCP flags show a whole session (SYN with more than the answer to it).</summary>
    public const byte Session = 60;

    /// <summary>ICMP destination unreachable, source quench, redirect, time exceeded, parameter problem, and ICMPv6 types 1-4, 137.</summary>
    public const byte IcmpError = 61;

    /// <summary>Nothing to classify by: no protocol, or no ports where ports are needed.</summary>
    public const byte Unknown = 62;

    /// <summary>One more than the highest class: 64 at most, a bit of a word for each.</summary>
    public const int Count = 63;

    private const int Fin = 1, Syn = 2, Rst = 4, Push = 8, Ack = 16, Urgent = 32, AllSix = 63;

    private const IPv6Extensions Chained = IPv6Extensions.HopByHop | IPv6Extensions.Routing | IPv6Extensions.DestinationOptions
        | IPv6Extensions.AuthenticationHeader | IPv6Extensions.Mobility | IPv6Extensions.Other;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte Of(in FlowRecord flow)
    {
        if (flow.IsLaterFragment)
            return (byte)Vector.FragmentFlood;
        if (flow.Knows(FlowFields.Extensions) && (flow.Extensions & Chained) != 0 && !flow.Destination.IsIPv4)
            return (byte)Vector.IPv6ExtensionHeaderFlood;
        if (!flow.Knows(FlowFields.Protocol))
            return Unknown;
        return flow.Protocol switch
        {
            6 => OfTcp(in flow),
            17 => OfUdp(in flow),
            1 or 58 => OfIcmp(in flow),
            47 => (byte)Vector.GreFlood,
            _ => (byte)Vector.IpProtocolFlood,
        };
    }

    private static byte OfUdp(in FlowRecord flow)
    {
        if (!flow.Knows(FlowFields.SourcePort))
            return Unknown;
        switch (flow.Application)
        {
            case ApplicationSign.DnsQuery when flow.DestinationPort == 53:
                return (byte)Vector.DnsQueryFlood;
            case ApplicationSign.SipRequest:
                return (byte)Vector.SipFlood;
        }
        var vector = Vectors.OfUdpSourcePort(flow.SourcePort);
        return (byte)(vector == Vector.None ? OfUdpService(in flow) : vector);
    }

    /// <summary>By the service asked: requests to it may be a flood of their own.</summary>
    private static Vector OfUdpService(in FlowRecord flow) => flow.DestinationPort switch
    {
        53 => Vector.DnsQueryFlood,
        67 when flow.SourcePort == 68 => Vector.DhcpFlood,
        443 => Vector.QuicFlood,
        5060 => Vector.SipFlood,
        _ => Vector.UdpFlood,
    };

    private static byte OfTcp(in FlowRecord flow)
    {
        if (!flow.Knows(FlowFields.TcpFlags))
            return Unknown;
        if (flow.Application == ApplicationSign.HttpRequest)
            return (byte)Vector.HttpFlood;
        var flags = flow.TcpFlags & AllSix;
        switch (flags)
        {
            case 0:
                return (byte)Vector.TcpNullFlood;
            case Syn:
                return (byte)Vector.SynFlood;
            case Syn | Ack:
                return IsClientOfService(in flow) ? Session : (byte)Vector.SynAckFlood;
            case Fin | Push | Urgent:
            case AllSix:
                return (byte)Vector.TcpXmasFlood;
            case Fin:
                return (byte)Vector.FinFlood;
        }
        if ((flags & Syn) != 0)
            return (flags & Ack) != 0 ? Session : (byte)Vector.SynFlood;
        if ((flags & Rst) != 0)
            return (byte)Vector.RstFlood;
        return (flags & (Fin | Ack)) == (Fin | Ack) && flow.Packets == 1 ? (byte)Vector.FinFlood : (byte)Vector.AckFlood;
    }

    /// <summary>A record of several packets towards a service's port: a client's SYN and the ACK that completes the handshake, and no answer to a SYN.</summary>
    private static bool IsClientOfService(in FlowRecord flow) => flow.Packets >= 2 && flow.Knows(FlowFields.SourcePort | FlowFields.DestinationPort)
        && flow.SourcePort >= 1024 && flow.DestinationPort < 1024;

    private static byte OfIcmp(in FlowRecord flow)
    {
        if (!flow.Knows(FlowFields.IcmpTypeCode))
            return (byte)Vector.IcmpFlood;
        var type = flow.IcmpTypeCode >> 8;
        var isError = flow.Protocol == 1 ? type is 3 or 4 or 5 or 11 or 12 : type is (>= 1 and <= 4) or 137;
        return isError ? IcmpError : (byte)Vector.IcmpFlood;
    }

    /// <summary>
    /// True when the packet can be a question, so that an answer to it is expected. A reset, an ICMP error and an echo reply are
    /// themselves reactions: a victim sends them to forged sources, and they ask for nothing.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsQuestion(byte trafficClass, in FlowRecord flow) => trafficClass switch
    {
        IcmpError or Unknown or (byte)Vector.RstFlood or (byte)Vector.TcpNullFlood or (byte)Vector.TcpXmasFlood => false,
        (byte)Vector.IcmpFlood => flow.Knows(FlowFields.IcmpTypeCode) && flow.IcmpTypeCode >> 8 is 8 or 128,
        _ => true,
    };

    /// <summary>True when the payload is a request to a service.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsRequest(byte trafficClass, in FlowRecord flow) => trafficClass == (byte)Vector.DhcpFlood || flow.Application switch
    {
        ApplicationSign.HttpRequest => trafficClass == (byte)Vector.HttpFlood,
        ApplicationSign.DnsQuery => trafficClass == (byte)Vector.DnsQueryFlood,
        ApplicationSign.SipRequest => trafficClass == (byte)Vector.SipFlood,
        _ => false,
    };

    /// <summary>True for segments that only a peer of an open connection sends (if it is honest): they carry ACK or data.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsOfOpenConnection(byte trafficClass) =>
        trafficClass is (byte)Vector.AckFlood or (byte)Vector.FinFlood or (byte)Vector.HttpFlood or Session;

    /// <summary>True for multicast and limited broadcast destinations (RFC 1112, RFC 4291 §2.7, RFC 919 §7): nobody's host.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsGroup(Address address) => address.IsIPv4
        ? address.IPv4 >> 28 == 0xE || address.IPv4 == uint.MaxValue
        : address.High >> 56 == 0xFF;
}
