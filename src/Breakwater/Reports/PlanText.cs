using Breakwater.Detection;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using static Breakwater.Reports.Figures;

namespace Breakwater.Reports;

/// <summary>What would stop an attack, in a few lines, with the price in words.</summary>
internal static class PlanText
{
    public static void Write(FilterPlan? plan, TextWriter output)
    {
        if (plan is null)
            return;
        output.WriteLine("  What would stop it:");
        var best = plan.Alternatives.FirstOrDefault(static alternative => alternative.Kind is not (FilterAlternative.Blackhole or FilterAlternative.Mark));
        if (best is not null)
            Write(best, output);
        if (plan.NoFilter is { } none)
            Paragraph.Write(output, "  - ", $"{none}.");
        else if (plan.Alternatives.FirstOrDefault(static alternative => alternative.Kind == FilterAlternative.RateLimit) is { } limit && limit != best)
            Paragraph.Write(output, "  - or ", $"a rate limit of {Bits(limit)}, of {Covers(limit)}");
    }

    private static void Write(FilterAlternative alternative, TextWriter output)
    {
        foreach (var rule in alternative.Rules)
            Paragraph.Write(output, "  - ", RuleText.Of(rule));
        Paragraph.Write(output, "    ", $"{Covers(alternative)}; {Drops(alternative.LegitimateDropped)}.");
    }

    private static string Covers(FilterAlternative alternative) => alternative.AttackCovered is { Value: { } value, Low: { } low }
        ? $"meets {Percent(value)} of the attack (at least {Percent(low)})"
        : "what it meets of the attack is unknown without a time before it";

    private static string Drops(FilterPrice price) => price.Packets.Value is null
        ? "what it costs is unknown: too few clients were seen before the attack"
        : $"drops {Share(price.Packets, "of legitimate packets")}, {Share(price.Bytes, "of bytes")}, {(price.Clients.Value is null
            ? $"of how many clients is unknown (at most {Percent(price.LostClients)} lose half of what they send)" : Share(price.Clients, "of clients"))}";

    private static string Share(Estimate share, string what) => $"{Percent(share.Value ?? 0)} {what} (at most {Percent(share.High ?? 1)})";

    private static string Bits(FilterAlternative limit) => $"{Short(limit.Rules.Sum(static rule => rule.Action.Value) * 8.0)}bit/s";
}
