using System.Collections.Immutable;
using Breakwater.Wire;

namespace Breakwater.Samples;

/// <summary>What a sample is made of: everything that decides its packets.</summary>
internal sealed record ScenarioOptions(SampleKind Kind, ulong Seed)
{
    /// <summary>Addresses of the own /24.</summary>
    public const int OwnNetworkHosts = 256;

    /// <summary>Addresses of the wide own network: the widest carpet.</summary>
    public const int MaximumHosts = 65_536;

    /// <summary>Length of the attack, or of the quiet traffic when there is no attack.</summary>
    public long DurationNanoseconds { get; init; } = 10_000_000_000;

    /// <summary>Packets per second of the attack, or of the quiet traffic.</summary>
    public long PacketsPerSecond { get; init; } = 5_000;

    public AttackShape Shape { get; init; } = AttackShape.Host;

    /// <summary>Addresses of a carpet; above <see cref="OwnNetworkHosts"/> they are those of 198.18.0.0/16.</summary>
    public int Hosts { get; init; } = OwnNetworkHosts;

    /// <summary>Length of a pulse.</summary>
    public long OnNanoseconds { get; init; } = 1_000_000_000;

    /// <summary>Silence after a pulse.</summary>
    public long OffNanoseconds { get; init; } = 1_000_000_000;

    /// <summary>Quiet traffic below an attack, in percent of the attack's rate; 0 for the attack alone.</summary>
    public int MixPercent { get; init; } = 10;

    /// <summary>Quiet traffic below an attack in packets per second; null when <see cref="MixPercent"/> says it.</summary>
    public long? MixPacketsPerSecond { get; init; }

    /// <summary>Vectors that run beside the first, each at the same rate and against its own usual host.</summary>
    public ImmutableArray<SampleKind> Further { get; init; } = [];

    /// <summary>The attack looks as much like ordinary traffic as its vector allows.</summary>
    public bool Mimics { get; init; }

    /// <summary>Above 0: the attack comes from so many own hosts and goes to somebody else.</summary>
    public int OutboundSenders { get; init; }

    /// <summary>The attack runs from the first packet on: no quiet spell before it.</summary>
    public bool AlreadyRunning { get; init; }

    /// <summary>Only the packets that a sampler of 1 in so many would have seen are made.</summary>
    public uint Thinning { get; init; } = 1;

    /// <summary>How long it is quiet before an attack, or before the crowd of a quiet kind comes; null: two seconds, and a third of the whole.</summary>
    public long? BeforeNanoseconds { get; init; }

    /// <summary>When the attack, or the crowd of a quiet kind, begins, in nanoseconds of the sample.</summary>
    public long AttackStartNanoseconds => !Kind.IsAttack ? BeforeNanoseconds ?? (DurationNanoseconds / 3)
        : AlreadyRunning || QuietPacketsPerSecond == 0 ? 0 : BeforeNanoseconds ?? Scenario.QuietNanoseconds;

    /// <summary>Rate of the quiet traffic below an attack.</summary>
    public long QuietPacketsPerSecond => MixPacketsPerSecond ?? (MixPercent == 0 ? 0 : Math.Max(1, PacketsPerSecond * MixPercent / 100));

    /// <summary>True for the addresses that are the own ones in this sample.</summary>
    public bool IsOwn(Address address) =>
        DocumentationSpace.IsOwn(address) || (Hosts > OwnNetworkHosts && DocumentationSpace.IsWideOwn(address));
}

/// <summary>All packets of a sample in time order: an attack between two quiet spells, or quiet traffic.</summary>
internal sealed class Scenario
{
    /// <summary>How long quiet traffic runs before and after an attack.</summary>
    public const long QuietNanoseconds = 2_000_000_000;

    private const int TrialPackets = 256;
    private const int TypicalQuietFrameBytes = 800;

    private readonly List<TrafficSource> _sources = [];
    private readonly ScenarioOptions _options;

    // The quiet source comes first; those from here on are the attack.
    private readonly int _firstAttack;

    public Scenario(ScenarioOptions options)
    {
        _options = options;
        var random = new SeededRandom(options.Seed);
        var (kind, rate) = (options.Kind, options.PacketsPerSecond);
        if (!kind.IsAttack)
        {
            _firstAttack = 1;
            if (kind.IsScan)
                Add(new ScanTraffic(rate, options.DurationNanoseconds, random.Fork()), random);
            else
                AddConversations(kind, rate, 0, options.DurationNanoseconds, warmUp: true, random);
            return;
        }

        var quiet = options.QuietPacketsPerSecond;
        var start = options.AttackStartNanoseconds;
        var end = start + options.DurationNanoseconds;
        if (quiet > 0)
            AddConversations(SampleKind.Mix, quiet, 0, end + QuietNanoseconds, warmUp: true, random);
        _firstAttack = _sources.Count;
        AddAttack(kind, start, end, random);
        foreach (var further in options.Further)
            AddAttack(further, start, end, random);
    }

