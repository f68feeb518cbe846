namespace Breakwater.Samples;

/// <summary>What a sample is made of: everything that decides its packets.</summary>
internal sealed record ScenarioOptions(SampleKind Kind, ulong Seed)
{
    /// <summary>Length of the attack, or of the quiet traffic when there is no attack.</summary>
    public long DurationNanoseconds { get; init; } = 10_000_000_000;

    /// <summary>Packets per second of the attack, or of the quiet traffic.</summary>
    public long PacketsPerSecond { get; init; } = 5_000;

    public AttackShape Shape { get; init; } = AttackShape.Host;

    /// <summary>Quiet traffic below an attack, in percent of the attack's rate; 0 for the attack alone.</summary>
    public int MixPercent { get; init; } = 10;
}

/// <summary>All packets of a sample in time order: an attack between two quiet spells, or quiet traffic.</summary>
internal sealed class Scenario
{
    /// <summary>How long quiet traffic runs before and after an attack.</summary>
    public const long QuietNanoseconds = 2_000_000_000;

    private const int TrialPackets = 256;
    private const int TypicalQuietFrameBytes = 800;

    private readonly List<TrafficSource> _sources = [];

    public Scenario(ScenarioOptions options)
    {
        var random = new SeededRandom(options.Seed);
        var (kind, rate) = (options.Kind, options.PacketsPerSecond);
        if (!kind.IsAttack)
        {
            AddConversations(kind, rate, 0, options.DurationNanoseconds, warmUp: true, random);
            return;
        }

        var start = options.MixPercent > 0 ? QuietNanoseconds : 0;
        var end = start + options.DurationNanoseconds;
        if (options.MixPercent > 0)
            AddConversations(SampleKind.Mix, Math.Max(1, rate * options.MixPercent / 100), 0, end + start, warmUp: true, random);
        if (kind.IsConversation)
            AddConversations(kind, rate, start, end, warmUp: false, random);
        else
            _sources.Add(new AttackTraffic(kind.Packets(random.Fork()), options.Shape, kind.Target, rate, start, end, random.Fork()));
    }

    /// <summary>Packets that the options ask for, before chance.</summary>
    public static decimal ExpectedPackets(ScenarioOptions options)
    {
        var seconds = options.DurationNanoseconds / 1_000_000_000m;
        var load = !options.Kind.IsAttack && options.Kind.Conversations(options.PacketsPerSecond, options.DurationNanoseconds).LoadPercent is { } percent
            ? percent(options.DurationNanoseconds) / 100m
            : 1m;
        return (options.PacketsPerSecond * seconds * load) + QuietPackets(options);
    }

    /// <summary>Bytes of those packets as frames: the attack's by trial, quiet ones at their usual length.</summary>
    public static decimal ExpectedFrameBytes(ScenarioOptions options)
    {
        var quiet = QuietPackets(options);
        var attack = ExpectedPackets(options) - quiet;
        if (!options.Kind.IsAttack || options.Kind.IsConversation)
            return (attack + quiet) * TypicalQuietFrameBytes;
        var packets = options.Kind.Packets(new SeededRandom(options.Seed));
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
        var next = _sources[0];
        foreach (var source in _sources)
        {
            if (source.NextNanoseconds < next.NextNanoseconds)
                next = source;
        }

        nanoseconds = next.NextNanoseconds;
        if (nanoseconds == TrafficSource.Finished)
            return false;
        next.Next(packet);
        return true;
    }

    private static decimal QuietPackets(ScenarioOptions options) => options.Kind.IsAttack && options.MixPercent > 0
        ? options.PacketsPerSecond * options.MixPercent / 100m * ((options.DurationNanoseconds + (2 * QuietNanoseconds)) / 1_000_000_000m)
        : 0;

    private void AddConversations(SampleKind kind, long rate, long start, long end, bool warmUp, SeededRandom random) =>
        _sources.Add(new ConversationTraffic(kind.Conversations(rate, end), rate, start, end, warmUp, random.Fork()));
}
