namespace Breakwater.Fuzz.Oracles;

/// <summary>What elements tell of a flow.</summary>
internal enum NaiveThing
{
    Nothing,
    Source,
    Destination,
    Bytes,
    Packets,
    Protocol,
    TypeOfService,
    TcpFlags,
    SourcePort,
    DestinationPort,
    Input,
    Output,
    TimeToLive,
    VlanId,
    Direction,
    ForwardingStatus,
    Start,
    End,

    /// <summary>Observation times and durations: they compete for the same two ends.</summary>
    OtherTime,

    /// <summary>Sampled frames, and the start of the uptime clock: they may give the two ends as well.</summary>
    OtherSource,
    Icmp,
    ResponderBytes,
    ResponderPackets,
    Event,
    Count,
}

/// <summary>The elements of a template that belong to one enterprise, by what they tell (IANA "IPFIX Information Elements"). Scopes tell nothing.</summary>
internal sealed class NaiveElements
{
    private static readonly NaiveThing[] _things = Things();

    private readonly int[] _counts = new int[(int)NaiveThing.Count];
    private readonly int[] _places = new int[(int)NaiveThing.Count];

    public NaiveElements(NaiveField[] fields, uint enterprise)
    {
        for (var i = 0; i < fields.Length; i++)
        {
            var field = fields[i];
            if (field.Enterprise != enterprise || field.IsScope || field.Id >= _things.Length)
                continue;
            var thing = (int)_things[field.Id];
            _counts[thing]++;
            _places[thing] = i;
        }
    }

    /// <summary>How many elements tell it.</summary>
    public int CountOf(NaiveThing thing) => _counts[(int)thing];

    /// <summary>True when an element tells it.</summary>
    public bool Tells(NaiveThing thing) => _counts[(int)thing] > 0;

    /// <summary>The place of the only field that tells it; −1 where none or several do.</summary>
    public int Only(NaiveThing thing) => _counts[(int)thing] == 1 ? _places[(int)thing] : -1;

    private static NaiveThing[] Things()
    {
        var things = new NaiveThing[512];
        void Tell(NaiveThing thing, params ReadOnlySpan<int> ids)
        {
            foreach (var id in ids)
                things[id] = thing;
        }

        Tell(NaiveThing.Source, 8, 27);
        Tell(NaiveThing.Destination, 12, 28);
        Tell(NaiveThing.Bytes, 1, 85, 352, 353, 231, 23, 171);
        Tell(NaiveThing.Packets, 2, 86, 298, 24, 172);
        Tell(NaiveThing.Protocol, 4);
        Tell(NaiveThing.TypeOfService, 5);
        Tell(NaiveThing.TcpFlags, 6);
        Tell(NaiveThing.SourcePort, 7, 180, 182);
        Tell(NaiveThing.DestinationPort, 11, 181, 183);
        Tell(NaiveThing.Input, 10, 252);
        Tell(NaiveThing.Output, 14, 253);
        Tell(NaiveThing.TimeToLive, 192);
        Tell(NaiveThing.VlanId, 58, 243, 254);
        Tell(NaiveThing.Direction, 61);
        Tell(NaiveThing.ForwardingStatus, 89);
        Tell(NaiveThing.Start, 150, 152, 154, 156, 158, 22);
        Tell(NaiveThing.End, 151, 153, 155, 157, 159, 21);
        Tell(NaiveThing.OtherTime, 322, 323, 324, 325, 161, 162);
        Tell(NaiveThing.OtherSource, 160, 315, 313, 104);
        Tell(NaiveThing.Icmp, 32, 139, 176, 177, 178, 179);
        Tell(NaiveThing.ResponderBytes, 232);
        Tell(NaiveThing.ResponderPackets, 299);
        Tell(NaiveThing.Event, 230, 233);
        return things;
    }
}
