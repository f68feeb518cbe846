using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Samples;

public sealed class FlowCacheTests
{
    private const long Second = 1_000_000_000;
    private readonly List<(ulong Packets, ulong Octets, long Start, long End, FlowEndReason Reason, long At)> _ended = [];

    [Fact]
    public void SilentFlow_EndsAfterIdleTimeout()
    {
        var cache = Cache();
        Add(cache, 1, 0);
        Add(cache, 1, 2);
        cache.Advance(17 * Second - 1);
        Assert.Empty(_ended);
        cache.Advance(17 * Second);
        Assert.Equal((2UL, 200UL, 0L, 2 * Second, FlowEndReason.IdleTimeout, 17 * Second), Assert.Single(_ended));
        Assert.Equal(0, cache.Count);
    }

    [Fact]
    public void LastingFlow_IsCutAtActiveTimeout_AndBeginsAnew()
    {
        var cache = Cache();
        for (var second = 0; second <= 70; second += 10)
            Add(cache, 1, second);
        Assert.Equal((6UL, 600UL, 0L, 50 * Second, FlowEndReason.ActiveTimeout, 60 * Second), Assert.Single(_ended));
        cache.Advance(long.MaxValue);
        Assert.Equal((2UL, 200UL, 60 * Second, 70 * Second, FlowEndReason.IdleTimeout, 85 * Second), _ended[1]);
    }

    [Fact]
    public void FullCache_GivesUpTheFlowSilentLongest()
    {
        var cache = Cache(maximumFlows: 2);
        Add(cache, 1, 0);
        Add(cache, 2, 1);
        Add(cache, 1, 2);
        Add(cache, 3, 3);
        Assert.Equal((1UL, 100UL, Second, Second, FlowEndReason.LackOfResources, 3 * Second), Assert.Single(_ended));
        Assert.Equal(2, cache.Count);
    }

    [Fact]
    public void Ends_ComeInTheOrderOfTheirTimes()
    {
        var cache = Cache();
        for (var second = 0; second < 200; second++)
            Add(cache, (ushort)(second % 7 == 0 ? 1 : second), second);
        cache.Advance(long.MaxValue);
        Assert.Equal(_ended.Select(end => end.At).Order(), _ended.Select(end => end.At));
        Assert.Equal(200UL, _ended.Aggregate(0UL, (sum, end) => sum + end.Packets));
        Assert.Equal(20_000UL, _ended.Aggregate(0UL, (sum, end) => sum + end.Octets));
    }

    [Theory]
    [InlineData(nameof(FlowRecord.Source))]
    [InlineData(nameof(FlowRecord.DestinationPort))]
    [InlineData(nameof(FlowRecord.Protocol))]
    [InlineData(nameof(FlowRecord.TypeOfService))]
    [InlineData(nameof(FlowRecord.InputInterface))]
    [InlineData(nameof(FlowRecord.IcmpTypeCode))]
    [InlineData(nameof(FlowRecord.TcpFlags))] // the twin: not part of the key
    public void PacketsThatDifferInTheKey_AreSeveralFlows(string member)
    {
        var cache = Cache();
        var packet = Packet(1, 0);
        cache.Add(packet, 100);
        switch (member)
        {
            case nameof(FlowRecord.Source): packet.Source = Address.Parse("192.0.2.9"); break;
            case nameof(FlowRecord.DestinationPort): packet.DestinationPort = 9; break;
            case nameof(FlowRecord.Protocol): packet.Protocol = 17; break;
            case nameof(FlowRecord.TypeOfService): packet.TypeOfService = 9; break;
            case nameof(FlowRecord.InputInterface): packet.InputInterface = 9; break;
            case nameof(FlowRecord.IcmpTypeCode): packet.IcmpTypeCode = 9; break;
            default: packet.TcpFlags = 9; break;
        }

        cache.Add(packet, 100);
        Assert.Equal(member == nameof(FlowRecord.TcpFlags) ? 1 : 2, cache.Count);
    }

    private FlowCache Cache(int maximumFlows = 1000) => new(60 * Second, 15 * Second, maximumFlows,
        (in flow, reason, at) => _ended.Add((flow.Packets, flow.Bytes, flow.StartNanoseconds, flow.EndNanoseconds, reason, at)));

    private static void Add(FlowCache cache, ushort sourcePort, long second) => cache.Add(Packet(sourcePort, second), 100);

    private static FlowRecord Packet(ushort sourcePort, long second) => new()
    {
        Source = Address.Parse("192.0.2.1"),
        Destination = Address.Parse("192.0.2.2"),
        SourcePort = sourcePort,
        DestinationPort = 80,
        Protocol = 6,
        StartNanoseconds = second * Second,
    };
}
