using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>Limits, odd headers, and what stands on tunnel ports without being a tunnel.</summary>
public sealed class PacketEdgeTests
{
    [Theory]
    [InlineData(PacketDissector.MaxIpLayers, DecodeError.None)]
    [InlineData(PacketDissector.MaxIpLayers + 1, DecodeError.TooDeep)]
    public void NestedIp_Dissected_StopsAtTheLimit(int layers, DecodeError expected)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            for (var count = 0; count < layers; count++)
                writer.Ip(FrameBuilder.V4 with { Protocol = 253 });
        });
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal(expected, error);
        Assert.Equal(PacketDissector.MaxIpLayers, sink.Layers.Count);
    }

    [Theory]
    [InlineData(PacketDissector.MaxLinkHeaders - 1, DecodeError.None, 1)]
    [InlineData(PacketDissector.MaxLinkHeaders, DecodeError.TooDeep, 0)]
    public void StackedVlans_Dissected_StopAtTheLimit(int tags, DecodeError expected, int layers)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            for (var count = 0; count < tags; count++)
                writer.Vlan((ushort)count);
            writer.Ip(FrameBuilder.V4 with { Protocol = 253 });
        });
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal((expected, layers), (error, sink.Layers.Count));
        Assert.Equal(3, sink.Links[0].VlanId(3));
        Assert.Equal(PacketDissector.MaxLinkHeaders - 1, sink.Links[0].VlanCount);
    }

    [Theory]
    [InlineData(PacketDissector.MaxExtensionHeaders, DecodeError.None, true)]
    [InlineData(PacketDissector.MaxExtensionHeaders + 1, DecodeError.TooDeep, false)]
    public void ChainOfExtensionHeaders_Dissected_StopsAtTheLimit(int headers, DecodeError expected, bool knowsPorts)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V6);
            for (var count = 0; count < headers; count++)
                writer.Extension(60);
            writer.Udp(1, 2);
        });
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal((expected, knowsPorts), (error, sink.Layers[0].Knows(IpFields.Ports)));
    }

    [Theory]
    [InlineData(4789)]
    [InlineData(4790)]
    [InlineData(6081)]
    [InlineData(2152)]
    [InlineData(3544)]
    [InlineData(1701)]
    public void FillerOnATunnelPort_Dissected_IsPayload(ushort port)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4);
            writer.Udp(4000, port);
            writer.Filler(64, 0xF0);
        });
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal(DecodeError.None, error);
        Assert.Equal((1, 64), (sink.Layers.Count, sink.Layers[0].PayloadLength));
    }

    [Fact]
    public void Teredo_Dissected_GivesTheInnerHeader()
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4);
            writer.Udp(3544, 4000);
            writer.Payload([0, 1, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8, 0]);
            writer.Payload([0, 0, 1, 2, 3, 4, 5, 6]);
            writer.Ip(FrameBuilder.V6 with { Protocol = 59 });
        });
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal(DecodeError.None, error);
        Assert.Equal((2, Tunnel.Teredo, FrameBuilder.SourceV6), (sink.Layers.Count, sink.Layers[^1].Tunnel, sink.Layers[^1].Source));
    }

    [Theory]
    [InlineData(4, 0x55, DecodeError.BadVersion)]
    [InlineData(4, 0x44, DecodeError.BadLength)]
    [InlineData(6, 0x45, DecodeError.BadVersion)]
    public void BadFirstOctet_Dissected_IsNoLayer(int version, byte first, DecodeError expected)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(version == 4 ? FrameBuilder.V4 : FrameBuilder.V6);
            writer.Udp(1, 2);
        });
        frame[14] = first;
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal((expected, 0, 1), (error, sink.Layers.Count, sink.Links.Count));
    }

    [Fact]
    public void TcpHeaderLengthBelowItsMinimum_Dissected_KeepsThePorts()
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4);
            writer.Tcp(new TcpHeader(1, 2));
        });
        frame[14 + 20 + 12] = 0x40;
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal(DecodeError.BadLength, error);
        Assert.True(sink.Layers[0].Knows(IpFields.Ports));
        Assert.False(sink.Layers[0].Knows(IpFields.Payload));
    }

    /// <summary>A carrier's length bounds what it carries, even when more bytes were captured.</summary>
    [Theory]
    [InlineData(Tunnel.None, 18)] // PPPoE
    [InlineData(Tunnel.GtpU, 14 + 20 + 8 + 2)]
    [InlineData(Tunnel.Gre, 14 + 20 + 4)] // PPTP
    public void LengthOfTheCarrierBelowItsContent_Dissected_CutsTheContent(Tunnel carrier, int lengthPlace)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            if (carrier == Tunnel.None)
            {
                writer.Pppoe(1);
            }
            else
            {
                writer.Ip(FrameBuilder.V4);
                if (carrier == Tunnel.GtpU)
                {
                    writer.Udp(2152, 2152);
                    writer.GtpU(1);
                }
                else
                {
                    writer.GrePptp(1, 1);
                    writer.Ppp();
                }
            }

            writer.Ip(FrameBuilder.V4 with { TimeToLive = 9 });
            writer.Udp(1, 2);
        });
        var expected = carrier == Tunnel.None ? 1 : 2;
        Assert.Equal(expected, LayerCollector.Dissect(frame, LinkType.Ethernet).Sink.Layers.Count);
        frame[lengthPlace] = 0;
        frame[lengthPlace + 1] = 19;
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal((DecodeError.Truncated, expected - 1), (error, sink.Layers.Count));
    }

    [Fact]
    public void FrameRelayAddressOfFiveOctets_Dissected_IsABadLength()
    {
        var (error, sink) = LayerCollector.Dissect([0x18, 0x60, 0x60, 0x60, 0x01, 0x03, 0xCC, 0x45], LinkType.FrameRelay);
        Assert.Equal((DecodeError.BadLength, 0), (error, sink.Layers.Count));
    }

    [Fact]
    public void MobilityHeader_Dissected_IsTheLastHeader()
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V6);
            writer.Extension(135, 16);
            writer.Udp(1, 2);
        });
        var (error, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal((DecodeError.None, 135, IPv6Extensions.Mobility), (error, sink.Layers[0].Protocol, sink.Layers[0].Extensions));
        Assert.Equal(IpFields.None, sink.Layers[0].Known & IpFields.Ports);
    }

    [Theory]
    [InlineData(0x00005E005301)]
    [InlineData(0xA2005E005301)]
    public void PseudowireWithoutControlWord_Dissected_IsToldByItsEtherType(ulong mac)
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Mpls(77);
            writer.Ethernet(mac, 0x00005E005302);
            writer.Ip(FrameBuilder.V4 with { Protocol = 253 });
        });
        var (_, sink) = LayerCollector.Dissect(frame, LinkType.Ethernet);
        Assert.Equal((2, 1), (sink.Links.Count, sink.Layers.Count));
        Assert.Equal(mac, sink.Links[1].DestinationMac);
    }

    [Fact]
    public void CiscoFrameRelayAndHdlc_Dissected_GiveTheIpHeader()
    {
        var ip = FrameBuilder.Build((ref PacketWriter writer) => writer.Ip(FrameBuilder.V4 with { Protocol = 253 }));
        (LinkType, byte[])[] frames =
        [
            (LinkType.FrameRelay, [0x18, 0x61, 0x08, 0x00, .. ip]),
            (LinkType.FrameRelay, [0x18, 0x61, 0x03, 0xCC, .. ip]),
            (LinkType.FrameRelay, [0x18, 0x60, 0x01, 0x03, 0x00, 0x80, 0, 0, 0, 0x08, 0x00, .. ip]),
            (LinkType.CiscoHdlc, [0x0F, 0x00, 0x08, 0x00, .. ip]),
            (LinkType.PppHdlc, [0x8F, 0x00, 0x08, 0x00, .. ip]),
            (LinkType.PppHdlc, [0xFF, 0x03, 0x21, .. ip]),
            (LinkType.Ppp, [0x00, 0x21, .. ip]),
            (LinkType.Null, [0, 0, 0, 2, .. ip]),
            (LinkType.Null, [2, 0, 0, 0, .. ip]),
            (LinkType.IPv4, ip),
        ];
        foreach (var (link, frame) in frames)
        {
            var (error, sink) = LayerCollector.Dissect(frame, link);
            Assert.Equal((DecodeError.None, 1), (error, sink.Layers.Count));
            Assert.Equal(FrameBuilder.SourceV4, sink.Layers[0].Source);
        }
    }

    [Fact]
    public void SinkThatStops_Dissected_SeesOneLayer()
    {
        var sink = new FirstLayerOnly();
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4);
            writer.Ip(FrameBuilder.V6 with { Protocol = 59 });
        });
        Assert.Equal(DecodeError.None, PacketDissector.Dissect(frame, LinkType.Ethernet, ref sink));
        Assert.Equal(1, sink.Count);
    }

    private struct FirstLayerOnly : IPacketSink
    {
        public int Count { get; private set; }

        public readonly void OnLink(in LinkLayer link)
        {
            // Only IP headers are counted.
        }

        public bool OnIp(in IpLayer layer)
        {
            Count++;
            return false;
        }
    }
}
