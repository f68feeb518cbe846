using Breakwater.Detection;

namespace Breakwater.Response.Price;

/// <summary>
/// How many clients lose anything. Of a client that sent 500 packets two may be sampled, and the one that is met is not among them: to those seen to lose, the packets
/// met that belong to clients not seen to lose are added, each for one client (the missing mass of Good 1953: as many as were met just once). Clients of whom nothing was
/// sampled sent little: they are as those of whom one packet was.
/// </summary>
internal sealed class ClientsHurt
{
    /// <summary>What a filter that met none of the samples may still touch; where it is more, and more than chance leaves open anyway, nothing is said of clients.</summary>
    private const double Finest = 0.005;

    /// <summary>Upper end of 95 % for a count of which none was seen.</summary>
    private const double NoneSeen = 3;

    private readonly int _clients;

    /// <summary>Packets of each client that were sampled.</summary>
    private readonly int[] _records;

    /// <summary>Clients of whom one packet was sampled.</summary>
    private readonly int _once;

    /// <summary>Packets that a sampled one stands for, less itself.</summary>
    private readonly double _unseen;

    /// <summary>Clients of whom nothing was sampled: at least (Chao 1984), and at most, were those seen once to have sent no more than that.</summary>
    private readonly double _fewestHidden, _mostHidden;

    /// <param name="table">The records.</param>
    /// <param name="records">Records of each client from before.</param>
    public ClientsHurt(TrafficTable table, int[] records)
    {
        (_clients, _records) = (table.ClientCount, records);
        var (sampled, all) = (0.0, 0.0);
        foreach (ref readonly var row in table.Rows.AsSpan())
        {
            if (row.IsDuring || row.IsImagined)
                continue;
            sampled += row.SampledPackets;
            all += row.Packets;
        }

        _unseen = sampled > 0 ? Math.Max(0, (all / sampled) - 1) : 0;
        _once = records.Count(static count => count == 1);
        _mostHidden = _once * _unseen;
        _fewestHidden = Math.Min(_mostHidden, _once * (_once - 1.0) / (2 * (records.Count(static count => count == 2) + 1.0)));
    }

    /// <summary>Enough of each client is sampled to tell who loses anything.</summary>
    public bool AreResolved => NoneSeen * _unseen / All <= Math.Max(Finest, Interval.Wilson(0, _clients).High);

    /// <summary>Clients, with the fewest of whom nothing was sampled.</summary>
    private double All => Math.Max(1, _clients + _fewestHidden);

    /// <summary>The upper end alone.</summary>
    public double High(ClientTally tally)
    {
        var seen = Seen(tally);
        var (share, high) = (Share(seen), ByChance(seen));
        share = Math.Min(share, high);
        return Interval.Drifted(share, share, high).High;
    }

    private double Share(SeenClients seen) => ((seen.Hurt - seen.Met) / Math.Max(1, _clients)) + ((seen.Met + (seen.MetOnce * _unseen)) / All);

    private double ByChance(SeenClients seen)
    {
        // Who is lost with a connection is not counted among the packets met: of those hidden there may be as many.
        var part = seen.Hurt > seen.Met ? 1 : _clients / All;
        return Math.Min(1, (part * Interval.OfNext(seen.Hurt / Math.Max(1, _clients), _clients).High) + (Upper(seen.MetOnce) * _unseen / All));
    }

    /// <summary>The share with its interval; null where it is not resolved.</summary>
    public Estimate Of(ClientTally tally)
    {
        if (!AreResolved)
            return new Estimate(null, null, null, _clients);
        var seen = Seen(tally);
        var (low, high) = (Low(seen), ByChance(seen));
        var share = Math.Clamp(Share(seen), low, high);
        var (least, most) = Interval.Drifted(low, share, high);
        return new Estimate(share, least, most, _clients);
    }

    /// <summary>The lower end is of those that are met themselves, and of as many hidden ones as make it least.</summary>
    private double Low(SeenClients seen)
    {
        var ofOnce = _once > 0 ? (double)seen.MetOfOnce / _once : 0;
        var hidden = ofOnce * _clients < seen.Met ? _mostHidden : _fewestHidden;
        return Interval.OfNext((seen.Met + (ofOnce * hidden)) / Math.Max(1, _clients + hidden), _clients).Low;
    }

    private SeenClients Seen(ClientTally tally)
    {
        var seen = default(SeenClients);
        for (var client = 0; client < _clients; client++)
        {
            seen.Hurt += tally.Hurt[client];
            seen.Met += tally.MetRecords[client] > 0 ? 1 : 0;
            seen.MetOnce += tally.MetRecords[client] == 1 ? 1 : 0;
            seen.MetOfOnce += tally.MetRecords[client] > 0 && _records[client] == 1 ? 1 : 0;
        }

        return seen;
    }

    /// <summary>Upper end of 95 % of a mean of which so many were seen (Poisson, after Byar).</summary>
    private static double Upper(int seen)
    {
        if (seen == 0)
            return NoneSeen;
        var next = seen + 1.0;
        var root = 1 - (1 / (9 * next)) + (1.96 / (3 * Math.Sqrt(next)));
        return next * root * root * root;
    }

    /// <summary>Clients seen before: who loses anything, who is met, of whom one packet is met, and who is met of those seen once.</summary>
    private record struct SeenClients(double Hurt, int Met, int MetOnce, int MetOfOnce);
}
