using System.Globalization;
using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Rules;

/// <summary>Whether the evidence of a finding is enough.</summary>
internal enum Strength : byte
{
    None,
    Insufficient,
    Sufficient,
}

/// <summary>How far back the traffic behind a finding reaches.</summary>
internal enum Horizon : byte
{
    Window,
    Generations,
    Life,
}

/// <summary>A rule's answer for one host at one tick: this vector, this strongly, for these reasons.</summary>
/// <param name="Vector">The name of the technique.</param>
/// <param name="Counters">The traffic behind it.</param>
/// <param name="Strength">Enough evidence or not; never <see cref="Strength.None"/>.</param>
/// <param name="Margin">Lower bound of the measure divided by its threshold.</param>
/// <param name="Horizon">How far back that traffic counts as part of the incident.</param>
/// <param name="SourcePort">Port of the majority, when there is one.</param>
/// <param name="DestinationPort">Port of the majority, when there is one.</param>
/// <param name="Protocol">IP protocol number.</param>
/// <param name="Reasons">Why; the first is the leading one.</param>
internal sealed record Finding(
    Vector Vector, ClassCounters Counters, Strength Strength, double Margin, Horizon Horizon,
    ushort? SourcePort, ushort? DestinationPort, byte? Protocol, Reason[] Reasons);

/// <summary>What every rule looks at: the host's dossier, the settings, and how short the input is.</summary>
/// <param name="Dossier">The host.</param>
/// <param name="Options">Floors.</param>
/// <param name="SpanSeconds">Length of the whole input when it has ended and was shorter than a second, otherwise null.</param>
/// <param name="PairsKnown">False when too many pairs were seen to tell asked from unasked.</param>
internal readonly record struct RuleContext(Dossier Dossier, DetectorOptions Options, double? SpanSeconds, bool PairsKnown)
{
    /// <summary>Tests the class's last second against a floor: the lower bound of its rate must be above it.</summary>
    /// <param name="fraction">Part of the packets that counts (0-1).</param>
    /// <param name="margin">The lower bound divided by the floor.</param>
    public Strength Test(ClassCounters counters, double fraction, int floorPacketsPerSecond, out double margin)
    {
        ref readonly var window = ref counters.WindowPackets;
        margin = 0;
        if (window.Samples == 0)
            return Strength.None;
        var seen = window.Samples * fraction;
        var lower = Poisson.LowerBound(seen, Options.AlarmQuantile) * window.Sum / window.Samples;
        margin = lower / floorPacketsPerSecond;
        if (margin >= 1)
            return Strength.Sufficient;
        if (SpanSeconds is not { } span || seen < 50 || lower < floorPacketsPerSecond * span)
            return Strength.None;
        margin = lower / (floorPacketsPerSecond * span);
        return Strength.Insufficient;
    }

    /// <summary>The reason that belongs to <see cref="Test"/>.</summary>
    public Reason RateReason(ClassCounters counters, double fraction, int floor, Strength strength, string what)
    {
        var rate = Math.Round(counters.WindowPackets.Sum * fraction);
        if (strength == Strength.Sufficient)
        {
            return new Reason(
                Text($"{rate:N0} {what} within one second; the floor is {floor:N0} packets/s"), "packetsPerSecond", rate, floor,
                Text($"would not fire below {floor:N0} packets/s"));
        }
        var extrapolated = Math.Round(rate / SpanSeconds!.Value);
        return new Reason(
            Text($"{rate:N0} {what} in {SpanSeconds:0.###} s, the whole input: {extrapolated:N0} packets/s if it went on; the floor is {floor:N0}"),
            "packetsPerSecond", extrapolated, floor, Text($"a full second with at least {floor:N0} such packets would make it an attack"));
    }

    /// <summary>Distinct sources of the class in the last 30-60 s.</summary>
    public static double Sources(ClassCounters counters) => counters.Current.Sources.EstimateWith(counters.Previous.Sources);

    /// <summary>Packets seen (not scaled) of the class in the last 30-60 s.</summary>
    public static long Samples(ClassCounters counters) => counters.Current.Packets.Samples + counters.Previous.Packets.Samples;

    /// <summary>Mean bytes of a packet of the class in the last 30-60 s.</summary>
    public static double MeanBytes(ClassCounters counters)
    {
        var packets = counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
        return packets == 0 ? 0 : (double)(counters.Current.Bytes.Sum + counters.Previous.Bytes.Sum) / packets;
    }

    /// <summary>True when at least this part of the class's packets was not asked for.</summary>
    public static bool MostlyUnasked(ClassCounters counters, double share)
    {
        double unasked = counters.Current.Packets.Sum + counters.Previous.Packets.Sum;
        double asked = counters.Current.Asked + counters.Previous.Asked;
        return unasked >= share * (unasked + asked);
    }

    /// <summary>True when no packet of the class in the last 30-60 s was sampled, so that a question could not be missed by sampling.</summary>
    public static bool Unsampled(ClassCounters counters) =>
        counters.Current.Packets is { Sampled: 0, UnknownRate: 0 } && counters.Previous.Packets is { Sampled: 0, UnknownRate: 0 };

    public static ushort? SourcePort(ClassCounters counters, out double share) =>
        counters.Current.SourcePorts.Majority(counters.Previous.SourcePorts, out share);

    public static ushort? DestinationPort(ClassCounters counters) =>
        counters.Current.DestinationPorts.Majority(counters.Previous.DestinationPorts, out _);

    /// <summary>Few sources on many ports of one host, not overwhelming: a scan looks like this.</summary>
    public bool LooksLikeScan(ClassCounters counters, int floor) => Sources(counters) < 5
        && counters.Current.DestinationPorts.IsSpread(counters.Previous.DestinationPorts)
        && counters.WindowPackets.Sum < 20UL * (ulong)floor;

    public static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
