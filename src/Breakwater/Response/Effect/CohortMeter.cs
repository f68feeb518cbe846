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

    /// <summary>Threads that feed share few counters of all records, each on a cache line of its own.</summary>
    private const int Lanes = 16, LaneStride = 16;

    private readonly Lock _renewing = new();
    private readonly long[] _records = new long[Lanes * LaneStride], _longRecords = new long[Lanes * LaneStride];

    /// <summary>Swapped whole: who counts takes no lock.</summary>
    private volatile Table _table = new(FrozenDictionary<CohortMember, int>.Empty, [], []);

    public int Clients => _table.Places.Count;

    /// <summary>Places, each with its seconds; no more than members at most.</summary>
    public int Room => _table.Since.Length;

    /// <summary>Most members.</summary>
    public int Most => most;

    /// <summary>True when the members are not known for long; see <see cref="KnownGood.IsYoung"/>.</summary>
    public bool IsYoung { get; private set; }

    /// <summary>True when most records tell of more than the moment at which they come: then a fall shows when flows end, and not within seconds.</summary>
    public bool IsLate => 2 * Sum(_longRecords) > Sum(_records);

    public IEnumerable<CohortMember> Members => _table.Places.Keys;

    /// <summary>Makes these the members: those that stay keep their seconds, those that are new begin with the next one. Not while somebody watches places.</summary>
    /// <param name="members">The most important first; beyond the bound the rest is left out.</param>
    /// <param name="second">Now.</param>
    /// <param name="isYoung">They are not known for long.</param>
    /// <returns>True when they are others than before.</returns>
    public bool Renew(IEnumerable<CohortMember> members, long second, bool isYoung = false)
    {
        IsYoung = isYoung;
        var wanted = members.Distinct().Take(most).ToHashSet();
        lock (_renewing)
        {
            Array.Clear(_records);
            Array.Clear(_longRecords);
            var before = _table;
            if (wanted.Count == before.Places.Count && wanted.All(before.Places.ContainsKey))
                return false;
            var grown = before.WithRoom(wanted.Count, most);
            var places = before.Places.Where(member => wanted.Contains(member.Key)).ToDictionary();
            var taken = places.Values.ToHashSet();
            var since = grown.Since.ToArray();
            var free = Enumerable.Range(0, since.Length).Where(place => !taken.Contains(place)).GetEnumerator();
            foreach (var member in wanted)
            {
                if (places.ContainsKey(member) || !free.MoveNext())
                    continue;
                places[member] = free.Current;
                since[free.Current] = second + 1;
                for (var slot = 0; slot < MaximumSeconds; slot++)
                    grown.Cells[(slot * since.Length) + free.Current] = 0;
            }

            _table = new Table(places.ToFrozenDictionary(), since, grown.Cells);
        }

        return true;
    }

    /// <summary>Places of the members whose host is in a network, and whose client in another (null: any), of one client's network no more than its share.</summary>
    public CohortPlaces Within(Prefix network, Prefix? clients = null)
    {
        var table = _table;
        var members = table.Places.Where(member => network.Contains(member.Key.Host) && clients?.Contains(member.Key.Client) != false).OrderBy(static member => member.Value).ToList();
        var shared = NetworkShare.Of(members, static member => member.Key.Client).ToList();
        return new CohortPlaces(
            [.. shared.Select(static member => member.Value)], [.. shared.Select(member => table.Since[member.Value])], NetworkShare.Numbers(shared.Select(static member => member.Key.Client)));
    }

    /// <summary>Takes a record in.</summary>
    /// <param name="member">Whose; others than the cohort are passed over.</param>
    /// <param name="second">When it arrived, in whole seconds.</param>
    /// <param name="packets">As seen, not scaled.</param>
    /// <param name="isLong">It tells of more than two seconds.</param>
    public void Offer(CohortMember member, long second, long packets, bool isLong = false)
    {
        var table = _table;
        if (second < 0 || packets <= 0 || !table.Places.TryGetValue(member, out var place) || !table.Add(place, second, packets))
            return;
        var lane = Environment.CurrentManagedThreadId % Lanes * LaneStride;
        Interlocked.Increment(ref _records[lane]);
        if (isLong)
            Interlocked.Increment(ref _longRecords[lane]);
    }

    /// <summary>Adds the packets of one second at some places.</summary>
    /// <param name="sums">One for each place.</param>
    /// <param name="places">Which.</param>
    /// <param name="second">One that is not kept adds nothing.</param>
    public void AddTo(int[] sums, ReadOnlySpan<int> places, long second)
    {
        if (second < 0)
            return;
        var table = _table;
        for (var number = 0; number < sums.Length; number++)
            sums[number] += table.PacketsAt(places[number], second);
    }

    private static long Sum(long[] lanes)
    {
        var sum = 0L;
        for (var lane = 0; lane < lanes.Length; lane += LaneStride)
            sum += Interlocked.Read(ref lanes[lane]);
        return sum;
    }

    /// <summary>Members and their counts. A cell is one second of one place: its packets in the lower half, and above them which of the seconds that share the slot it is, in 194 days.</summary>
    /// <param name="Places">Each member's place.</param>
    /// <param name="Since">First second in which the member of a place was counted.</param>
    /// <param name="Cells">Slot after slot; 0: nothing.</param>
    private sealed record Table(FrozenDictionary<CohortMember, int> Places, long[] Since, uint[] Cells)
    {
        private const int CountBits = 16;

        /// <summary>Makes room for some members, of so many at most; members keep their places.</summary>
        public Table WithRoom(int members, int most)
        {
            var (old, room) = (Since.Length, Math.Max(LeastPlaces, Since.Length));
            while (room < members)
                room *= 2;
            room = Math.Min(room, most);
            if (room == old)
                return this;
            var (since, cells) = (new long[room], new uint[MaximumSeconds * room]);
            Since.CopyTo(since, 0);
            for (var slot = 0; slot < MaximumSeconds; slot++)
                Cells.AsSpan(slot * old, old).CopyTo(cells.AsSpan(slot * room));
            return new Table(Places, since, cells);
        }

        /// <summary>Adds packets; false for a second older than what the cell has: it would take the place of a newer one.</summary>
        public bool Add(int place, long second, long packets)
        {
            ref var cell = ref Cells[((int)(second % MaximumSeconds) * Since.Length) + place];
            var round = RoundOf(second);
            var known = Volatile.Read(ref cell);
            while (true)
            {
                var isSame = known != 0 && (ushort)(known >> CountBits) == round;
                if (known != 0 && !isSame && (short)((known >> CountBits) - round) > 0)
                    return false;
                var count = Math.Min(ushort.MaxValue, (isSame ? (ushort)known : 0) + packets);
                var before = Interlocked.CompareExchange(ref cell, ((uint)round << CountBits) | (uint)count, known);
                if (before == known)
                    return true;
                known = before;
            }
        }

        public int PacketsAt(int place, long second)
        {
            var cell = Volatile.Read(ref Cells[((int)(second % MaximumSeconds) * Since.Length) + place]);
            return cell != 0 && (ushort)(cell >> CountBits) == RoundOf(second) ? (ushort)cell : 0;
        }

        private static ushort RoundOf(long second) => (ushort)(second / MaximumSeconds);
    }
}
