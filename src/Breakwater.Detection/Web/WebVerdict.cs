namespace Breakwater.Detection.Web;

/// <summary>What one look at a surge says.</summary>
/// <param name="Vector">The technique that it looks like.</param>
/// <param name="Verdict">What it is judged to be.</param>
/// <param name="Confidence">How firmly.</param>
/// <param name="Card">Why.</param>
/// <param name="Measures">What it rests on.</param>
internal sealed record WebVerdict(Vector Vector, Verdict Verdict, Confidence Confidence, WebCard Card, WebMeasures Measures)
{
    /// <summary>Fewest requests that a verdict rests on.</summary>
    public const int FewestRequests = 50;

    public static WebVerdict Of(WebMeasures measures, long requests, bool isLarge)
    {
        var card = new WebCard(measures);
        var verdict = requests < FewestRequests ? Verdict.InsufficientEvidence
            : card.Score >= WebCard.Sure ? Verdict.Attack
            : card.Score <= -WebCard.Sure ? Verdict.FlashCrowd
            : Verdict.Undetermined;
        // Machines may be all that a site serves: without its usual only what harms by itself is called an attack.
        if (verdict == Verdict.Attack && !measures.HasBefore && !card.HasHarm)
            verdict = Verdict.Undetermined;
        var confidence = verdict is Verdict.InsufficientEvidence or Verdict.Undetermined ? Confidence.Low
            : isLarge && Math.Abs(card.Score) >= 1.5 * WebCard.Sure ? Confidence.High : Confidence.Medium;
        return new WebVerdict(VectorOf(measures), verdict, confidence, card, measures);
    }

    private static Vector VectorOf(WebMeasures m)
    {
        if (m.SlowConnections >= WebSite.SlowFloor && m.SlowShare >= 0.1)
            return Vector.HttpSlow;
        if (m.LoginShare >= 0.5)
            return Vector.HttpLoginFlood;
        if (m.QueryShare >= 0.5 && m.NewQueryShare >= 0.6 && m.QueryShare - (m.UsualQueryShare ?? 0) >= 0.3)
            return Vector.HttpCacheBusting;
        var walks = m.DistinctPageShare >= 0.5 && m.NotFoundShare < 0.5 && m.RepeatShare is not > 0.3;
        return walks && m.FastShare >= 0.5 && m.FastClients <= 200 ? Vector.HttpScraping : Vector.HttpFlood;
    }
}
