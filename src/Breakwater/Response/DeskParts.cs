using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Incidents;
using Breakwater.Response.Effect;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;
using Breakwater.Telemetry.Health;

namespace Breakwater.Response;

/// <summary>What the desk works with.</summary>
internal sealed record DeskParts
{
    /// <summary>The configuration in force.</summary>
    public required Func<BreakwaterConfig> Config { get; init; }

    /// <summary>Routers as they were configured at the start: those of a later configuration are not yet spoken to.</summary>
    public required ImmutableArray<PeerConfig> Peers { get; init; }

    public required MitigationLedger Ledger { get; init; }

    public required FilterGuard Guard { get; init; }

    /// <summary>Looks for filters; may take a while, and is never called on the desk's own thread.</summary>
    public required Func<FilterSearch, FilterAnswer> Search { get; init; }

    /// <summary>Called once before the first search, on the same thread.</summary>
    public Action Warm { get; init; } = static () => { };

    /// <summary>Rules of some incidents, and of those that went on as them, that people took back, or that hurt, also before a restart; null: that cannot be read, or there are too many.</summary>
    public required Func<IReadOnlyCollection<string>, IReadOnlyList<TakenRule>?> TakenBack { get; init; }

    public required Func<HealthSnapshot> Health { get; init; }

    /// <summary>Why what enforces must not be driven without a person, for a rule and its lease; null: it may.</summary>
    public required Func<FilterRule, TimeSpan, string?> Unfit { get; init; }

    /// <summary>True when there are hosts that enforce filters themselves.</summary>
    public bool HasHosts { get; init; }

    /// <summary>Looks at what the filters do, once a second, after leases were renewed; gets the services with open incidents too, and gives the filters that hurt known-good clients.</summary>
    public Func<IReadOnlyCollection<Mitigation>, IEnumerable<string?>, ImmutableArray<Harm>> Measure { get; init; } = static (_, _) => [];

    /// <summary>Keeps an entry of the journal; never waits.</summary>
    public required Action<NoteWork> Note { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>The policy that counts for a service.</summary>
    public ResponsePolicyConfig PolicyOf(string? service)
    {
        var config = Config();
        return config.Services.FirstOrDefault(known => known.Name == service)?.Response ?? config.Response.Policy;
    }

    /// <summary>The policy that counts for rules, whatever service they are named for.</summary>
    public ResponsePolicyConfig PolicyOf(string? service, IEnumerable<FilterRule> rules)
    {
        var config = Config();
        return StrictestPolicy.Of(config, config.Services.FirstOrDefault(known => known.Name == service)?.Response, rules);
    }
}
