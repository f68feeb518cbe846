using System.Globalization;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Statistics;

namespace Breakwater.Detection.Rules;

/// <summary>
/// What every detector looks at: the target's dossier and the settings. All measures are read through it, so that a counterfactual
/// ("had this measure been so") is evaluated by the very rule that stated it.
/// </summary>
/// <param name="Dossier">The target.</param>
/// <param name="Options">Settings.</param>
/// <param name="Alarm">The test of rates.</param>
/// <param name="Tick">The present tick.</param>
/// <param name="SpanSeconds">Length of the whole input when it has ended and was shorter than a second, otherwise null.</param>
/// <param name="PairsKnown">False when too many pairs were seen to tell asked from unasked.</param>
internal readonly record struct RuleContext(
    Dossier Dossier, DetectorOptions Options, PoissonTest Alarm, long Tick, double? SpanSeconds, bool PairsKnown)
{
    private const double ShortestSeconds = ClassCounters.ShortestSeconds;

    /// <summary>A lower bound is worked out to much more than this part of itself.</summary>
    private const double Rounding = 1e-9;

    /// <summary>A measure that is to be taken as having another value; null for the facts.</summary>
    public string? Changed { get; init; }

    /// <summary>That value.</summary>
    public double ChangedTo { get; init; }

    /// <summary>Within a minute some record of any target answered a question: the telemetry shows both directions.</summary>
    public bool BothWays { get; init; }

    /// <summary>Within a minute some watched host was seen to send: sums of what hosts ask can be relied on.</summary>
    public bool SeesSenders { get; init; }

    public Floors Floors => Dossier.Floors;

    /// <summary>The measure, or what it is to be taken for.</summary>
    public double Measure(string name, double value) => Changed == name ? ChangedTo : value;

    /// <summary>True when both directions are seen and nothing is sampled: a missing question was not asked.</summary>
    public bool SeesQuestions(ClassCounters counters) => Dossier.ReturnSeen && PairsKnown && Unsampled(counters);

    /// <summary>Tests the class's rate against a floor over all windows: the lower bound of one must be above it.</summary>
    /// <param name="counters">The class.</param>
    /// <param name="fraction">Part of the packets that counts (0-1).</param>
    /// <param name="floor">Packets per second.</param>
    /// <param name="measure">The measure's name.</param>
    public RateEvidence Test(ClassCounters counters, double fraction, double floor, string measure = Measures.Rate)
    {
        var weight = counters.Weight;
        var cap = Changed == measure ? ChangedTo : double.PositiveInfinity;
        RateEvidence best = default;
        var windows = MayExceed(counters, floor) ? counters.Windows(Tick) : [];
        // The longest first, which mostly is the surest; of those that are as sure, the shortest counts.
        for (var index = windows.Length - 1; index >= 0; index--)
        {
            ref readonly var window = ref windows[index];
            var count = Math.Min(window.Packets * fraction, cap * window.Seconds);
            var threshold = floor * Math.Max(window.Seconds, ShortestSeconds);
            // A count above a mean has a lower bound above it: whether this window is as sure as the best so far takes one look, its bound takes many.
            if (count <= threshold || !Alarm.IsAbove(count / weight, threshold / weight * Math.Max(1, best.Margin * (1 - Rounding))))
                continue;
            var margin = Alarm.LowerBound(count / weight) * weight / threshold;
            if (margin >= best.Margin)
                best = new RateEvidence(Strength.Sufficient, margin, window.Seconds, count, floor);
        }
        return best.Strength == Strength.None && SpanSeconds is { } span ? OfShortInput(counters, fraction, floor, weight, span, cap) : best;
    }

    /// <summary>False when no part of the class's packets can be above the floor: a cheap look before the sketches are read.</summary>
    public bool MayExceed(ClassCounters counters, double floor) => SpanSeconds is not null || counters.Exceeds(floor);

    /// <summary>An input that is over before a floor could be crossed: its rate, had it gone on.</summary>
    private RateEvidence OfShortInput(ClassCounters counters, double fraction, double floor, double weight, double span, double cap)
    {
        var count = Math.Min(counters.Rates.LastSecond.Packets * fraction, cap * span);
        if (count / weight < 50 || !Alarm.IsAbove(count / weight, floor * span / weight))
            return default;
        return new RateEvidence(Strength.Insufficient, count / (floor * span), span, count, floor);
    }

    /// <summary>The reason that belongs to <see cref="Test"/>.</summary>
    public static Reason RateReason(in RateEvidence rate, string what, string measure = Measures.Rate)
    {
        var floor = Math.Round(rate.Floor, 1);
        if (rate.Strength == Strength.Sufficient)
        {
            return new Reason(
                Text($"{rate.Count:N0} {what} within {Span(rate.Seconds)}; the floor is {floor:N0} a second"), measure, Math.Round(rate.PerSecond, 1), floor,
                Text($"would not fire at {floor:N0} a second or less"), rate.Floor);
        }
        return new Reason(
            Text($"{rate.Count:N0} {what} in {Span(rate.Seconds)}, the whole input: {rate.PerSecond:N0} a second if it went on; the floor is {floor:N0}"),
            measure, Math.Round(rate.PerSecond, 1), floor, Text($"would not be mentioned at {floor:N0} a second or less"), rate.Floor);
    }

    /// <summary>Distinct senders of the class in the last 30-60 s (receivers for outbound traffic).</summary>
    public double Sources(ClassCounters counters) =>
        Measure(Measures.Sources, counters.RecentSources);

    /// <summary>"about 400 different senders" with what would have turned it.</summary>
    public static Reason SourcesReason(double sources, double threshold, string tail = "") => new(
        Text($"about {sources:N0} different senders within a minute{tail}"), Measures.Sources, Math.Round(sources), threshold,
        Text($"would not fire with fewer than {threshold:N0} senders"), threshold - 1);

    /// <summary>Distinct conversations of the class in the last 30-60 s.</summary>
    public static double Flows(ClassCounters counters) => counters.RecentFlows;

    /// <summary>Packets of a conversation of the class in the last 30-60 s.</summary>
    public double PacketsPerFlow(ClassCounters counters) =>
        Measure(Measures.PacketsPerFlow, Samples(counters) / Math.Max(1, Flows(counters)));

    /// <summary>Packets seen (not scaled) of the class in the last 30-60 s.</summary>
    public static long Samples(ClassCounters counters) => counters.Current.Packets.Samples + counters.Previous.Packets.Samples;

    /// <summary>Mean bytes of a packet of the class in the last 30-60 s.</summary>
    public static double MeanBytes(ClassCounters counters)
    {
        var packets = counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
        return packets == 0 ? 0 : (double)(counters.Current.Bytes.Sum + counters.Previous.Bytes.Sum) / packets;
    }

    /// <summary>Part of the class's packets that was not asked for.</summary>
    public double UnaskedShare(ClassCounters counters)
    {
        double unasked = counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
        double asked = counters.Current.Asked + counters.Previous.Asked;
        double askedToo = counters.Current.AskedToo + counters.Previous.AskedToo;
        return Measure(Measures.UnaskedShare, (unasked - askedToo) / Math.Max(1, unasked + asked));
    }

    /// <summary>True when no packet of the class in the last 30-60 s was sampled, so that a question could not be missed by sampling.</summary>
    public static bool Unsampled(ClassCounters counters) =>
        counters.Current.Packets is { Sampled: 0, UnknownRate: 0 } && counters.Previous.Packets is { Sampled: 0, UnknownRate: 0 };

    public static ushort? SourcePort(ClassCounters counters, out double share) =>
        counters.Current.SourcePorts.Majority(counters.Previous.SourcePorts, out share);

    public static ushort? DestinationPort(ClassCounters counters) =>
        counters.Current.DestinationPorts.Majority(counters.Previous.DestinationPorts, out _);

    public static bool DestinationsSpread(ClassCounters counters) =>
        counters.Current.DestinationPorts.IsSpread(counters.Previous.DestinationPorts);

    public static bool SourcePortsSpread(ClassCounters counters) => counters.Current.SourcePorts.IsSpread(counters.Previous.SourcePorts);

    /// <summary>
    /// Few senders on many ports of one host, or on many hosts, not overwhelming: a scan looks like this.
    /// </summary>
    public bool LooksLikeScan(ClassCounters counters, in RateEvidence rate)
    {
        if (rate.PerSecond > 20 * rate.Floor)
            return false;
        var sources = counters.RecentSources;
        return Dossier.IsAggregate ? sources < 16 : sources < 5 && DestinationsSpread(counters);
    }

    public static string Span(double seconds) => seconds < 1
        ? Text($"{seconds * 1000:0} ms") : seconds < 100 ? Text($"{seconds:0.#} s") : Text($"{seconds / 60:0.#} min");

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
