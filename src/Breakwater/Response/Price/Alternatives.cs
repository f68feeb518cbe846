using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Response.Price;

/// <summary>The ways to act on one incident, as they are put side by side.</summary>
/// <param name="question">What is asked.</param>
/// <param name="table">The records towards the target.</param>
/// <param name="meter">Their prices.</param>
/// <param name="part">Part of the attack that the target has: other networks of the service may have the rest.</param>
internal sealed class Alternatives(FilterQuestion question, TrafficTable table, PriceMeter meter, double part)
{
    /// <summary>A limit below this stops the service itself.</summary>
    private const double LeastBytesPerSecond = 12_500;

    private const double UsualTimes = 2;

    /// <summary>Lower effort: RFC 8622.</summary>
    private const long LowerEffort = 1;

    private static readonly Estimate _none = new(0, 0, 0, 0);

    private readonly List<FilterAlternative> _all = [];

    /// <summary>What the router does: discard, a rate limit, a mark.</summary>
    public void AddRouter(FittingSet set)
    {
        if (set.Chosen.Count == 0)
            return;
        var covered = Covered(set.Chosen);
        Add(FilterAlternative.Discard, Rules(set.Chosen, FilterAction.Discard), covered, set.Price, WhatPasses(set.Chosen));
        if ((question.Profile.Actions & FilterActions.RateLimit) != 0 && table.RateIsKnown)
            AddRateLimit(set, covered);
        if ((question.Profile.Actions & FilterActions.Mark) == 0)
            return;
        // A mark drops nothing by itself; when the queue is full it may drop all that a discard drops.
        var price = new FilterPrice(AtMost(set.Price.Packets), AtMost(set.Price.Bytes), AtMost(set.Price.Clients));
        Add(FilterAlternative.Mark, Rules(set.Chosen, new FilterAction(FilterActionKind.Mark, LowerEffort)), covered, price,
            "Drops nothing by itself; needs a queue for DSCP 1 that is served last, on every link that fills up.");
    }

    /// <summary>The price of a limit is 1 − limit ÷ matched rate of what a discard costs.</summary>
    private void AddRateLimit(FittingSet set, Estimate covered)
    {
        var rules = ImmutableArray.CreateBuilder<FilterRule>();
        var (matched, passing) = (0.0, 0.0);
        var (stopped, packets, bytes) = (_none, _none, _none);
        var seen = new ulong[set.Chosen[0].Met.Length];
        foreach (var candidate in set.Chosen)
        {
            // A packet is the first rule's that matches it.
            var rest = new ulong[seen.Length];
            for (var word = 0; word < seen.Length; word++)
                (rest[word], seen[word]) = (candidate.Met[word] & ~seen[word], seen[word] | candidate.Met[word]);
            var (now, usual) = BytesPerSecond(rest);
            var limit = Math.Ceiling(Math.Max(LeastBytesPerSecond, UsualTimes * usual));
            rules.Add(new FilterRule(candidate.Match, FilterAction.RateLimit((long)limit)));
            (matched, passing) = (matched + now, passing + Math.Min(limit, now));
            var dropped = now > 0 ? 1 - (Math.Min(limit, now) / now) : 0;
            var price = meter.Price(rest);
            (packets, bytes) = (Sum(packets, price.Packets.Times(dropped)), Sum(bytes, price.Bytes.Times(dropped)));
            stopped = Sum(stopped, covered.Value is null ? covered : CoveredShare.Of(rest, table).Times(part * dropped));
        }

        if (matched <= 0)
            return;
        Add(FilterAlternative.RateLimit, rules.ToImmutable(), stopped, new FilterPrice(packets, bytes, set.Price.Clients),
            string.Create(CultureInfo.InvariantCulture, $"Lets {passing * 8 / 1e6:0.##} Mbit/s of {matched * 8 / 1e6:0.##} Mbit/s through, twice the usual of what matches; what is legitimate among it competes with the attack."));
    }

    /// <summary>Of disjoint parts: what each may be at most adds up.</summary>
    private static Estimate Sum(Estimate left, Estimate right) => new(left.Value + right.Value, left.Low + right.Low, AtMostAll(left.High + right.High), right.Samples);

    private static double? AtMostAll(double? share) => share is { } known ? Math.Min(1, known) : null;

