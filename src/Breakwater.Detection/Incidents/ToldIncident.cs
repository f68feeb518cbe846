using Breakwater.Detection.Rules;

namespace Breakwater.Detection.Incidents;

/// <summary>What a reader notices of an incident; sizes in steps, so that they differ only when they grew noticeably.</summary>
internal readonly record struct IncidentSigns(
    Strength Strength, Verdict Verdict, ulong Vectors, bool IsFirm, bool IsPulse, int PeakStep, int TotalStep)
{
    /// <summary>How sure the incident is, to compare with another time; larger is surer.</summary>
    public (Strength Strength, Verdict Verdict, bool IsFirm) Sureness => (Strength, Verdict, IsFirm);

    /// <summary>The step of a geometric scale that a size stands on.</summary>
    public static int Step(ulong size, double ratio) => size == 0 ? 0 : 1 + (int)(Math.Log(size) / Math.Log(ratio));
}

/// <summary>
/// What the next stage was told of an open incident, and what is to be told next. News waits until a second has passed since the last, but for one kind: an incident
/// that is surer than ever is told at once, because responses wait for it.
/// </summary>
internal sealed class ToldIncident
{
    /// <summary>Ticks without a signal after which an incident is quiet, as in its report; also the time between two updates.</summary>
    private const long TicksPerSecond = 10;

    private IncidentSigns _signs;
    private (Strength Strength, Verdict Verdict, bool IsFirm) _surest;
    private long _tick;
    private bool _isActive;

    /// <summary>Its opening was told.</summary>
    public bool IsOpened { get; private set; }

    /// <summary>The step to tell as of <paramref name="tick"/>; null: none.</summary>
    public IncidentChangeKind? NextStep(OpenIncident incident, long tick)
    {
        var isActive = incident.QuietTicks(tick) < TicksPerSecond;
        IncidentChangeKind? step = null;
        if (!IsOpened)
            step = IncidentChangeKind.Opened;
        else if (isActive != _isActive)
            step = isActive ? IncidentChangeKind.Reopened : IncidentChangeKind.Quieted;
        else if (IsNews(incident.Signs(), tick - _tick))
            step = IncidentChangeKind.Updated;
        if (step is null)
            return null;
        (IsOpened, _isActive, _tick, _signs) = (true, isActive, tick, incident.Signs());
        // What comes back is to be sure anew.
        _surest = step != IncidentChangeKind.Updated || IsSurer(_signs, _surest) ? _signs.Sureness : _surest;
        return step;
    }

    private bool IsNews(IncidentSigns signs, long ticks) => signs != _signs && (ticks >= TicksPerSecond || IsSurer(signs, _surest));

    private static bool IsSurer(IncidentSigns signs, (Strength, Verdict, bool) than) => signs.Sureness.CompareTo(than) > 0;
}
