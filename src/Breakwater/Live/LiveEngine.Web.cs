using System.Net;
using Breakwater.Detection;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>Web logs beside telemetry: what both tell is told as one.</summary>
internal sealed partial class LiveEngine
{
    private readonly WebEngine? _web;
    private readonly IncidentJoin _join = new();
    private readonly WebHealth _webHealth = new();
    private readonly List<IncidentChange> _joined = [];
    private long _requestsTold;

    /// <summary>Where syslog of web servers is taken.</summary>
    public IEnumerable<EndPoint> SyslogAddresses => _web?.Addresses ?? [];

    /// <summary>How the reading of web logs stands; null: none are configured. Any thread.</summary>
    public WebState? WebLogs => _web?.State;

    /// <summary>Pieces of web logs that the recording does not hold.</summary>
    public long LinesNotRecorded => _web?.NotRecorded ?? 0;

    /// <summary>Once a second: how the logs are, and that they come.</summary>
    private void TellWeb(DateTimeOffset at)
    {
        if (_web is null)
            return;
        var state = _web.State;
        _health = _webHealth.AddTo(_health, state, _clock.TickEnd - TickClock.TickNanoseconds, _healthChanges);
        // With telemetry, its traffic says that time passes.
        if (_exporters.All.IsEmpty && state.Requests > _requestsTold)
            Output.Write(new LogSecond(at));
        _requestsTold = state.Requests;
    }

    private void TellIncidents(DateTimeOffset at)
    {
        _changes.Clear();
        _detector.TakeChanges(_changes);
        _joined.Clear();
        foreach (var change in _changes)
            _join.TakeNetwork(_keys.Translate(change), _joined);
        _changes.Clear();
        _keys.CloseLost(_clock.TickEnd / TickClock.TickNanoseconds, _changes);
        foreach (var change in _changes)
            _join.TakeNetwork(change, _joined);
        _changes.Clear();
        _web?.TakeChanges(_changes);
        foreach (var change in _changes)
            _join.TakeWeb(change, _joined);
        foreach (var change in _joined)
            Output.Write(new IncidentEvent(at, _fullLinks.With(change)));
    }
}
