namespace Breakwater.Detection.Rules;

/// <summary>DHCP requests from ever new clients: a link has few of them in a minute, unless somebody invents them.</summary>
internal static class DhcpRule
{
    private const double FewestClients = 64;

    public static void Evaluate(in RuleContext context, List<Finding> findings)
    {
        if (context.Dossier[Vector.DhcpFlood] is not { } counters)
            return;
        var rate = context.Test(counters, 1, context.Floors.Dhcp);
        if (rate.Strength == Strength.None)
            return;
        var clients = context.Measure(Measures.Sources, counters.RecentSources);
        var bytes = RuleContext.MeanBytes(counters);
        // A BOOTP message has 300 bytes (RFC 1542 §2.1), relays add some.
        if (clients < FewestClients || bytes is < 250 or > 700)
            return;
        // Hundreds of honest clients may ask at once when power comes back: that much is left open.
        var isSure = rate.PerSecond >= 10 * context.Floors.Dhcp;
        findings.Add(new Finding(
            Vector.DhcpFlood, counters, rate,
            [
                RuleContext.RateReason(in rate, "DHCP requests"),
                RuleContext.SourcesReason(clients, FewestClients),
            ])
        {
            Verdict = isSure ? Verdict.Attack : Verdict.Undetermined,
            DestinationPort = 67,
            SourcePort = RuleContext.SourcePort(counters, out _),
            Protocol = 17,
        });
    }
}