    /// <summary>What proven sources send, one rule each; never for vectors whose packets may be forged.</summary>
    public void AddProvenSources()
    {
        var profile = question.Profile;
        if (question.ProvenSources.IsEmpty || question.Vectors.IsEmpty || (profile.Components & FilterComponents.Source) == 0
            || (profile.Actions & FilterActions.Discard) == 0 || !question.Vectors.All(IsOfConnections))
            return;
        var proven = new HashSet<Address>();
        foreach (var source in question.ProvenSources)
        {
            if (source.IsIPv4 == question.Target.Network.IsIPv4 && !question.Allow.Any(allowed => allowed.Contains(source)))
                proven.Add(source);
        }

        var chosen = proven.Order().Select(source => new Candidate(OfSource(source), table)).Where(static candidate => candidate.Excess > 0)
            .OrderByDescending(static candidate => candidate.Excess).ThenBy(static candidate => candidate.Match.Source!.Value.Network)
            .Take(Math.Min(question.Limits.Rules, profile.MaxRules)).ToList();
        if (chosen.Count == 0)
            return;
        Add(FilterAlternative.SourceBlackhole, Rules(chosen, FilterAction.Discard), Covered(chosen), meter.Price(Candidate.Union(chosen, chosen[0].Met.Length)),
            "Senders that completed a handshake, and only towards the target.");
    }

    /// <summary>Where the router is not alone: the host's own filter, and the upstream.</summary>
    public void AddElsewhere(FittingSet router, Func<RouterProfile, FittingSet> fitting)
    {
        AddElsewhere(FilterAlternative.Host, RouterProfiles.Host, router, fitting, question.Allow.IsEmpty ? "On the host itself, by nftables: the link still carries the attack."
            : "On the host itself, by nftables, behind a rule that accepts the allow-list: the link still carries the attack.");
        AddElsewhere(FilterAlternative.Request, RouterProfiles.Generic, router, fitting, "Asked of the upstream, who decides: in words, FlowSpec, Cisco, Juniper, MikroTik and nftables forms.");
    }

    private void AddElsewhere(string kind, RouterProfile profile, FittingSet router, Func<RouterProfile, FittingSet> fitting, string why)
    {
        // What the router can do the others can: the search is done again only where it could do less.
        var isSame = question.Profile.Components == FilterComponents.All && question.Profile.MaxRanges == profile.MaxRanges && question.Profile.MaxRules >= question.Limits.Rules;
        var set = isSame ? router : fitting(profile);
        if (set.Chosen.Count > 0)
            Add(kind, Rules(set.Chosen, FilterAction.Discard), Covered(set.Chosen), set.Price, why);
    }

    /// <summary>The last resort: the target is given up.</summary>
    public void AddBlackhole()
    {
        if ((question.Profile.Actions & FilterActions.Blackhole) == 0)
            return;
        var all = new Estimate(part, part, part, table.RecordCount);
        Add(FilterAlternative.Blackhole, [new FilterRule(new FilterMatch { Destination = question.Target }, FilterAction.Blackhole)], all, FilterPrice.Everything,
            "The last resort: the target is given up, and what shares its link is saved.");
    }

    /// <summary>Best first: under the limit, the blackhole last, then by what is covered and in the order of the kinds.</summary>
    public FilterPlan ToPlan()
    {
        var sorted = _all.OrderByDescending(static alternative => alternative.IsUnderLimit)
            .ThenBy(static alternative => alternative.Kind == FilterAlternative.Blackhole)
            .ThenByDescending(static alternative => Math.Round(alternative.AttackCovered.Value ?? 0, 1));
        return new FilterPlan([.. sorted], _all.Any(static alternative => alternative.IsUnderLimit) ? null : Lever());
    }

    private void Add(string kind, ImmutableArray<FilterRule> rules, Estimate covered, FilterPrice price, string why) => _all.Add(new FilterAlternative
    {
        Kind = kind,
        Rules = rules,
        AttackCovered = covered,
        LegitimateDropped = price,
        IsUnderLimit = price.WorstCase <= question.Limits.Dropped && covered.Value >= question.Limits.Covered,
        Why = MeetsAllowed(kind) ? why + " Allow-listed senders are not excepted: this meets them too when they send such packets." : why,
        MeetsAllowed = MeetsAllowed(kind),
    });

    /// <summary>
    /// A rule without a source may meet anybody. Single hosts that sent before and of whom nothing is met are known to be spared; of a network, or of who was silent, nobody knows.
    /// On the host the allow-list is accepted ahead of the rule.
    /// </summary>
    private bool MeetsAllowed(string kind) => kind is not (FilterAlternative.Host or FilterAlternative.SourceBlackhole)
        && question.Allow.Any(allowed => allowed.Network.IsIPv4 == question.Target.Network.IsIPv4 && (kind == FilterAlternative.Blackhole || !IsKnownToBeSpared(allowed)));

