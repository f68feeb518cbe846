using Breakwater.Detection;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using static Breakwater.Reports.Figures;

namespace Breakwater.Reports;

/// <summary>What would stop an attack, in a few lines, with the price in words.</summary>
internal static class PlanText
{
    private const byte Syn = 2, Push = 8, Ack = 16;

    public static void Write(FilterPlan? plan, TextWriter output)
    {
        if (plan is null)
            return;
        var best = plan.Alternatives.FirstOrDefault(static alternative => alternative.Kind is not (FilterAlternative.Blackhole or FilterAlternative.Mark));
        output.WriteLine("  What would stop it:");
        if (plan.NoFilter is { } none)
        {
            Paragraph.Write(output, "  - ", $"{none}.");
            if (best is not null)
                WriteOverLimit(best, output);
            return;
        }

        if (best is not null)
            Write(best, output);
        if (plan.Alternatives.FirstOrDefault(static alternative => alternative.Kind == FilterAlternative.RateLimit) is { } limit && limit != best)
            Paragraph.Write(output, "  - or ", $"a rate limit of {Bits(limit)}, of {Covers(limit)}");
    }

    private static void Write(FilterAlternative alternative, TextWriter output)
    {
        foreach (var rule in alternative.Rules)
            Paragraph.Write(output, "  - ", Said(rule));
        Paragraph.Write(output, "    ", $"{Covers(alternative)}; {Drops(alternative.LegitimateDropped)}.{Allowed(alternative)}");
    }

    /// <summary>What it costs stands ahead of the rule: nobody shall copy a rule that drops most without having read so.</summary>
    private static void WriteOverLimit(FilterAlternative alternative, TextWriter output)
    {
        Paragraph.Write(output, "  - ", $"not under your limit: {Drops(alternative.LegitimateDropped)}; {Covers(alternative)}.{Allowed(alternative)} The rule would be:");
        foreach (var rule in alternative.Rules)
            Paragraph.Write(output, "    ", Said(rule));
    }

    private static string Allowed(FilterAlternative alternative) => alternative.MeetsAllowed ? " Allow-listed senders are met too when they send such packets." : "";

    /// <summary>A rule, after what it does to visitors where that is much.</summary>
    private static string Said(FilterRule rule) => Does(rule.Match) is { } does && rule.Action.Kind == FilterActionKind.Discard ? $"{does}: {RuleText.Of(rule)}" : RuleText.Of(rule);

    private static string? Does(FilterMatch match)
    {
        if (!match.PacketLengths.IsEmpty || match.Source is not null || !match.SourcePorts.IsEmpty || match.IcmpType is not null)
            return null;
        if (match.Fragments == FragmentMatch.Later)
            return "drops all later fragments";
        var where = match.DestinationPorts.IsEmpty ? "" : " to these ports";
        return match.Protocol switch
        {
            6 when match.TcpFlags is null => $"drops all TCP{where}",
            6 when (match.TcpFlags.Value.Set & (Syn | Ack)) == Syn => $"refuses every new TCP connection{where}",
            6 when (match.TcpFlags.Value.Set & ~Push) == Ack => $"breaks TCP connections{where}",
            17 => $"drops all UDP{where}",
            1 or 58 => "drops all ICMP",
            _ => null,
        };
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
