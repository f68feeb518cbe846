namespace Breakwater.Configuration.Import;

/// <summary>
/// Thresholds as floors: below FastNetMon's threshold nobody was banned, so that below the floor nothing is an attack. Packet rates of one host alone have a
/// counterpart; a threshold that is off leaves Breakwater's own floor.
/// </summary>
internal static class FastNetMonThresholds
{
    private const long HighestRate = 1_000_000_000;
    private const long HighestMegabits = 100_000_000;

    private static readonly string[] _withoutCounterpart = ["flows", "tcp_bandwidth", "udp_bandwidth", "icmp_bandwidth"];

    /// <summary>The floors of the file (prefix empty) or of a host group (its name and _).</summary>
    /// <param name="file">The file.</param>
    /// <param name="prefix">Of the keys.</param>
    /// <param name="findings">Gets what has no counterpart.</param>
    /// <param name="isOn">Whether a <c>ban_for</c> that is not written is on.</param>
    public static FastNetMonFloors Read(FastNetMonFile file, string prefix, ImportFindings findings, Func<string, bool> isOn)
    {
        bool On(string what) => file.IsOn($"{prefix}ban_for_{what}", isOn(what));
        long? Threshold(string what) => file.Number($"{prefix}threshold_{what}", 1, HighestRate);

        var (all, tcp, udp, icmp) = (Threshold("pps"), Threshold("tcp_pps"), Threshold("udp_pps"), Threshold("icmp_pps"));
        var megabits = file.Number($"{prefix}threshold_mbps", 1, HighestMegabits);
        foreach (var what in _withoutCounterpart.Where(On))
            findings.Note(file.PlaceOf($"{prefix}ban_for_{what}"), $"'{prefix}ban_for_{what}' has no counterpart: Breakwater judges by packets, connections and requests (floors), not by {(what == "flows" ? "flows" : "bits of one protocol")}");
        var total = On("pps") ? all : null;
        return new FastNetMonFloors(
            Lowest(total, On("tcp_pps") ? tcp : null),
            Lowest(total, On("udp_pps") ? udp : null),
            Lowest(total, On("icmp_pps") ? icmp : null),
            total,
            On("bandwidth") ? megabits : null);
    }

    private static long? Lowest(long? one, long? other) => one is { } first && other is { } second ? Math.Min(first, second) : one ?? other;
}

/// <summary>Packets per second; null: Breakwater's own.</summary>
/// <param name="Tcp">For segments.</param>
/// <param name="Udp">For UDP, replies of reflectors and DNS queries.</param>
/// <param name="Icmp">For ICMP.</param>
/// <param name="Other">For what is none of these.</param>
/// <param name="Megabits">Megabits per second, of all traffic.</param>
internal sealed record FastNetMonFloors(long? Tcp, long? Udp, long? Icmp, long? Other, long? Megabits)
{
    /// <summary>True when no threshold with a counterpart is on.</summary>
    public bool IsEmpty => this is { Tcp: null, Udp: null, Icmp: null, Other: null, Megabits: null };

    /// <summary>Floors as the file spells them, those that differ from <paramref name="otherwise"/> alone.</summary>
    public IEnumerable<(string Key, string Value)> Lines(FastNetMonFloors? otherwise)
    {
        (ScalarKey<long> Key, Func<FastNetMonFloors, long?> Rate)[] rates =
        [
            (FloorKeys.Amplification, static floors => floors.Udp), (FloorKeys.Syn, static floors => floors.Tcp), (FloorKeys.SynAck, static floors => floors.Tcp),
            (FloorKeys.Segments, static floors => floors.Tcp), (FloorKeys.Udp, static floors => floors.Udp), (FloorKeys.Icmp, static floors => floors.Icmp),
            (FloorKeys.Fragments, static floors => floors.Other), (FloorKeys.Protocols, static floors => floors.Other), (FloorKeys.Queries, static floors => floors.Udp),
        ];
        foreach (var (key, rate) in rates)
        {
            var (mine, theirs) = (rate(this) ?? key.Default, (otherwise is null ? null : rate(otherwise)) ?? key.Default);
            if (mine != theirs)
                yield return (key.Name, Units.PacketRate.Spell(mine));
        }

        if (Megabits != otherwise?.Megabits)
            yield return (FloorKeys.Volume.Name, Megabits is { } megabits ? Units.BitRate.Spell(megabits * 1_000_000) : OptionalQuantityValue.None);
    }
}
