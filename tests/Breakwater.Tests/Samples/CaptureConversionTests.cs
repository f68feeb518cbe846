using System.Globalization;
using Breakwater.Samples;
using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Samples;

public sealed class CaptureConversionTests : IDisposable
{
    private const long Second = 1_000_000_000;

    private readonly SampleFiles _files = new();

    [Theory]
    [InlineData("sflow")]
    [InlineData("netflow5")]
    [InlineData("netflow9")]
    [InlineData("ipfix")]
    public void Capture_WithAnyAddresses_BecomesTelemetryBetweenDocumentationAddresses(string format)
    {
        var capture = Write("own.pcap", LinkType.Ethernet, (Frame("8.8.8.8", "10.1.2.3"), 5 * Second), (Frame("8.8.8.8", "10.1.2.3"), 6 * Second));
        var exports = Exports.Read(_files.Make("out.pcap", new SampleArguments { From = capture, As = format }));
        Assert.Equal(2UL, exports.Flows.Aggregate(0UL, (sum, flow) => sum + flow.Packets));
        Assert.All(exports.Flows, flow => Assert.Equal(("8.8.8.8", "10.1.2.3"), (flow.Source.ToString(), flow.Destination.ToString())));
        Assert.All(exports.Flows, flow => Assert.Equal((1u, 1u), (flow.InputInterface, flow.SamplingRate)));
        Assert.All(SampleFiles.Frames(_files.Path("out.pcap")), frame => Assert.Null(PacketGuard.Refusal(frame.Frame)));
    }

    [Theory]
    [InlineData(LinkType.Raw)]
    [InlineData(LinkType.LinuxSll)]
    [InlineData(LinkType.LinuxSll2)]
    [InlineData(LinkType.Null)]
    [InlineData(LinkType.Loop)]
    public void LinkWithoutSflowNumber_IsSampledFromItsIpHeaderOn(LinkType link)
    {
        var capture = Write("own.pcap", link, (Frame("8.8.8.8", "10.1.2.3", link), Second));
        var exports = Exports.Read(_files.Make("out.pcap", new SampleArguments { From = capture, As = "sflow" }));
        var flow = Assert.Single(exports.Flows);
        Assert.Equal("10.1.2.3", flow.Destination.ToString());
        Assert.Equal((ulong)flow.IpLength, flow.Bytes);
        Assert.Equal(0x45, exports.SflowSamples[0].Header[0]);
    }

    [Fact]
    public void CutPackets_CountWithTheirOriginalLength()
    {
        var frame = Frame("8.8.8.8", "10.1.2.3");
        var path = _files.Path("cut.pcap");
        using (var stream = File.Create(path))
        {
            var writer = new PcapWriter(stream, LinkType.Ethernet);
            writer.Write(frame.AsSpan(0, 48), frame.Length, Second);
        }

        var sflow = Exports.Read(_files.Make("s.pcap", new SampleArguments { From = path, As = "sflow" }));
        Assert.Equal((ulong)frame.Length + 4, sflow.Flows[0].Bytes);
        var ipfix = Exports.Read(_files.Make("i.pcap", new SampleArguments { From = path, As = "ipfix" }));
        Assert.Equal((ulong)frame.Length - 14, ipfix.Flows[0].Bytes);
    }

    [Fact]
    public void TimesThatGoBack_AreLifted()
    {
        var frame = Frame("8.8.8.8", "10.1.2.3");
        var capture = Write("own.pcap", LinkType.Ethernet, (frame, 9 * Second), (frame, 7 * Second), (frame, 10 * Second));
        var flow = Assert.Single(Exports.Read(_files.Make("out.pcap", new SampleArguments { From = capture, As = "ipfix" })).Flows);
        Assert.Equal((9 * Second, 10 * Second, 3UL), (flow.StartNanoseconds, flow.EndNanoseconds, flow.Packets));
    }

    /// <summary>pcapng can hold times that pcap, NetFlow and IPFIX cannot state.</summary>
    [Theory]
    [InlineData("sflow")]
    [InlineData("netflow5")]
    [InlineData("netflow9")]
    [InlineData("ipfix")]
    public void TimesBeyondTelemetry_CountAsNone(string format)
    {
        var path = _files.Path("own.pcapng");
        using (var stream = File.Create(path))
        {
            var writer = new PcapngWriter(stream);
            writer.AddInterface(LinkType.Ethernet);
            foreach (var nanoseconds in (long[])[5 * Second, long.MaxValue - 1, 6 * Second])
                writer.Write(0, Frame("8.8.8.8", "10.1.2.3"), 242, nanoseconds);
        }

        var (outcome, diagnostics) = SampleFiles.Run(new SampleArguments { From = path, As = format, Out = _files.Path("out.pcap") });
        Assert.Equal(SampleOutcome.Written, outcome);
        Assert.StartsWith("breakwater sample: 1 packets have no time, or one that telemetry cannot state", diagnostics, StringComparison.Ordinal);
        Assert.Equal(3UL, Exports.Read(_files.Path("out.pcap")).Flows.Aggregate(0UL, (sum, flow) => sum + flow.Packets));
    }

