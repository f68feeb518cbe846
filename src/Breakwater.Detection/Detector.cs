using System.Collections.Immutable;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Samples;
using Breakwater.Detection.Sketches;
using Breakwater.Detection.Statistics;
using Breakwater.Wire;

namespace Breakwater.Detection;

/// <summary>
/// Turns records into incidents. Pure: its state after a tick depends only on the options and on the multiset of records of each tick,
/// never on their order within a tick, on the number of shards, or on a clock. Feed records with <see cref="Count"/> (or into
/// <see cref="Shards"/>, one thread each), step from tick to tick (100 ms of record time) with <see cref="Tick"/>, and read the outcome
/// with <see cref="Finish"/>.
/// </summary>
/// <remarks>
/// The way of a record: a shard reduces it to an entry; at the tick the entries of all shards are counted into the cold records of their
/// hosts and prefixes; those above the watch floor get dossiers; dossiers take in their entries; detectors look at dossiers; the tracker
/// joins findings into incidents.
/// </remarks>
public sealed class Detector
{
    /// <summary>Length of a tick.</summary>
    public const long TickNanoseconds = 100_000_000;

    /// <summary>No detector speaks of fewer packets within a minute.</summary>
    private const ulong FewestPackets = 16;

    private readonly DetectorOptions _options;
    private readonly PoissonTest _alarm;
    private readonly ImmutableArray<Shard> _shards;
    private readonly Counting _counting;
    private readonly HostTable _hosts;
    private readonly AggregateTable _aggregates;
    private readonly DossierPool _dossiers;
    private readonly IncidentTracker _incidents;
    private readonly Questions _questions = new();
    private readonly Studying _studying;
    private readonly StandingSamples _samples;
    private readonly RuleBook _rules;
    private readonly List<Finding> _findings = [];
    private long _tick;

