using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Web;

/// <summary>
/// Client networks (/24, /48) that asked for something on ordinary days, as keyed hashes with the last day: what "seen before" rests on. Of too many
/// those with the smallest hashes. Does not learn in a surge.
/// </summary>
internal sealed class KnownNetworks(ulong seed)
{
    /// <summary>Fewest networks from which on a stranger tells anything.</summary>
    public const int Fewest = 64;

    /// <summary>Networks that are asked for together: their lines of the cache are still there when they are looked at.</summary>
    private const int NetworksAhead = 32;

    // A network in one number: 40 bits of its hash above its day and one. Of ten million strangers one is taken for a network that is known.
    private const ulong DayMask = (1UL << 24) - 1;
    private const int FewestPlaces = 1_024;
    private const int MostPlaces = WebLimits.KnownNetworks * 2;
    private const int MostHeld = WebLimits.KnownNetworks * 3 / 2;

    private readonly KeyedHash _hash = new(seed);
    private ulong[] _places = new ulong[FewestPlaces];
    private ulong _limit = ulong.MaxValue;
    private int _held, _learned;

    // The largest that is told, once it was worked out.
    private ulong? _told;

    /// <summary>Takes in the networks of a slice's clients.</summary>
    /// <param name="slice">The slice.</param>
    /// <param name="day">Its day, counted from 1970.</param>
    public void Learn(WebTally slice, int day)
    {
        Span<ulong> networks = stackalloc ulong[NetworksAhead];
        var mark = Math.Min((ulong)day + 1, DayMask);
        for (var clients = slice.Clients.Told(out _).GetEnumerator(); Next(ref clients, networks) is > 0 and var count;)
        {
            foreach (var network in networks[..count])
            {
                if (network > _limit)
                    continue;
                ref var place = ref PlaceOf(network);
                if (place == 0)
                    Admit(network | mark);
                else if (place < (network | mark))
                    place = network | mark;
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
        var (known, all, limit) = (0, 0, _told ??= _held > WebLimits.KnownNetworks ? LastTold() : _limit);
        Span<ulong> networks = stackalloc ulong[NetworksAhead];
        for (var clients = sample.GetEnumerator(); Next(ref clients, networks) is > 0 and var count;)
        {
            foreach (var network in networks[..count])
            {
                if (network > limit)
                    continue;
                all++;
                var place = PlaceOf(network);
                known += place != 0 && day + 1 - (int)(place & DayMask) <= WebLimits.KnownDays ? 1 : 0;
            }
        }

        return all == 0 ? null : (double)known / all;
    }

    /// <summary>The networks of the next clients; what is known of them is asked for.</summary>
    private unsafe int Next(ref BottomRows<ClientRow>.Enumerator clients, scoped Span<ulong> networks)
    {
        var count = 0;
        while (count < networks.Length && clients.MoveNext())
        {
            var network = _hash.Of(ClientOrigins.NetworkOf(clients.Current.Client).Network) & ~DayMask;
            if (Sse.IsSupported)
                Sse.Prefetch0(Unsafe.AsPointer(ref _places[FirstPlaceOf(network)]));
            networks[count++] = network;
        }

        return count;
    }

    private int FirstPlaceOf(ulong network) => (int)(network >> 24) & (_places.Length - 1);

    /// <summary>Where a network stands, or would.</summary>
    private ref ulong PlaceOf(ulong network)
    {
        var at = FirstPlaceOf(network);
        while (_places[at] != 0 && (_places[at] & ~DayMask) != network)
            at = (at + 1) & (_places.Length - 1);
        return ref _places[at];
    }

    private void Admit(ulong network)
    {
        _learned++;
        _told = null;
        if (_held == MostHeld)
            PlaceAll(LastTold(), MostPlaces);
        else if (_held * 4 >= _places.Length * 3)
            PlaceAll(_limit, _places.Length * 2);
        Place(network);
    }

    /// <summary>The largest that is told, where more are held.</summary>
    private ulong LastTold() => OrderStatistic.Select(Held(), _held, WebLimits.KnownNetworks - 1, _limit) | DayMask;

    private ulong[] Held()
    {
        var (held, count) = (new ulong[_held], 0);
        foreach (var place in _places)
        {
            if (place != 0)
                held[count++] = place;
        }

        return held;
    }

    /// <summary>Places all anew; what lies above the limit is forgotten, and not kept from now on.</summary>
    private void PlaceAll(ulong limit, int places)
    {
        var held = Held();
        (_places, _limit, _held) = (new ulong[places], limit, 0);
        foreach (var network in held)
            Place(network);
    }

    private void Place(ulong network)
    {
        if (network > _limit)
            return;
        PlaceOf(network & ~DayMask) = network;
        _held++;
    }
}
