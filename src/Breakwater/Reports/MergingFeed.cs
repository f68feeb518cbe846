using Breakwater.Telemetry;
using Breakwater.Wire;

namespace Breakwater.Reports;

/// <summary>
/// Puts the flows of several files into one order by time of arrival. Holds up to a million records; when full, the earlier half is
/// sorted and handed on, so files that overlap by more than that leave late records (<see cref="DetectorFeed.OutOfOrder"/>).
/// </summary>
internal struct MergingFeed(DetectorFeed feed) : IFlowReader
{
    private const int Capacity = 1 << 20;
    private readonly List<FlowRecord> _held = [];
    private DetectorFeed _feed = feed;

    public readonly long OutOfOrder => _feed.OutOfOrder;

    public readonly bool IsFull => false;

    public void OnFlow(in FlowRecord flow)
    {
        if (_held.Count == Capacity)
            HandOn(Capacity / 2);
        _held.Add(flow);
    }

    /// <summary>Hands on what is still held.</summary>
    public void Flush() => HandOn(_held.Count);

    private void HandOn(int count)
    {
        _held.Sort(static (left, right) => DetectorFeed.TimeOf(in left).CompareTo(DetectorFeed.TimeOf(in right)));
        for (var index = 0; index < count; index++)
            _feed.OnFlow(_held[index]);
        _held.RemoveRange(0, count);
    }
}
