using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Samples;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection;

/// <summary>
/// Counts the entries of a tick into the cold records of hosts and prefixes: first all of them, then, once all questions of the tick
/// are known, the replies that nobody asked for. Adds and compares integers only, so that order and shards do not matter.
/// </summary>
internal sealed class Counting(
    HostTable hosts, AggregateTable aggregates, DossierPool dossiers, WatchGroups groups, Questions questions, StandingSamples samples, bool watchesAggregates)
{
    private const int PrefetchSlot = 40;
    private const int PrefetchRecord = 24;
    private const int PrefetchPair = 24;
    private const int PrefetchPrefix = 4;

    // The records of so few hosts and prefixes stay in the cache next to the core by themselves.
    private const int FewHosts = 1 << 11, FewPrefixes = 1 << 10;

    /// <summary>A host without traffic for a minute makes room when the table is nearly full.</summary>
    private const long IdleSeconds = 60;

    /// <summary>Multiples of the watch floor that propose a host once more: twice a detector's floor.</summary>
    private const uint MostProposed = 16;

    private readonly List<int> _touched = [];
    private readonly PriorityQueue<int, int> _wider = new();

    // By shard and place in its log: entries of hosts that are not in the table yet, and replies.
    private readonly List<(int Shard, int Index)> _strangers = [], _replies = [];
    private long _lastDrop = long.MinValue;

    /// <summary>Entries of hosts that found no place in the table.</summary>
    public long BeyondHosts { get; private set; }

    /// <summary>Counts the entries of a tick. They have been thinned to <paramref name="level"/>: one in 2^level is there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A few calls, long loops.
    public void Count(ImmutableArray<Shard> shards, long tick, int level)
    {
        _replies.Clear();
        _strangers.Clear();
        for (var shard = 0; shard < shards.Length; shard++)
            CountCold(shards[shard].Log.Entries, shard, tick, level);
        Admit(shards);
        foreach (var stranger in _strangers)
            CountEntry(ref shards[stranger.Shard].Log.Entries[stranger.Index], stranger, tick);
        foreach (var (shard, index) in _replies)
            CountReply(in shards[shard].Log.Entries[index], tick);
    }

    /// <summary>Counts entries for their hosts and prefixes, remembers the questions among them, and offers them to the standing samples.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // A few calls, long loops.
    private void CountCold(Span<TickEntry> entries, int shard, long tick, int level)
    {
        var isFew = hosts.Count <= FewHosts;
        foreach (ref var entry in entries[..Math.Min(PrefetchRecord, entries.Length)])
            entry.HostIndex = -1;
        for (var index = 0; index < entries.Length; index++)
        {
            if (index + PrefetchPair < entries.Length)
                questions.PrefetchQuestion(in entries[index + PrefetchPair]);
            if (!isFew)
                Prefetch(entries, index);
            ref var entry = ref entries[index];
            questions.Add(in entry);
            if (!entry.Has(EntryTraits.HasHost))
                continue;
            if (level > 0)
                entry = entry.AtLevel(level);
            if (isFew || entry.HostIndex < 0 || !hosts.Is(entry.HostIndex, entry.Host, entry.Direction))
                entry.HostIndex = hosts.Find(entry.Host, entry.Direction, entry.HostHash);
            if (entry.HostIndex < 0)
                _strangers.Add((shard, index));
            else
                CountEntry(ref entry, (shard, index), tick);
        }
    }

    /// <summary>Asks the processor for what entries further on will touch. Their likely hosts are noted in them, so that the way to each is walked once.</summary>
    private void Prefetch(Span<TickEntry> entries, int index)
    {
        if (index + PrefetchSlot < entries.Length)
            hosts.Prefetch(entries[index + PrefetchSlot].HostHash);
        if (index + PrefetchRecord < entries.Length)
        {
            ref var ahead = ref entries[index + PrefetchRecord];
            ahead.HostIndex = hosts.Likely(ahead.HostHash);
            hosts.PrefetchRecord(ahead.HostIndex);
        }

        if (aggregates.Count > FewPrefixes && index + PrefetchPrefix < entries.Length && entries[index + PrefetchPrefix].HostIndex is >= 0 and var host && hosts[host].Prefix is >= 0 and var prefix)
            aggregates.Prefetch(prefix);
    }

    /// <summary>Counts an entry whose host is known by its index, or is beyond the table.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountEntry(ref TickEntry entry, (int Shard, int Index) place, long tick)
    {
        if (entry.HostIndex < 0)
            entry.HostIndex = hosts.Find(entry.Host, entry.Direction, entry.HostHash);
        if (entry.HostIndex >= 0)
            CountHost(ref entry, place, tick);
        else
        {
            BeyondHosts++;
            (entry.PrefixIndex, entry.Service) = (aggregates.OfHost(entry.Host, entry.Direction), -1);
        }

        samples.Offer(in entry, tick);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountHost(ref TickEntry entry, (int Shard, int Index) place, long tick)
    {
        ref var record = ref hosts[entry.HostIndex];
        hosts.Advance(ref record, (uint)(tick / 10));
        (entry.PrefixIndex, entry.Service) = (record.Prefix, (short)record.Service);
        var group = WatchGroups.Of(entry.Class);
        // Replies count once it is known which of them were asked for.
        if (group == (int)WatchGroup.Replies)
            _replies.Add(place);
        else
            CountGroup(in entry, ref record, group, tick);
    }

    private void Place(ref ColdRecord record)
    {
        record.Prefix = aggregates.OfHost(record.Host, record.Direction);
        record.Service = aggregates.ServiceOf(record.Host);
    }

    /// <summary>
    /// Adds the new hosts of a tick. When they, or their prefixes, may not all fit into the tables, those with the smallest hashes get the places, whoever came first.
    /// </summary>
    private void Admit(ImmutableArray<Shard> shards)
    {
        if (hosts.MayOverflow(_strangers.Count) || aggregates.MayOverflow(_strangers.Count))
            _strangers.Sort((left, right) => CompareHosts(in shards[left.Shard].Log.Entries[left.Index], in shards[right.Shard].Log.Entries[right.Index]));
        foreach (var (shard, place) in _strangers)
        {
            ref readonly var entry = ref shards[shard].Log.Entries[place];
            var index = hosts.FindOrAdd(entry.Host, entry.Direction, entry.HostHash, out var isNew);
            if (index < 0)
                aggregates.OfHost(entry.Host, entry.Direction);
            else if (isNew)
                Place(ref hosts[index]);
        }
    }

    private static int CompareHosts(in TickEntry left, in TickEntry right) =>
        left.HostHash != right.HostHash ? left.HostHash.CompareTo(right.HostHash) : left.Host.CompareTo(right.Host);

    /// <summary>Counts a reply when nobody asked for it: all questions of the tick are known by now.</summary>
    private void CountReply(in TickEntry entry, long tick)
    {
        if (entry.HostIndex >= 0 && !questions.WereAsked(in entry))
            CountGroup(in entry, ref hosts[entry.HostIndex], (int)WatchGroup.Replies, tick);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountGroup(in TickEntry entry, ref ColdRecord record, int group, long tick)
    {
        var packets = groups.Units(in entry);
        var now = record.Add(group, packets, hosts.Wide);
        if (record.Dossier < 0)
            Propose(in entry, in record, group, packets, now);
        if (!watchesAggregates || entry.Direction != Direction.Inbound)
            return;
        if (record.Service >= 0)
            CountAggregate(aggregates.IndexOfService(record.Service), group, packets, now, tick);
        if (record.Prefix >= 0)
            CountAggregate(record.Prefix, group, packets, now, tick);
    }

    /// <summary>
    /// The entry that lifts the host over the watch floor proposes it, and so do those that lift it over multiples: while all places are taken it has to be
    /// further above than another. In a new second, the first entry does.
    /// </summary>
    private void Propose(in TickEntry entry, in ColdRecord record, int group, uint packets, uint now)
    {
        var recent = record.Recent(group, hosts.Wide);
        var floor = dossiers.Floors[group];
        if (recent < floor)
        {
            dossiers.NoteBehind(entry.HostIndex, group, recent, packets);
            return;
        }

        var (times, before) = (Math.Min(recent / floor, MostProposed), (recent - packets) / floor);
        if (before < times || now == packets)
            dossiers.ProposeHost(entry.HostIndex);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void CountAggregate(int index, int group, uint packets, uint hostNow, long tick)
    {
        ref var record = ref aggregates[index];
        if (record.LastTick != tick)
        {
            record.LastTick = tick;
            _touched.Add(index);
        }
        ref var count = ref record.Tick[group];
        count = (uint)Math.Min(uint.MaxValue, (ulong)count + packets);
        ref var top = ref record.TickTop[group];
        top = Math.Max(top, hostNow);
    }

    /// <summary>
    /// Hands the tick's sums of prefixes and services on to the wider ones, and proposes those that crossed their watch floor, unless one host has most of it.
    /// </summary>
    public void CloseAggregates(long tick)
    {
        var second = (uint)(tick / 10);
        var narrow = _touched.Count;
        for (var next = 0; next < narrow; next++)
            Close(_touched[next], second, tick);
        // What was handed on is handed on in its turn, the narrower first: a network is never made before those that hold it.
        var queued = narrow;
        while (queued < _touched.Count || _wider.Count > 0)
        {
            for (; queued < _touched.Count; queued++)
                _wider.Enqueue(_touched[queued], -_touched[queued]);
            Close(_wider.Dequeue(), second, tick);
        }
        foreach (var index in _touched)
            ProposeAggregate(index, second);
        _touched.Clear();
    }

    private void Close(int index, uint second, long tick)
    {
        ref var record = ref aggregates[index];
        HandOn(index, in record, tick);
        for (var group = 0; group < WatchGroups.Count; group++)
        {
            if (record.Tick[group] == 0)
                continue;
            record.Counts.Add(group, record.Tick[group], second);
            record.TopHost.Raise(group, record.TickTop[group], second);
        }
        (record.Tick, record.TickTop) = (default, default);
    }

    /// <summary>Adds the tick's sums to the next wider ones.</summary>
    private void HandOn(int index, in AggregateRecord record, long tick)
    {
        var (wider, network) = (aggregates.Links(index).Wider, aggregates.Links(index).Network);
        for (var group = 0; group < WatchGroups.Count; group++)
        {
            if (record.Tick[group] == 0)
                continue;
            if (wider >= 0)
                CountAggregate(wider, group, record.Tick[group], record.TickTop[group], tick);
            if (network >= 0)
                CountAggregate(network, group, record.Tick[group], record.TickTop[group], tick);
        }
    }

    private void ProposeAggregate(int index, uint second)
    {
        if (aggregates.Links(index).Dossier >= 0)
            return;
        // Its busiest kind decides: the rest of what a single busy host gets is no carpet.
        ref var record = ref aggregates[index];
        record.Counts.Score(dossiers.CommonFloors, second, out var group);
        if (record.Counts.Recent(group, second) < dossiers.Floors[group] * record.Factor)
            return;
        if (record.TopHost.Recent(group, second) * 2UL <= record.Counts.Recent(group, second))
            dossiers.ProposeAggregate(index);
    }

    /// <summary>Makes room in a nearly full table of hosts, at most once in ten seconds.</summary>
    public void DropIdleHosts(long tick)
    {
        if (!hosts.IsNearlyFull || (_lastDrop != long.MinValue && tick - _lastDrop < 100))
            return;
        _lastDrop = tick;
        hosts.DropIdle((tick / 10) - IdleSeconds, dossiers.Moved);
    }
}
