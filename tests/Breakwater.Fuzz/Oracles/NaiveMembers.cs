namespace Breakwater.Fuzz.Oracles;

/// <summary>Whether the records of a template count both directions (RFC 5103, or IE 232 and 299).</summary>
internal enum NaiveBiflow
{
    /// <summary>One flow in each record.</summary>
    No,

    /// <summary>A second flow in each record that counted something in the other direction.</summary>
    Yes,

    /// <summary>Several elements for one counter: which one counts is the product's choice.</summary>
    Unsure,
}

/// <summary>
/// Which field of a template tells what of a flow, in one direction: its place, or −1 where none or several do. Where a record carries several
/// elements for one thing, which one counts is the product's choice: the slow reader then says nothing.
/// </summary>
internal sealed class NaiveMembers
{
    private const uint ReverseEnterprise = 29305;

    private readonly NaiveField[] _fields;

    private NaiveMembers(NaiveField[] fields, NaiveElements own) => (_fields, Own) = (fields, own);

    /// <summary>The elements that speak of this direction alone.</summary>
    public NaiveElements Own { get; }

    public int Source { get; private init; }
    public int Destination { get; private init; }
    public int Bytes { get; private init; }
    public int Packets { get; private init; }
    public int Protocol { get; private init; }
    public int TypeOfService { get; private init; }
    public int TcpFlags { get; private init; }
    public int SourcePort { get; private init; }
    public int DestinationPort { get; private init; }
    public int Input { get; private init; }
    public int Output { get; private init; }
    public int TimeToLive { get; private init; }
    public int VlanId { get; private init; }
    public int Direction { get; private init; } = -1;
    public int ForwardingStatus { get; private init; }

    /// <summary>The only ICMP element.</summary>
    public int Icmp { get; private init; }

    /// <summary>Where type and code of ICMP stand when no ICMP element is there (NetFlow's habit, IE 11); −1 in the second direction.</summary>
    public int IcmpInPort { get; private init; } = -1;
    public int Start { get; private init; }
    public int End { get; private init; }

    /// <summary>Id of the element at a place.</summary>
    public int IdAt(int place) => _fields[place].Id;

    /// <summary>The flow that every record is.</summary>
    public static NaiveMembers OfForward(NaiveField[] fields)
    {
        var plain = new NaiveElements(fields, 0);
        return new NaiveMembers(fields, plain)
        {
            Source = plain.Only(NaiveThing.Source),
            Destination = plain.Only(NaiveThing.Destination),
            Bytes = plain.Only(NaiveThing.Bytes),
            Packets = plain.Only(NaiveThing.Packets),
            Protocol = plain.Only(NaiveThing.Protocol),
            TypeOfService = plain.Only(NaiveThing.TypeOfService),
            TcpFlags = plain.Only(NaiveThing.TcpFlags),
            SourcePort = plain.Only(NaiveThing.SourcePort),
            DestinationPort = plain.Only(NaiveThing.DestinationPort),
            Input = plain.Only(NaiveThing.Input),
            Output = plain.Only(NaiveThing.Output),
            TimeToLive = plain.Only(NaiveThing.TimeToLive),
            VlanId = plain.Only(NaiveThing.VlanId),
            Direction = plain.Only(NaiveThing.Direction),
            ForwardingStatus = plain.Only(NaiveThing.ForwardingStatus),
            Icmp = plain.Tells(NaiveThing.OtherSource) ? -1 : plain.Only(NaiveThing.Icmp),
            IcmpInPort = plain.Tells(NaiveThing.OtherSource) || plain.Tells(NaiveThing.Icmp) || plain.Only(NaiveThing.DestinationPort) is not (>= 0 and var port)
                || fields[port].Id != 11 ? -1 : port,
            Start = HasOtherTimes(plain) ? -1 : plain.Only(NaiveThing.Start),
            End = HasOtherTimes(plain) ? -1 : plain.Only(NaiveThing.End),
        };
    }

