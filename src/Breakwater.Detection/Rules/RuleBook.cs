using System.Collections.Immutable;
using Breakwater.Detection.Dossiers;

namespace Breakwater.Detection.Rules;

/// <summary>Runs the detectors that are on over one target, and evaluates their counterfactuals when asked to.</summary>
internal sealed class RuleBook(DetectorOptions options)
{
    /// <summary>Fewest hosts that make traffic to a prefix a carpet.</summary>
    private const double FewestHosts = 8;

    private const int MostFailures = 100;

    /// <summary>Rules that say something of one host only.</summary>
    private static readonly string[] _hostOnly = ["unasked-replies", "connections", "volume"];

    private readonly ImmutableArray<Rule> _host = On(DetectorNames.Inbound, options);
    private readonly ImmutableArray<Rule> _many = On([.. DetectorNames.Inbound.Where(static rule => !_hostOnly.Contains(rule.Name, StringComparer.Ordinal))], options);
    private readonly ImmutableArray<Rule> _outbound = On(DetectorNames.OutboundRules, options);
    private readonly List<Finding> _changed = [];

    /// <summary>Counterfactuals evaluated.</summary>
    public long Evaluated { get; private set; }

    /// <summary>Those that did not turn their finding.</summary>
    public List<string> Failed { get; } = [];

    /// <summary>Adds what the detectors find.</summary>
    /// <param name="context">The target.</param>
    /// <param name="findings">Gets the findings.</param>
    public void Evaluate(in RuleContext context, List<Finding> findings)
    {
        Run(in context, findings);
        if (options.VerifyCounterfactuals)
            Verify(in context, findings);
    }

    private void Run(in RuleContext context, List<Finding> findings)
    {
        var dossier = context.Dossier;
        var rules = dossier.Target.Direction == Direction.Outbound ? _outbound : dossier.IsAggregate ? _many : _host;
        foreach (var rule in rules)
            rule.Evaluate(in context, findings);
        if (dossier.IsAggregate)
            KeepCarpets(in context, findings);
    }

    /// <summary>On a prefix only what falls on many of its hosts counts.</summary>
    private static void KeepCarpets(in RuleContext context, List<Finding> findings)
    {
        for (var index = findings.Count - 1; index >= 0; index--)
        {
            var finding = findings[index];
            var counters = finding.Counters;
            var hosts = context.Measure(Measures.Hosts, counters.Current.Hosts.EstimateWith(counters.Previous.Hosts));
            if (hosts < FewestHosts)
            {
                findings.RemoveAt(index);
                continue;
            }
            var reason = new Reason(
                RuleContext.Text($"spread over about {hosts:N0} hosts of {context.Dossier.Target}, none of which has half of it"), Measures.Hosts, Math.Round(hosts),
                FewestHosts, RuleContext.Text($"would be reported host by host with fewer than {FewestHosts:0} hosts"), FewestHosts - 1);
            findings[index] = finding with { Reasons = [.. finding.Reasons, reason] };
        }
    }

    /// <summary>Evaluates again with each stated measure changed: the vector must be gone.</summary>
    private void Verify(in RuleContext context, List<Finding> findings)
    {
        foreach (var finding in findings)
        {
            foreach (var reason in finding.Reasons)
            {
                _changed.Clear();
                var changed = context with { Changed = reason.Measure, ChangedTo = reason.Turned };
                Run(in changed, _changed);
                Evaluated++;
                if (!IsTurned(finding, _changed) && Failed.Count < MostFailures)
                    Failed.Add($"{Vectors.Name(finding.Vector)}: {reason.Text} ({reason.Counterfactual})");
            }
        }
    }

    /// <summary>True when what is found under the changed measure no longer has the finding, with its verdict.</summary>
    internal static bool IsTurned(Finding finding, List<Finding> changed) => !changed.Exists(
        other => other.Vector == finding.Vector && other.Counters == finding.Counters && other.Verdict == finding.Verdict);

    private static ImmutableArray<Rule> On(ImmutableArray<Rule> rules, DetectorOptions options) =>
        [.. rules.Where(rule => !options.IsOff(rule.Name))];
}
