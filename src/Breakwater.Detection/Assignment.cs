using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;

namespace Breakwater.Detection;

/// <summary>
/// Which entries of a tick belong to which dossier: lists by dossier, so that each is fed in one go while it stands in the cache. Prefixes
/// and services, which nearly every entry belongs to, share a budget: of those with many entries a sample is studied, chosen by the
/// entries' hashes alone, as if the exporter had sampled. Those that are far from any alarm get little of it.
/// </summary>
internal sealed class Assignment(HostTable hosts, AggregateTable aggregates, DossierPool dossiers, WatchGroups groups, int aggregateBudget)
{
    private const uint TickMilliseconds = (uint)(Detector.TickNanoseconds / 1_000_000);

    // Entries a tick that tell enough of a prefix or service without an incident, where not all can be studied: far from any alarm, fifteen to thirty a second, since its sums are
    // exact anyway; else so many that the rate of a second is known to two percent.
    private const int EnoughOfQuiet = 2, EnoughOfBusy = 1 << 10;

    // A shard's number stands above the entry's.
    private const int EntryBits = 25;

    private (int Dossier, uint Entry, uint Hash)[] _pairs = [];
    private readonly List<uint> _senders = [];
    private byte[] _levels = [], _tried = [];
    private bool[] _isUrgent = [];
    private uint[] _entries = [];
    private int[] _ends = [];
    private TickSums[] _sums = [];
    private int _count, _assigned, _logLevel;
    private TickEntry[][] _logs = [];

    /// <summary>Assigns the entries of all shards, each from its own tick log.</summary>
    /// <param name="shards">Their logs.</param>
    /// <param name="level">The logs were thinned to it: so many leading bits of each hash are spent.</param>
    /// <param name="tick">The tick that ends.</param>
    public void Build(ImmutableArray<Shard> shards, int level, long tick)
    {
        _logLevel = level;
        if (_logs.Length != shards.Length)
            _logs = new TickEntry[shards.Length][];
        for (var shard = 0; shard < shards.Length; shard++)
            _logs[shard] = shards[shard].Log.Array;
        var places = dossiers.All.Count;
        MakeRoom(places);
        // What the tick before asked for is hardly ever too thin; when it is, all is paired again.
        for (var dossier = 0; dossier < places; dossier++)
            _tried[dossier] = (byte)Math.Max(0, _levels[dossier] - 1);
        Pair(shards, places);
        NoteUrgency(places, tick);
        if (Thin(places))
        {
            Array.Clear(_tried);
            Pair(shards, places);
            Thin(places);
        }
        Sort(places);
    }

    private void MakeRoom(int places)
    {
        if (_ends.Length <= places)
            (_ends, _levels, _tried, _isUrgent, _sums) = (new int[places + 64], new byte[places + 64], new byte[places + 64], new bool[places + 64], new TickSums[places + 64]);
    }

    private void NoteUrgency(int places, long tick)
    {
        for (var dossier = 0; dossier < places; dossier++)
            _isUrgent[dossier] = _ends[dossier] > 0 && dossiers.All[dossier] is { } target && target.Urgency.Note(in _sums[dossier], tick);
    }

    private void Pair(ImmutableArray<Shard> shards, int places)
    {
        _count = 0;
        _senders.Clear();
        Array.Clear(_ends);
        Array.Clear(_sums, 0, places);
        for (var shard = 0; shard < shards.Length; shard++)
            Pair(shards[shard].Log.Entries, (uint)shard << EntryBits);
    }

    /// <summary>One in 2^level of the dossier's entries is in its list and stands for all of them.</summary>
    public int LevelOf(int dossier) => _levels[dossier];

    /// <summary>Entries whose sender is most likely watched as a receiver.</summary>
    public List<uint> OfWatchedSenders => _senders;

    /// <summary>The dossier must be looked at in this very tick (<see cref="Urgency"/>).</summary>
    public bool IsUrgent(int dossier) => _isUrgent[dossier];

    /// <summary>Where an assigned entry stands.</summary>
    public ref TickEntry this[uint entry] => ref _logs[entry >> EntryBits][entry & ((1 << EntryBits) - 1)];

    /// <summary>The entries of a dossier.</summary>
    public ReadOnlySpan<uint> Of(int dossier) => _entries.AsSpan(StartOf(dossier), _ends[dossier] - StartOf(dossier));

    /// <summary>Where the entries of a dossier begin among those of all.</summary>
    public int StartOf(int dossier) => dossier == 0 ? 0 : _ends[dossier - 1];

    /// <summary>The entry at a place among those of all dossiers.</summary>
    public bool TryAt(int place, out uint entry)
    {
        entry = place < _assigned ? _entries[place] : 0;
        return place < _assigned;
    }

