using Breakwater.Detection;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>Counts that no link carries.</summary>
public sealed class HostileCountTests
{
    /// <summary>No packet is smaller than an IPv4 header (RFC 791 §3.1).</summary>
    [Theory]
    [InlineData(1, 20, true)]
    [InlineData(1, 19, false)]
    [InlineData(7, 140, true)]
    [InlineData(7, 139, false)]
    [InlineData(1UL << 40, 20UL << 40, true)]
    [InlineData(1UL << 40, (20UL << 40) - 1, false)]
    [InlineData(1UL << 60, 100, false)]
    [InlineData(1UL << 60, ulong.MaxValue, false)]
    public void Record_OfFewerBytesThanItsHeadersHave_IsLeftOut(ulong packets, ulong bytes, bool counts)
    {
        var flow = Udp(Start, Sender(1), 40_000, Victim, 80, 0);
        (flow.Packets, flow.Bytes) = (packets, bytes);

        var leftOut = Detect([flow]).LeftOut;

        Assert.Equal(!counts, leftOut.Any(static entry => entry is { Reason: "with fewer bytes than their packets' headers have", Records: 1 }));
    }

    /// <summary>What an exporter claims beyond any link is taken for the most that can be added up: eight times 2^32 packets a record, 4 TiB.</summary>
    [Theory]
    [InlineData(1, 0)]
    [InlineData(1u << 31, 0)]
    [InlineData(1u << 31, 6)]
    public void Record_OfMorePacketsThanAnyLinkCarries_IsBounded(uint rate, byte thinned)
    {
        const int records = 600;
        var flows = Stream(records, 1, (index, time) =>
        {
            var flow = Udp(time, Sender(index), 40_000, Victim, 1000 + index, 0);
            (flow.Packets, flow.Bytes, flow.SamplingRate, flow.ThinnedLevel) = (uint.MaxValue, 100UL * uint.MaxValue, rate, thinned);
            return flow;
        });

        var incident = Assert.Single(Detect(flows).Incidents);

        // The least that a record has is one packet, whatever it stands for.
        var most = Math.Max(8.0 * uint.MaxValue, Math.Min(uint.MaxValue, (double)rate * (1u << thinned)));
        Assert.InRange(incident.Packets.Value ?? incident.Packets.Low ?? 0, 1, records * most);
        Assert.InRange(incident.Bytes.Value ?? incident.Bytes.Low ?? 0, 0, records * (double)(1L << 42));
    }
}