    /// <summary>True when the packet that <see cref="TryNext"/> gave last belongs to the attack, or came when a crowd was there.</summary>
    public bool IsOfTheAttack { get; private set; }

    /// <summary>Packets that the options ask for, before chance.</summary>
    public static decimal ExpectedPackets(ScenarioOptions options)
    {
        var seconds = options.DurationNanoseconds / 1_000_000_000m;
        var load = options.Shape == AttackShape.Ramp ? 0.5m
            : !options.Kind.IsAttack && options.Kind.Conversations(options.PacketsPerSecond, options.AttackStartNanoseconds).LoadPercent is { } percent
            ? percent(options.DurationNanoseconds) / 100m
            : 1m;
        return (options.PacketsPerSecond * seconds * load * (1 + options.Further.Length)) + QuietPackets(options);
    }

    /// <summary>Bytes of those packets as frames: the attack's by trial, quiet ones at their usual length.</summary>
    public static decimal ExpectedFrameBytes(ScenarioOptions options)
    {
        var quiet = QuietPackets(options);
        var attack = ExpectedPackets(options) - quiet;
        if (!options.Kind.IsAttack || options.Kind.IsConversation)
            return (attack + quiet) * TypicalQuietFrameBytes;
        var random = new SeededRandom(options.Seed);
        var packets = options.Mimics ? options.Kind.Mimicry(random) : options.Kind.Packets(random);
        var packet = new SamplePacket();
        var frame = new byte[FrameWriter.MaximumFrameBytes];
        long trial = 0;
        for (var i = 0; i < TrialPackets; i++)
        {
            packets.Make(packet, options.Kind.Target);
            trial += FrameWriter.Write(packet, frame);
        }

        return (attack * trial / TrialPackets) + (quiet * TypicalQuietFrameBytes);
    }

    /// <summary>Describes the next packet.</summary>
    /// <returns>False after the last one.</returns>
    public bool TryNext(SamplePacket packet, out long nanoseconds)
    {
        var first = 0;
        for (var i = 1; i < _sources.Count; i++)
        {
            if (_sources[i].NextNanoseconds < _sources[first].NextNanoseconds)
                first = i;
        }

        nanoseconds = _sources[first].NextNanoseconds;
        if (nanoseconds == TrafficSource.Finished)
            return false;
        _sources[first].Next(packet);
        IsOfTheAttack = first >= _firstAttack || (!_options.Kind.IsAttack && nanoseconds >= _options.AttackStartNanoseconds);
        if (!IsOfTheAttack && _options.Hosts > ScenarioOptions.OwnNetworkHosts)
            (packet.Source, packet.Destination) = (DocumentationSpace.OutsideWideOwn(packet.Source), DocumentationSpace.OutsideWideOwn(packet.Destination));
        return true;
    }

    private static decimal QuietPackets(ScenarioOptions options) => options.Kind.IsAttack && options.QuietPacketsPerSecond > 0
        ? options.QuietPacketsPerSecond * ((options.DurationNanoseconds + options.AttackStartNanoseconds + QuietNanoseconds) / 1_000_000_000m)
        : 0;

    private void AddAttack(SampleKind kind, long start, long end, SeededRandom random)
    {
        if (kind.IsConversation)
        {
            AddConversations(kind, _options.PacketsPerSecond, start, end, warmUp: _options.AlreadyRunning, random);
            return;
        }

        var packets = _options.Mimics ? kind.Mimicry(random.Fork()) : kind.Packets(random.Fork());
        var target = kind.Target;
        if (_options.OutboundSenders > 0)
        {
            packets = new OutboundPackets(packets, _options.OutboundSenders, random.Fork());
            target = DocumentationSpace.Server(77, !target.IsIPv4);
        }

        var plan = new AttackPlan(target, _options.PacketsPerSecond, start, end)
        {
            Shape = _options.Shape,
            Hosts = _options.Hosts,
            OnNanoseconds = _options.OnNanoseconds,
            OffNanoseconds = _options.OffNanoseconds,
            Thinning = _options.Thinning,
        };
        _sources.Add(new AttackTraffic(packets, plan, random.Fork()));
    }

    private void AddConversations(SampleKind kind, long rate, long start, long end, bool warmUp, SeededRandom random)
    {
        var profile = _options.Mimics && kind.IsConversation ? kind.MimickingConversations() : kind.Conversations(rate, _options.AttackStartNanoseconds);
        if (kind.IsConversation && _options.Shape is AttackShape.Ramp)
            profile = profile with { LoadPercent = nanoseconds => Math.Max(1, (nanoseconds - start) * 100 / (end - start)) };
        Add(new ConversationTraffic(profile, rate, start, end, warmUp, random.Fork()), random);
    }

    private void Add(TrafficSource traffic, SeededRandom random) =>
        _sources.Add(_options.Thinning > 1 ? new ThinnedTraffic(traffic, _options.Thinning, random.Fork()) : traffic);
}
