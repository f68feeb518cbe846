using System.Collections.Immutable;

namespace Breakwater.Detection.Web;

/// <summary>A site's time above its usual, from its first slice to its last: what an incident is made of.</summary>
/// <param name="startedNanoseconds">First request of the first slice.</param>
/// <param name="before">What was counted of the time before.</param>
/// <param name="seed">Seeds the hashes.</param>
internal sealed class WebSurge(long startedNanoseconds, WebTally before, ulong seed)
{
    private const int LooksInARow = 2;
    private readonly TimeSeries _series = new();
    private readonly Dictionary<ulong, string> _names = [];
    private long _peakRequests;
    private long _peakBytes;

    // Looks in a row that say attack (above 0) or people (below 0).
    private int _looksAlike;

    public WebTally During { get; } = new(seed);

    public WebTally Before { get; } = before;

    /// <summary>The last look; an attack that was found stays one, unless what came later speaks clearly for people.</summary>
    public WebVerdict? Verdict { get; private set; }

    /// <summary>When the verdict was first what it is.</summary>
    public long DetectedNanoseconds { get; private set; }

    /// <summary>Last request of the last slice above.</summary>
    public long LastNanoseconds { get; set; } = startedNanoseconds;

    public long StartedNanoseconds { get; } = startedNanoseconds;

    /// <summary>Slices since the last one above.</summary>
    public int QuietSlices { get; set; }

    public void CountSecond(long second, long requests, long bytes)
    {
        _series.Add(second, second, (ulong)requests);
        if (requests > _peakRequests)
            (_peakRequests, _peakBytes) = (requests, bytes);
    }

    public void Judge(WebMeasures measures, long nowNanoseconds, WebNameView names, double floor)
    {
        Pin(measures, names);
        var verdict = WebVerdict.Of(measures, During.Sums.Requests, _peakRequests >= floor);
        _looksAlike = verdict.Verdict switch
        {
            Detection.Verdict.Attack => Math.Max(0, _looksAlike) + 1,
            Detection.Verdict.FlashCrowd => Math.Min(0, _looksAlike) - 1,
            _ => 0,
        };
        // With hundreds of looks at a long surge one of them may err: one alone has to be surer than two in a row.
        if (verdict.Verdict == Detection.Verdict.Attack && _looksAlike < LooksInARow && verdict.Card.Score < WebCard.SureAtOnce)
            verdict = verdict with { Verdict = Detection.Verdict.Undetermined, Confidence = Confidence.Low };
        // A later look at a smaller share of it makes no attack undone; people in a row do.
        if (Verdict is { Verdict: Detection.Verdict.Attack } && _looksAlike > -LooksInARow && (verdict.Verdict != Detection.Verdict.Attack || verdict.Card.Score < Verdict.Card.Score))
            return;
        if (Verdict?.Verdict != verdict.Verdict)
            DetectedNanoseconds = nowNanoseconds;
        Verdict = verdict;
    }

    /// <summary>The text of a path group or agent of this surge; its hash where the text is not held.</summary>
    public string NameOf(ulong hash) => hash == 0 ? "" : _names.TryGetValue(hash, out var name) ? name : $"(name not held, {hash:x16})";

    /// <summary>True when the text is held.</summary>
    public bool HasName(ulong hash) => _names.ContainsKey(hash);

