using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Samples;

namespace Breakwater.Demo;

/// <summary>Something that happens in the made day.</summary>
/// <param name="StartSeconds">After the beginning.</param>
/// <param name="IsFlows">Seen by the router that exports NetFlow; else by the one that exports sFlow.</param>
/// <param name="Title">What is about to happen, for the terminal; null: nothing to say.</param>
/// <param name="Traffic">The packets.</param>
internal sealed record DemoAct(int StartSeconds, bool IsFlows, string? Title, ScenarioOptions Traffic);

/// <summary>The made day, one act after another. Rates are of the packets themselves; routers see one in <see cref="Sampling"/>.</summary>
internal static class DemoDay
{
    /// <summary>Both routers sample 1 packet in so many.</summary>
    public const uint Sampling = 20;

    /// <summary>After this nothing but quiet traffic comes.</summary>
    public const int LastActEndSeconds = 190;

    /// <summary>Quiet traffic is made in pieces of this length, one after another, without an end.</summary>
    public const int QuietSeconds = 600;

    private const long Second = 1_000_000_000;

    public static readonly ImmutableArray<DemoAct> Acts =
    [
        new(20, false, "a flash crowd: five times as many visitors, and no attack", Act("quiet-flash-crowd", 24, 4_000, seed: 11)),
        new(50, false, "a reflection attack on the portal: NTP replies that nobody asked for", Act(Vectors.Name(Vector.NtpAmplification), 15, 60_000, seed: 12)),
        new(130, true, "a carpet: DNS replies spread over all 256 addresses, told by NetFlow", Act(Vectors.Name(Vector.DnsAmplification), 15, 60_000, seed: 13) with { Shape = AttackShape.Carpet }),
        new(155, false, "a pulse wave on the name servers: two seconds on, four seconds off", Act(Vectors.Name(Vector.DnsQueryFlood), 34, 80_000, seed: 14) with
        {
            Shape = AttackShape.Pulse,
            OnNanoseconds = 2 * Second,
            OffNanoseconds = 4 * Second,
        }),
    ];

    /// <summary>The quiet traffic of one router, piece <paramref name="number"/>.</summary>
    public static ScenarioOptions Quiet(bool isFlows, int number) => new(SampleKind.Mix, (ulong)((number * 2) + (isFlows ? 1 : 0) + 1_000))
    {
        DurationNanoseconds = QuietSeconds * Second,
        PacketsPerSecond = isFlows ? 1_500 : 4_000,
    };

    private static ScenarioOptions Act(string kind, int seconds, long rate, ulong seed) => new(SampleKind.Find(kind)!, seed)
    {
        DurationNanoseconds = seconds * Second,
        PacketsPerSecond = rate,
        MixPercent = 0,
        Thinning = Sampling,
    };
}
