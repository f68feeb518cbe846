using Breakwater.Detection.Dossiers;

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
    /// <summary>To the beginning of the surge.</summary>
    Surge,

    /// <summary>To the beginning of the class's life: traffic of which none is innocent.</summary>
    Life,
}

/// <summary>A detector's answer for one target at one tick: this vector, this strongly, for these reasons.</summary>
internal sealed record Finding(Vector Vector, ClassCounters Counters, RateEvidence Rate, Reason[] Reasons)
{
    public Verdict Verdict { get; init; } = Verdict.Attack;

    public Horizon Horizon { get; init; } = Horizon.Surge;

    /// <summary>Port of the majority, when there is one.</summary>
    public ushort? SourcePort { get; init; }

    /// <inheritdoc cref="SourcePort"/>
    public ushort? DestinationPort { get; init; }

    /// <summary>IP protocol number, null when mixed.</summary>
    public byte? Protocol { get; init; }

    /// <summary>Its senders completed handshakes: their addresses are proven.</summary>
    public bool IsProven { get; init; }

    /// <summary>Who found it.</summary>
    public Rule? Rule { get; set; }

    public Strength Strength => Rate.Strength;

    public double Margin => Rate.Margin;

    /// <summary>True when one of them is of this kind of traffic.</summary>
    public static bool IsOf(List<Finding> findings, ClassCounters counters)
    {
        foreach (var finding in findings)
        {
            if (finding.Counters == counters)
                return true;
        }
        return false;
    }
}

/// <summary>How a rate stands to its floor.</summary>
/// <param name="Strength">Enough, hardly enough, or nothing.</param>
/// <param name="Margin">Lower bound of the rate divided by the floor.</param>
/// <param name="Seconds">Length of the window that shows it best.</param>
/// <param name="Count">Scaled packets in that window.</param>
/// <param name="Floor">The floor, packets per second.</param>
internal readonly record struct RateEvidence(Strength Strength, double Margin, double Seconds, double Count, double Floor)
{
    /// <summary>Packets per second within the window.</summary>
    public double PerSecond => Count / Seconds;
}