    [Fact]
    public void FrameWithoutIp_IsCountedAsLeftOut()
    {
        var arp = new byte[60];
        (arp[12], arp[13]) = (8, 6);
        var capture = Write("own.pcap", LinkType.Ethernet, (arp, Second), (Frame("8.8.8.8", "10.1.2.3"), Second));
        var (outcome, diagnostics) = SampleFiles.Run(new SampleArguments { From = capture, As = "netflow9", Out = _files.Path("out.pcap") });
        Assert.Equal(SampleOutcome.Written, outcome);
        Assert.StartsWith("breakwater sample: 1 sampled packets without IP were left out: they belong to no flow\n", diagnostics, StringComparison.Ordinal);
        Assert.Single(Exports.Read(_files.Path("out.pcap")).Flows);
    }

    [Fact]
    public void FileWithoutPackets_IsNothingReadable()
    {
        foreach (var content in (byte[][])[[], [1, 2, 3, 4, 5], "not a capture at all, but text"u8.ToArray()])
        {
            var path = _files.Path("other.bin");
            File.WriteAllBytes(path, content);
            var (outcome, diagnostics) = SampleFiles.Run(new SampleArguments { From = path, As = "sflow", Out = _files.Path("out.pcap") });
            Assert.Equal(SampleOutcome.NothingReadable, outcome);
            Assert.StartsWith($"breakwater sample: '{path}' holds no packets", diagnostics, StringComparison.Ordinal);
            Assert.Equal([path], Directory.GetFiles(Path.GetDirectoryName(path)!));
        }
    }

    [Fact]
    public void AbsentFile_IsAMessage()
    {
        var (outcome, diagnostics) = SampleFiles.Run(new SampleArguments { From = _files.Path("absent.pcap"), As = "sflow", Out = _files.Path("out.pcap") });
        Assert.Equal(SampleOutcome.NothingReadable, outcome);
        Assert.EndsWith("absent.pcap: no such file", diagnostics.TrimEnd(), StringComparison.Ordinal);
    }

    [Fact]
    public void DamagedCapture_GivesItsReadablePartAndTheOffset()
    {
        var frame = Frame("8.8.8.8", "10.1.2.3");
        var capture = Write("own.pcap", LinkType.Ethernet, (frame, Second), (frame, 2 * Second));
        File.WriteAllBytes(capture, File.ReadAllBytes(capture)[..^10]);
        var (outcome, diagnostics) = SampleFiles.Run(new SampleArguments { From = capture, As = "sflow", Out = _files.Path("out.pcap") });
        Assert.Equal(SampleOutcome.Written, outcome);
        var offset = 24 + 16 + frame.Length;
        Assert.Contains(string.Create(CultureInfo.InvariantCulture, $"1 damaged places, the first at offset {offset}"), diagnostics, StringComparison.Ordinal);
    }

    public void Dispose() => _files.Dispose();

    private string Write(string name, LinkType link, params ReadOnlySpan<(byte[] Frame, long Nanoseconds)> packets)
    {
        using var stream = File.Create(_files.Path(name));
        var writer = new PcapWriter(stream, link);
        foreach (var (frame, nanoseconds) in packets)
            writer.Write(frame, frame.Length, nanoseconds);
        return _files.Path(name);
    }

    private static byte[] Frame(string source, string destination, LinkType link = LinkType.Ethernet)
    {
        var buffer = new byte[400];
        var writer = new PacketWriter(buffer);
        switch (link)
        {
            case LinkType.Ethernet: writer.Ethernet(0x00005E005301, 0x00005E005302); break;
            case LinkType.LinuxSll: writer.LinuxSll(0x00005E005301); break;
            case LinkType.LinuxSll2: writer.LinuxSll2(0x00005E005301, 3); break;
            case LinkType.Null: writer.Loopback(networkOrder: false); break;
            case LinkType.Loop: writer.Loopback(networkOrder: true); break;
        }

        writer.Ip(new IpHeader(Address.Parse(source), Address.Parse(destination)));
        writer.Udp(4000, 5000);
        writer.Filler(200, 1);
        Assert.True(writer.TryFinish(out var length));
        return buffer[..length];
    }
}
