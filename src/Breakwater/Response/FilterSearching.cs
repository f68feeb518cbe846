using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Incidents;
using Breakwater.Response.Ledger;
using Breakwater.Response.Price;
using Breakwater.Wire;

namespace Breakwater.Response;

/// <summary>Looks for filters in the standing samples of an incident's service.</summary>
/// <param name="config">The configuration in force.</param>
/// <param name="samples">Records of a service (null: of own hosts without one), from, until, at most so many; newest minute first.</param>
internal sealed class FilterSearching(Func<BreakwaterConfig> config, Func<string?, DateTimeOffset, DateTimeOffset, int, IReadOnlyList<StandingRecord>> samples)
{
    /// <summary>Most records from before an attack, and as many from during it.</summary>
    public const int MaxRecords = FilterQuestion.MaxRecords / 2;

    /// <summary>So far before its begin: what is ordinary.</summary>
    private static readonly TimeSpan _before = TimeSpan.FromHours(1);

    /// <summary>The newest part of a long attack tells what it is now.</summary>
    private static readonly TimeSpan _during = TimeSpan.FromMinutes(30);

    public FilterAnswer Search(FilterSearch search)
    {
        var (incident, policy, at) = search;
        if (incident.Target is not { } target)
            return FilterAnswer.Failed("the incident is about no network of ours: propose a rule of your own");
        var present = config();
        var started = incident.StartedAt;
        var from = at - started > _during ? at - _during : started;
        var records = new List<StandingRecord>(samples(incident.Service, started - _before, started, MaxRecords));
        records.AddRange(samples(incident.Service, from, at, MaxRecords));
        var plan = FilterPlanner.Plan(new FilterQuestion
        {
            Target = target,
            Networks = incident.Networks,
            Vectors = incident.Vectors,
            StartedNanoseconds = JournalTime.ToNanoseconds(started),
            NowNanoseconds = JournalTime.ToNanoseconds(at),
            Records = Distinct(records),
            Limits = new SynthesisLimits { Rules = policy.MaxRulesPerIncident, Dropped = policy.MaxDroppedPercent / 100, Covered = policy.MinCoveredPercent / 100 },
            Profile = ProfileOf(present.Response.Peers),
            Allow = present.Allow,
            Seed = (ulong)JournalTime.ToNanoseconds(started),
        });
        return new FilterAnswer([.. plan.Alternatives.Select(Priced)], plan.NoFilter);
    }

    /// <summary>Searches once in made records, so that the first attack does not wait for the compiler. Nothing comes of it.</summary>
    public static void Warm()
    {
        const int records = 256;
        const long minute = 60_000_000_000;
        var own = Address.FromIPv4(0xCB007107);
        FilterPlanner.Plan(new FilterQuestion
        {
            Target = new Prefix(own, 32),
            Vectors = [],
            StartedNanoseconds = minute,
            NowNanoseconds = 2 * minute,
            Records = [.. Enumerable.Range(0, records).Select(number => new StandingRecord(number % 2, 1, new SampledRecord
            {
                Hash = (ulong)number,
                FirstNanoseconds = (number % 2 * minute) + number,
                Source = Address.FromIPv4(0xC6336400u + (uint)number),
                Destination = own,
                Bytes = 500,
                Packets = 1,
                SamplingRate = 1,
                SourcePort = (ushort)(number % 2 == 0 ? 20_000 + number : 123),
                DestinationPort = 443,
                Protocol = (byte)(number % 2 == 0 ? 6 : 17),
                Class = 0,
                Direction = Direction.Inbound,
            }))],
            Limits = new SynthesisLimits(),
            Profile = RouterProfiles.Generic,
        });
    }

    /// <summary>What all of these routers enforce: a rule that one of them would read otherwise is none.</summary>
    internal static RouterProfile ProfileOf(ImmutableArray<PeerConfig> peers)
    {
        var profile = RouterProfiles.Generic;
        foreach (var peer in peers)
        {
            if (RouterProfiles.Find(PeerKeys.Profile.Value.Spell(peer.Profile)) is not { } own)
                continue;
            profile = profile with
            {
                Name = own.Name,
                Components = profile.Components & own.Components,
                Actions = profile.Actions & own.Actions,
                MaxRules = Math.Min(profile.MaxRules, own.MaxRules),
                MaxRanges = Math.Min(profile.MaxRanges, own.MaxRanges),
            };
        }

        return profile;
    }

    /// <summary>The minute in which the attack began is in both parts.</summary>
    private static List<StandingRecord> Distinct(List<StandingRecord> records) => [.. records.DistinctBy(static record => (record.Minute, record.Record))];

    private static PricedFilter Priced(FilterAlternative alternative) => new(
        alternative.Kind,
        alternative.Rules,
        new MitigationPrice(alternative.AttackCovered, alternative.LegitimateDropped.Packets, alternative.LegitimateDropped.Bytes, alternative.LegitimateDropped.Clients),
        alternative.IsUnderLimit,
        alternative.MeetsAllowed,
        alternative.Why);
}
