using System.Collections.Immutable;
using Breakwater.Telemetry.Live;

namespace Breakwater.Telemetry.Health;

/// <summary>
/// Judges one exporter once a second by the last minute. Each limit is where figures begin to mislead; none is an alarm about traffic, and
/// none ends an incident.
/// </summary>
internal sealed class ExporterWatch
{
    private const long Second = 1_000_000_000;

    /// <summary>An exporter that has sent steadily is silent after this long, or after four times its longest pause.</summary>
    private const long ShortestSilence = 5 * Second;

    /// <summary>One of which little is known yet: sFlow counters come every 20-30 s, NetFlow caches export every 60 s.</summary>
    private const long SilenceOfUnknown = 60 * Second;

    private const long LongestSilence = 600 * Second;
    private const int FewestSteadyDatagrams = 10;

    /// <summary>Share of units from which on loss and duplicates bend rates noticeably.</summary>
    private const double NoticeableShare = 0.005;

    /// <summary>Fewer of anything within a minute are single events.</summary>
    private const int Several = 3;

    /// <summary>Records are put into the right second up to this.</summary>
    private const long NoticeableSkew = 5 * Second;

    /// <summary>RFC 7011 §8.4 (via RFC 5153 §6.2): templates that are not repeated for half an hour are not to be relied on.</summary>
    private const long TemplateLife = 1800 * Second;

    /// <summary>A rate of before that no record was given for so long says nothing of now.</summary>
    private const long StaleRatesLast = 60 * Second;

    /// <summary>From this on an attack is seen noticeably later than it could be.</summary>
    private const long LongRecord = 10 * Second;

    private readonly ConditionList _conditions = new();
    private readonly MinuteWindow<StreamCounts> _counts = new(default);
    private readonly LinkWatch _links = new();
    private readonly MinuteWindow<StreamExtremes> _extremes = new(default);
    private readonly LiveExporter _exporter;
    private readonly long _startedNanoseconds, _earlierDatagrams;
    private readonly bool _isAdded;
    private long _longestPause, _datagrams;
    private int _secondsWaiting;

    /// <param name="exporter">Whom to watch.</param>
    /// <param name="startedNanoseconds">From when on it was waited for.</param>
    /// <param name="isAdded">It was added while the engine ran.</param>
    /// <param name="earlier">The watch of the same exporter as it was configured before; its pauses go on.</param>
    public ExporterWatch(LiveExporter exporter, long startedNanoseconds, bool isAdded, ExporterWatch? earlier)
    {
        (_exporter, _startedNanoseconds, _isAdded) = (exporter, startedNanoseconds, isAdded);
        if (earlier is null)
            return;
        (_startedNanoseconds, _isAdded) = (earlier._startedNanoseconds, earlier._isAdded);
        (_longestPause, _earlierDatagrams) = (earlier._longestPause, earlier._datagrams);
    }

    /// <summary>Nothing comes, and something did before: what is quiet since may not be over.</summary>
    public bool IsSilent { get; private set; }

    /// <summary>Arrival of its last datagram; 0 before the first.</summary>
    public long LastReceived { get; private set; }

