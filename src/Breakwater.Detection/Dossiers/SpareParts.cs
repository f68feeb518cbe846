using Breakwater.Detection.Sketches;

namespace Breakwater.Detection.Dossiers;

/// <summary>What dropped dossiers left, for the next ones: where many targets take turns, new memory for each would keep the collector busy.</summary>
internal sealed class SpareParts
{
    private const int FlowPrecision = 11;

    private readonly Stack<ClassCounters> _counters = new();
    private readonly Stack<HyperLogLog[]> _flows = new();
    private readonly SourceRooms _rooms = new();

    /// <summary>Counters of a kind of traffic, empty.</summary>
    public ClassCounters TakeCounters(byte trafficClass)
    {
        if (!_counters.TryPop(out var counters))
            return new ClassCounters(_rooms) { TrafficClass = trafficClass };
        counters.Reset(trafficClass);
        return counters;
    }

    /// <summary>Sketches of connections in this generation and the one before, empty.</summary>
    public HyperLogLog[] TakeFlows()
    {
        if (!_flows.TryPop(out var flows))
            return [new(FlowPrecision), new(FlowPrecision)];
        flows[0].Clear();
        flows[1].Clear();
        return flows;
    }

    public void Return(ClassCounters counters)
    {
        counters.SourceSample.Clear();
        _counters.Push(counters);
    }

    public void Return(HyperLogLog[] flows) => _flows.Push(flows);
}
