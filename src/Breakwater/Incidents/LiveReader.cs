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
    private readonly UsualRange _usual = new();
    private readonly Dictionary<long, string?> _openServices = [];

    /// <summary>Told of each event after it was handed over; for a terminal.</summary>
    public Action<LiveEvent>? Told { get; init; }

    public async Task Run(CancellationToken cancellation)
    {
        try
        {
            await foreach (var item in output.Reader.ReadAllAsync(cancellation))
            {
                Take(item);
                Told?.Invoke(item);
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
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
