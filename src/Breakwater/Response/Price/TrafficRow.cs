using Breakwater.Detection.Samples;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Response.Price;

/// <summary>A record towards the target as a filter sees it, and how much traffic it stands for.</summary>
internal readonly struct TrafficRow
{
    /// <summary>Bits of IPv6 that make a client: a site's network.</summary>
    private const int ClientBits = 64;

    private const byte Syn = 2, Ack = 16;

    public readonly Address Source;
    public readonly double Packets, Bytes;
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
        (Source, Packets, Bytes) = (record.Source, record.Packets * factor, (record.PacketLength > 0 ? record.PacketLength : record.Bytes) * factor);
        (SourcePort, DestinationPort, Length) = (record.SourcePort, record.DestinationPort, record.PacketLength);
        (Protocol, TcpFlags, IcmpType, IcmpCode) = (record.Protocol, record.TcpFlags, record.IcmpType, record.IcmpCode);
        (Fragment, Known, IsDuring, IsSeveral) = (record.Fragment, record.Known, isDuring, record.Packets > 1);
    }

    /// <summary>The record has the first packet of a client's connection.</summary>
    public bool OpensConnection => Protocol == 6 && (Known & SampledFields.TcpFlags) != 0 && (TcpFlags & Syn) != 0 && (IsSeveral || (TcpFlags & Ack) == 0);

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
