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

    /// <summary>Fewest networks from which on a stranger tells anything.</summary>
    public const int Fewest = 64;

    public void Learn(WebTally slice, int day)
    {
        foreach (ref readonly var client in slice.Clients.Told(out _))
        {
            var hash = HashOf(client.Client);
            if (!_networks.Keeps(hash))
                continue;
            ref var row = ref _networks[hash];
            _learned += row.Day == 0 ? 1 : 0;
            row.Day = Math.Max(row.Day, day);
        }
    }

    /// <summary>The part of these clients whose networks are known; null when too few are.</summary>
    /// <param name="clients">A sample of clients.</param>
    /// <param name="day">Today.</param>
    public double? ShareOf(BottomRows<ClientRow> clients, int day)
    {
        if (_learned < Fewest)
            return null;
        var (known, all) = (0, 0);
        foreach (ref readonly var client in clients)
        {
            var hash = HashOf(client.Client);
            if (!_networks.Tells(hash))
                continue;
            all++;
            known += _networks.TryFind(hash, out var row) && day - row.Day <= WebLimits.KnownDays ? 1 : 0;
        }

        return all == 0 ? null : (double)known / all;
    }

    private ulong HashOf(Address client) => _hash.Of(ClientOrigins.NetworkOf(client).Network);
}
