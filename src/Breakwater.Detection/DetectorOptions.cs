using System.Collections.Immutable;
using System.Globalization;
using System.Text;

namespace Breakwater.Detection;

/// <summary>What is protected under one name.</summary>
/// <param name="Name">As configured.</param>
/// <param name="Prefixes">Its addresses.</param>
/// <param name="Floors">Its own floors; null: those of all hosts.</param>
public sealed record ProtectedService(string Name, ImmutableArray<Prefix> Prefixes, Floors? Floors = null);

/// <summary>
/// What a detector is told before the first record. Everything here changes verdicts, so all of it is part of the configuration hash
/// (<see cref="Canonical"/>).
/// </summary>
public sealed record DetectorOptions
{
    /// <summary>
    /// Own networks: only hosts inside are targets, and what they send elsewhere is watched for outbound floods. Empty: every
    /// destination may be a target, and no direction is known.
    /// </summary>
    public ImmutableArray<Prefix> Protect { get; init; } = [];

    /// <summary>Services by name; their addresses are protected too.</summary>
    public ImmutableArray<ProtectedService> Services { get; init; } = [];

    /// <summary>Further networks watched as a whole, besides each /24 and /16 (IPv6: /48 and /32).</summary>
    public ImmutableArray<Prefix> Aggregates { get; init; } = [];

    /// <summary>Lowest rates of an attack on one host.</summary>
    public Floors Floors { get; init; } = new();

    /// <summary>Floors of a /24 (/48) as a multiple of a host's; a /16 (/32), a configured network and a service have twice that.</summary>
    public double PrefixFactor { get; init; } = 2;

    /// <summary>Replies nobody asked for are evidence at any rate from this many packets on (within a minute, unsampled).</summary>
    public int UnaskedRepliesFloorPackets { get; init; } = 100;

    /// <summary>Fewest distinct sources of a reflection.</summary>
    public int ReflectionSources { get; init; } = 10;

    /// <summary>Fewest distinct sources that tell a crowd of forged senders from a few busy ones.</summary>
    public int CrowdSources { get; init; } = 256;

    /// <summary>
    /// Probability that one look (one kind of traffic towards one target in one tick, over one window) alarms although the rate behind
    /// it is no higher than the floor. 1e-10 is less than one false alarm per thousand hosts and day, were all of them at their floors.
    /// </summary>
    public double FalseAlarmProbability { get; init; } = 1e-10;

    /// <summary>An incident closes after this long without traffic above half of the floor.</summary>
    public int QuietSeconds { get; init; } = 60;

    /// <summary>Names of detectors that are switched off (<see cref="Rules.DetectorNames"/>).</summary>
    public ImmutableArray<string> Off { get; init; } = [];

    /// <summary>Shards that records are counted into; the verdict is the same for any number.</summary>
    public int Shards { get; init; } = 1;

    /// <summary>Most destination hosts counted at a time; traffic to further ones is counted only in their prefixes.</summary>
    public int MaxHosts { get; init; } = 1 << 20;

    /// <summary>Most targets (hosts, prefixes, services) watched closely at a time: distinct sources, ports, windows per kind of traffic.</summary>
    public int MaxDossiers { get; init; } = 1024;

    /// <summary>Most records of one tick whose sources and ports are studied; beyond, a sample by hash stands for all of them.</summary>
    public int MaxTickRecords { get; init; } = 1 << 16;

    /// <summary>
    /// Most records of one tick that all prefixes and services together study: nearly every record belongs to some of them. Of those with
    /// many a sample by hash is studied and weighted as if the exporter had sampled; hosts are studied in full.
    /// </summary>
    public int MaxAggregateRecords { get; init; } = 1 << 12;

    /// <summary>Evaluates each counterfactual when it is stated, and counts those that do not turn their finding (for tests; slow).</summary>
    public bool VerifyCounterfactuals { get; init; }

    /// <summary>A seed that everybody knows: for files, of which the verdict is to be the same everywhere.</summary>
    public const ulong PublicSeed = 0x6272_6561_6B77_6174;

    /// <summary>Seeds the hashes of all tables and sketches: the same seed gives the same verdicts. Who sends traffic at a running engine must not know it.</summary>
    public ulong Seed { get; init; } = PublicSeed;

    /// <summary>True when the detector of this name is switched off.</summary>
    internal bool IsOff(string name) => Off.Contains(name, StringComparer.Ordinal);

    /// <summary>All settings that change verdicts, in a fixed order and spelling: equal options give equal text.</summary>
    public string Canonical()
    {
        var text = new StringBuilder();
        text.Append("protect=").AppendJoin(',', Sorted(Protect)).Append('\n');
        foreach (var service in Services.OrderBy(static service => service.Name, StringComparer.Ordinal))
        {
            text.Append("service=").Append(service.Name).Append(' ').AppendJoin(',', Sorted(service.Prefixes)).Append(' ')
                .Append((service.Floors ?? Floors).Canonical()).Append('\n');
        }
        text.Append("aggregates=").AppendJoin(',', Sorted(Aggregates)).Append('\n');
        text.Append("floors=").Append(Floors.Canonical()).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"prefixFactor={PrefixFactor:R}\n");
        text.Append(CultureInfo.InvariantCulture, $"sources={UnaskedRepliesFloorPackets},{ReflectionSources},{CrowdSources}\n");
        text.Append(CultureInfo.InvariantCulture, $"falseAlarm={FalseAlarmProbability:R}\n");
        text.Append(CultureInfo.InvariantCulture, $"quiet={QuietSeconds}\n");
        text.Append("off=").AppendJoin(',', Off.Order(StringComparer.Ordinal)).Append('\n');
        text.Append(CultureInfo.InvariantCulture, $"limits={MaxHosts},{MaxDossiers},{MaxTickRecords},{MaxAggregateRecords}\n");
        text.Append(CultureInfo.InvariantCulture, $"seed={Seed}\n");
        return text.ToString();
    }

    private static IEnumerable<string> Sorted(ImmutableArray<Prefix> prefixes) =>
        prefixes.Select(static prefix => prefix.ToString()).Order(StringComparer.Ordinal);
}
