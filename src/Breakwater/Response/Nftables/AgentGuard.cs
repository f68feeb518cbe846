using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;
using Breakwater.Response.Rules.Forms;

namespace Breakwater.Response.Nftables;

/// <summary>The agent's own last look, whoever asks: nothing outside its prefix list, nothing wide, no more than its cap (rule 7).</summary>
internal sealed class AgentGuard(ImmutableArray<Prefix> allowed, int mostRules)
{
    /// <summary>Most rules at a time, whatever is asked for.</summary>
    public const int MaxRules = AnnouncementGuard.MaxRoutes;

    /// <summary>The longest lease.</summary>
    public const int MaxLeaseSeconds = AdvertisedRoutes.MaxLeaseSeconds;

    private const int ShortestIPv4 = 16;
    private const int ShortestIPv6 = 32;

    public ImmutableArray<Prefix> Allowed { get; } = allowed;

    /// <summary>Most rules at a time.</summary>
    public int MostRules { get; } = Math.Min(mostRules, MaxRules);

    /// <summary>Why the rule must not be set, as a sentence without its full stop; null: it may.</summary>
    /// <param name="rule">What is to be set.</param>
    /// <param name="lease">For how long.</param>
    /// <param name="others">Rules that are set already, without this one.</param>
    public string? Fault(FilterRule rule, TimeSpan lease, int others)
    {
        if (others >= MostRules)
            return RuleForms.Text($"{MostRules} rules are set already, and no more are allowed");
        if (lease <= TimeSpan.Zero || lease > TimeSpan.FromSeconds(MaxLeaseSeconds))
            return RuleForms.Text($"a lease lasts up to {MaxLeaseSeconds} s");
        if (RuleCheck.Fault(rule.Match, rule.Action) is { } fault)
            return fault;
        var destination = rule.Match.Destination;
        if (destination.Length < (destination.Network.IsIPv4 ? ShortestIPv4 : ShortestIPv6))
            return $"{destination} is too wide";
        if (!Allowed.Any(prefix => prefix.Length <= destination.Length && prefix.Contains(destination.Network)))
            return $"{destination} is outside the agent's prefixes";
        if (rule.Match.Source is { Length: 0 })
            return "the source is everything";
        if (rule.Action is { Kind: FilterActionKind.RateLimit, Value: > NftablesForm.MaxBytesPerSecond })
            return RuleForms.Text($"the kernel limits to {NftablesForm.MaxBytesPerSecond} bytes per second at most");
        return NftablesForm.Conditions(rule) is null ? "no packet can have such a length" : null;
    }
}
