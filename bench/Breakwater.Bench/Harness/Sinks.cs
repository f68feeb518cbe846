using Breakwater.Wire;

namespace Breakwater.Bench.Harness;

/// <summary>Reads some members of every flow, so that decoding them cannot be left out.</summary>
internal struct SumSink : IFlowSink
{
    public ulong Sum;
    public long Flows;

    public void OnFlow(in FlowRecord flow)
    {
        Flows++;
        Sum += flow.Bytes + flow.Packets + flow.SourcePort + flow.DestinationPort + flow.Destination.Low + flow.Source.Low;
    }
}

/// <summary>Counts every flow by its destination.</summary>
internal struct CountSink(DestinationTable table) : IFlowSink
{
    public long Flows;

    public void OnFlow(in FlowRecord flow)
    {
        Flows++;
        table.Add(flow);
    }
}
