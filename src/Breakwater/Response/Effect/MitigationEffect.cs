namespace Breakwater.Response.Effect;

/// <summary>What is to be done with a mitigation.</summary>
internal enum EffectStep
{
    /// <summary>Nothing.</summary>
    Hold,

    /// <summary>Let a sample through: set <see cref="ReleaseProbe.Sample"/>, or clear the filter where that is null.</summary>
    OpenGap,

    /// <summary>Set the filter again.</summary>
    CloseGap,

    /// <summary>Withdraw: the attack is over.</summary>
    Release,

    /// <summary>Withdraw at once: it hurts those it is to protect.</summary>
    RollBack,
}

/// <summary>What was decided, with its reason for the ledger's audit.</summary>
internal readonly record struct EffectDecision(EffectStep Step, Arrival Arrival, string Why);

/// <summary>
/// The effect of one active mitigation: asked once a second, says whether it is held, probed, released or rolled back. Harm to the cohort comes before everything else
/// and is said once; what is done about it is the caller's.
/// </summary>
/// <param name="cohort">Null: no cohort is known, so harm cannot be seen.</param>
internal sealed class MitigationEffect(CohortWatch? cohort)
{
    private readonly ReleaseProbe _probe = new();
    private bool _isRolledBack;

    /// <summary>A sample is let through at the moment; renewals of the lease are for that sample then.</summary>
    public bool IsGapOpen => _probe.IsOpen;

    /// <summary>The last look at the cohort; null before the first, and without one.</summary>
    public CohortLook? Cohort => cohort?.Last;

    /// <param name="now">By a clock that only goes forward.</param>
    /// <param name="completeUntil">Telemetry of seconds before this one is complete, by its own clock.</param>
    /// <param name="isToGo">Its incident is quiet, its time is up, or a person asked.</param>
    /// <param name="evidence">All measures of this moment.</param>
    public EffectDecision Next(TimeSpan now, long completeUntil, bool isToGo, IReadOnlyList<ArrivalEvidence> evidence)
    {
        var arrival = ArrivalMeasures.Join(evidence);
        if (_isRolledBack)
            return new EffectDecision(EffectStep.Hold, arrival, "it is rolled back");
        // Not within a gap: the filter is open then.
        if (!_probe.IsOpen && cohort?.Look(completeUntil) is { Verdict: CohortVerdict.Hurt } look)
        {
            _isRolledBack = true;
            return new EffectDecision(EffectStep.RollBack, arrival, look.Why);
        }

        var why = evidence.FirstOrDefault(one => one.Says == arrival)?.Why ?? "nothing is measured";
        return new EffectDecision(_probe.Next(now, isToGo, arrival) switch
        {
            ReleaseStep.Open => EffectStep.OpenGap,
            ReleaseStep.Close => EffectStep.CloseGap,
            ReleaseStep.Release => EffectStep.Release,
            _ => EffectStep.Hold,
        }, arrival, why);
    }
}
