using Breakwater.Detection;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Samples;

public sealed class FlowOutputTests : IDisposable
{
    private readonly SampleFiles _files = new();

    private static SampleArguments Arguments => new() { Kind = Vectors.Name(Vector.CldapAmplification), Duration = "2s", Rate = "3kpps", Shape = "carpet" };

    /// <summary>All formats draw the same packets from one seed, so sFlow's samples say what the flows must add up to.</summary>
    [Theory]
    [InlineData("netflow9", 1)]
    [InlineData("netflow9", 20)]
    [InlineData("ipfix", 1)]
    [InlineData("ipfix", 20)]
    [InlineData("netflow5", 1)]
    [InlineData("netflow5", 20)]
    public void PacketsAndOctets_PerFlow_EqualTheSampledOnes(string format, int sampling)
    {
        var arguments = Arguments with { Sampling = $"{sampling}" };
        var sampled = Exports.Read(_files.Make("sflow.pcap", arguments with { As = "sflow" })).Flows;
        var exported = Exports.Read(_files.Make("flows.pcap", arguments with { As = format })).Flows;
        var expected = sampled.Where(flow => format != "netflow5" || flow.Source.IsIPv4).ToList();
        Assert.True(expected.Count > 100);
        Assert.Equal(
            Totals(expected.Select(flow => (flow, 1UL, (ulong)flow.IpLength))),
            Totals(exported.Select(flow => (flow, flow.Packets, flow.Bytes))));
        Assert.All(exported, flow => Assert.Equal((uint)sampling, flow.SamplingRate));
        Assert.All(exported, flow => Assert.Equal(format == "netflow5" ? SamplingSource.Header : SamplingSource.Options, flow.SamplingSource));

        var other = Exports.Read(_files.Make("other.pcap", arguments with { As = format, Seed = "2" })).Flows;
        Assert.NotEqual(Totals(exported.Select(flow => (flow, flow.Packets, flow.Bytes))), Totals(other.Select(flow => (flow, flow.Packets, flow.Bytes))));
    }

    [Theory]
    [InlineData("netflow5")]
    [InlineData("netflow9")]
    [InlineData("ipfix")]
    public void Times_AreThoseOfThePackets_AndExportsComeAfterThem(string format)
    {
        var frames = SampleFiles.Frames(_files.Make("truth.pcap", Arguments));
        var exports = Exports.Read(_files.Make("flows.pcap", Arguments with { As = format }));
        // Seconds are whole in NetFlow v9's header: its times are that exact (RFC 3954 §5.1).
        var tolerance = format == "netflow9" ? 1_000_000_000L : 1_000_000;
        Assert.InRange(exports.Flows.Min(flow => flow.StartNanoseconds), frames[0].Nanoseconds - tolerance, frames[0].Nanoseconds + tolerance);
        Assert.InRange(exports.Flows.Max(flow => flow.EndNanoseconds), frames[^1].Nanoseconds - (200 * 1_000_000) - tolerance, frames[^1].Nanoseconds + tolerance);
        Assert.All(exports.Flows, flow => Assert.True(flow.EndNanoseconds >= flow.StartNanoseconds));
        Assert.All(exports.Flows, flow => Assert.InRange(flow.ReceivedNanoseconds - flow.EndNanoseconds, 0, FlowOutput.IdleTimeoutNanoseconds + 2_000_000_000));
        Assert.Equal(exports.Times.Order(), exports.Times);
        Assert.InRange(exports.Times[0] - frames[0].Nanoseconds, FlowOutput.IdleTimeoutNanoseconds, FlowOutput.IdleTimeoutNanoseconds + 5_000_000_000);
    }

    [Theory]
    [InlineData("netflow5")]
    [InlineData("netflow9")]
    [InlineData("ipfix")]
    public void Sequence_HasNoGap(string format)
    {
        var path = _files.Make("flows.pcap", Arguments with { As = format, Rate = "10kpps" });
        var exports = Exports.Read(path);
        Assert.True(exports.Times.Count > 40);
        Assert.Equal(0UL, exports.SequenceFaults);
        Assert.NotEqual(0UL, Exports.Read(path, without: 20).SequenceFaults);
    }

    [Fact]
    public void NetFlow5_LeavesIPv6OutAndSaysHowMany()
    {
        var path = _files.Path("flows.pcap");
        var (outcome, diagnostics) = SampleFiles.Run(Arguments with { As = "netflow5", Out = path });
        Assert.Equal(SampleOutcome.Written, outcome);
        var ipv6 = SampleFiles.Frames(_files.Make("truth.pcap", Arguments)).Count(frame => !SampleFiles.Flow(frame.Frame).Source.IsIPv4);
        Assert.True(ipv6 > 0);
        Assert.StartsWith($"breakwater sample: {ipv6} sampled IPv6 packets were left out: NetFlow v5 knows IPv4 only", diagnostics, StringComparison.Ordinal);
        Assert.All(Exports.Read(path).Flows, flow => Assert.True(flow.Source.IsIPv4));
    }

    [Fact]
    public void LongFlow_IsExportedEveryActiveTimeout()
    {
        var arguments = new SampleArguments { Kind = "quiet-download", Duration = "130s", Rate = "200pps", As = "ipfix" };
        var flows = Exports.Read(_files.Make("flows.pcap", arguments)).Flows;
        var longest = flows.GroupBy(flow => (flow.Source, flow.SourcePort, flow.DestinationPort)).MaxBy(group => group.Count())!;
        Assert.Equal(3, longest.Count());
        Assert.All(longest, flow => Assert.InRange(flow.EndNanoseconds - flow.StartNanoseconds, 0, FlowOutput.ActiveTimeoutNanoseconds));
    }

    [Fact]
    public void IpfixFile_HoldsTheSameFlowsAsTheCapture()
    {
        var arguments = Arguments with { As = "ipfix", Sampling = "10" };
        var capture = Exports.Read(_files.Make("flows.pcap", arguments));
        var file = Exports.ReadMessages(File.ReadAllBytes(_files.Make("flows.ipfix", arguments)));
        Assert.Equal(Totals(capture.Flows.Select(flow => (flow, flow.Packets, flow.Bytes))), Totals(file.Flows.Select(flow => (flow, flow.Packets, flow.Bytes))));
        Assert.Equal(0UL, file.SequenceFaults);
    }

    public void Dispose() => _files.Dispose();

    private static Dictionary<(Address Source, Address Destination, int SourcePort, int DestinationPort, int Protocol), (ulong Packets, ulong Octets)> Totals(
        IEnumerable<(FlowRecord Flow, ulong Packets, ulong Octets)> flows) => flows
        .GroupBy(item => (item.Flow.Source, item.Flow.Destination, (int)item.Flow.SourcePort, (int)item.Flow.DestinationPort, (int)item.Flow.Protocol))
        .ToDictionary(group => group.Key, group => (
            group.Aggregate(0UL, (sum, item) => sum + item.Packets), group.Aggregate(0UL, (sum, item) => sum + item.Octets)));
}
