using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Telemetry.Health;

namespace Breakwater.Live;

/// <summary>What the engine tells the next stage, in order, through <see cref="LiveOutput"/>.</summary>
/// <param name="At">End of the tick that it follows from; the engine's clock.</param>
internal abstract record LiveEvent(DateTimeOffset At);

/// <summary>A step in an incident's life.</summary>
internal sealed record IncidentEvent(DateTimeOffset At, IncidentChange Change) : LiveEvent(At);

/// <summary>An exporter's list of conditions is different; the whole list as it stands now.</summary>
internal sealed record HealthEvent(DateTimeOffset At, ExporterHealth Health) : LiveEvent(At);

/// <summary>Traffic of the second that ended at <see cref="LiveEvent.At"/>, once a second.</summary>
/// <param name="At">End of the second.</param>
/// <param name="Services">In the order of the configuration; without services the own hosts as a whole, under the name "all".</param>
internal sealed record TrafficSecond(DateTimeOffset At, ImmutableArray<ServiceTraffic> Services) : LiveEvent(At)
{
    /// <summary>Seconds that the rates are the mean of: more than one after a tick that came late.</summary>
    public long LengthSeconds { get; init; } = 1;
}

/// <summary>Requests came from web logs in the second that ended at <see cref="LiveEvent.At"/>; told only where no telemetry says that time passes.</summary>
internal sealed record LogSecond(DateTimeOffset At) : LiveEvent(At);

/// <summary>One service's inbound traffic in one second.</summary>
/// <param name="Name">The service.</param>
/// <param name="PacketsPerSecond">Scaled by the sampling rate; records of unknown rate count once.</param>
/// <param name="BitsPerSecond">Likewise.</param>
/// <param name="UsualLow">Lower end of what is usual, packets per second (<see cref="UsualTraffic"/>); null while unknown.</param>
/// <param name="UsualHigh">Upper end, likewise.</param>
internal sealed record ServiceTraffic(string Name, double PacketsPerSecond, double BitsPerSecond, double? UsualLow, double? UsualHigh);
