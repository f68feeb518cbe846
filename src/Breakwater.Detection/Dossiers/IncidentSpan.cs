namespace Breakwater.Detection.Dossiers;

/// <summary>Whether an incident goes on, for the dossiers whose traffic belongs to it: that of its target, and of narrower ones that it speaks for.</summary>
internal sealed class IncidentSpan
{
    private IncidentSpan? _wider;
    private bool _isOver;

    /// <summary>The incident, and all that took it over, have ended.</summary>
    public bool IsOver
    {
        get
        {
            var last = this;
            while (last._wider is { } wider)
                last = wider;
            return last._isOver;
        }
    }

    /// <summary>It has been quiet for long enough.</summary>
    public void End() => _isOver = true;

    /// <summary>A wider incident takes it over.</summary>
    public void GoOnIn(IncidentSpan wider) => _wider = wider;
}
