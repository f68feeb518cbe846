using System.Collections.Immutable;
using Breakwater.Detection.Incidents;

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

    public long StartedNanoseconds { get; private set; } = startedNanoseconds;

    /// <summary>Slices since the last one above.</summary>
    public int QuietSlices { get; set; }

    /// <summary>Most clients that one of those counted stood for, under overload.</summary>
    public int Weight { get; set; } = 1;

    /// <summary>What the next stage knows of it.</summary>
    public ToldSurge Told { get; } = new();

    /// <summary>What a reader notices of it.</summary>
    public SurgeSigns Signs => new(
        Verdict!.Verdict, Verdict.Confidence, Verdict.Vector, IncidentSigns.Step((ulong)_peakRequests, 1.1), IncidentSigns.Step((ulong)During.Sums.Requests, 2));

    /// <summary>The log's clock was set back: nothing of it is later than now.</summary>
    public void SetBack(long now) => (StartedNanoseconds, DetectedNanoseconds, LastNanoseconds) =
        (Math.Min(StartedNanoseconds, now), Math.Min(DetectedNanoseconds, now), Math.Min(LastNanoseconds, now));

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

    public Incident ToIncident(string? site, string? service, bool isOver, ClientOrigins? origins)
    {
        var sums = During.Sums;
        var verdict = Verdict!;
        var clients = During.Clients.Rows(out var share);
        var distinct = share == 1 ? clients.Length : During.ClientSketch.Estimate();
        var error = share == 1 ? 0 : 1.96 * During.ClientSketch.StandardErrorAt(distinct);
        // Of clients that were left out by chance it is not known how many there were.
        if (Weight > 1)
            (distinct, error) = (distinct * Weight, distinct * (Weight - 1));
        var senders = new Estimate(Math.Round(distinct), Math.Round(Math.Max(1, distinct - error)), Math.Round(distinct + error), sums.Requests);
        var isSized = sums.Sized == sums.Requests;
        var requestError = RequestError(clients, share);
        return new Incident
        {
            Target = new Target(TargetKind.Service, default, Direction.Inbound, service ?? site),
            Site = site,
            IsOfService = service is not null,
            Shape = Shape.Host,
            Verdict = verdict.Verdict,
            Confidence = verdict.Confidence,
            State = isOver ? IncidentState.Closed : QuietSlices > 0 ? IncidentState.Quiet : IncidentState.Active,
            Vectors = [new IncidentVector(verdict.Vector, 6, null, null, 1)],
            StartedNanoseconds = StartedNanoseconds,
            DetectedNanoseconds = DetectedNanoseconds,
            EndedNanoseconds = isOver || QuietSlices > 0 ? LastNanoseconds : null,
            Peak = new Peak(1, Unknown, isSized ? About(_peakBytes * 8, requestError, sums.Requests) : Unknown, About(_peakRequests, requestError, sums.Requests)),
            Packets = Unknown,
            Bytes = isSized ? About(sums.Bytes, requestError, sums.Requests) : Unknown,
            Sources = senders,
            Proven = senders,
            SourceSample = [.. clients.Take(Sketches.SourceSample.Size).Select(static row => new SampledSource(row.Client, row.Requests))],
            SourceSampleIsComplete = share == 1 && Weight == 1 && clients.Length <= Sketches.SourceSample.Size,
            SeenBeforeShare = verdict.Measures.KnownShare,
            Requests = About(sums.Requests, requestError, sums.Requests),
            Reasons = [.. verdict.Card.Lines.Select(line => ToReason(line, verdict.Card.Score))],
            SamplingRate = 1,
            Limits = Limits(verdict),
            Series = _series.Values(),
            WebRules = verdict.Verdict is Detection.Verdict.Attack or Detection.Verdict.Undetermined ? RuleMiner.Mine(this, origins) : [],
        };
    }

    private static Estimate Unknown => new(null, null, null, 0);

    private static Estimate About(double value, double error, long samples) => new(value, Math.Max(0, value * (1 - error)), value * (1 + error), samples);

    /// <summary>
    /// Relative error of counts where some clients stood for all (Horvitz and Thompson 1952, each client kept with the same chance): 1.96 standard
    /// deviations; 0 where all were counted.
    /// </summary>
    private double RequestError(ReadOnlySpan<ClientRow> clients, double share)
    {
        if (Weight == 1 || During.Sums.Requests == 0)
            return 0;
        double squares = 0;
        foreach (ref readonly var client in clients)
            squares += (double)client.Requests * client.Requests;
        return 1.96 * Math.Sqrt(Weight * (Weight - 1.0) * squares / share) / During.Sums.Requests;
    }

    private ImmutableArray<string> Limits(WebVerdict verdict)
    {
        var limits = ImmutableArray.CreateBuilder<string>();
        limits.Add("requests, bytes and clients are all that the site was asked for in this time, ordinary visitors included");
        if (!verdict.Measures.HasBefore)
            limits.Add("the log does not show what was usual before: the verdict rests on what the requests look like alone");
        if (Weight > 1)
            limits.Add(RuleText($"more lines came than can be judged: one client in {Weight} stood for the others at times, requests and bytes are estimates, and the number of clients is one within a factor of {Weight}"));
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
