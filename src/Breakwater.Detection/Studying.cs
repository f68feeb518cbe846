using System.Collections.Immutable;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;

namespace Breakwater.Detection;

/// <summary>Hands the entries of a tick to the dossiers of their host, prefixes and service.</summary>
internal sealed class Studying(HostTable hosts, AggregateTable aggregates, DossierPool dossiers, Questions questions, int aggregateBudget)
{
    // How far ahead an entry is asked for, and what it will touch.
    private const int EntriesAhead = 16;
    private const int SketchesAhead = 8;

    // The sketches of so few targets stay in the cache by themselves.
    private const int FewDossiers = 32;

    private readonly Assignment _assignment = new(hosts, aggregates, dossiers, aggregateBudget);
    private readonly TickTallies _tallies = new();

    /// <summary>The last tick in which some record answered a question: the telemetry shows both directions.</summary>
    public long LastAskedTick { get; private set; } = long.MinValue;

    /// <summary>The last tick in which some watched host was seen to send.</summary>
    public long LastSentTick { get; private set; } = long.MinValue;

    /// <summary>Studies the entries of all shards: those counted by <see cref="Counting"/>, dossiers given out.</summary>
    public void Study(ImmutableArray<Shard> shards, int level, long tick)
    {
        foreach (var shard in shards)
            NoteSent(shard.Log.Entries, tick);
        _assignment.Build(shards, level);
        for (var number = 0; number < dossiers.All.Count; number++)
        {
            if (dossiers.All[number] is { } dossier)
                Feed(dossier, _assignment.Of(number), _assignment.LevelOf(number), tick);
        }
    }

    private void NoteSent(Span<TickEntry> entries, long tick)
    {
        foreach (ref readonly var entry in entries)
        {
            if (entry.Has(EntryTraits.HasHost))
                NoteSent(in entry, tick);
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

    private void Feed(Dossier dossier, ReadOnlySpan<uint> entries, int level, long tick)
    {
        if (entries.IsEmpty)
            return;
        dossier.OpenTick(tick);
        dossier.OpenSample(level);
        for (var index = 0; index < entries.Length; index++)
        {
            if (index + EntriesAhead < entries.Length)
                _assignment.Prefetch(entries[index + EntriesAhead]);
            if (index + SketchesAhead < entries.Length)
                Prefetch(dossier, in _assignment[entries[index + SketchesAhead]]);
            ref var entry = ref _assignment[entries[index]];
            if (!entry.Has(EntryTraits.AnswerKnown))
                LookUpAnswer(ref entry, tick);
            if (level == 0)
                dossier.Add(in entry, tick, _tallies);
            else
                dossier.Add(entry.AtLevel(level), tick, _tallies);
        }
        dossier.CloseTick(_tallies);
    }

    private void Prefetch(Dossier dossier, in TickEntry entry)
    {
        if (dossiers.All.Count > FewDossiers)
            dossier.Prefetch(in entry);
        if (!entry.Has(EntryTraits.AnswerKnown))
            questions.PrefetchAnswer(in entry);
    }

    private void LookUpAnswer(ref TickEntry entry, long tick)
    {
        entry.Traits |= EntryTraits.AnswerKnown;
        if (!questions.WereAsked(in entry))
            return;
        entry.Traits |= EntryTraits.Asked;
        LastAskedTick = tick;
    }
}
