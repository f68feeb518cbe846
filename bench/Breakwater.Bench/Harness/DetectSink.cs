using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Bench.Harness;

/// <summary>Hands flows to a detector and steps it by their time of arrival, as the product's own feed does.</summary>
internal struct DetectSink(Detector detector) : IFlowSink
{
    private long _tickEnd;

    /// <summary>Records handed over.</summary>
    public long Flows { get; private set; }

    public void OnFlow(in FlowRecord flow)
    {
        Flows++;
        var time = flow.ReceivedNanoseconds;
        if (time >= _tickEnd)
        {
            detector.Tick(time);
            _tickEnd = ((time / Detector.TickNanoseconds) + 1) * Detector.TickNanoseconds;
        }

        detector.Count(in flow);
    }
}
