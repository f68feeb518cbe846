using System.Collections.Immutable;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Samples;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection;

/// <summary>
/// The three passes over the entries of a tick: into the cold records of hosts and prefixes, unasked replies once all questions of the
/// tick are known, and into the dossiers. Each adds and compares integers only, so that order and shards do not matter.
/// </summary>
internal sealed class Counting(HostTable hosts, AggregateTable aggregates, DossierPool dossiers, PairFilter questions, StandingSamples samples, bool watchesAggregates)
{
    private const int PrefetchSlot = 16;
    private const int PrefetchRecord = 8;
    private const int PrefetchPair = 12;

    /// <summary>A host without traffic for a minute makes room when the table is nearly full.</summary>
    private const long IdleTicks = 600;

    private readonly List<(ulong Hash, Wire.Address Host, Direction Direction)> _newHosts = [];
    private long _lastDrop = long.MinValue;

    /// <summary>Entries of hosts that found no place in the table.</summary>
    public long BeyondHosts { get; private set; }

    /// <summary>The last tick in which some record answered a question: the telemetry shows both directions.</summary>
    public long LastAskedTick { get; private set; } = long.MinValue;

    /// <summary>The last tick in which some watched host was seen to send.</summary>
    public long LastSentTick { get; private set; } = long.MinValue;

    /// <summary>Counts entries for their hosts and prefixes, and remembers the questions among them.</summary>
    public void CountCold(Span<TickEntry> entries, long tick, int level)
    {
        for (var index = 0; index < entries.Length; index++)
        {
            if (index + PrefetchSlot < entries.Length)
                hosts.Prefetch(entries[index + PrefetchSlot].HostHash);
            if (index + PrefetchRecord < entries.Length)
                hosts.PrefetchRecord(entries[index + PrefetchRecord].HostHash);
            if (index + PrefetchPair < entries.Length)
                questions.Prefetch(entries[index + PrefetchPair].AsksPair);
            ref var entry = ref entries[index];
            if (entry.Has(EntryTraits.AsksGroup))
                questions.AddGroup(entry.AsksPair);
            else if (entry.AsksPair != 0)
                questions.Add(entry.AsksPair);
            if (!entry.Has(EntryTraits.HasHost))
                continue;
            if (level > 0 && entry.SamplingRate > 0)
                entry.SamplingRate = (uint)Math.Min(uint.MaxValue, (ulong)entry.SamplingRate << level);
            CountHost(ref entry, tick);
        }
    }

    private void CountHost(ref TickEntry entry, long tick)
    {
        var index = hosts.FindOrAdd(entry.Host, entry.Direction, entry.HostHash, out var isNew);
        entry.HostIndex = index;
        if (index < 0)
        {
            BeyondHosts++;
            entry.PrefixIndex = aggregates.OfHost(entry.Host, entry.Direction);
            entry.Service = -1;
            return;
        }
        ref var record = ref hosts[index];
        if (isNew)
            Place(ref record);
        record.LastTick = tick;
        (entry.PrefixIndex, entry.Service) = (record.Prefix, record.Service);
        var scaled = entry.Scaled;
        record.Packets += scaled;
        record.Bytes += entry.Bytes * Math.Max(entry.SamplingRate, 1);
        var group = WatchGroups.Of(entry.Class);
        // Replies count once it is known which of them were asked for.
        if (group != (int)WatchGroup.Replies)
            CountGroup(in entry, ref record, group, tick);
    }

    private void Place(ref ColdRecord record)
    {
        record.Prefix = aggregates.OfHost(record.Host, record.Direction);
        record.Service = (short)aggregates.ServiceOf(record.Host);
    }

    /// <summary>
    /// When the new hosts of a tick may not all fit into the table, those with the smallest hashes get the places, whoever came first.
    /// </summary>
    public void Admit(ImmutableArray<Shard> shards)
    {
        if (!hosts.MayOverflow(shards.Sum(static shard => shard.Log.Count)))
            return;
        _newHosts.Clear();
        foreach (var shard in shards)
        {
            foreach (ref readonly var entry in shard.Log.Entries)
            {
                if (entry.Has(EntryTraits.HasHost) && hosts.Find(entry.Host, entry.Direction, entry.HostHash) < 0)
                    _newHosts.Add((entry.HostHash, entry.Host, entry.Direction));
            }
        }
        _newHosts.Sort(static (left, right) => left.Hash != right.Hash ? left.Hash.CompareTo(right.Hash) : left.Host.CompareTo(right.Host));
        foreach (var (hash, host, direction) in _newHosts)
        {
            var index = hosts.FindOrAdd(host, direction, hash, out var isNew);
            if (index < 0)
                break;
            if (isNew)
                Place(ref hosts[index]);
        }
    }

    /// <summary>Counts replies that nobody asked for. Call after all entries of the tick went through <see cref="CountCold"/>.</summary>
    public void CountReplies(Span<TickEntry> entries, long tick)
    {
        foreach (ref readonly var entry in entries)
        {
            if (!entry.Has(EntryTraits.HasHost) || entry.HostIndex < 0 || WatchGroups.Of(entry.Class) != (int)WatchGroup.Replies || WasAsked(in entry))
                continue;
            CountGroup(in entry, ref hosts[entry.HostIndex], (int)WatchGroup.Replies, tick);
        }
    }

