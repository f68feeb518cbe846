using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Response.Price;

/// <summary>
/// Whatever is asked: no rule's destination leaves the target, none has a source that is not proven, none touches what is allowed or leaves unsaid that it may, none matches everything, none asks
/// for what the router lacks, and no alternative exceeds the budget.
/// </summary>
public sealed class FilterPropertyTests(ITestOutputHelper output)
{
    private const int Usual = 20_000;

    [Fact]
    [Trait("Tier", "long")]
    public void Plan_RandomQuestions_KeepsEveryPromise() => Check(1, Usual);

    [Fact(Explicit = true)]
    public void Plan_MillionRandomQuestions_KeepsEveryPromise()
    {
        const int parts = 100;
        Parallel.For(0, parts, new ParallelOptions { MaxDegreeOfParallelism = Environment.ProcessorCount }, part => Check(1_000 + (ulong)part, 1_000_000 / parts));
        output.WriteLine("1,000,000 questions");
    }

    /// <summary>The check can fail: each promise, broken by hand, is found.</summary>
    [Theory]
    [InlineData("destination 203.0.113.0/24 protocol 17 then discard")]
    [InlineData("destination 198.51.100.7/32 protocol 17 then discard")]
    [InlineData("destination 203.0.113.10/32 source 198.18.0.9/32 protocol 6 then discard")]
    [InlineData("destination 203.0.113.10/32 source 198.18.0.0/24 protocol 6 then discard")]
    [InlineData("destination 203.0.113.10/32 then discard")]
    [InlineData("destination 203.0.113.10/32 protocol 6 packet-length 40 then discard")]
    public void Faults_RuleThatBreaksAPromise_FindsIt(string text)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        var question = new Traffic().Question(vectors: "tcp-connection-flood") with
        {
            ProvenSources = [Address.Parse("198.18.0.1"), Address.Parse("198.18.0.9")],
            Allow = [Traffic.Prefix("198.18.0.9/32")],
            Profile = RouterProfiles.Find("arista")!,
        };
        var alternative = new FilterAlternative
        {
            Kind = FilterAlternative.Discard,
            Rules = [rule],
            AttackCovered = default,
            LegitimateDropped = FilterPrice.Unknown(0),
            IsUnderLimit = false,
            Why = "",
        };
        Assert.NotEmpty(Faults(question, new FilterPlan([alternative], null)));
    }

    private static void Check(ulong seed, int count)
    {
        var random = new SeededRandom(seed);
        var planned = 0;
        for (var run = 0; run < count; run++)
        {
            var question = Question(random);
            var plan = FilterPlanner.Plan(question);
            Assert.True(Faults(question, plan) is [], $"seed {seed}, question {run}: {string.Join("; ", Faults(question, plan))}");
            planned += plan.Alternatives.Count(static alternative => alternative.Kind == FilterAlternative.Discard);
        }

        Assert.True(planned > count / 10, $"only {planned} of {count} plans have a filter: the questions ask nothing");
    }

    private static List<string> Faults(FilterQuestion question, FilterPlan plan)
    {
        var faults = new List<string>();
        foreach (var alternative in plan.Alternatives)
        {
            if (alternative.Rules.Length == 0 || alternative.Rules.Length > Math.Max(1, question.Limits.Rules))
                faults.Add($"{alternative.Kind} has {alternative.Rules.Length} rules");
            if (alternative.IsUnderLimit && alternative.LegitimateDropped.WorstCase > question.Limits.Dropped)
                faults.Add($"{alternative.Kind} is not under the limit");
            if (alternative.Kind is not (FilterAlternative.Host or FilterAlternative.Request) && !alternative.Rules.All(rule => question.Profile.Supports(rule.Match)))
                faults.Add($"{alternative.Kind} asks for what the router lacks");
            if (!alternative.MeetsAllowed && alternative.Kind is not (FilterAlternative.Host or FilterAlternative.SourceBlackhole) && question.Allow.Any(allowed => MayBeMet(question, allowed)))
                faults.Add($"{alternative.Kind} does not say that it meets the allow-list");
            faults.AddRange(alternative.Rules.SelectMany(rule => Faults(question, rule)));
        }

        if (plan.NoFilter is null != plan.Alternatives.Any(static alternative => alternative.IsUnderLimit))
            faults.Add("it says neither that there is a filter nor that there is none");
        return faults;
    }

    /// <summary>Not all of it was seen before, so that nobody knows what else it may send.</summary>
    private static bool MayBeMet(FilterQuestion question, Prefix allowed) => allowed.Network.IsIPv4 == question.Target.Network.IsIPv4
        && (allowed.Length < (allowed.Network.IsIPv4 ? 32 : 128) || question.Records.All(record => record.Record.Source != allowed.Network));

    private static IEnumerable<string> Faults(FilterQuestion question, FilterRule rule)
    {
        var match = rule.Match;
        if (match.Destination.Length < question.Target.Length || !question.Target.Contains(match.Destination.Network) || match.Destination.Length == 0)
            yield return $"{rule} leaves the target";
        if (match.Source is { } source && (source.Length != (source.Network.IsIPv4 ? 32 : 128) || !question.ProvenSources.Contains(source.Network)))
            yield return $"{rule} has a source that is not proven";
        if (match.Source is not null && question.Vectors.Any(static vector => vector is not "tcp-connection-flood" && !vector.StartsWith("http-", StringComparison.Ordinal)))
            yield return $"{rule} has a source although senders may be forged";
        foreach (var allowed in question.Allow)
        {
            if (FilterPlanner.Overlap(allowed, match.Destination) || (match.Source is { } from && FilterPlanner.Overlap(allowed, from)))
                yield return $"{rule} touches {allowed}";
        }

        if (rule.Action.Kind != FilterActionKind.Blackhole && RouterProfile.ComponentsOf(match) == FilterComponents.None)
            yield return $"{rule} matches everything";
        if (RuleCheck.Fault(match, rule.Action) is { } fault)
            yield return $"{rule}: {fault}";
        if (RuleText.Read(RuleText.Of(rule), out var again) is not null || again != rule)
            yield return $"{rule} is not read back as it is";
    }

    private static FilterQuestion Question(SeededRandom random)
    {
        var isIPv6 = random.OneIn(4);
        var target = new Prefix(Host(random, isIPv6), isIPv6 ? 128 : 32);
        target = random.Below(8) switch
        {
            0 => new Prefix(target.Network.Masked(isIPv6 ? 48 : 24), isIPv6 ? 48 : 24),
            1 when random.OneIn(8) => new Prefix(target.Network.Masked(0), 0),
            _ => target,
        };
        ImmutableArray<string> vectors = [Vectors.Name(Vectors.All[(int)random.Below((uint)Vectors.All.Length)])];
        if (random.OneIn(3))
            vectors = random.OneIn(2) ? ["tcp-connection-flood"] : ["http-flood", "tcp-connection-flood"];
        return new FilterQuestion
        {
            Target = target,
            Vectors = vectors,
            StartedNanoseconds = Traffic.Start,
            NowNanoseconds = Traffic.Start + random.Between(0, 120) * 1_000_000_000L,
            Records = Records(random, isIPv6),
            Limits = new SynthesisLimits { Rules = random.Between(1, 6), Dropped = random.Below(4) switch { 0 => 0.01, 1 => 0.2, 2 => 0.6, _ => 0 }, Covered = random.OneIn(3) ? 0.05 : 0.5 },
            Profile = RouterProfiles.All[(int)random.Below((uint)RouterProfiles.All.Length)],
            ProvenSources = [.. Enumerable.Range(0, random.Between(0, 4)).Select(_ => Client(random, random.OneIn(4)))],
            Allow = [.. Enumerable.Range(0, random.Between(0, 2)).Select(_ => Allowed(random))],
            Seed = random.NextUInt64(),
        };
    }

    private static Prefix Allowed(SeededRandom random)
    {
        var isIPv6 = random.OneIn(4);
        var address = random.OneIn(6) ? Host(random, isIPv6) : Client(random, isIPv6);
        var length = isIPv6 ? random.Between(48, 128) : random.Between(20, 32);
        return new Prefix(address.Masked(length), length);
    }

    private static List<StandingRecord> Records(SeededRandom random, bool isIPv6)
    {
        var records = new List<StandingRecord>();
        var (attack, usual) = (Shape(random), Shape(random));
        var count = random.Between(0, 120);
        for (var index = 0; index < count; index++)
        {
            var isAttack = random.OneIn(2);
            var at = Traffic.Start + ((isAttack ? random.Between(0, 60) : -random.Between(1, 600)) * 1_000_000_000L);
            var shape = random.OneIn(10) ? Shape(random) : isAttack ? attack : usual;
            records.Add(new StandingRecord(at / 60_000_000_000, 1 + random.Below(5), shape with
            {
                Hash = random.NextUInt64(),
                FirstNanoseconds = at,
                Source = Client(random, isIPv6),
                Destination = random.OneIn(12) ? Client(random, isIPv6) : Host(random, isIPv6),
                SamplingRate = random.OneIn(40) ? 0 : 1u,
                Packets = random.OneIn(6) ? 1 + random.Below(50) : 1,
                Bytes = 40 + random.Below(1_400),
                SourcePort = random.OneIn(2) ? random.NextUInt16() : shape.SourcePort,
            }));
        }

        return records;
    }

    private static SampledRecord Shape(SeededRandom random) => new()
    {
        Hash = 0,
        FirstNanoseconds = 0,
        Source = default,
        Destination = default,
        Bytes = 0,
        Packets = 1,
        SamplingRate = 1,
        SourcePort = random.NextUInt16(),
        DestinationPort = (ushort)random.Below(3),
        Protocol = (byte)random.Below(6) switch { 0 => 1, 1 or 2 => 6, 3 or 4 => 17, _ => random.OneIn(2) ? (byte)58 : (byte)random.Below(256) },
        Class = 0,
        Direction = random.OneIn(10) ? Direction.Outbound : Direction.Inbound,
        PacketLength = (ushort)(random.OneIn(4) ? 0 : random.Between(20, 1_500)),
        TcpFlags = (byte)random.Below(64),
        IcmpType = (byte)random.Below(20),
        IcmpCode = (byte)random.Below(3),
        Fragment = (FragmentPlace)random.Below(3),
        Known = (SampledFields)random.Below(8),
    };

    private static Address Host(SeededRandom random, bool isIPv6) => DocumentationSpace.Own((byte)(10 + random.Below(2)), isIPv6);

    private static Address Client(SeededRandom random, bool isIPv6) => DocumentationSpace.Anybody(random.Below(60), isIPv6);
}
