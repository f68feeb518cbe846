using Breakwater.Detection;
using Breakwater.Telemetry;
using Breakwater.Wire;

namespace Breakwater.Reports;

/// <summary>Hands flows to the detector and steps it from tick to tick by their time of arrival.</summary>
internal struct DetectorFeed(Detector detector) : IFlowReader
{
    private const long LateNanoseconds = 1_000_000_000;
    private long _tickEnd;

    /// <summary>Records that arrived more than a second before ones already judged.</summary>
    public long OutOfOrder { get; private set; }

    public readonly bool IsFull => false;

    public void OnFlow(in FlowRecord flow)
    {
        var time = TimeOf(in flow);
        if (time >= _tickEnd)
        {
            detector.Tick(time);
            _tickEnd = ((time / Detector.TickNanoseconds) + 1) * Detector.TickNanoseconds;
        }
        else if (time != 0 && _tickEnd - time > LateNanoseconds + Detector.TickNanoseconds)
        {
            // Counted now it would make a peak that never was.
            OutOfOrder++;
            return;
        }
        detector.Count(in flow);
    }

    /// <summary>Arrival; where the file has none, the end of the flow stands in (verdicts on rates are withheld then); 0 for neither.</summary>
    public static long TimeOf(in FlowRecord flow) => flow.Knows(FlowFields.ReceivedAt) ? flow.ReceivedNanoseconds
        : flow.Knows(FlowFields.End) ? flow.EndNanoseconds : 0;
}