    public Detector(DetectorOptions options)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(options.MaxDossiers, ColdRecord.MaxDossiers);
        _options = options;
        _alarm = new PoissonTest(options.FalseAlarmProbability);
        _hosts = new HostTable(options.MaxHosts, options.Seed);
        _aggregates = new AggregateTable(options);
        _samples = new StandingSamples();
        _incidents = new IncidentTracker(options, _samples);
        var groups = new WatchGroups(options.Floors);
        _dossiers = new DossierPool(options, _hosts, _aggregates, groups, _incidents);
        _counting = new Counting(_hosts, _aggregates, _dossiers, groups, _questions, _samples, !options.IsOff(DetectorNames.Carpet));
        _studying = new Studying(_hosts, _aggregates, _dossiers, groups, _questions, options.MaxAggregateRecords);
        _rules = new RuleBook(options);
        var own = new OwnNetworks(options);
        _shards = [.. Enumerable.Range(0, Math.Clamp(options.Shards, 1, 64)).Select(_ => new Shard(options, own))];
    }

    /// <summary>Where records can be counted in parallel, each shard by one thread at a time, none while <see cref="Tick"/> runs.</summary>
    public ImmutableArray<Shard> Shards => _shards;

    /// <summary>Ticks so far of which a sample of the records was studied (<see cref="DetectorOptions.MaxTickRecords"/>).</summary>
    public long ThinnedTicks { get; private set; }

    /// <summary>
    /// Set at the start by who calls <see cref="TakeChanges"/> after each tick. Closed incidents are then kept in a bounded number for
    /// <see cref="Finish"/>, the newest: an endless run must not end at a full list.
    /// </summary>
    public bool TellsChanges
    {
        get => _incidents.TellsChanges;
        init => _incidents.TellsChanges = value;
    }

    /// <summary>
    /// The steps of all incidents since the last call, as of the tick judged last: at most one <see cref="IncidentChangeKind.Updated"/> a
    /// second per incident, and one more each time that it is surer than ever. Taking them changes no verdict.
    /// </summary>
    public void TakeChanges(List<IncidentChange> changes) => _incidents.TakeChanges(_tick - 1, changes);

    /// <summary>
    /// A control event: for so many ticks telemetry told nothing that could be relied on. Open incidents do not count them as quiet.
    /// </summary>
    public void HoldIncidents(long ticks) => _incidents.Hold(ticks);

    /// <summary>What is usual for each target that was watched for ten minutes or more: versioned bytes for <see cref="ImportBaselines"/>.</summary>
    public byte[] ExportBaselines() => _dossiers.Baselines.Write(_dossiers.All);

    /// <summary>
    /// A control event: goes on from what <see cref="ExportBaselines"/> gave, before the first record. Any bytes are safe; what stands before a
    /// fault is taken.
    /// </summary>
    public DecodeError ImportBaselines(ReadOnlySpan<byte> exported) => _dossiers.Baselines.Read(exported);

    /// <summary>
    /// The newest records of the standing samples of one service between two times, at most so many; between two ticks. Taking them changes no verdict.
    /// </summary>
    /// <param name="service">Its number in the options; -1: own hosts of none.</param>
    /// <param name="fromNanoseconds">The first minute is the one that holds it.</param>
    /// <param name="untilNanoseconds">The last minute is the one that holds it.</param>
    /// <param name="most">Most records.</param>
    /// <param name="records">Gets them, newest minute first.</param>
    public void CopySamples(int service, long fromNanoseconds, long untilNanoseconds, int most, List<StandingRecord> records) =>
        _samples.Copy(service, fromNanoseconds, untilNanoseconds, most, records);

    /// <summary>Counts one record into the present tick.</summary>
    public void Count(in FlowRecord flow) => _shards[0].Count(in flow);

    /// <summary>Ends the present tick (judges what was counted since the last call) and starts the one that holds <paramref name="nanoseconds"/>.</summary>
    /// <param name="nanoseconds">Record time, nanoseconds since 1970-01-01 UTC; one of the present tick or before changes nothing: a tick is judged once.</param>
    public void Tick(long nanoseconds)
    {
        if (nanoseconds / TickNanoseconds <= _tick)
            return;
        var expected = JudgeTick(endsSecond: nanoseconds / TickNanoseconds / 10 != _tick / 10);
        _dossiers.KeepWithinBudget((uint)(_tick / 10));
        var isNext = nanoseconds / TickNanoseconds == _tick + 1;
        _tick = nanoseconds / TickNanoseconds;
        foreach (var shard in _shards)
        {
            shard.Tick = _tick;
            shard.Log.Clear(isNext ? expected : 0);
        }

        _incidents.CloseQuiet(_tick);
        _dossiers.OpenTick((uint)(_tick / 10));
        _questions.Advance(_tick * TickNanoseconds);
        _counting.DropIdleHosts(_tick);
    }

    /// <summary>Judges the present tick; returns the level that the next one asks for if it is like this one.</summary>
    private int JudgeTick(bool endsSecond)
    {
        var level = CommonLevel();
        var expected = Expected(level);
        _counting.Count(_shards, _tick, level);
        _counting.CloseAggregates(_tick);
        _dossiers.Promote((uint)(_tick / 10));
        _studying.Study(_shards, level, _tick, endsSecond);
        if (level > 0)
            ThinnedTicks++;
        Judge(spanSeconds: null);
        return expected;
    }

    /// <summary>
    /// The level that as many records as these ask for, with a little to spare for a quieter tick: whether empty ticks are stepped through or leapt over, what follows them begins at 0.
    /// </summary>
    private int Expected(int level)
    {
        var count = _shards.Sum(static shard => (long)shard.Log.Count);
        for (; level > 0 && count * 9 <= _options.MaxTickRecords * 5L; level--)
            count *= 2;
        return level;
    }

    /// <summary>Thins the shards' logs together, as if there were one: the level that lets their sum fit.</summary>
    private int CommonLevel()
    {
        var level = _shards.Max(static shard => shard.Log.Level);
        RaiseAll(level);
        while (level < TickLog.HighestLevel && _shards.Sum(static shard => shard.Log.Count) > _options.MaxTickRecords)
            RaiseAll(++level);
        return level;
    }

    private void RaiseAll(int level)
    {
        foreach (var shard in _shards)
            shard.Log.RaiseTo(level);
    }

    /// <summary>Runs the detectors over every target that was studied in this tick, as of its last tick with traffic.</summary>
    private void Judge(double? spanSeconds)
    {
        foreach (var dossier in _studying.Studied)
        {
            _findings.Clear();
            if (dossier.RecentPackets < FewestPackets && !dossier.InIncident)
                continue;
            var context = new RuleContext(dossier, _options, _alarm, dossier.LastTick, spanSeconds, !_questions.AreUncertain)
            {
                BothWays = _studying.LastAskedTick >= _tick - 600,
                SeesSenders = _studying.LastSentTick >= _tick - 600,
            };
            _rules.Evaluate(in context, _findings);
            if (dossier.IsAggregate)
                KeepThoseOfMany(dossier);
            _incidents.Feed(dossier, _findings, dossier.JudgedTick);
        }
    }

    private void KeepThoseOfMany(Dossier wide)
    {
        for (var index = _findings.Count - 1; index >= 0; index--)
        {
            if (IsOfOne(wide, _findings[index].Counters))
                _findings.RemoveAt(index);
        }
    }

    /// <summary>
    /// True when one host has half, or one narrower prefix four fifths, of this traffic to a wider target: that one speaks for itself.
    /// </summary>
    private bool IsOfOne(Dossier wide, ClassCounters counters)
    {
        ref var record = ref _aggregates[wide.Row];
        var second = (uint)(_tick / 10);
        var group = WatchGroups.Of((byte)counters.TrafficClass);
        if (group != (int)WatchGroup.Replies && record.TopHost.Recent(group, second) * 2UL > record.Counts.Recent(group, second))
            return true;
        foreach (var narrow in _dossiers.All)
        {
            if (narrow is null || narrow == wide || !wide.Target.Covers(narrow.Target) || narrow.OfClass(counters.TrafficClass) is not { } part)
                continue;
            var (most, of) = narrow.IsAggregate ? (4UL, 5UL) : (1UL, 2UL);
            if (part.RecentPackets * of > counters.RecentPackets * most)
                return true;
        }
        return false;
    }

    /// <summary>Ends the last tick and the input: the incidents, and what was left out of them.</summary>
    public DetectionResult Finish()
    {
        JudgeTick(endsSecond: true);
        foreach (var shard in _shards)
            shard.Log.Clear(level: 0);
        var counts = new ShardCounts();
        foreach (var shard in _shards)
            counts.Add(shard.Counts);
        var timed = counts.Records > 0 && 2 * counts.Timed > counts.Records;
        double? span = timed && counts.Last - counts.Begin < 1_000_000_000 ? Math.Max(counts.Last - counts.Begin, 1_000_000) / 1e9 : null;
        if (span is not null)
            Judge(span);
        var incidents = _incidents.Incidents(_tick, span);
        return new DetectionResult
        {
            Incidents = [.. timed ? incidents : incidents.Select(static incident => incident.WithoutTimes())],
            Records = counts.Records,
            FirstNanoseconds = counts.Timed > 0 ? counts.First : null,
            LastNanoseconds = counts.Timed > 0 ? counts.Last : null,
            Hosts = _hosts.Count,
            LeftOut = LeftOut(counts),
            UnknownRateRecords = counts.UnknownRate,
            Counterfactuals = (_rules.Evaluated, [.. _rules.Failed]),
        };
    }

    /// <summary>Records that no verdict rests on, by reason.</summary>
    private ImmutableArray<(string Reason, long Records)> LeftOut(ShardCounts counts)
    {
        (string Reason, long Records)[] all =
        [
            (DetectionResult.WithoutAddresses, counts.NoAddresses),
            ("without a packet count", counts.NoPackets),
            ("with running totals instead of differences", counts.RunningTotals),
            ("with fewer bytes than their packets' headers have", counts.Impossible),
            ("to hosts beyond the limit of hosts", _counting.BeyondHosts),
            ("of ticks with too many to study each (a sample stood for them)", ThinnedTicks),
            ("at the moments when a busy target found every place of close watch taken", _dossiers.Refused),
        ];
        return [.. all.Where(static entry => entry.Records > 0)];
    }
}
