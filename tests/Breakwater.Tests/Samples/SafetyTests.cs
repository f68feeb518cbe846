using Breakwater.Samples;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Samples;

/// <summary>What may stand in a sample, checked over everything that can be asked for, with the ranges written out once more.</summary>
public sealed class SafetyTests : IDisposable
{
    private static readonly (Address Network, int Length)[] _allowed =
    [
        (Address.Parse("192.0.2.0"), 24),
        (Address.Parse("198.51.100.0"), 24),
        (Address.Parse("203.0.113.0"), 24),
        (Address.Parse("198.18.0.0"), 15),
        (Address.Parse("2001:db8::"), 32),
    ];

    private readonly SampleFiles _files = new();

    public static TheoryData<string> Kinds => [.. SampleKind.All.Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryPacketOfEveryKind_IsHarmless(string kind)
    {
        var path = _files.Make("packets.pcap", new SampleArguments { Kind = kind, Duration = "1s", Rate = "400pps" });
        var frames = SampleFiles.Frames(path);
        Assert.True(frames.Count > 100, $"only {frames.Count} packets");
        Assert.All(frames, frame => Assert.Null(Harm(frame.Frame)));
    }

    [Theory]
    [MemberData(nameof(Kinds))]
    public void EveryPacketOfEveryKind_ReadsWithoutFault(string kind)
    {
        var path = _files.Make("packets.pcap", new SampleArguments { Kind = kind, Duration = "1s", Rate = "400pps", Mix = Attack(kind) ? "0%" : null });
        Assert.All(SampleFiles.Frames(path), frame => SampleFiles.Flow(frame.Frame));
    }

    [Theory]
    [InlineData("sflow")]
    [InlineData("netflow5")]
    [InlineData("netflow9")]
    [InlineData("ipfix")]
    public void EveryDatagramOfEveryKind_IsHarmlessAndSpeaksOfHarmlessPackets(string format)
    {
        foreach (var kind in SampleKind.All)
        {
            var path = _files.Make("export.pcap", new SampleArguments { Kind = kind.Name, As = format, Duration = "1s", Rate = "200pps", Force = true });
            Assert.All(SampleFiles.Frames(path), frame => Assert.Null(Harm(frame.Frame)));
            var exports = Exports.Read(path);
            Assert.NotEmpty(exports.Flows);
            Assert.All(exports.Flows, flow => Assert.True(IsAllowed(flow.Source) && IsAllowed(flow.Destination)));
        }
    }

    [Theory]
    [InlineData("carpet")]
    [InlineData("pulse")]
    public void OtherShapes_AreHarmless(string shape)
    {
        foreach (var kind in SampleKind.All.Where(kind => kind.IsAttack && !kind.IsConversation))
        {
            var path = _files.Make("shaped.pcap", new SampleArguments { Kind = kind.Name, Duration = "1s", Rate = "200pps", Shape = shape, Force = true });
            Assert.All(SampleFiles.Frames(path), frame => Assert.Null(Harm(frame.Frame)));
        }
    }

    public static TheoryData<string> Mimicked => [.. SampleKind.All.Where(kind => kind.CanMimic).Select(kind => kind.Name)];

    [Theory]
    [MemberData(nameof(Mimicked))]
    public void Mimics_AreHarmless(string kind)
    {
        var path = _files.Make("mimic.pcap", new SampleArguments { Kind = kind, Duration = "2s", Rate = "400pps", Mix = "0%", Mimic = true });
        var frames = SampleFiles.Frames(path);
        Assert.True(frames.Count > 50, $"only {frames.Count} packets");
        Assert.All(frames, frame => Assert.Null(Harm(frame.Frame)));
        Assert.All(frames, frame => SampleFiles.Flow(frame.Frame));
    }

    [Fact]
    public void WideCarpetsAndOutboundFloods_AreHarmless()
    {
        foreach (var kind in SampleKind.All.Where(kind => kind.IsAttack && !kind.IsConversation && kind.Target.IsIPv4))
        {
            var wide = new SampleArguments { Kind = kind.Name, Duration = "1s", Rate = "200pps", Shape = "carpet", Hosts = "65536", Force = true };
            Assert.All(SampleFiles.Frames(_files.Make("wide.pcap", wide)), frame => Assert.Null(Harm(frame.Frame)));
            var outbound = new SampleArguments { Kind = kind.Name, Duration = "1s", Rate = "200pps", Outbound = "3", Force = true };
            Assert.All(SampleFiles.Frames(_files.Make("outbound.pcap", outbound)), frame => Assert.Null(Harm(frame.Frame)));
        }
    }

    [Fact]
    public void Harm_ForeignAddressOrHopLimitOrMac_IsFound()
    {
        var path = _files.Make("packets.pcap", new SampleArguments { Kind = SampleKind.All[0].Name, Duration = "1s", Rate = "100pps", Mix = "0%" });
        var good = SampleFiles.Frames(path)[0].Frame;
        foreach (var offset in (int[])[0, 6, 14 + 8, 14 + 12, 14 + 16])
        {
            var bad = good.ToArray();
            bad[offset] = 9;
            Assert.NotNull(Harm(bad));
        }
    }

    [Fact]
    public void Space_HoldsItsBordersAndNothingBeyond()
    {
        string[] inside = ["192.0.2.0", "192.0.2.255", "198.51.100.0", "198.51.100.255", "203.0.113.0", "203.0.113.255", "198.18.0.0", "198.19.255.255", "2001:db8::", "2001:db8:ffff:ffff:ffff:ffff:ffff:ffff"];
        string[] outside = ["192.0.1.255", "192.0.3.0", "198.51.99.255", "198.51.101.0", "203.0.112.255", "203.0.114.0", "198.17.255.255", "198.20.0.0", "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff", "2001:db9::", "0.0.0.0", "::", "127.0.0.1", "::1", "10.1.1.1", "255.255.255.255", "::192.0.2.1"];
        Assert.All(inside, text => Assert.True(DocumentationSpace.Contains(Address.Parse(text)), text));
        Assert.All(outside, text => Assert.False(DocumentationSpace.Contains(Address.Parse(text)), text));
    }

    public void Dispose() => _files.Dispose();

    private static bool Attack(string kind) => SampleKind.Find(kind)!.IsAttack;

    private static string? Harm(byte[] frame)
    {
        if ((frame[0] & 3) != 2 || (frame[6] & 3) != 2)
            return "MAC address";
        var layers = new Layers { Harm = "no IP" };
        PacketDissector.Dissect(frame, LinkType.Ethernet, ref layers);
        return layers.Harm;
    }

    private static bool IsAllowed(Address address) =>
        _allowed.Any(range => range.Network.IsIPv4 == address.IsIPv4 && address.Masked(range.Length) == range.Network);

    private struct Layers : IPacketSink
    {
        public string? Harm;

        public readonly void OnLink(in LinkLayer link)
        {
        }

        public bool OnIp(in IpLayer layer)
        {
            var found = !IsAllowed(layer.Source) || !IsAllowed(layer.Destination) ? $"{layer.Source} > {layer.Destination}"
                : layer.TimeToLive != 1 ? $"hop limit {layer.TimeToLive}"
                : null;
            Harm = layer.Depth == 0 ? found : Harm ?? found;
            return true;
        }
    }
}
