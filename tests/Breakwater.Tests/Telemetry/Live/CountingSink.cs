using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>Counts flows; copies count together.</summary>
internal readonly struct CountingSink(FlowCount count) : IFlowSink
{
    public void OnFlow(in FlowRecord flow)
    {
        count.Flows++;
        count.Packets += flow.Packets;
    }
}

internal sealed class FlowCount
{
    public long Flows { get; set; }

    public ulong Packets { get; set; }
}
