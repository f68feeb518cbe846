using System.Collections.Frozen;
using Breakwater.Detection;

namespace Breakwater.Response.Effect;

/// <summary>
/// How many packets each member of one service's cohort had in each of the last seconds. Fed from any thread with what telemetry sees of the service's answers to them. Seconds are those
/// of arrival: a fall is a fall of what arrives, however late an exporter tells. Memory grows with the members, up to their bound.
/// </summary>
/// <param name="most">Most members; further ones do not make a verdict surer.</param>
internal sealed class CohortMeter(int most = CohortMeter.MaximumClients)
{
    /// <summary>Most members of one service's cohort.</summary>
    public const int MaximumClients = 2_048;

    /// <summary>Seconds that are kept.</summary>
    public const int MaximumSeconds = 256;

    private const int LeastPlaces = 64;

    private readonly Lock _lock = new();
    private readonly long[] _secondOf = NoSeconds();

    /// <summary>Each member's place. Swapped whole.</summary>
    private volatile FrozenDictionary<CohortMember, int> _places = FrozenDictionary<CohortMember, int>.Empty;

    /// <summary>First second in which the member of a place was counted.</summary>
    private long[] _since = [];
    private ushort[] _counts = [];
    private long _records, _longRecords;

    public int Clients => _places.Count;

    /// <summary>True when most records tell of more than the moment at which they come: then a fall shows when flows end, and not within seconds.</summary>
    public bool IsLate
    {
        get
        {
            lock (_lock)
                return 2 * _longRecords > _records;
        }
    }

    public IEnumerable<CohortMember> Members => _places.Keys;

    /// <summary>Makes these the members: those that stay keep their seconds, those that are new begin with the next one. Not while somebody watches places.</summary>
    /// <param name="members">The most important first; beyond the bound the rest is left out.</param>
    /// <param name="second">Now.</param>
    /// <returns>True when they are others than before.</returns>
    public bool Renew(IEnumerable<CohortMember> members, long second)
    {
        var wanted = members.Distinct().Take(most).ToHashSet();
        var before = _places;
        lock (_lock)
        {
            (_records, _longRecords) = (0, 0);
            if (wanted.Count == before.Count && wanted.All(before.ContainsKey))
                return false;
            Grow(wanted.Count);
            var places = before.Where(member => wanted.Contains(member.Key)).ToDictionary();
            var taken = places.Values.ToHashSet();
            var free = Enumerable.Range(0, _since.Length).Where(place => !taken.Contains(place)).GetEnumerator();
            foreach (var member in wanted)
            {
                if (places.ContainsKey(member) || !free.MoveNext())
                    continue;
                places[member] = free.Current;
                _since[free.Current] = second + 1;
                for (var slot = 0; slot < MaximumSeconds; slot++)
                    _counts[(slot * _since.Length) + free.Current] = 0;
            }

            _places = places.ToFrozenDictionary();
        }

        return true;
    }

    /// <summary>Places of the members whose host is in a network, and whose client in another (null: any), and since when each is counted.</summary>
    public (int[] Places, long[] Since) Within(Prefix network, Prefix? clients = null)
    {
        lock (_lock)
        {
            var places = _places.Where(member => network.Contains(member.Key.Host) && clients?.Contains(member.Key.Client) != false).Select(static member => member.Value).Order().ToArray();
            return (places, [.. places.Select(place => _since[place])]);
        }
    }

    /// <summary>Takes a record in.</summary>
    /// <param name="member">Whose; others than the cohort are passed over.</param>
    /// <param name="second">When it arrived, in whole seconds.</param>
    /// <param name="packets">As seen, not scaled.</param>
    /// <param name="isLong">It tells of more than two seconds.</param>
    public void Offer(CohortMember member, long second, long packets, bool isLong = false)
    {
        if (second < 0 || !_places.ContainsKey(member))
            return;
        lock (_lock)
        {
            // Asked again: places may be others by now.
            if (!_places.TryGetValue(member, out var place))
                return;
            var slot = (int)(second % MaximumSeconds);
            // Later than what is kept: it would take the place of a newer second.
            if (_secondOf[slot] > second)
                return;
            var counts = _counts.AsSpan(slot * _since.Length, _since.Length);
            if (_secondOf[slot] < second)
            {
                counts.Clear();
                _secondOf[slot] = second;
            }

            counts[place] = (ushort)Math.Min(ushort.MaxValue, counts[place] + packets);
            _records++;
            _longRecords += isLong ? 1 : 0;
        }
    }

    /// <summary>Adds the packets of one second at some places.</summary>
    /// <param name="sums">One for each place.</param>
    /// <param name="places">Which.</param>
    /// <param name="second">One that is not kept adds nothing.</param>
    public void AddTo(int[] sums, ReadOnlySpan<int> places, long second)
    {
        if (second < 0)
            return;
        lock (_lock)
        {
            var slot = (int)(second % MaximumSeconds);
            if (_secondOf[slot] != second)
                return;
            var counts = _counts.AsSpan(slot * _since.Length, _since.Length);
            for (var number = 0; number < sums.Length; number++)
                sums[number] += counts[places[number]];
        }
    }

    /// <summary>Makes room; members keep their places.</summary>
    private void Grow(int members)
    {
        var (old, room) = (_since.Length, Math.Max(LeastPlaces, _since.Length));
        while (room < members)
            room *= 2;
        if (room == old)
            return;
        var counts = new ushort[MaximumSeconds * room];
        for (var slot = 0; slot < MaximumSeconds; slot++)
            _counts.AsSpan(slot * old, old).CopyTo(counts.AsSpan(slot * room));
        Array.Resize(ref _since, room);
        _counts = counts;
    }

    private static long[] NoSeconds()
    {
        var seconds = new long[MaximumSeconds];
        Array.Fill(seconds, long.MinValue);
        return seconds;
    }
}
