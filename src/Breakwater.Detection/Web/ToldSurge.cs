namespace Breakwater.Detection.Web;

/// <summary>What a reader notices of a surge; sizes in steps, so that they differ only when they grew noticeably.</summary>
internal readonly record struct SurgeSigns(Verdict Verdict, Confidence Confidence, Vector Vector, int PeakStep, int TotalStep);

/// <summary>What the next stage was told of a surge, and what is to be told next.</summary>
internal sealed class ToldSurge
{
    private SurgeSigns _signs;
    private bool _isActive;

    /// <summary>Numbers the incident within the life of its detector; 0 until it is told of.</summary>
    public long Key { get; set; }

    /// <summary>The step to tell now; null: none.</summary>
    public IncidentChangeKind? NextStep(WebSurge surge)
    {
        var (isActive, signs) = (surge.QuietSlices == 0, surge.Signs);
        IncidentChangeKind? step = null;
        if (Key == 0)
            step = IncidentChangeKind.Opened;
        else if (isActive != _isActive)
            step = isActive ? IncidentChangeKind.Reopened : IncidentChangeKind.Quieted;
        else if (signs != _signs)
            step = IncidentChangeKind.Updated;
        if (step is not null)
            (_isActive, _signs) = (isActive, signs);
        return step;
    }
}
