using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Dossiers;

/// <summary>What one kind of traffic towards the target that is being counted brings in a tick, on its way to its counters.</summary>
internal sealed class TickTally
{
    /// <summary>Records that took longer than a tick.</summary>
    public RateSpread Spread { get; } = new();

    public PortTally SourcePorts { get; } = new();

    public PortTally DestinationPorts { get; } = new();
}

/// <summary>A <see cref="TickTally"/> for each kind of traffic, made when first needed; the same for one target after the other.</summary>
internal sealed class TickTallies
{
    private readonly TickTally?[] _tallies = new TickTally?[TrafficClass.Count];

    public TickTally this[int trafficClass] => _tallies[trafficClass] ??= new TickTally();
}
