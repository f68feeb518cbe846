namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Tells a restarted exporter from a late datagram, a wrapped uptime (49.7 days), a corrected clock, and two exporters that share one
/// domain. After a restart template ids may stand for other layouts, so data wait for a new template for a while.
/// </summary>
internal struct RestartDetector
{
    private const long ToleranceMilliseconds = 60_000;

    // Restarts that no template followed, or that came and went: this exporter's clock says nothing.
    private const int MaxFalseAlarms = 3;

    private bool _started;
    private uint _lastUptime;
    private uint _lastExportTime;
    private long _bootBefore;
    private bool _refreshed;
    private byte _falseAlarms;

    /// <summary>Export time until which data of older templates wait; 0 when none wait.</summary>
    internal uint HoldUntilSeconds { get; private set; }

    /// <summary>True when the uptime and clock of this header show a restart since the last one.</summary>
    internal bool Observe(uint exportTimeSeconds, uint uptimeMilliseconds)
    {
        var boot = (exportTimeSeconds * 1000L) - uptimeMilliseconds;
        var restarted = _started && HasRestarted(exportTimeSeconds, uptimeMilliseconds);
        if (restarted)
            _bootBefore = (_lastExportTime * 1000L) - _lastUptime;
        else if (_bootBefore != 0 && Math.Abs(boot - _bootBefore) <= ToleranceMilliseconds)
            FalseAlarm();
        _started = true;
        _lastUptime = uptimeMilliseconds;
        _lastExportTime = exportTimeSeconds;
        return restarted && _falseAlarms < MaxFalseAlarms;
    }

    /// <summary>Makes data of older templates wait.</summary>
    internal void Hold(uint exportTimeSeconds, int seconds)
    {
        if (seconds <= 0 || _falseAlarms >= MaxFalseAlarms)
            return;
        HoldUntilSeconds = (uint)Math.Min(exportTimeSeconds + (long)seconds, uint.MaxValue);
        _refreshed = false;
    }

    /// <summary>A template came after the restart: it was one.</summary>
    internal void Refreshed() => _refreshed = true;

    /// <summary>True once, when the waiting is over.</summary>
    internal bool HoldEnds(uint exportTimeSeconds)
    {
        if (HoldUntilSeconds == 0 || (exportTimeSeconds < HoldUntilSeconds && _falseAlarms < MaxFalseAlarms))
            return false;
        if (!_refreshed)
            FalseAlarm();
        HoldUntilSeconds = 0;
        return true;
    }

    private readonly bool HasRestarted(uint exportTimeSeconds, uint uptime)
    {
        var clockMoved = ((long)exportTimeSeconds - _lastExportTime) * 1000;
        var uptimeMoved = (long)(int)(uptime - _lastUptime - (uint)clockMoved);
        if (Math.Abs(uptimeMoved) <= ToleranceMilliseconds)
            return false;
        return uptime < _lastUptime && clockMoved - ((long)uptime - _lastUptime) > ToleranceMilliseconds;
    }

    private void FalseAlarm()
    {
        if (_falseAlarms < MaxFalseAlarms)
            _falseAlarms++;
        _bootBefore = 0;
    }
}