    private bool IsKnownToBeSpared(Prefix allowed)
    {
        if (allowed.Length != (allowed.Network.IsIPv4 ? 32 : 128))
            return false;
        // Candidates that met any of it were left out.
        foreach (ref readonly var row in table.Rows.AsSpan())
        {
            if (row is { IsDuring: false, IsImagined: false } && row.Source == allowed.Network)
                return true;
        }

        return false;
    }

    /// <summary>Share of the excess; unknown without a time before to tell it from what is usual.</summary>
    private Estimate Covered(List<Candidate> chosen)
    {
        if (table.Excess <= 0 || table.BeforePackets <= 0 || !table.RateIsKnown)
            return new Estimate(null, null, null, table.RecordCount);
        var met = Candidate.Union(chosen, chosen[0].Met.Length);
        return CoveredShare.Of(met, table).Times(part);
    }

    private (double Now, double Usual) BytesPerSecond(ulong[] met)
    {
        var (now, usual) = (0.0, 0.0);
        for (var index = 0; index < table.Rows.Length; index++)
        {
            if ((met[index >> 6] & (1UL << (index & 63))) == 0)
                continue;
            if (table.Rows[index].IsDuring)
                now += table.Rows[index].Bytes;
            else
                usual += table.Rows[index].Bytes;
        }

        return (now / table.DuringSeconds, table.BeforeSeconds > 0 ? usual / table.BeforeSeconds : 0);
    }

    private FilterMatch OfSource(Address source) =>
        new() { Destination = question.Target, Source = new Prefix(source, source.IsIPv4 ? 32 : 128), Protocol = 6 };

    private static ImmutableArray<FilterRule> Rules(List<Candidate> chosen, FilterAction action) => [.. chosen.Select(candidate => new FilterRule(candidate.Match, action))];

    private static Estimate AtMost(Estimate estimate) => new(null, 0, estimate.High, estimate.Samples);

    /// <summary>What a filter by ports leaves: the later fragments of what it drops.</summary>
    private string WhatPasses(List<Candidate> chosen)
    {
        var hasPorts = chosen.Any(static candidate => !candidate.Match.SourcePorts.IsEmpty || !candidate.Match.DestinationPorts.IsEmpty);
        var coversFragments = chosen.Any(static candidate => candidate.Match.Fragments == FragmentMatch.Later || RouterProfile.ComponentsOf(candidate.Match) == FilterComponents.Protocol);
        var forged = table.CohortIsForged ? " Addresses of known clients send many times the usual and may be forged: the price rests on the time before." : "";
        var rest = part < 0.995 ? string.Create(CultureInfo.InvariantCulture, $" Only for {question.Target}, the service's network with most of the attack ({part:P0}).") : "";
        return (hasPorts && !coversFragments ? "Later fragments have no ports and pass." : "Drops what matches.") + rest + forged;
    }

    private string Lever()
    {
        var vector = Vectors.TryParse(question.Vectors.FirstOrDefault(), out var known) ? known : default;
        var lever = vector switch
        {
            Vector.SynFlood => "SYN cookies on the host or a proxy in front of it",
            >= Vector.HttpFlood => "rules of the web server or a proxy, by request",
            Vector.TcpConnectionFlood => "limits of connections by client on the host or a proxy",
            Vector.DnsQueryFlood or Vector.DnsRandomSubdomain => "response rate limiting and more name servers",
            _ => "the upstream's scrubbing, or a rate limit over the limit of the price",
        };
        var why = !meter.IsKnown
            ? string.Create(CultureInfo.InvariantCulture, $"too little is known of the time before ({table.ClientCount} of the {FilterPrice.FewestClients} clients that are needed) to say what a filter costs")
            : string.Create(CultureInfo.InvariantCulture, $"none that covers {question.Limits.Covered:P0} of the attack drops less than {question.Limits.Dropped:P1} for certain");
        return $"no filter under your limit: {why}; next best: {lever}";
    }

    /// <summary>Vectors of completed connections: what else comes from a forged address proves nothing about it.</summary>
    private static bool IsOfConnections(string name) => Vectors.TryParse(name, out var vector) && vector is Vector.TcpConnectionFlood or >= Vector.HttpFlood;
}
