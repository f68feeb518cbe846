using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

public sealed class BiflowTests
{
    private const uint Reverse = FieldSpecifier.ReverseEnterpriseNumber;

    private static List<FlowRecord> Read(params (int Id, int Length, uint Enterprise, ulong Value)[] fields) => Wire.Flows(Wire.Ipfix((ref writer) =>
    {
        writer.Template(256, [.. fields.Select(field => Wire.Field(field.Id, field.Length, field.Enterprise))]);
        writer.BeginData(256);
        foreach (var field in fields)
            writer.Integer(field.Value, field.Length);
        writer.EndRecord();
    }));

    private static List<FlowRecord> Udp(params (int Id, int Length, uint Enterprise, ulong Value)[] counters) => Read(
        [(8, 4, 0, 0xC0000201), (12, 4, 0, 0xC0000202), (7, 2, 0, 4000), (11, 2, 0, 123), (10, 4, 0, 5), (14, 4, 0, 6), (4, 1, 0, 17), (6, 1, 0, 2), .. counters]);

    [Fact]
    public void ReverseCounters_GiveASecondFlowWithSwappedEnds()
    {
        var flows = Udp((2, 4, 0, 3), (1, 4, 0, 400), (2, 4, Reverse, 50_000), (1, 4, Reverse, 50_000_000), (6, 1, Reverse, 18));

        Assert.Equal(2, flows.Count);
        Assert.Equal((400UL, 3UL, (ushort)4000, (ushort)123, 5u), (flows[0].Bytes, flows[0].Packets, flows[0].SourcePort, flows[0].DestinationPort, flows[0].InputInterface));
        Assert.Equal((50_000_000UL, 50_000UL, (ushort)123, (ushort)4000, 6u), (flows[1].Bytes, flows[1].Packets, flows[1].SourcePort, flows[1].DestinationPort, flows[1].InputInterface));
        Assert.Equal((flows[0].Destination, flows[0].Source, 5u), (flows[1].Source, flows[1].Destination, flows[1].OutputInterface));
        Assert.Equal((2, 18), (flows[0].TcpFlags, flows[1].TcpFlags));
    }

    [Fact]
    public void ResponderCounters_GiveASecondFlow_FlagsOfTheFirstAreNotItsOwn()
    {
        var flows = Udp((231, 4, 0, 400), (232, 4, 0, 50_000_000), (298, 4, 0, 3), (299, 4, 0, 50_000));

        Assert.Equal([400UL, 50_000_000UL], flows.Select(flow => flow.Bytes));
        Assert.Equal([3UL, 50_000UL], flows.Select(flow => flow.Packets));
        Assert.False(flows[1].Knows(FlowFields.TcpFlags));
    }

    [Fact]
    public void ReverseCountersOfZero_OrNone_OneFlow()
    {
        Assert.Single(Udp((1, 4, 0, 400), (1, 4, Reverse, 0), (2, 4, Reverse, 0)));
        Assert.Single(Udp((1, 4, 0, 400), (6, 1, Reverse, 2)));
        Assert.Equal(2, Udp((1, 4, 0, 400), (2, 4, Reverse, 1)).Count);
    }

    [Fact]
    public void Icmp_TypeOfTheFirstDirection_IsUnknownInTheSecond()
    {
        var flows = Read((4, 1, 0, 1), (7, 2, 0, 0), (11, 2, 0, 0x0800), (1, 4, 0, 84), (1, 4, Reverse, 84));

        Assert.Equal(0x0800, flows[0].IcmpTypeCode);
        Assert.False(flows[1].Knows(FlowFields.IcmpTypeCode));
    }

    [Fact]
    public void ReverseTimes_ReplaceBothOfTheFirst_WithoutThemTheFirstOnesHold()
    {
        var both = Udp((152, 8, 0, 1000), (153, 8, 0, 2000), (1, 4, Reverse, 5), (152, 8, Reverse, 1500));
        var shared = Udp((152, 8, 0, 1000), (153, 8, 0, 2000), (1, 4, Reverse, 5));

        Assert.Equal(1_500_000_000, both[1].StartNanoseconds);
        Assert.False(both[1].Knows(FlowFields.End));
        Assert.Equal((1_000_000_000, 2_000_000_000), (shared[1].StartNanoseconds, shared[1].EndNanoseconds));
    }
}
