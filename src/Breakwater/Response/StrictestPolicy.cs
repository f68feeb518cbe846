using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Response.Rules;

namespace Breakwater.Response;

/// <summary>The policy of a filter: the strictest of all services that its destinations touch, so that whom a rule was named for does not loosen what another one asks for.</summary>
internal static class StrictestPolicy
{
    /// <summary>Services that have an address in a destination, or around it.</summary>
    public static IEnumerable<ServiceConfig> Touched(BreakwaterConfig config, Prefix destination) =>
        config.Services.Where(service => service.Addresses.Any(address => Meet(address, destination)));

    /// <param name="config">The configuration in force.</param>
    /// <param name="own">The policy of the service that the filter is for; null: it is for none.</param>
    /// <param name="rules">Its rules.</param>
    public static ResponsePolicyConfig Of(BreakwaterConfig config, ResponsePolicyConfig? own, IEnumerable<FilterRule> rules)
    {
        var touched = rules.SelectMany(rule => Touched(config, rule.Match.Destination)).Select(static service => service.Response).ToImmutableArray();
        return touched.IsEmpty ? own ?? config.Response.Policy : touched.Aggregate(own ?? touched[0], Both);
    }

    private static ResponsePolicyConfig Both(ResponsePolicyConfig one, ResponsePolicyConfig other) => one with
    {
        Mode = one.Mode < other.Mode ? one.Mode : other.Mode,
        MinConfidence = one.MinConfidence > other.MinConfidence ? one.MinConfidence : other.MinConfidence,
        MaxDroppedPercent = Math.Min(one.MaxDroppedPercent, other.MaxDroppedPercent),
        MinCoveredPercent = Math.Max(one.MinCoveredPercent, other.MinCoveredPercent),
        MaxRulesPerIncident = Math.Min(one.MaxRulesPerIncident, other.MaxRulesPerIncident),
        Blackhole = one.Blackhole < other.Blackhole ? one.Blackhole : other.Blackhole,
        FourEyes = one.FourEyes || other.FourEyes,
    };

    private static bool Meet(Prefix one, Prefix other) => one.Length <= other.Length ? one.Contains(other.Network) : other.Contains(one.Network);
}
