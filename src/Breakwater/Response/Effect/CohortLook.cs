using System.Globalization;

namespace Breakwater.Response.Effect;

/// <summary>What a filter does to clients that were good before the attack.</summary>
internal enum CohortVerdict
{
    /// <summary>Too few of them, nothing seen of them, or only told of when flows end.</summary>
    CannotTell,

    /// <summary>No fall that chance would not explain.</summary>
    NoHarmSeen,

    /// <summary>Their traffic fell when the filter became active or soon after, and not before.</summary>
    Hurt,

    /// <summary>It fell, and had been falling before: the attack may do that as well.</summary>
    FellBefore,
}

/// <summary>One look at the cohort.</summary>
/// <param name="Verdict">The word.</param>
/// <param name="Seconds">How long each of the two times is that are compared.</param>
/// <param name="Before">Clients with any packet in the time before.</param>
/// <param name="Since">Clients with any in the time since.</param>
/// <param name="Fell">Clients with fewer packets since than before.</param>
/// <param name="Rose">Clients with more.</param>
/// <param name="Active">Clients with any packet in either time.</param>
/// <param name="Probability">Of at least so many that fell, were falling and rising equally likely, without the network that falls most; uncorrected.</param>
internal sealed record CohortLook(CohortVerdict Verdict, int Seconds, int Before, int Since, int Fell, int Rose, int Active, double Probability)
{
    /// <summary>Telemetry tells of flows when they end: no harm within seconds would show.</summary>
    public bool IsLate { get; init; }

    /// <summary>The clients are not known for long, so that half of them have to fall.</summary>
    public bool IsYoung { get; init; }

    public string Why => IsYoung ? $"{What}; these clients are not known for long" : What;

    private string What => Verdict switch
    {
        CohortVerdict.Hurt => Text($"{Fell} of {Active} known-good clients fell since the filter became active, {Rose} rose"),
        CohortVerdict.FellBefore => Text($"{Fell} of {Active} known-good clients fell, as they did before the filter became active"),
        CohortVerdict.NoHarmSeen => Text($"of {Active} known-good clients {Fell} fell and {Rose} rose"),
        _ when IsLate => "telemetry tells of connections when they end, which is too late to see harm within seconds",
        _ => Text($"only {Active} known-good clients are seen, and {CohortWatch.FewestClients} are needed"),
    };

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
