using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Telemetry.Health;

namespace Breakwater.Incidents;

/// <summary>Reads what the engine tells, and hands each event to the journal and the traffic series. Ends with the engine.</summary>
/// <param name="output">The engine's queue.</param>
/// <param name="journal">Gets incidents and health.</param>
/// <param name="history">Gets traffic, for memory.</param>
/// <param name="store">Gets traffic, for the disk.</param>
/// <param name="write">How an incident is told.</param>
internal sealed class LiveReader(LiveOutput output, Journal journal, TrafficHistory history, TrafficStore store, Func<Incident, IncidentDocument> write)
{
    /// <summary>How long health tells of an event that could not be kept.</summary>
    private static readonly TimeSpan _faultStands = TimeSpan.FromMinutes(1);

    private readonly UsualRange _usual = new();
    private readonly Dictionary<long, string?> _openServices = [];

    /// <summary>Told of each event after it was handed over; for a terminal.</summary>
    public Action<LiveEvent>? Told { get; init; }

    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await foreach (var item in output.Reader.ReadAllAsync(cancellation))
                TakeSafely(item);
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
        catch (Exception error)
        {
            journal.Beside.Set(SideFaults.Reader, $"what the engine tells is no longer read, and no incident is kept: restart Breakwater ({error.Message})");
        }
    }

    /// <summary>One event that cannot be kept or told costs that event: health says so, the journal has a gap, and reading goes on.</summary>
    private void TakeSafely(LiveEvent item)
    {
        try
        {
            Take(item);
        }
        catch (Exception error)
        {
            journal.Lose();
            journal.Beside.Set(SideFaults.Reader, $"an event of the engine could not be kept ({error.Message}); those after it are", _faultStands);
        }
        try
        {
            Told?.Invoke(item);
        }
        catch (Exception error)
        {
            journal.Beside.Set(SideFaults.Reader, $"an event of the engine is kept, but could not be told ({error.Message})", _faultStands);
        }
    }

    internal void Take(LiveEvent item)
    {
        switch (item)
        {
            case IncidentEvent { Change: var change } step:
                var document = write(change.Incident);
                if (change.Kind == IncidentChangeKind.Closed)
                    _openServices.Remove(change.Key);
                else
                    _openServices[change.Key] = document.Service;
                journal.TryAdd(new IncidentWork(step.At, change.Key, change.Kind, document, change.TakenOverBy));
                break;
            case HealthEvent { Health: var health }:
                journal.TryAdd(new NoteWork(item.At, EntryKind.Health, health.Name, HealthJson.Write(health).ToJsonString()));
                break;
            case LogSecond:
                journal.TryAdd(new TrafficWork(item.At, TimeSpan.FromSeconds(1)));
                break;
            case TrafficSecond told:
                var second = _usual.Fill(told, IsCalm);
                history.Add(second);
                store.Add(second);
                if (HasTraffic(second.Services))
                    journal.TryAdd(new TrafficWork(second.At, TimeSpan.FromSeconds(1)));
                break;
        }
    }

    /// <summary>What belongs to no service may belong to any.</summary>
    private bool IsCalm(string service) => !_openServices.Values.Any(open => open is null || open == service);

    private static bool HasTraffic(ImmutableArray<ServiceTraffic> services) => services.Any(static service => service.PacketsPerSecond > 0);
}
