using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection.Web;

/// <summary>
/// Client networks (/24, /48) that asked for something on ordinary days, as keyed hashes with the last day: what "seen before" rests on. Does not
/// learn in a surge.
/// </summary>
internal sealed class KnownNetworks(ulong seed)
{
    private readonly BottomTable<ClusterRow> _networks = new(WebLimits.KnownClusters);
    private readonly KeyedHash _hash = new(seed);
    private int _learned;

    /// <summary>Networks that are asked for together: their lines of the cache are still there when they are looked at.</summary>
    private const int NetworksAhead = 32;

    /// <summary>Fewest networks from which on a stranger tells anything.</summary>
    public const int Fewest = 64;

    public void Learn(WebTally slice, int day)
    {
        Span<ulong> hashes = stackalloc ulong[NetworksAhead];
        for (var clients = slice.Clients.Told(out _).GetEnumerator(); Next(ref clients, hashes) is > 0 and var count;)
        {
            foreach (var hash in hashes[..count])
            {
                if (!_networks.Keeps(hash))
                    continue;
                ref var row = ref _networks[hash];
                _learned += row.Day == 0 ? 1 : 0;
                row.Day = Math.Max(row.Day, day);
            }
        }
    }

    /// <summary>The part of these clients whose networks are known; null when too few are.</summary>
    /// <param name="sample">A sample of clients.</param>
    /// <param name="day">Today.</param>
    public double? ShareOf(BottomRows<ClientRow> sample, int day)
    {
        if (_learned < Fewest)
            return null;
        var (known, all) = (0, 0);
        Span<ulong> hashes = stackalloc ulong[NetworksAhead];
        for (var clients = sample.GetEnumerator(); Next(ref clients, hashes) is > 0 and var count;)
        {
            foreach (var hash in hashes[..count])
            {
                if (!_networks.Tells(hash))
                    continue;
                all++;
                known += _networks.TryFind(hash, out var row) && day - row.Day <= WebLimits.KnownDays ? 1 : 0;
            }
        }

        return all == 0 ? null : (double)known / all;
    }

    /// <summary>The networks of the next clients, as hashes; what is known of them is asked for.</summary>
    private int Next(ref BottomRows<ClientRow>.Enumerator clients, scoped Span<ulong> hashes)
    {
        var count = 0;
        while (count < hashes.Length && clients.MoveNext())
        {
            hashes[count] = _hash.Of(ClientOrigins.NetworkOf(clients.Current.Client).Network);
            _networks.PrefetchPlace(hashes[count++]);
        }

        foreach (var hash in hashes[..count])
            _networks.PrefetchRow(hash);
        return count;
    }
}
