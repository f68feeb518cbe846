using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>
/// HTTP requests that a machine sends, told from a crowd of people by additive log-likelihood ratios: people fetch a page with its
/// parts, at a person's pace; tools fetch one thing, fast, or with ever new query strings. Above ln 99 it is an attack, a little below
/// it is left open, and a crowd is silent here.
/// </summary>
internal static class HttpFloodRule
{
    /// <summary>Odds of 99 to 1.</summary>
    private static readonly double _sure = Math.Log(99);

    /// <summary>Odds of 20 to 1.</summary>
    private static readonly double _open = Math.Log(20);

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        FindRead(in context, findings);
        if (findings.Count == 0 && UnreadRequests.Find(in context) is { } finding)
            findings.Add(finding);
    }

    private static void FindRead(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.HttpFlood] is not { } counters || !context.MayExceed(counters, context.Floors.Requests)
            || counters.RecentNames() is not { Samples: >= 50 } names)
            return;
        var rate = context.Test(counters, 1, context.Floors.Requests, Measures.Requests);
        if (rate.Strength == Strength.None)
            return;
        var clients = context.Measure(Measures.Clients, counters.RecentSources);
        var card = new EvidenceCard(in context, names, in rate, clients);
        if (card.Score < _open)
            return;
        var bustsCaches = clients >= context.Options.ReflectionSources && card.BustsCaches;
        findings.Add(new Finding(
            bustsCaches ? Vector.HttpCacheBusting : Vector.HttpFlood, counters, rate,
            [RuleContext.RateReason(in rate, "HTTP requests", Measures.Requests), .. card.Reasons])
        {
            Verdict = card.Score >= _sure ? Verdict.Attack : Verdict.Undetermined,
            DestinationPort = RuleContext.DestinationPort(counters),
            Protocol = 6,
            IsProven = true,
        });
    }

    /// <summary>What speaks for a machine (above 0) and for people (below).</summary>
    private readonly ref struct EvidenceCard
    {
        public EvidenceCard(in RuleContext context, NameCounts names, in RateEvidence rate, double clients)
        {
            var top = context.Measure(Measures.TopNameShare, names.TopResourceShare);
            var fresh = context.Measure(Measures.NewNameShare, Math.Min(1, names.Variants / names.Samples));
            var perClient = context.Measure(Measures.RequestsPerSource, rate.PerSecond / Math.Max(1, clients));
            var usual = context.Measure(Measures.Usual, context.Dossier.Usual.TimesUsualRequests(rate.PerSecond));
            BustsCaches = top >= 0.6 && fresh >= 0.5;
            var one = top >= 0.95 ? 3.7 : top >= 0.9 ? 3 : top >= 0.6 ? 1.5 : names.Resources >= 10 ? -3 : 0;
            var busting = BustsCaches ? 3 : 0;
            var pace = perClient >= 5 ? 3 : perClient >= 0.4 ? 1 : perClient < 0.1 ? -1.5 : 0;
            var surge = usual >= 5 ? 2 : usual is > 0 and < 2 ? -2 : 0;
            var size = rate.Margin >= 4 ? 0.7 : 0;
            Score = one + busting + pace + surge + size;
            Reasons = Sentences(top, fresh, perClient, clients, names, one, busting, pace);
        }

        public double Score { get; }

        public bool BustsCaches { get; }

        public Reason[] Reasons { get; }

        /// <summary>Only what carries the verdict is stated with what would turn it: without it the score falls below the line.</summary>
        private Reason[] Sentences(
            double top, double fresh, double perClient, double clients, NameCounts names, double one, double busting, double pace)
        {
            var reasons = new List<Reason>();
            if (one > 0 && Score - (one + busting + 3) < _open)
            {
                reasons.Add(new Reason(
                    RuleContext.Text($"{top:P0} of the requests are for one path, where people fetch pages with their parts"), Measures.TopNameShare, Math.Round(top, 3),
                    0.6, "would not fire if the requests were spread over many paths", 0));
            }
            if (busting > 0 && Score - busting < _open)
            {
                reasons.Add(new Reason(
                    RuleContext.Text($"about {names.Variants:N0} different query strings in {names.Samples:N0} requests seen: no cache can answer them"),
                    Measures.NewNameShare, Math.Round(fresh, 3), 0.5, "would not fire if fewer than half of them were new", 0));
            }
            if (pace > 0 && Score - pace - 1.5 < _open)
            {
                reasons.Add(new Reason(
                    RuleContext.Text($"about {clients:N0} clients send {perClient:0.0} requests a second each"), Measures.RequestsPerSource, Math.Round(perClient, 2),
                    0.4, "would not fire at a person's pace, below one request in ten seconds", 0.05));
            }
            return [.. reasons];
        }
    }
}
