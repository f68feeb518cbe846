using Breakwater.Detection.Samples;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Response.Price;

/// <summary>A record towards the target as a filter sees it, and how much traffic it stands for.</summary>
internal readonly struct TrafficRow
{
    /// <summary>Bits of IPv6 that make a client: a site's network.</summary>
    private const int ClientBits = 64;

    private const byte Fin = 1, Syn = 2, Rst = 4, Push = 8, Ack = 16;
    private const byte Tcp = 6, Udp = 17;

    /// <summary>A client's first packet is padded to 1,200 bytes (RFC 9000 §14.1); beside them UDP and IPv4.</summary>
    private const ushort QuicInitial = 1_228;

    /// <summary>A TCP segment so long has data whatever its options.</summary>
    private const ushort SegmentWithData = 120;

    /// <summary>The source port of a packet that is imagined: anybody's.</summary>
    private const ushort AnyPort = 50_000;

    /// <summary>Clear of the keys of ports in <see cref="Connections"/>.</summary>
    private const int FromServer = 1 << 16, OfQuic = 2 << 16, WithoutPorts = 3 << 16;

    public readonly Address Source;
    public readonly double Packets, Bytes;

    /// <summary>Packets that the record has itself.</summary>
    public readonly uint SampledPackets;

    public readonly ushort SourcePort, DestinationPort, Length;
    public readonly byte Protocol, TcpFlags, IcmpType, IcmpCode;
    public readonly FragmentPlace Fragment;
    public readonly SampledFields Known;

    /// <summary>The record is of the time of the attack.</summary>
    public readonly bool IsDuring;

    /// <summary>Its packets may differ in flags and lengths.</summary>
    public readonly bool IsSeveral;

    /// <param name="standing">The record.</param>
    /// <param name="isDuring">It is of the time of the attack.</param>
    public TrafficRow(in StandingRecord standing, bool isDuring)
    {
        var record = standing.Record;
        var factor = standing.Weight * Math.Max(1u, record.SamplingRate);
        // Of single packets without what the link adds.
        (Source, Packets, Bytes) = (record.Source, record.Packets * factor, (record.PacketLength > 0 ? (double)record.PacketLength * record.Packets : record.Bytes) * factor);
        // A length is of one packet, for however many it stands.
        SampledPackets = record.PacketLength > 0 ? 1 : record.Packets;
        (SourcePort, DestinationPort, Length) = (record.SourcePort, record.DestinationPort, record.PacketLength);
        (Protocol, TcpFlags, IcmpType, IcmpCode) = (record.Protocol, record.TcpFlags, record.IcmpType, record.IcmpCode);
        (Fragment, Known, IsDuring, IsSeveral) = (record.Fragment, record.Known, isDuring, record.Packets > 1 && record.PacketLength == 0);
    }

    /// <summary>An opening packet that nobody sampled and that there may have been: it weighs nothing.</summary>
    /// <param name="connections">Which connections it would open.</param>
    /// <param name="length">Its length.</param>
    /// <param name="source">Its sender, of the target's family.</param>
    public TrafficRow(int connections, ushort length, Address source)
    {
        var port = (ushort)connections;
        var isFromServer = (connections & ~0xFFFF) == FromServer;
        (Source, Length, Protocol) = (source, length, (connections & ~0xFFFF) == OfQuic ? Udp : Tcp);
        (SourcePort, DestinationPort) = isFromServer ? (port, AnyPort) : (AnyPort, port);
        (TcpFlags, Known) = (isFromServer ? (byte)(Syn | Ack) : Syn, SampledFields.Ports | SampledFields.TcpFlags);
    }

    /// <summary>Lengths of opening packets of a kind of connections, without an IPv6 header's 20 bytes more.</summary>
    public static ReadOnlySpan<ushort> OpeningLengths(int connections) => (connections & ~0xFFFF) == OfQuic ? [QuicInitial, 1_280] : [44, 48, 52, 60, 64];

    /// <summary>Nobody sent it.</summary>
    public bool IsImagined => Packets <= 0;

    /// <summary>Connections to one service port, from one, or by QUIC; -1 for what is no connection's.</summary>
    public int Connections => Protocol switch
    {
        Tcp when (Known & SampledFields.Ports) == 0 => WithoutPorts,
        Tcp => DestinationPort <= SourcePort ? DestinationPort : FromServer | SourcePort,
        Udp when (Known & SampledFields.Ports) != 0 && DestinationPort is 443 or 8_443 => OfQuic | DestinationPort,
        _ => -1,
    };

    /// <summary>The record has the first packet of a connection that comes this way: a SYN, its answer, or QUIC's first.</summary>
    public bool OpensConnection => Protocol == Tcp ? (Known & SampledFields.TcpFlags) != 0 && (TcpFlags & Syn) != 0 : Length >= QuicInitial && Connections >= 0;

    /// <summary>The record has a TCP segment with data: a request, or a part of one.</summary>
    public bool CarriesData => Protocol == Tcp && !OpensConnection
        && (Length >= SegmentWithData || ((Known & SampledFields.TcpFlags) != 0 && (TcpFlags & Push) != 0 && (TcpFlags & (Fin | Rst)) == 0));

    /// <summary>Who is hurt when it is dropped.</summary>
    public Address Client => Source.IsIPv4 ? Source : Source.Masked(ClientBits);

    /// <summary>
    /// True when the filter meets the record. What the record does not tell (a length of several packets, flags that were not exported) is taken
    /// against the filter: legitimate traffic counts as met, the attack does not.
    /// </summary>
    public bool IsMetBy(FilterMatch match)
    {
        if (match.Protocol is { } protocol && protocol != Protocol)
            return false;
        if (match.Source is { } source && !source.Contains(Source))
            return false;
        var doubtful = !IsDuring;
        return IsMetByPorts(match, doubtful)
            && (match.TcpFlags is not { } flags || IsMetBy(flags, doubtful))
            && (match.IcmpType is not { } type || ((Known & SampledFields.Icmp) == 0 ? doubtful : type == IcmpType && (match.IcmpCode ?? IcmpCode) == IcmpCode))
            && (match.PacketLengths.IsEmpty || (Length == 0 ? doubtful : Holds(match.PacketLengths, Length)))
            && (match.Fragments == FragmentMatch.Any || match.Fragments == FragmentMatch.Later == (Fragment == FragmentPlace.Later));
    }

    /// <summary>Later fragments have no ports: no such filter meets them.</summary>
    private bool IsMetByPorts(FilterMatch match, bool doubtful)
    {
        if (match.SourcePorts.IsEmpty && match.DestinationPorts.IsEmpty)
            return true;
        if (Fragment == FragmentPlace.Later || Protocol is not (6 or 17))
            return false;
        return (Known & SampledFields.Ports) == 0
            ? doubtful
            : (match.SourcePorts.IsEmpty || Holds(match.SourcePorts, SourcePort)) && (match.DestinationPorts.IsEmpty || Holds(match.DestinationPorts, DestinationPort));
    }

    /// <summary>Of several packets the flags are all that any of them had: one among them may be met, and with a SYN the whole connection goes.</summary>
    private bool IsMetBy(TcpFlagsMatch flags, bool doubtful)
    {
        if (Fragment == FragmentPlace.Later)
            return false;
        if ((Known & SampledFields.TcpFlags) == 0)
            return doubtful;
        var isSet = (TcpFlags & flags.Set) == flags.Set;
        return isSet && ((TcpFlags & flags.Clear) == 0 || (IsSeveral && doubtful));
    }

    private static bool Holds(System.Collections.Immutable.ImmutableArray<NumberRange> ranges, ushort value)
    {
        foreach (var range in ranges)
        {
            if (range.Contains(value))
                return true;
        }

        return false;
    }
}
