using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;

namespace Breakwater.Detection;

/// <summary>Hands the entries of a tick to the dossiers of their host, prefixes and service.</summary>
internal sealed class Studying(
    HostTable hosts, AggregateTable aggregates, DossierPool dossiers, WatchGroups groups, Questions questions, int aggregateBudget)
{
    // How far ahead an entry is asked for, and what it will touch.
    private const int EntriesAhead = 16;
    private const int SketchesAhead = 8;

    // The sketches of so few targets stay in the cache by themselves.
    private const int FewDossiers = 32;

    private readonly Assignment _assignment = new(hosts, aggregates, dossiers, groups, aggregateBudget);
    private readonly TickTallies _tallies = new();
    private readonly List<Waiting> _waiting = [];
    private readonly List<Dossier> _studied = [];

    /// <summary>The last tick in which some record answered a question: the telemetry shows both directions.</summary>
    public long LastAskedTick { get; private set; } = long.MinValue;

    /// <summary>The last tick in which some watched host was seen to send.</summary>
    public long LastSentTick { get; private set; } = long.MinValue;

    /// <summary>The targets that the last call of <see cref="Study"/> studied, narrow ones first.</summary>
    public List<Dossier> Studied => _studied;

    /// <summary>
    /// Studies the entries of all shards: those counted by <see cref="Counting"/>, dossiers given out. Those of targets that are in no hurry wait.
    /// </summary>
    /// <param name="shards">Their logs.</param>
    /// <param name="level">The logs were thinned to it.</param>
    /// <param name="tick">The tick that ends.</param>
    /// <param name="endsSecond">No further tick of this second follows: what waits is studied.</param>
    public void Study(ImmutableArray<Shard> shards, int level, long tick, bool endsSecond)
    {
        _assignment.Build(shards, level, tick);
        foreach (var entry in _assignment.OfWatchedSenders)
            NoteSent(in _assignment[entry], tick);
        _studied.Clear();
        PrefetchWaiting();
        for (var number = 0; number < dossiers.All.Count; number++)
        {
            if (dossiers.All[number] is { } dossier)
                Study(dossier, number, tick, endsSecond);
            else
                _waiting[number].Clear();
        }
        _studied.Sort(static (left, right) =>
        {
            var byLength = right.Target.Prefix.Length.CompareTo(left.Target.Prefix.Length);
            return left.Target.Kind != right.Target.Kind ? (byte)left.Target.Kind - (byte)right.Target.Kind
                : byLength != 0 ? byLength : left.Target.CompareTo(right.Target);
        });
    }

    /// <summary>Asks the processor for where entries will wait, of all targets before the first is studied: it all comes into the cache at the same time then.</summary>
    private void PrefetchWaiting()
    {
        for (var number = 0; number < dossiers.All.Count; number++)
        {
            if (number == _waiting.Count)
                _waiting.Add(new Waiting());
            if (!_assignment.Of(number).IsEmpty)
                _waiting[number].Prefetch();
        }
    }

    private void Study(Dossier dossier, int number, long tick, bool endsSecond)
    {
        var entries = _assignment.Of(number);
        var waiting = _waiting[number];
        if (!dossier.HasBeenStudied)
        {
            // What it asked before it was watched is not known.
            waiting.Clear();
            dossier.LastQuestionTick = tick;
        }
        var isUrgent = !entries.IsEmpty && _assignment.IsUrgent(number);
        if (!entries.IsEmpty && !endsSecond && !isUrgent && !dossier.InIncident && waiting.HasRoom(entries.Length))
        {
            Keep(dossier, waiting, number, tick);
            dossier.HasBeenStudied = true;
            return;
        }
        if (entries.IsEmpty && (!endsSecond || waiting.Ticks == 0))
            return;
        Feed(dossier, waiting, number, tick);
        waiting.Clear();
        dossier.HasBeenStudied = true;
        // Whether or not ticks without records are stepped through: the second ends with its tenth.
        dossier.JudgedTick = endsSecond && !isUrgent && !dossier.InIncident ? (tick / 10 * 10) + 9 : tick;
        _studied.Add(dossier);
    }

    /// <summary>Copies entries, each weighted as it stands for others, once it is known whether it was asked for.</summary>
    private void Keep(Dossier dossier, Waiting waiting, int number, long tick)
    {
        var entries = _assignment.Of(number);
        var (level, place) = (_assignment.LevelOf(number), _assignment.StartOf(number));
        var isSilent = IsSilent(dossier, entries, tick);
        var kept = waiting.Add(entries.Length, level, tick);
        for (var index = 0; index < entries.Length; index++)
        {
            // Those of the next targets too: most have a few each.
            _assignment.Prefetch(place + index + EntriesAhead);
            if (_assignment.TryAt(place + index + SketchesAhead, out var ahead))
                PrefetchAnswer(in _assignment[ahead]);
            ref var entry = ref _assignment[entries[index]];
            LookUpAnswer(ref entry, tick, isSilent);
            kept[index] = level == 0 ? entry : entry.AtLevel(level);
        }
    }

    /// <summary>Asks the processor for whether an entry was asked for, where that is not certain without.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchAnswer(in TickEntry entry)
    {
        if (!entry.Has(EntryTraits.AnswerKnown) && questions.MayHaveAsked(in entry))
            questions.PrefetchAnswer(in entry);
    }

    /// <summary>Tells the sender's dossier, when it is watched as a receiver, what it sends.</summary>
    private void NoteSent(in TickEntry entry, long tick)
    {
        var index = hosts.Find(entry.Direction == Direction.Outbound ? entry.Host : entry.Peer, Direction.Inbound, entry.SenderHash);
        if (index < 0 || hosts[index].Dossier < 0)
            return;
        var dossier = dossiers[hosts[index].Dossier];
        dossier.OpenGeneration(tick);
        dossier.Sent.Add(in entry);
        if (entry.AsksPair != 0)
            dossier.LastQuestionTick = tick;
        if (dossier.Sent.IsVisible)
            LastSentTick = tick;
    }

    /// <summary>True for a host that has asked nobody for as long as questions are remembered: nothing that it gets was asked for.</summary>
    private bool IsSilent(Dossier dossier, ReadOnlySpan<uint> entries, long tick) =>
        !entries.IsEmpty && dossier is { IsAggregate: false, Target.Direction: Direction.Inbound }
        && ((tick - dossier.LastQuestionTick > Questions.MostTicks && !questions.HasGroups) || !questions.MayHaveAsked(in _assignment[entries[0]]));

    /// <summary>Feeds what waits, and then the present tick, as one: each record keeps the tick in which it arrived.</summary>
    private void Feed(Dossier dossier, Waiting waiting, int dossierNumber, long tick)
    {
        var level = _assignment.LevelOf(dossierNumber);
        dossier.OpenTick(_assignment.Of(dossierNumber).IsEmpty ? waiting.LastTick : tick);
        var all = waiting.Entries;
        for (int number = 0, next = 0; number < waiting.Ticks; number++)
        {
            var (pastTick, pastLevel, end) = waiting.Of(number);
            dossier.OpenSample(pastLevel);
            for (; next < end; next++)
            {
                if (next + SketchesAhead < all.Length)
                    dossier.Prefetch(in all[next + SketchesAhead]);
                dossier.Add(in all[next], pastTick, _tallies);
            }
        }
        dossier.OpenSample(level);
        Feed(dossier, dossierNumber, level, tick);
        dossier.CloseTick(_tallies);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)] // One busy target is one call a tick.
    private void Feed(Dossier dossier, int dossierNumber, int level, long tick)
    {
        var entries = _assignment.Of(dossierNumber);
        var place = _assignment.StartOf(dossierNumber);
        var isFew = dossiers.All.Count <= FewDossiers;
        var isSilent = IsSilent(dossier, entries, tick);
        for (var index = 0; index < entries.Length; index++)
        {
            _assignment.Prefetch(place + index + EntriesAhead);
            if (index + SketchesAhead < entries.Length)
                Prefetch(dossier, in _assignment[entries[index + SketchesAhead]], isFew, isSilent);
            ref var entry = ref _assignment[entries[index]];
            LookUpAnswer(ref entry, tick, isSilent);
            if (level == 0)
                dossier.Add(in entry, tick, _tallies);
            else
                dossier.Add(entry.AtLevel(level), tick, _tallies);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Prefetch(Dossier dossier, in TickEntry entry, bool isFew, bool isSilent)
    {
        if (!isFew)
            dossier.Prefetch(in entry);
        if (!isSilent && !entry.Has(EntryTraits.AnswerKnown))
            questions.PrefetchAnswer(in entry);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LookUpAnswer(ref TickEntry entry, long tick, bool isSilent)
    {
        if (isSilent)
        {
            // Whatever the filter had said to a prefix by mistake.
            entry.Traits = (entry.Traits | EntryTraits.AnswerKnown) & ~EntryTraits.Asked;
            return;
        }
        if (entry.Has(EntryTraits.AnswerKnown))
            return;
        entry.Traits |= EntryTraits.AnswerKnown;
        if (!questions.WereAsked(in entry))
            return;
        entry.Traits |= EntryTraits.Asked;
        LastAskedTick = tick;
    }
}