    /// <summary>Asks the processor for the entry at a place among those of all dossiers, needed soon.</summary>
    public unsafe void Prefetch(int place)
    {
        if (!Sse.IsSupported || !TryAt(place, out var entry))
            return;
        var first = (byte*)Unsafe.AsPointer(ref this[entry]);
        Sse.Prefetch0(first);
        Sse.Prefetch0(first + 64);
        // It lies in two or three lines of the cache.
        Sse.Prefetch0(first + Unsafe.SizeOf<TickEntry>() - 1);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A few calls, long loops.
    private void Pair(Span<TickEntry> entries, uint shard)
    {
        for (var index = 0; index < entries.Length; index++)
        {
            ref readonly var entry = ref entries[index];
            if (!entry.Has(EntryTraits.HasHost))
                continue;
            var pair = new Candidate(shard | (uint)index, (uint)((entry.RecordHash << _logLevel) >> 32), WatchGroups.Of(entry.Class), Sums(in entry));
            if (dossiers.MayWatch(entry.SenderHash))
                _senders.Add(pair.Entry);
            if (entry.HostIndex >= 0 && dossiers.MayWatch(entry.HostHash))
                Add(hosts[entry.HostIndex].Dossier, in pair);
            if (!dossiers.HasAggregates || entry.Direction != Direction.Inbound)
                continue;
            if (entry.Service >= 0)
                Add(aggregates.Links(aggregates.IndexOfService(entry.Service)).Dossier, in pair);
            if (entry.PrefixIndex < 0)
                continue;
            ref readonly var narrow = ref aggregates.Links(entry.PrefixIndex);
            Add(narrow.Dossier, in pair);
            Add(aggregates.Links(narrow.Wider).Dossier, in pair);
            for (var network = narrow.Network; network >= 0; network = aggregates.Links(network).Network)
                Add(aggregates.Links(network).Dossier, in pair);
        }
    }

    /// <summary>What an entry adds to the sums of its group. Drawn by chance was each packet, where the exporter alone sampled; the record, where records are a part by chance.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private GroupSums Sums(in TickEntry entry)
    {
        var (units, ticks) = (groups.Units(in entry), entry.DurationMilliseconds / TickMilliseconds);
        return GroupSums.Of(units, ticks < 2 || units == 0 ? units : ((units - 1) / ticks) + 1, entry.Level > 0 ? 1 : entry.Packets);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(int dossier, in Candidate pair)
    {
        if (dossier < 0)
            return;
        _ends[dossier]++;
        _sums[dossier][pair.Group].Add(pair.Sums);
        if ((ulong)pair.Hash >> (32 - _tried[dossier]) != 0)
            return;
        if (_count == _pairs.Length)
            Array.Resize(ref _pairs, Math.Max(1 << 12, _count * 2));
        _pairs[_count++] = (dossier, pair.Entry, pair.Hash);
    }

    /// <summary>An entry on its way to its dossiers.</summary>
    /// <param name="Entry">Its number.</param>
    /// <param name="Hash">Of the record, behind the bits that thinning the log has spent.</param>
    /// <param name="Group">What kind of traffic it is.</param>
    /// <param name="Sums">What it adds to the sums of that group.</param>
    private readonly record struct Candidate(uint Entry, uint Hash, int Group, GroupSums Sums);

    /// <summary>
    /// The largest equal share that keeps prefixes and services within their budget, of which those without an incident get enough, and the levels that it asks for; true when less was paired.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A few calls, long loops.
    private bool Thin(int places)
    {
        var isTooThin = false;
        Array.Clear(_levels);
        var most = int.MaxValue;
        if (Studied(places, most) > aggregateBudget)
        {
            for (most = aggregateBudget; most > 1 && Studied(places, most) > aggregateBudget;)
                most /= 2;
        }

        for (var dossier = 0; dossier < places; dossier++)
        {
            var share = ShareOf(dossier, most);
            while (dossiers.All[dossier] is { IsAggregate: true } && _ends[dossier] >> _levels[dossier] > share)
                _levels[dossier]++;
            isTooThin |= _levels[dossier] < _tried[dossier] && _ends[dossier] > 0;
        }
        if (isTooThin)
            return true;
        // Each has all of its entries, as counted already.
        if (!_levels.AsSpan(0, places).ContainsAnyExcept((byte)0))
            return false;
        Array.Clear(_ends);
        foreach (ref readonly var pair in _pairs.AsSpan(0, _count))
            _ends[pair.Dossier] += IsKept(in pair) ? 1 : 0;
        return false;
    }

    private long Studied(int places, int most)
    {
        long sum = 0;
        for (var dossier = 0; dossier < places; dossier++)
            sum += dossiers.All[dossier] is { IsAggregate: true } ? Math.Min(_ends[dossier], ShareOf(dossier, most)) : 0;
        return sum;
    }

    /// <summary>Most entries of a dossier that are studied, where an equal share is so large; without limit when all fit.</summary>
    private int ShareOf(int dossier, int equal) => equal == int.MaxValue || dossiers.All[dossier] is not { InIncident: false } target
        ? equal : Math.Min(equal, target.Urgency.IsFarFromAlarm ? EnoughOfQuiet : EnoughOfBusy);

    private bool IsKept(in (int Dossier, uint Entry, uint Hash) pair) => (ulong)pair.Hash >> (32 - _levels[pair.Dossier]) == 0;

    /// <summary>Counting sort by dossier; within one the order of the log stays.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A few calls, long loops.
    private void Sort(int places)
    {
        if (_entries.Length < _count)
            _entries = new uint[_pairs.Length];
        var next = 0;
        for (var dossier = 0; dossier < places; dossier++)
            (_ends[dossier], next) = (next, next + _ends[dossier]);
        _assigned = next;
        foreach (ref readonly var pair in _pairs.AsSpan(0, _count))
        {
            if (IsKept(in pair))
                _entries[_ends[pair.Dossier]++] = pair.Entry;
        }
    }
}