    public Incident ToIncident(string? site, bool isOver)
    {
        var sums = During.Sums;
        var verdict = Verdict!;
        var clients = During.Clients.Rows(out var share);
        var distinct = share == 1 ? clients.Length : During.ClientSketch.Estimate();
        var error = share == 1 ? 0 : 1.96 * During.ClientSketch.StandardErrorAt(distinct);
        var senders = new Estimate(Math.Round(distinct), Math.Round(Math.Max(1, distinct - error)), Math.Round(distinct + error), sums.Requests);
        var isSized = sums.Sized == sums.Requests;
        return new Incident
        {
            Target = new Target(TargetKind.Service, default, Direction.Inbound, site),
            Shape = Shape.Host,
            Verdict = verdict.Verdict,
            Confidence = verdict.Confidence,
            State = isOver ? IncidentState.Closed : QuietSlices > 0 ? IncidentState.Quiet : IncidentState.Active,
            Vectors = [new IncidentVector(verdict.Vector, 6, null, null, 1)],
            StartedNanoseconds = StartedNanoseconds,
            DetectedNanoseconds = DetectedNanoseconds,
            EndedNanoseconds = isOver || QuietSlices > 0 ? LastNanoseconds : null,
            Peak = new Peak(1, Unknown, isSized ? Exact(_peakBytes * 8, sums.Requests) : Unknown, Exact(_peakRequests, sums.Requests)),
            Packets = Unknown,
            Bytes = isSized ? Exact(sums.Bytes, sums.Requests) : Unknown,
            Sources = senders,
            Proven = senders,
            SourceSample = [.. clients.Take(Sketches.SourceSample.Size).Select(static row => new SampledSource(row.Client, row.Requests))],
            SourceSampleIsComplete = share == 1 && clients.Length <= Sketches.SourceSample.Size,
            SeenBeforeShare = verdict.Measures.KnownShare,
            Requests = Exact(sums.Requests, sums.Requests),
            Reasons = [.. verdict.Card.Lines.Select(line => ToReason(line, verdict.Card.Score))],
            SamplingRate = 1,
            Limits = Limits(verdict),
            Series = _series.Values(),
            WebRules = verdict.Verdict is Detection.Verdict.Attack or Detection.Verdict.Undetermined ? RuleMiner.Mine(this) : [],
        };
    }

    private static Estimate Unknown => new(null, null, null, 0);

    private static Estimate Exact(double value, long samples) => new(value, value, value, samples);

    private ImmutableArray<string> Limits(WebVerdict verdict)
    {
        var limits = ImmutableArray.CreateBuilder<string>();
        limits.Add("requests, bytes and clients are all that the site was asked for in this time, ordinary visitors included");
        if (!verdict.Measures.HasBefore)
            limits.Add("the log does not show what was usual before: the verdict rests on what the requests look like alone");
        return limits.ToImmutable();
    }

    private Reason ToReason(CardLine line, double score)
    {
        var text = line.Measure switch
        {
            "top-path-group" => $"{line.Text}: {NameOf(Verdict!.Measures.TopGroup)}",
            "top-agent" when Verdict!.Measures.TopAgent != 0 => $"{line.Text}: {NameOf(Verdict.Measures.TopAgent)}",
            _ => line.Text,
        };
        return new Reason(text, line.Measure, line.Value, line.Neutral, Counterfactual(line, score), line.Neutral) { Weight = line.Weight };
    }

    private static string Counterfactual(CardLine line, double score)
    {
        if (line.Weight == 0)
            return "weighs nothing";
        var without = score - line.Weight;
        var verdict = without >= WebCard.Sure ? "an attack" : without <= -WebCard.Sure ? "a crowd of people" : "open";
        return RuleText($"weighs {line.Weight:+0.0;-0.0} of {score:+0.0;-0.0}; at {line.Neutral:0.###} it would weigh nothing, and the verdict be {verdict}");
    }

    private static string RuleText(FormattableString text) => text.ToString(System.Globalization.CultureInfo.InvariantCulture);

    /// <summary>Names last a minute; those that the incident may tell are kept with it.</summary>
    private void Pin(WebMeasures measures, WebNameView names)
    {
        Pin(measures.TopGroup, names);
        Pin(measures.TopAgent, names);
        foreach (var row in During.Groups.Rows(out _).OrderByDescending(static row => row.Requests).ThenBy(static row => row.Hash).Take(RuleMiner.Candidates))
            Pin(row.Hash, names);
        foreach (var folder in During.Groups.Rows(out _).GroupBy(static row => row.Parent).OrderByDescending(static folder => folder.Sum(static row => row.Requests)).ThenBy(static folder => folder.Key).Take(RuleMiner.Candidates))
            Pin(folder.Key, names);
        foreach (var row in During.Agents.Rows(out _).OrderByDescending(static row => row.Requests).ThenBy(static row => row.Hash).Take(RuleMiner.Candidates))
            Pin(row.Hash, names);
    }

    private void Pin(ulong hash, WebNameView names)
    {
        if (hash != 0 && _names.Count < WebLimits.PinnedNames && !_names.ContainsKey(hash) && names.Find(hash) is { } name)
            _names.Add(hash, name);
    }
}