    /// <summary>Looks at the exporter. Takes its gate.</summary>
    /// <param name="now">The engine's time.</param>
    /// <param name="kernelDrops">Datagrams that the kernel dropped since the start, whosoever they were.</param>
    /// <param name="isChanged">Its list of conditions is different.</param>
    public ExporterHealth Evaluate(long now, long kernelDrops, out bool isChanged)
    {
        StreamCounts counts;
        StreamExtremes extremes;
        int waiting, staleRates;
        string[] formats;
        ImmutableArray<LinkHealth> links;
        lock (_exporter.Gate)
        {
            (counts, waiting) = (Read(), _exporter.Streams.Sum(static stream => stream.State.WaitingSetCount));
            extremes = _exporter.Signs.TakeExtremes();
            LastReceived = _exporter.Signs.LastReceived;
            staleRates = _exporter.Streams.Sum(stream => stream.State.StaleSamplersUsedSince(now - StaleRatesLast));
            links = _links.Read(_exporter, now, extremes.HighestRate, kernelDrops + counts.Lost + counts.MaybeLost);
            formats = [.. _exporter.Streams.Select(static stream => stream.Kind.Name()).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        }

        var minute = counts - _counts.Oldest;
        _counts.Add(counts);
        _extremes.Add(extremes);
        foreach (ref readonly var value in _extremes.Values)
            extremes.Add(in value);
        _longestPause = Math.Max(_longestPause - (_longestPause / 600), extremes.LongestGap);
        _secondsWaiting = waiting > 0 ? _secondsWaiting + 1 : 0;
        _datagrams = _earlierDatagrams + counts.Datagrams;
        FindSilence(now);
        FindLoss(now, in minute);
        FindTemplates(now, in minute, in extremes, waiting);
        FindSampling(now, in minute, in extremes);
        FindStaleSampling(now, in minute, staleRates);
        FindInterfaces(now);
        FindTimes(now, in extremes);
        return new ExporterHealth
        {
            Name = _exporter.Entry.Name,
            Address = _exporter.Entry.Address,
            Conditions = _conditions.Close(out isChanged),
            Formats = [.. formats],
            LastSeen = LastReceived == 0 ? null : HealthMonitor.Time(LastReceived),
            Links = links,
            Datagrams = counts.Datagrams,
            Records = counts.Flows,
            Lost = counts.Lost,
            LossShare = minute.Units + minute.Lost > 0 ? (double)minute.Lost / (minute.Units + minute.Lost) : null,
            SamplingRate = minute.FlowsOfUnknownRate == 0 && extremes.LowestRate == extremes.HighestRate && extremes.LowestRate > 0 ? extremes.LowestRate : null,
        };
    }

    private StreamCounts Read()
    {
        var signs = _exporter.Signs;
        var counts = new StreamCounts
        {
            Datagrams = signs.Datagrams + signs.Refused,
            Flows = signs.Flows,
            FlowsOfUnknownRate = signs.FlowsOfUnknownRate,
            Duplicates = signs.Duplicates,
            SetsWithoutTemplate = signs.SetsWithoutTemplate,
            Unreadable = signs.Refused + signs.BrokenSets,
        };
        foreach (var stream in _exporter.Streams)
        {
            counts.Lost += stream.Lost;
            counts.MaybeLost += stream.AmbiguousLoss;
            counts.Units += stream.Kind is InputKind.Sflow or InputKind.NetFlow9 ? stream.Datagrams : stream.Records;
            foreach (var (_, errors) in stream.Errors)
                counts.Unreadable += errors;
        }

        return counts;
    }

    private void FindSilence(long now)
    {
        if (LastReceived == 0)
        {
            if (now - _startedNanoseconds > SilenceOfUnknown)
            {
                var since = _isAdded ? "it was added" : "the start";
                Find(HealthConditionKind.Silent, _startedNanoseconds, $"nothing has come from {_exporter.Entry.Address} since {since}: does it export to this machine?");
            }

            return;
        }

        var isSteady = _datagrams >= FewestSteadyDatagrams && LastReceived - _exporter.Signs.FirstReceived >= ShortestSilence;
        var limit = isSteady ? Math.Clamp(4 * _longestPause, ShortestSilence, LongestSilence) : Math.Max(SilenceOfUnknown, 4 * _longestPause);
        IsSilent = now - LastReceived > limit;
        if (IsSilent)
            Find(HealthConditionKind.Silent, LastReceived, $"nothing has come for {Seconds(now - LastReceived)}: what it saw is not seen any more");
    }

    private void FindLoss(long now, in StreamCounts minute)
    {
        var sent = minute.Units + minute.Lost;
        if (minute.Lost >= Several && minute.Lost >= NoticeableShare * sent)
        {
            Find(
                HealthConditionKind.Loss, now,
                $"{100.0 * minute.Lost / sent:0.0} % of what it sent in the last minute was lost on the way ({minute.Lost:N0} of {sent:N0}): rates are too low by as much");
        }
        else if (minute.MaybeLost >= Several && minute.MaybeLost >= NoticeableShare * (minute.Units + minute.MaybeLost))
        {
            Find(HealthConditionKind.Loss, now, $"up to {minute.MaybeLost:N0} of its records may be lost: sets that could not be read stand in between");
        }

        if (minute.Duplicates >= Several && minute.Duplicates >= NoticeableShare * minute.Datagrams)
            Find(HealthConditionKind.Duplicates, now, $"{minute.Duplicates:N0} of its {minute.Datagrams:N0} datagrams of the last minute came twice: rates are too high by as much");
    }

    private void FindTemplates(long now, in StreamCounts minute, in StreamExtremes extremes, int waiting)
    {
        if (minute.SetsWithoutTemplate > 0)
            Find(HealthConditionKind.TemplateMissing, now, $"{minute.SetsWithoutTemplate:N0} data sets of the last minute were given up: their templates never came");
        else if (_secondsWaiting >= Several)
            Find(HealthConditionKind.TemplateMissing, now, $"{waiting:N0} data sets wait for their templates: have it send templates at least every minute");
        if (extremes.OldestTemplate > TemplateLife)
            Find(HealthConditionKind.TemplateStale, now, $"a template in use was last announced {Seconds(extremes.OldestTemplate)} ago: a changed one would be missed");
        else if (extremes.UsesStaleTemplate)
            Find(HealthConditionKind.TemplateStale, now, $"a template in use was learned before a restart, and not announced since");
        if (minute.Unreadable >= Several)
            Find(HealthConditionKind.Undecodable, now, $"{minute.Unreadable:N0} of its datagrams, samples or sets of the last minute could not be read");
    }

    private void FindSampling(long now, in StreamCounts minute, in StreamExtremes extremes)
    {
        if (minute.FlowsOfUnknownRate >= Several && minute.FlowsOfUnknownRate * 100 >= minute.Flows)
        {
            Find(
                HealthConditionKind.SamplingUnknown, now,
                $"{minute.FlowsOfUnknownRate:N0} of {minute.Flows:N0} records of the last minute tell no sampling rate: set 'sampling' of this exporter, or have it send its sampler options");
        }

        var configured = _exporter.Entry.SamplingRate;
        if (configured > 0 && extremes.HighestTold > 0 && (extremes.LowestTold != configured || extremes.HighestTold != configured))
        {
            Find(
                HealthConditionKind.SamplingContradicted, now,
                $"it tells 1 in {extremes.HighestTold:N0}, and 1 in {configured:N0} is configured: what it tells counts");
        }
    }

    private void FindStaleSampling(long now, in StreamCounts minute, int staleRates)
    {
        if (staleRates == 0 || minute.Flows == 0)
            return;
        Find(
            HealthConditionKind.SamplingStale, now,
            $"{staleRates:N0} of its sampling rates in use were told before a restart, {Seconds(now - _startedNanoseconds)} ago or more, and not since: a changed one would be missed");
    }

    private void FindInterfaces(long now)
    {
        if (_links.Contradiction is { } packets)
        {
            Find(
                HealthConditionKind.SamplingContradicted, now,
                $"its samples make {packets.Sampled:N0} packets where its interface counters counted {packets.Counted:N0}, {(double)packets.Sampled / packets.Counted:0.00} times as many: it does not sample as it tells");
        }

        if (_links.Nameless > 0)
        {
            Find(
                HealthConditionKind.InterfaceUnknown, now,
                $"{_links.Nameless:N0} of its interfaces have told no name, so that no pattern of 'interfaces' finds them: their records count, wherever they lead; have it send names, or list their ifIndexes");
        }
    }

    private void FindTimes(long now, in StreamExtremes extremes)
    {
        if (extremes.HasClock && Math.Abs(extremes.Skew) > NoticeableSkew)
            Find(HealthConditionKind.ClockSkew, now, $"its clock is {Seconds(Math.Abs(extremes.Skew))} {(extremes.Skew > 0 ? "behind" : "ahead of")} this machine's: start and end of its records are wrong");
        if (extremes.LongestRecord > LongRecord)
            Find(HealthConditionKind.LongActiveTimeout, now, $"its records tell of up to {Seconds(extremes.LongestRecord)} at once: attacks cannot be seen faster than that; lower its active timeout");
    }

    private void Find(HealthConditionKind kind, long since, FormattableString sentence) => _conditions.Find(kind, HealthMonitor.Time(since), sentence);

    private static string Seconds(long nanoseconds) => HealthMonitor.Text($"{nanoseconds / 1e9:N0} s");
}
