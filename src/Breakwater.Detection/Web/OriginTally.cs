using System.Runtime.InteropServices;
using Breakwater.Detection.Statistics;

namespace Breakwater.Detection.Web;

/// <summary>Requests of clients by the countries and the autonomous systems that they come from.</summary>
internal sealed class OriginTally
{
    /// <summary>A network with more of the requests of either time, a till's or an office's, is left out of both: origins tell of many.</summary>
    private const double MostOfOne = 0.05;

    private OriginTally(Dictionary<Prefix, long> networks, HashSet<Prefix> leftOut, double share, ClientOrigins origins)
    {
        Share = share;
        var (sum, squares) = (0L, default(WideSum));
        foreach (var (network, asked) in networks)
        {
            if (leftOut.Contains(network))
                continue;
            var origin = origins.Of(network.Network);
            CollectionsMarshal.GetValueRefOrAddDefault(Countries, origin.Country.Packed, out _) += asked;
            CollectionsMarshal.GetValueRefOrAddDefault(Systems, origin.SystemNumber, out _) += asked;
            sum += asked;
            squares.Add(WideSum.Product((ulong)asked, (ulong)asked));
        }

        EffectiveNetworks = sum > 0 ? (double)sum * sum / squares.ToDouble() : 0;
    }

    /// <summary>By country, its letters packed; 0 for unknown ones.</summary>
    public Dictionary<uint, long> Countries { get; } = [];

    /// <summary>By autonomous system; 0 for unknown ones.</summary>
    public Dictionary<uint, long> Systems { get; } = [];

    /// <summary>The part of all clients that was counted.</summary>
    public double Share { get; }

    /// <summary>Networks that they would come from, had all of these the same number of requests (Kish's effective size of a sample).</summary>
    public double EffectiveNetworks { get; }

    /// <summary>Of a surge, and of the time before it.</summary>
    /// <param name="during">Counts of the surge.</param>
    /// <param name="before">Counts of the time before.</param>
    /// <param name="origins">Where clients are from.</param>
    /// <param name="countsParts">Parts of pages count as pages do.</param>
    public static (OriginTally During, OriginTally Before) Of(WebTally during, WebTally before, ClientOrigins origins, bool countsParts)
    {
        var now = Networks(during.Clients.Told(out var share), countsParts);
        var usual = Networks(before.Clients.Told(out var usualShare), countsParts);
        var leftOut = Large(now).Concat(Large(usual)).ToHashSet();
        return (new OriginTally(now, leftOut, share, origins), new OriginTally(usual, leftOut, usualShare, origins));
    }

    private static Dictionary<Prefix, long> Networks(BottomRows<ClientRow> clients, bool countsParts)
    {
        var networks = new Dictionary<Prefix, long>();
        foreach (ref readonly var client in clients)
            CollectionsMarshal.GetValueRefOrAddDefault(networks, ClientOrigins.NetworkOf(client.Client), out _) += countsParts ? client.Requests : client.Pages;
        return networks;
    }

    private static IEnumerable<Prefix> Large(Dictionary<Prefix, long> networks)
    {
        var most = MostOfOne * networks.Values.Sum();
        return networks.Where(row => row.Value > most).Select(static row => row.Key);
    }
}

/// <summary>How unlike the usual the origins of the requests above the usual are.</summary>
/// <param name="Distance">0: as usual; 1: wholly others. Total variation, less what chance makes of so few networks.</param>
/// <param name="NewShare">Of the additional requests, those from where none came before.</param>
/// <param name="Top">The origin that grew most: a country's letters, packed, or a system's number.</param>
/// <param name="TopShare">Its part of the additional requests.</param>
/// <param name="UsualTopShare">Its part of the usual ones.</param>
internal readonly record struct OriginChange(double Distance, double NewShare, uint Top, double TopShare, double UsualTopShare)
{
    /// <summary>A smaller distance is not told.</summary>
    public const double Notable = 0.3;

    /// <summary>Of the counted requests so many have to be above the usual: of what is left of ordinary ones chance alone would tell.</summary>
    private const double FewestAbove = 1.0 / 3;

    /// <summary>Fewest networks, of equal weight, that anything is said of.</summary>
    private const double FewestNetworks = 30;

    /// <summary>The databases have to know this part of the requests.</summary>
    private const double FewestKnown = 0.5;

    /// <summary>Half of a normal variable's mean distance from its mean, in standard deviations: 1/√(2π).</summary>
    private const double MeanHalf = 0.399;

    /// <summary>The change of countries; null where too little is known.</summary>
    /// <param name="during">Of the surge.</param>
    /// <param name="before">Of the time before.</param>
    /// <param name="scale">Seconds of the surge by seconds before.</param>
    public static OriginChange? OfCountries(OriginTally during, OriginTally before, double scale) => Of(during, before, scale, static tally => tally.Countries);

    /// <summary>The change of autonomous systems.</summary>
    /// <inheritdoc cref="OfCountries"/>
    public static OriginChange? OfSystems(OriginTally during, OriginTally before, double scale) => Of(during, before, scale, static tally => tally.Systems);

    private static OriginChange? Of(OriginTally during, OriginTally before, double scale, Func<OriginTally, Dictionary<uint, long>> by)
    {
        var (usual, now) = (by(before), by(during));
        double unknown = 0, all = 0, usualAll = usual.Sum(static row => row.Key == 0 ? 0 : row.Value);
        if (Math.Min(during.EffectiveNetworks, before.EffectiveNetworks) < FewestNetworks || usualAll < FewestKnown * usual.Values.Sum())
            return null;
        // In one order, whichever client came first: sums of fractions depend on it.
        var above = now.Select(row => (Origin: row.Key, Requests: Math.Max(0, (row.Value / during.Share) - (usual.GetValueOrDefault(row.Key) / before.Share * scale)))).OrderBy(static row => row.Origin).ToArray();
        foreach (var (origin, requests) in above)
            (all, unknown) = origin == 0 ? (all, requests) : (all + requests, unknown);
        var counted = now.Sum(static row => row.Value) / during.Share;
        if (all < 1 || all < FewestKnown * (all + unknown) || all + unknown < FewestAbove * counted)
            return null;
        double distance = 0, news = 0, chance = 0;
        var (top, most, grown) = (0U, 0.0, double.MinValue);
        var variance = (1 / during.EffectiveNetworks) + (1 / before.EffectiveNetworks);
        foreach (var (origin, requests) in above)
        {
            if (origin == 0)
                continue;
            var (share, usually) = (requests / all, usual.GetValueOrDefault(origin) / usualAll);
            distance += Math.Max(0, share - usually);
            news += usually == 0 ? share : 0;
            if (share - usually > grown)
                (top, most, grown) = (origin, share, share - usually);
        }

        foreach (var (_, requests) in usual.Where(static row => row.Key != 0).OrderBy(static row => row.Key))
            chance += MeanHalf * Math.Sqrt(requests / usualAll * (1 - (requests / usualAll)) * variance);
        // What chance makes of all that was counted weighs more among what is above the usual.
        chance *= counted / (all + unknown);
        return new OriginChange(Math.Max(0, distance - chance), news, top, most, usual.GetValueOrDefault(top) / usualAll);
    }
}
