using Breakwater.Detection;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

public sealed class AllocationTests
{
    [Fact]
    public void Count_WarmTables_AllocatesNothing()
    {
        var flows = Stream(20_000, 1, static (index, time) => Udp(time, Sender(index), 389, Address.FromIPv4(0xCB007100u + (uint)(index % 250)), 80, 900)).ToArray();
        var detector = new Detector(new DetectorOptions());
        // The log of a tick grows to eight times the flows, and keeps its room.
        for (var run = 0; run < 8; run++)
            CountAll(detector, flows);
        detector.Tick(Start + Detector.TickNanoseconds);
        Assert.Equal(0, AllocatedBytes.Least(() => CountAll(detector, flows)));
    }

    [Fact]
    public void Count_NewHosts_Allocates()
    {
        // The twin: the same measure sees the tables grow.
        var flows = Stream(20_000, 1, static (index, time) => Udp(time, Sender(1), 389, Sender(index), 80, 900)).ToArray();
        var detector = new Detector(new DetectorOptions());

        var before = GC.GetAllocatedBytesForCurrentThread();
        CountAll(detector, flows);

        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before > 0);
    }

    private static void CountAll(Detector detector, FlowRecord[] flows)
    {
        foreach (ref readonly var flow in flows.AsSpan())
            detector.Count(in flow);
    }
}
