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
/// Which field of a template tells what of a flow, in one direction (IANA "IPFIX Information Elements"): its place, or −1 where none or several
/// do. Where a record carries several elements for one thing, which one counts is the product's choice: the slow reader then says nothing.
/// </summary>
internal sealed class NaiveMembers
{
    private const uint ReverseEnterprise = 29305;
    private static readonly int[] _octets = [1, 85, 352, 353, 231, 23, 171];
    private static readonly int[] _packets = [2, 86, 298, 24, 172];
    private static readonly int[] _starts = [150, 152, 154, 156, 158, 22];
    private static readonly int[] _ends = [151, 153, 155, 157, 159, 21];

    // Observation times, durations and sampled frames compete for the same two ends.
    private static readonly int[] _otherTimes = [322, 323, 324, 325, 160, 161, 162, 315, 313, 104];

    private readonly NaiveField[] _fields;
    private readonly bool[] _isOwn;

    private NaiveMembers(NaiveField[] fields, Func<NaiveField, bool> isOwn)
    {
        _fields = fields;
        _isOwn = [.. fields.Select(isOwn)];
    }

    public int Source { get; private init; } = -1;
    public int Destination { get; private init; } = -1;
    public int Bytes { get; private init; } = -1;
    public int Packets { get; private init; } = -1;
    public int Protocol { get; private init; } = -1;
    public int TypeOfService { get; private init; } = -1;
    public int TcpFlags { get; private init; } = -1;
    public int SourcePort { get; private init; } = -1;
    public int DestinationPort { get; private init; } = -1;
    public int Input { get; private init; } = -1;
    public int Output { get; private init; } = -1;
    public int TimeToLive { get; private init; } = -1;
    public int VlanId { get; private init; } = -1;
    public int Direction { get; private init; } = -1;
    public int ForwardingStatus { get; private init; } = -1;
    public int Start { get; private init; } = -1;
    public int End { get; private init; } = -1;

    /// <summary>True when this direction has times of its own: then none of the other's hold.</summary>
    public bool HasTimes => Tells(_starts) || Tells(_ends) || Tells(322, 323, 324, 325, 161, 162);

    /// <summary>Id of the element at a place.</summary>
    public int IdAt(int place) => _fields[place].Id;

    /// <summary>True when one of these elements stands in the template for this direction.</summary>
    public bool Tells(params ReadOnlySpan<int> ids)
    {
        for (var i = 0; i < _fields.Length; i++)
        {
            if (_isOwn[i] && ids.Contains(_fields[i].Id))
                return true;
        }

        return false;
    }

    /// <summary>The flow that every record is.</summary>
    public static NaiveMembers OfForward(NaiveField[] fields)
    {
        var plain = Plain(fields);
        return new NaiveMembers(fields, IsPlain)
        {
            Source = plain.Only(8, 27),
            Destination = plain.Only(12, 28),
            Bytes = plain.Only(_octets),
            Packets = plain.Only(_packets),
            Protocol = plain.Only(4),
            TypeOfService = plain.Only(5),
            TcpFlags = plain.Only(6),
            SourcePort = plain.Only(7, 180, 182),
            DestinationPort = plain.Only(11, 181, 183),
            Input = plain.Only(10, 252),
            Output = plain.Only(14, 253),
            TimeToLive = plain.Only(192),
            VlanId = plain.Only(58, 243, 254),
            Direction = plain.Only(61),
            ForwardingStatus = plain.Only(89),
            Start = plain.Tells(_otherTimes) ? -1 : plain.Only(_starts),
            End = plain.Tells(_otherTimes) ? -1 : plain.Only(_ends),
        };
    }

    /// <summary>
    /// RFC 5103 §5: source and destination of the record are those of its first direction, so the other's are swapped; the key has no
    /// reverse elements (§6.1). Counters and header values are those of enterprise 29305; the responder's counters (IE 232, 299) are
    /// another way to say the same. What has no reverse element is unknown, but for protocol and times, which the directions share.
    /// </summary>
    public static NaiveMembers OfReverse(NaiveField[] fields)
    {
        var plain = Plain(fields);
        var reverse = new NaiveMembers(fields, IsReverse);
        var times = reverse.HasTimes ? reverse : plain;
        return new NaiveMembers(fields, IsReverse)
        {
            Source = plain.Only(12, 28),
            Destination = plain.Only(8, 27),
            Bytes = reverse.Tells(_octets) ? reverse.Only(_octets) : plain.Only(232),
            Packets = reverse.Tells(_packets) ? reverse.Only(_packets) : plain.Only(299),
            Protocol = plain.Only(4),
            TypeOfService = reverse.Only(5),
            TcpFlags = reverse.Only(6),
            SourcePort = plain.Only(11, 181, 183),
            DestinationPort = plain.Only(7, 180, 182),
            Input = plain.Only(14, 253),
            Output = plain.Only(10, 252),
            TimeToLive = reverse.Only(192),
            VlanId = reverse.Only(58, 243, 254),
            ForwardingStatus = reverse.Only(89),
            Start = plain.Tells(_otherTimes) || reverse.Tells(_otherTimes) ? -1 : times.Only(_starts),
            End = plain.Tells(_otherTimes) || reverse.Tells(_otherTimes) ? -1 : times.Only(_ends),
        };
    }

    /// <summary>Whether the template counts both directions.</summary>
    public static NaiveBiflow CountsBoth(NaiveField[] fields)
    {
        var reverseOctets = fields.Count(field => IsReverse(field) && _octets.Contains(field.Id));
        var reversePackets = fields.Count(field => IsReverse(field) && _packets.Contains(field.Id));
        var responderOctets = fields.Count(field => IsPlain(field) && field is { Id: 232, Length: > 0 });
        var responderPackets = fields.Count(field => IsPlain(field) && field is { Id: 299, Length: > 0 });
        var hasReverse = reverseOctets + reversePackets > 0;
        var hasResponder = responderOctets + responderPackets > 0;
        if (reverseOctets > 1 || reversePackets > 1 || responderOctets > 1 || responderPackets > 1 || (hasReverse && hasResponder))
            return NaiveBiflow.Unsure;

        // Plain counters beside the responder's may be totals of both directions: that nothing is counted twice is the product's word.
        var isTotal = fields.Any(field => IsPlain(field) && field is { Id: 1 or 2 or 85 or 86, Length: > 0 });
        return hasReverse || (hasResponder && !isTotal) ? NaiveBiflow.Yes : NaiveBiflow.No;
    }

    private static NaiveMembers Plain(NaiveField[] fields) => new(fields, IsPlain);

    private static bool IsPlain(NaiveField field) => field is { Enterprise: 0, IsScope: false };

    private static bool IsReverse(NaiveField field) => field is { Enterprise: ReverseEnterprise, IsScope: false };

    private int Only(params ReadOnlySpan<int> ids)
    {
        var found = -1;
        for (var i = 0; i < _fields.Length; i++)
        {
            if (!_isOwn[i] || !ids.Contains(_fields[i].Id))
                continue;
            if (found >= 0)
                return -1;
            found = i;
        }

        return found;
    }
}
