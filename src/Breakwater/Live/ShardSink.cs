using System.Runtime.CompilerServices;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>Where telemetry meets detection: a receiving thread's records into its shard. Copies share what it holds.</summary>
internal readonly struct ShardSink(ShardSlot slot) : IFlowSink
{
    public void OnFlow(in FlowRecord flow) => slot.Count(in flow);
}

/// <summary>The shard that a receiving thread counts into at present. Changed only while its gate is closed.</summary>
internal sealed class ShardSlot(Shard shard, ShardTraffic traffic, AnswerTap answers)
{
    public ShardTraffic Traffic { get; private set; } = traffic;

    private Shard Shard { get; set; } = shard;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Count(in FlowRecord flow)
    {
        Shard.Count(in flow);
        Traffic.Count(in flow);
        answers.Offer(in flow);
    }

    public void Set(Shard shard, ShardTraffic traffic) => (Shard, Traffic) = (shard, traffic);
}
