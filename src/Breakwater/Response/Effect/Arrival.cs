using System.Globalization;

namespace Breakwater.Response.Effect;

/// <summary>Whether the attack still comes, seen from behind a filter that hides it.</summary>
internal enum Arrival
{
    /// <summary>Nothing that is measured could show it.</summary>
    CannotTell,

    StillArriving,

    Gone,
}

/// <summary>What one measure says, and why.</summary>
/// <param name="Says">Its word.</param>
/// <param name="Why">A sentence without its full stop, for people.</param>
/// <param name="PacketsPerSecond">What still arrives; null where the measure has no such figure.</param>
internal sealed record ArrivalEvidence(Arrival Says, string Why, double? PacketsPerSecond = null);

/// <summary>Where telemetry counts, as seen from the filter.</summary>
internal enum TelemetryPlace
{
    /// <summary>Not configured: silence proves nothing, presence does.</summary>
    Unknown,

    /// <summary>Counted before the filter drops: both presence and silence count.</summary>
    BeforeFilter,

    /// <summary>The filter is upstream: what it drops is never seen, so silence proves nothing.</summary>
    BehindFilter,
}

/// <summary>Measures of an attack that is being filtered. All rates are per second; what is unknown is null.</summary>
internal static class ArrivalMeasures
{
    /// <summary>Below this share of its rate during the attack, beyond what was there before it, an interface no longer carries the attack.</summary>
    private const double LittleOfTheExcess = 0.1;

    /// <summary>Above this share it still does.</summary>
    private const double MuchOfTheExcess = 0.5;

    /// <summary>An excess below this multiple of what was there before does not stand out.</summary>
    private const double ClearExcess = 0.5;

    /// <summary>By what the filter itself counted (nftables, or a router's drop counter).</summary>
    /// <param name="matchedPacketsPerSecond">Packets that met the filter; null: no counter can be read.</param>
    /// <param name="floorPacketsPerSecond">What the vector's floor is: below, it is no attack.</param>
    public static ArrivalEvidence ByCounter(double? matchedPacketsPerSecond, double floorPacketsPerSecond) => matchedPacketsPerSecond switch
    {
        null => new ArrivalEvidence(Arrival.CannotTell, "no drop counter can be read"),
        { } rate when rate >= floorPacketsPerSecond => new ArrivalEvidence(Arrival.StillArriving, Text($"the filter meets {rate:0} packets per second"), rate),
        { } rate => new ArrivalEvidence(Arrival.Gone, Text($"the filter meets {rate:0} packets per second, below the floor of {floorPacketsPerSecond:0}"), rate),
    };

    /// <summary>By what telemetry sees of the filter's match.</summary>
    /// <param name="low">Lower bound of the matching packets per second; null: telemetry is blind or unwell.</param>
    /// <param name="high">Upper bound.</param>
    /// <param name="floorPacketsPerSecond">As above.</param>
    /// <param name="place">Where it counts.</param>
    public static ArrivalEvidence ByTelemetry(double? low, double? high, double floorPacketsPerSecond, TelemetryPlace place)
    {
        if (low is not { } least || high is not { } most)
            return new ArrivalEvidence(Arrival.CannotTell, "telemetry is blind");
        if (least >= floorPacketsPerSecond)
            return new ArrivalEvidence(Arrival.StillArriving, Text($"telemetry sees at least {least:0} packets per second of it"), least);
        if (most >= floorPacketsPerSecond)
            return new ArrivalEvidence(Arrival.CannotTell, Text($"telemetry sees {least:0} to {most:0} packets per second of it, and the floor is {floorPacketsPerSecond:0}"));
        return place == TelemetryPlace.BeforeFilter
            ? new ArrivalEvidence(Arrival.Gone, Text($"telemetry in front of the filter sees at most {most:0} packets per second of it"), most)
            : new ArrivalEvidence(Arrival.CannotTell, "telemetry sees nothing of it, but the filter may stand in front of telemetry");
    }

    /// <summary>By the octets that come in at an interface in front of the filter (ifHCInOctets).</summary>
    /// <param name="before">Bits per second before the attack.</param>
    /// <param name="during">Bits per second at its height.</param>
    /// <param name="now">Bits per second now.</param>
    public static ArrivalEvidence ByInterface(double? before, double? during, double? now)
    {
        if (before is not { } usual || during is not { } height || now is not { } current)
            return new ArrivalEvidence(Arrival.CannotTell, "no interface in front of the filter is counted");
        var excess = height - usual;
        if (excess <= usual * ClearExcess)
            return new ArrivalEvidence(Arrival.CannotTell, "the attack never stood out of what the interface carries");
        var share = (current - usual) / excess;
        var words = Text($"the interface carries {current / 1e6:0.#} Mbit/s, {usual / 1e6:0.#} before the attack and {height / 1e6:0.#} at its height");
        return new ArrivalEvidence(share >= MuchOfTheExcess ? Arrival.StillArriving : share <= LittleOfTheExcess ? Arrival.Gone : Arrival.CannotTell, words);
    }

    /// <summary>All measures together: one that sees the attack outweighs all that do not; gone needs one that could have seen it, and none that does.</summary>
    public static Arrival Join(IEnumerable<ArrivalEvidence> evidence)
    {
        var joined = Arrival.CannotTell;
        foreach (var one in evidence)
        {
            if (one.Says == Arrival.StillArriving)
                return Arrival.StillArriving;
            if (one.Says == Arrival.Gone)
                joined = Arrival.Gone;
        }

        return joined;
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
