using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Samples;

namespace Breakwater.Scenarios;

/// <summary>Which figures a scenario belongs to.</summary>
internal enum ScenarioSet
{
    /// <summary>May be looked at while thresholds are chosen.</summary>
    Tuning,

    /// <summary>Only for the closing figures.</summary>
    Closing,
}

/// <summary>How the traffic reaches the detector.</summary>
internal enum Telling
{
    /// <summary>Each packet as a record, made from its frame, with the sampling rate beside it.</summary>
    Packets,

    /// <summary>Through the octets of sFlow datagrams.</summary>
    Sflow,

    /// <summary>Through a flow cache and the octets of IPFIX messages.</summary>
    Ipfix,

    /// <summary>Through a flow cache and the octets of NetFlow v9 packets.</summary>
    NetFlow9,
}

/// <summary>One scenario: a row of a family with one rate, sampling rate, way of telling and seed.</summary>
internal sealed record ScenarioCase
{
    private static readonly string[] _ownNetworks = ["203.0.113.0/24", "2001:db8:113::/48"];

    public required string Name { get; init; }

    public required string Family { get; init; }

    public required ScenarioSet Set { get; init; }

    public required uint Sampling { get; init; }

    public required Telling Telling { get; init; }

    /// <summary>What <c>sample</c> makes; thinned where that is the same and cheaper.</summary>
    public required ScenarioOptions Traffic { get; init; }

    public required ImmutableArray<Prefix> Protect { get; init; }

    public required ImmutableArray<Expected> Expected { get; init; }

    public required ImmutableArray<string> Tolerated { get; init; }

    /// <summary>Every scenario of a family.</summary>
    /// <exception cref="FormatException">A row makes no scenario; the message names it and says why.</exception>
    public static IEnumerable<ScenarioCase> Expand(FamilyFile file)
    {
        foreach (var row in file.Variants)
        {
            var variant = row.Over(file.Defaults);
            foreach (var rate in variant.Rates ?? [])
            {
                foreach (var sampling in variant.Samplings!)
                {
                    foreach (var format in variant.Formats!)
                    {
                        foreach (var (seed, set) in Seeds(file))
                            yield return One(file.Family, variant, rate, sampling, format, seed, set);
                    }
                }
            }
        }
    }

    private static IEnumerable<(ulong Seed, ScenarioSet Set)> Seeds(FamilyFile file)
    {
        foreach (var seed in file.Seeds.Tuning)
            yield return (seed, file.ClosingOnly ? ScenarioSet.Closing : ScenarioSet.Tuning);
        foreach (var seed in file.Seeds.Closing)
            yield return (seed, ScenarioSet.Closing);
    }

    private static ScenarioCase One(string family, Variant variant, string rate, uint sampling, string format, ulong seed, ScenarioSet set)
    {
        var name = string.Create(CultureInfo.InvariantCulture, $"{family}/{variant.Name}@{rate}/1:{sampling}/{format}#{seed}");
        if (SampleKind.Find(variant.Kind ?? "") is not { } kind)
            throw new FormatException($"{name}: '{variant.Kind}' is no kind of sample");
        var telling = format switch
        {
            "packets" => Telling.Packets,
            "sflow" => Telling.Sflow,
            "ipfix" => Telling.Ipfix,
            "netflow9" => Telling.NetFlow9,
            _ => throw new FormatException($"{name}: '{format}' is no format"),
        };
        if (ScenarioArguments.Parse(new ScenarioOptions(kind, Mixed(seed, name)), Arguments(variant, rate), out var error) is not { } traffic)
            throw new FormatException($"{name}: {error}");
        return new ScenarioCase
        {
            Name = name,
            Family = family,
            Set = set,
            Sampling = sampling,
            Telling = telling,
            Traffic = traffic with { Thinning = sampling, BeforeNanoseconds = Before(name, variant.Before) },
            Protect = [.. (variant.Protect ?? OwnNetworks(traffic)).Select(text => PrefixOf(name, text))],
            Expected = [.. variant.Expected ?? []],
            Tolerated = [.. variant.Tolerated ?? (sampling > 1 ? ["insufficient-evidence"] : Array.Empty<string>())],
        };
    }

    private static SampleArguments Arguments(Variant variant, string rate) => new()
    {
        Duration = variant.Duration,
        Rate = rate,
        Mix = variant.Mix,
        Shape = variant.Shape,
        Hosts = variant.Hosts,
        On = variant.On,
        Off = variant.Off,
        And = variant.And ?? [],
        Mimic = variant.Mimic ?? false,
        Outbound = variant.Outbound,
        AlreadyRunning = variant.AlreadyRunning ?? false,
    };

    private static long? Before(string name, string? text) => text is null ? null
        : Quantity.TryDuration(text, out var nanoseconds) ? nanoseconds : throw new FormatException($"{name}: '{text}' is no duration");

    private static string[] OwnNetworks(ScenarioOptions traffic) =>
        traffic.Hosts > ScenarioOptions.OwnNetworkHosts ? [.. _ownNetworks, "198.18.0.0/16"] : _ownNetworks;

    private static Prefix PrefixOf(string name, string text) =>
        Prefix.TryParse(text, out var prefix) ? prefix : throw new FormatException($"{name}: '{text}' is no network");

    /// <summary>Rows with one seed do not share their random numbers (FNV-1a of the name).</summary>
    private static ulong Mixed(ulong seed, string name)
    {
        var hash = 14_695_981_039_346_656_037UL ^ seed;
        foreach (var character in name)
            hash = (hash ^ character) * 1_099_511_628_211UL;
        return hash;
    }
}