    private void CountGroup(in TickEntry entry, ref ColdRecord record, int group, long tick)
    {
        var second = (uint)(tick / 10);
        var packets = (uint)Math.Min(uint.MaxValue, entry.Scaled);
        var before = record.Counts.Recent(group, second);
        var now = record.Counts.Add(group, packets, second);
        var recent = record.Counts.Recent(group, second);
        var floor = dossiers.Floors[group];
        // The one entry that lifts the host over the watch floor proposes it; in a new second, the first entry does.
        if (record.Dossier < 0 && recent >= floor && (before < floor || now == packets))
            dossiers.ProposeHost(entry.HostIndex);
        if (!watchesAggregates || entry.Direction != Direction.Inbound)
            return;
        if (record.Service >= 0)
            CountAggregate(aggregates.IndexOfService(record.Service), group, packets, now, second, tick);
        if (record.Prefix < 0)
            return;
        ref var narrow = ref aggregates[record.Prefix];
        var (wider, network) = (narrow.Wider, narrow.Network);
        CountAggregate(record.Prefix, group, packets, now, second, tick);
        CountAggregate(wider, group, packets, now, second, tick);
        if (network >= 0)
            CountAggregate(network, group, packets, now, second, tick);
    }

    private void CountAggregate(int index, int group, uint packets, uint hostNow, uint second, long tick)
    {
        ref var record = ref aggregates[index];
        record.Counts.Add(group, packets, second);
        if (record.TopHost.Second != second)
            record.TopHost.Turn(second);
        if (hostNow > record.TopHost.Now[group])
            record.TopHost.Now[group] = hostNow;
        if (record.Dossier >= 0 || record.CandidateTick == tick || record.Counts.Recent(group, second) < dossiers.Floors[group] * record.Factor)
            return;
        record.CandidateTick = tick;
        _proposed.Add(index);
    }

    private readonly List<int> _proposed = [];

    /// <summary>Proposes the prefixes and services that crossed their watch floor, unless one host has most of it.</summary>
    public void ProposeAggregates(long tick)
    {
        var second = (uint)(tick / 10);
        foreach (var index in _proposed)
        {
            ref var record = ref aggregates[index];
            record.Counts.Score(dossiers.Floors, second, out var group);
            if (record.TopHost.Recent(group, second) * 2UL <= record.Counts.Recent(group, second))
                dossiers.ProposeAggregate(index);
        }
        _proposed.Clear();
    }

    /// <summary>Hands each entry to the dossiers of its host, prefixes and service.</summary>
    public void Feed(Span<TickEntry> entries, long tick)
    {
        for (var index = 0; index < entries.Length; index++)
        {
            if (index + PrefetchPair < entries.Length && dossiers.MayWatch(entries[index + PrefetchPair].HostHash))
                questions.Prefetch(entries[index + PrefetchPair].AnswersPair);
            ref readonly var entry = ref entries[index];
            if (!entry.Has(EntryTraits.HasHost))
                continue;
            samples.Offer(in entry, tick);
            NoteSent(in entry, tick);
            if (entry.HostIndex >= 0 && dossiers.MayWatch(entry.HostHash) && hosts[entry.HostIndex].Dossier is >= 0 and var number)
                Feed(number, in entry, tick);
            if (!dossiers.HasAggregates || entry.Direction != Direction.Inbound)
                continue;
            if (entry.Service >= 0 && aggregates[aggregates.IndexOfService(entry.Service)].Dossier is >= 0 and var service)
                Feed(service, in entry, tick);
            if (entry.PrefixIndex < 0)
                continue;
            ref readonly var narrow = ref aggregates[entry.PrefixIndex];
            if (narrow.Dossier >= 0)
                Feed(narrow.Dossier, in entry, tick);
            if (aggregates[narrow.Wider].Dossier is >= 0 and var wider)
                Feed(wider, in entry, tick);
            if (narrow.Network >= 0 && aggregates[narrow.Network].Dossier is >= 0 and var network)
                Feed(network, in entry, tick);
        }
    }

    /// <summary>Tells the sender's dossier, when it is watched as a receiver, what it sends.</summary>
    private void NoteSent(in TickEntry entry, long tick)
    {
        var isOutbound = entry.Direction == Direction.Outbound;
        var hash = isOutbound ? HostTable.HashOf(entry.HostHash, Direction.Outbound) : entry.PeerHash;
        if (!dossiers.MayWatch(hash))
            return;
        var index = hosts.Find(isOutbound ? entry.Host : entry.Peer, Direction.Inbound, hash);
        if (index < 0 || hosts[index].Dossier < 0)
            return;
        var dossier = dossiers[hosts[index].Dossier];
        dossier.OpenGeneration(tick);
        dossier.Sent.Add(in entry);
        if (dossier.Sent.IsVisible)
            LastSentTick = tick;
    }

    private void Feed(int number, in TickEntry entry, long tick)
    {
        var dossier = dossiers[number];
        dossier.OpenTick(tick);
        var asked = WasAsked(in entry);
        if (asked)
            LastAskedTick = tick;
        dossier.Add(in entry, asked, tick);
    }

    /// <summary>True when the receiver has asked the sender, or a group that the sender is of.</summary>
    private bool WasAsked(in TickEntry entry) => questions.Contains(entry.AnswersPair)
        || (entry.Protocol == 17 && entry.Direction == Direction.Inbound && questions.HasGroups
            && questions.Contains(KeyedHash.OfGroupQuestion(entry.HostHash, entry.SourcePort)));

    /// <summary>Makes room in a nearly full table of hosts, at most once in ten seconds.</summary>
    public void DropIdleHosts(long tick)
    {
        if (!hosts.IsNearlyFull || (_lastDrop != long.MinValue && tick - _lastDrop < 100))
            return;
        _lastDrop = tick;
        hosts.DropIdle(tick - IdleTicks, dossiers.Moved);
    }
}
