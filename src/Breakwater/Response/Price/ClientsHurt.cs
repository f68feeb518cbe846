using Breakwater.Detection;

namespace Breakwater.Response.Price;

/// <summary>
/// How many clients lose anything. Of a client that sent 500 packets two may be sampled, and the one that is met is not among them: to those seen to lose, the packets
/// met that belong to clients not seen to lose are added, each for one client (the missing mass of Good 1953: as many as were met just once).
/// </summary>
internal sealed class ClientsHurt
{
    /// <summary>What a filter that met none of the samples may still touch; where it is more, nothing is said of clients.</summary>
    private const double Finest = 0.005;

    /// <summary>Upper end of 95 % for a count of which none was seen.</summary>
    private const double NoneSeen = 3;

    private readonly int _clients;

    /// <summary>Packets that a sampled one stands for, less itself.</summary>
    private readonly double _unseen;

    /// <summary>Clients with those of whom nothing was sampled.</summary>
    private readonly double _all;

    /// <param name="table">The records.</param>
    /// <param name="records">Records of each client from before.</param>
    public ClientsHurt(TrafficTable table, int[] records)
    {
        _clients = table.ClientCount;
        var (sampled, all) = (0.0, 0.0);
        foreach (ref readonly var row in table.Rows.AsSpan())
        {
            if (row.IsDuring || row.IsImagined)
                continue;
            sampled += row.SampledPackets;
            all += row.Packets;
        }

        _unseen = sampled > 0 ? Math.Max(0, (all / sampled) - 1) : 0;
        var (once, twice) = (records.Count(static count => count == 1), records.Count(static count => count == 2));
        // Clients of whom nothing was sampled (Chao 1984, a lower bound): those seen stand for them too.
        var hidden = _unseen > 0 ? once * (once - 1.0) / (2 * (twice + 1.0)) : 0;
        _all = Math.Max(1, _clients + hidden);
    }

    /// <summary>Enough of each client is sampled to tell who loses anything.</summary>
    public bool AreResolved => NoneSeen * _unseen / _all <= Finest;

    /// <summary>The upper end alone.</summary>
    public double High(ClientTally tally)
    {
        var (share, once) = Seen(tally);
        return Math.Min(1, Interval.Wilson(share, _clients).High + (Upper(once) * _unseen / _all));
    }

    /// <summary>The share with its interval; null where it is not resolved.</summary>
    public Estimate Of(ClientTally tally)
    {
        if (!AreResolved)
            return new Estimate(null, null, null, _clients);
        var (share, once) = Seen(tally);
        var high = High(tally);
        return new Estimate(Math.Min(high, share + (once * _unseen / _all)), Low(tally), high, _clients);
    }

    /// <summary>The lower end is of those that are met themselves.</summary>
    private double Low(ClientTally tally) => Interval.Wilson(tally.MetRecords.Count(static met => met > 0) / (double)Math.Max(1, _clients), _clients).Low;

    private (double Share, int Once) Seen(ClientTally tally)
    {
        var (hurt, once) = (0.0, 0);
        for (var client = 0; client < _clients; client++)
        {
            hurt += tally.Hurt[client];
            once += tally.MetRecords[client] == 1 ? 1 : 0;
        }

        return (hurt / Math.Max(1, _clients), once);
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
}