    /// <summary>
    /// RFC 5103 §5: source and destination of the record are those of its first direction, so the other's are swapped; the key has no
    /// reverse elements (§6.1). Counters and header values are those of enterprise 29305; the responder's counters (IE 232, 299) are
    /// another way to say the same. What has no reverse element is unknown, but for protocol and times, which the directions share.
    /// </summary>
    public static NaiveMembers OfReverse(NaiveField[] fields)
    {
        var plain = new NaiveElements(fields, 0);
        var reverse = new NaiveElements(fields, ReverseEnterprise);
        var times = HasTimes(reverse) ? reverse : plain;
        var hasOtherTimes = HasOtherTimes(plain) || HasOtherTimes(reverse);
        return new NaiveMembers(fields, reverse)
        {
            Source = plain.Only(NaiveThing.Destination),
            Destination = plain.Only(NaiveThing.Source),
            Bytes = reverse.Tells(NaiveThing.Bytes) ? reverse.Only(NaiveThing.Bytes) : plain.Only(NaiveThing.ResponderBytes),
            Packets = reverse.Tells(NaiveThing.Packets) ? reverse.Only(NaiveThing.Packets) : plain.Only(NaiveThing.ResponderPackets),
            Protocol = plain.Only(NaiveThing.Protocol),
            TypeOfService = reverse.Only(NaiveThing.TypeOfService),
            TcpFlags = reverse.Only(NaiveThing.TcpFlags),
            SourcePort = plain.Only(NaiveThing.DestinationPort),
            DestinationPort = plain.Only(NaiveThing.SourcePort),
            Input = plain.Only(NaiveThing.Output),
            Output = plain.Only(NaiveThing.Input),
            TimeToLive = reverse.Only(NaiveThing.TimeToLive),
            VlanId = reverse.Only(NaiveThing.VlanId),
            ForwardingStatus = reverse.Only(NaiveThing.ForwardingStatus),
            Icmp = reverse.Only(NaiveThing.Icmp),
            Start = hasOtherTimes ? -1 : times.Only(NaiveThing.Start),
            End = hasOtherTimes ? -1 : times.Only(NaiveThing.End),
        };
    }

    /// <summary>Whether the template counts both directions.</summary>
    public static NaiveBiflow CountsBoth(NaiveField[] fields)
    {
        var plain = new NaiveElements(fields, 0);
        var reverse = new NaiveElements(fields, ReverseEnterprise);
        var hasReverse = reverse.Tells(NaiveThing.Bytes) || reverse.Tells(NaiveThing.Packets);
        var hasResponder = false;
        var hasTotals = false;
        foreach (var field in fields)
        {
            if (field is not { Enterprise: 0, IsScope: false, Length: > 0 })
                continue;
            hasResponder |= field.Id is 232 or 299;
            hasTotals |= field.Id is 1 or 2 or 85 or 86;
        }

        // Plain counters beside the responder's may be totals of both directions: that nothing is counted twice is the product's word.
        if (!hasReverse && (!hasResponder || hasTotals))
            return NaiveBiflow.No;
        var hasSeveral = reverse.CountOf(NaiveThing.Bytes) > 1 || reverse.CountOf(NaiveThing.Packets) > 1
            || plain.CountOf(NaiveThing.ResponderBytes) > 1 || plain.CountOf(NaiveThing.ResponderPackets) > 1;
        return hasSeveral || (hasReverse && hasResponder) ? NaiveBiflow.Unsure : NaiveBiflow.Yes;
    }

    /// <summary>True when a direction has times of its own: then none of the other's hold.</summary>
    public static bool HasTimes(NaiveElements elements) =>
        elements.Tells(NaiveThing.Start) || elements.Tells(NaiveThing.End) || elements.Tells(NaiveThing.OtherTime);

    private static bool HasOtherTimes(NaiveElements elements) =>
        elements.Tells(NaiveThing.OtherTime) || elements.Tells(NaiveThing.OtherSource);
}
