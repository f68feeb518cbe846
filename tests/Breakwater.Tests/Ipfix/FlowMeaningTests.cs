using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;


namespace Breakwater.Tests.Ipfix;

public sealed class FlowMeaningTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void DeltaBesideTotal_DeltaCounts() => Assert.Equal(
        (10ul, false),
        (Wire.OneIpfix((85, 8, 1000), (1, 8, 10)).Bytes, Wire.OneIpfix((85, 8, 1000), (1, 8, 10)).Knows(FlowFields.TotalCounters)));

    [Fact]
    public void TotalAlone_CountsAndSaysSo()
    {
        var flow = Wire.OneIpfix((85, 8, 1000), (86, 8, 7));

        Assert.Equal((1000ul, 7ul), (flow.Bytes, flow.Packets));
        Assert.True(flow.Knows(FlowFields.TotalCounters));
    }

    [Theory]
    [InlineData(231, 298)]
    [InlineData(23, 24)]
    public void InitiatorOrPostCounters_Alone_Count(int bytes, int packets)
    {
        var flow = Wire.OneIpfix((bytes, 8, 1000), (packets, 8, 7), (232, 8, 0), (299, 8, 0));

        Assert.Equal((1000ul, 7ul), (flow.Bytes, flow.Packets));
    }

    [Fact]
    public void NoCounter_BytesUnknownNotZero() => Assert.False(Wire.OneIpfix((8, 4, 1)).Knows(FlowFields.Bytes));

    [Fact]
    public void NetFlow9Uptimes_RelativeToTheHeader()
    {
        var flow = Wire.OneNetFlow9((22, 4, 990_000), (21, 4, 999_500));

        Assert.Equal(Wire.ExportNanoseconds - (10_000 * Millisecond), flow.StartNanoseconds);
        Assert.Equal(Wire.ExportNanoseconds - (500 * Millisecond), flow.EndNanoseconds);
    }

    [Fact]
    public void NetFlow9Uptime_AfterTheWrap_StillBeforeExport()
    {
        // first: 2000 ms before the 32-bit counter wrapped; header: 1,000,000 ms after it.
        var flow = Wire.OneNetFlow9((22, 4, uint.MaxValue - 1999));

        Assert.Equal(Wire.ExportNanoseconds - (1_002_000 * Millisecond), flow.StartNanoseconds);
    }

    [Fact]
    public void NetFlow9Uptime_AheadOfTheHeader_DoesNotUnderflow() => Assert.Equal(
        Wire.ExportNanoseconds + (3 * Millisecond), Wire.OneNetFlow9((21, 4, 1_000_003)).EndNanoseconds);

    [Theory]
    [InlineData(150, 4, 1_600_000_000ul, 1_600_000_000_000_000_000)]
    [InlineData(152, 8, 1_600_000_000_123ul, 1_600_000_000_123_000_000)]
    [InlineData(158, 4, 2_500_000ul, Wire.ExportNanoseconds - 2_500_000_000)]
    [InlineData(323, 8, 1_600_000_000_123ul, 1_600_000_000_123_000_000)]
    public void IpfixTimes_EachUnit(int id, int length, ulong value, long nanoseconds) =>
        Assert.Equal(nanoseconds, Wire.OneIpfix((id, length, value)).StartNanoseconds);

    [Theory]
    [InlineData(154)]
    [InlineData(156)]
    public void MicroAndNanoseconds_AreNtpFractions(int id)
    {
        // 2020-09-13T12:26:40.5Z: 3808988800 s since 1900, half of 2³².
        var flow = Wire.OneIpfix((id, 8, (3_808_988_800ul << 32) | 0x8000_0000));

        Assert.Equal(1_600_000_000_500_000_000, flow.StartNanoseconds);
    }

    [Theory]
    [InlineData(0x83AA_7E80_0000_0000, 0)] // 1970
    [InlineData(0x83AA_7E81_0000_0000, 1_000_000_000)]
    [InlineData(0x83AA_7E7F_0000_0000, 4_294_967_295_000_000_000)] // one second less is the end of the next era
    [InlineData(0x8200_0000_0000_0000, 4_267_016_576_000_000_000)]
    [InlineData(0x0000_0000_8000_0000, 2_085_978_496_500_000_000)] // 2036
    [InlineData(0, 0)]
    public void NtpSeconds_BeforeTheYear1970_BelongToTheEraFrom2036(ulong timestamp, long nanoseconds)
    {
        Assert.Equal(nanoseconds, FlowTime.FromNtpNanoseconds(timestamp));
        Assert.Equal(nanoseconds, FlowTime.FromNtpMicroseconds(timestamp));
        Assert.Equal(timestamp != 0, FlowTime.TryReadNtp(timestamp, isMicroseconds: false, out _, out _));
    }

    [Fact]
    public void NtpFraction_MicrosecondsIgnoreElevenBits_BothRoundToTheNearest()
    {
        const ulong Second = 3_808_988_800ul << 32;
        const long Start = 1_600_000_000_000_000_000;

        Assert.Equal(Start + 1_000_000_000, FlowTime.FromNtpMicroseconds(Second | 0xFFFF_F800));
        Assert.Equal(Start + 999_999_523, FlowTime.FromNtpNanoseconds(Second | 0xFFFF_F800));
        Assert.Equal(Start, FlowTime.FromNtpMicroseconds(Second | 0x7FF));
        Assert.Equal(Start + 477, FlowTime.FromNtpNanoseconds(Second | 0x7FF));
        Assert.Equal(Start + 123_457_000, FlowTime.FromNtpMicroseconds(Second | 0x1F9A_E0AF));
    }

    [Fact]
    public void IpfixUptimes_NeedSystemInit()
    {
        const ulong Boot = (Wire.ExportTime - 5000ul) * 1000;
        var flow = Wire.OneIpfix((22, 4, 4_000_000), (160, 8, Boot));

        Assert.Equal((long)Boot * Millisecond + (4_000_000 * Millisecond), flow.StartNanoseconds);
        Assert.False(Wire.OneIpfix((22, 4, 4_000_000)).Knows(FlowFields.Start));
    }

    [Fact]
    public void IpfixSystemInit_FromOptions_HoldsForData()
    {
        const ulong Boot = (Wire.ExportTime - 5000ul) * 1000;
        var flow = Assert.Single(Wire.Flows(Wire.Ipfix((ref writer) =>
        {
            writer.OptionsTemplate(300, [Wire.Scope(149, 4), Wire.Field(160, 8)]);
            writer.BeginData(300);
            writer.Integer(1, 4);
            writer.Integer(Boot, 8);
            writer.EndRecord();
            writer.Template(256, [Wire.Field(22, 4)]);
            writer.BeginData(256);
            writer.Integer(1_000, 4);
            writer.EndRecord();
        })));

        Assert.Equal((long)Boot * Millisecond + (1_000 * Millisecond), flow.StartNanoseconds);
    }

    [Theory]
    [InlineData(32, 0x0800)]
    [InlineData(139, 0x8000)]
    public void IcmpElement_TypeAndCode(int id, ushort value)
    {
        var flow = Wire.OneIpfix((4, 1, id == 32 ? 1ul : 58), (id, 2, value), (7, 2, 0), (11, 2, 0));

        Assert.Equal(value, flow.IcmpTypeCode);
        Assert.False(flow.Knows(FlowFields.SourcePort) || flow.Knows(FlowFields.DestinationPort));
    }

    [Fact]
    public void IcmpTypeAndCodeApart_AreJoined() =>
        Assert.Equal(0x0303, Wire.OneIpfix((4, 1, 1), (176, 1, 3), (177, 1, 3)).IcmpTypeCode);

    [Fact]
    public void IcmpInDestinationPort_IsNoPort()
    {
        var flow = Wire.OneNetFlow9((4, 1, 1), (7, 2, 0), (11, 2, 0x0800));

        Assert.Equal(0x0800, flow.IcmpTypeCode);
        Assert.False(flow.Knows(FlowFields.DestinationPort));
        Assert.Equal(0, flow.DestinationPort);
    }

    [Fact]
    public void EchoReplyElements_BesideAnIdentifierAsPort_HoldAlthoughZero()
    {
        var flow = Wire.OneNetFlow9((4, 1, 1), (176, 1, 0), (177, 1, 0), (11, 2, 17549));

        Assert.Equal(0, flow.IcmpTypeCode);
        Assert.True(flow.Knows(FlowFields.IcmpTypeCode));
    }

    [Theory]
    [InlineData(1, 176, 11, 0x0b01, 0x0b01)]
    [InlineData(58, 178, 1, 0x0104, 0x0104)]
    [InlineData(1, 176, 3, 0x0b01, -1)]
    [InlineData(1, 139, 0x8000, 0x0b01, 0x0b01)]
    [InlineData(58, 32, 0x0303, 0x0b01, 0x0b01)]
    [InlineData(1, 178, 1, 0x0b01, 0x0b01)]
    public void IcmpTypeAloneOrOfTheOtherProtocol_CodeComesFromAnAgreeingPortOnly(int protocol, int id, ulong value, ulong port, int typeCode)
    {
        var flow = Wire.OneIpfix((4, 1, (ulong)protocol), (id, 2, value), (11, 2, port));

        Assert.Equal(typeCode >= 0, flow.Knows(FlowFields.IcmpTypeCode));
        Assert.Equal(Math.Max(typeCode, 0), flow.IcmpTypeCode);
        Assert.False(flow.Knows(FlowFields.DestinationPort));
    }

    [Theory]
    [InlineData(1, 0x0303)]
    [InlineData(58, 0x8000)]
    public void IcmpElementsOfBothProtocols_TheRecordsOwnHolds(int protocol, int typeCode) =>
        Assert.Equal(typeCode, Wire.OneIpfix((4, 1, (ulong)protocol), (32, 2, 0x0303), (139, 2, 0x8000)).IcmpTypeCode);

    [Fact]
    public void TcpWithIcmpElement_HasPortsAndNoIcmp()
    {
        var flow = Wire.OneIpfix((4, 1, 6), (32, 2, 0), (7, 2, 1234), (11, 2, 80));

        Assert.Equal((1234, 80), (flow.SourcePort, flow.DestinationPort));
        Assert.False(flow.Knows(FlowFields.IcmpTypeCode));
    }

    [Fact]
    public void LaterFragment_HasNoPorts()
    {
        var flow = Wire.OneIpfix((4, 1, 17), (7, 2, 0), (11, 2, 0), (88, 2, 185), (197, 1, 0x20));

        Assert.True(flow.IsLaterFragment && flow.MoreFragments);
        Assert.False(flow.Knows(FlowFields.SourcePort));
    }

    [Fact]
    public void MembersOfDetection_AllRead()
    {
        var flow = Wire.OneIpfix(
            (10, 4, 7), (14, 4, 8), (4, 1, 6), (6, 2, 0x112), (5, 1, 0xB8), (192, 1, 57), (58, 2, 100), (61, 1, 1), (89, 1, 0x80), (224, 8, 1500));

        Assert.Equal((7u, 8u, (byte)6, (ushort)0x112), (flow.InputInterface, flow.OutputInterface, flow.Protocol, flow.TcpFlags));
        Assert.Equal((0xB8, 57, 100, 1), (flow.TypeOfService, flow.TimeToLive, flow.VlanId, flow.Direction));
        Assert.Equal((0x80, 1500), (flow.ForwardingStatus, flow.IpLength));
    }

    [Fact]
    public void ForwardingStatusInFourOctets_LowOctetCounts() => Assert.Equal(0x82, Wire.OneIpfix((89, 4, 0x82)).ForwardingStatus);

    [Fact]
    public void PhysicalInterface_OnlyWhenNoOther()
    {
        Assert.Equal(9u, Wire.OneIpfix((252, 4, 9)).InputInterface);
        Assert.Equal(7u, Wire.OneIpfix((252, 4, 9), (10, 4, 7)).InputInterface);
    }

    [Fact]
    public void ReverseElements_AreNotMixedIntoTheForwardFlow()
    {
        var flows = Wire.Flows(Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(1, 4, FieldSpecifier.ReverseEnterpriseNumber), Wire.Field(1, 4), Wire.Field(2, 4, 29305)]);
            writer.BeginData(256);
            writer.Integer(999, 4);
            writer.Integer(10, 4);
            writer.Integer(999, 4);
            writer.EndRecord();
        }));

        Assert.Equal(10ul, flows[0].Bytes);
        Assert.False(flows[0].Knows(FlowFields.Packets));
        Assert.Equal((999ul, 999ul), (flows[1].Bytes, flows[1].Packets));
    }

    [Fact]
    public void BothFamiliesInOneTemplate_TheFilledOneCounts()
    {
        static List<FlowRecord> Both(ulong v4, byte v6) => Wire.Flows(Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(27, 16), Wire.Field(8, 4)]);
            writer.BeginData(256);
            writer.Integer(v6 == 0 ? 0 : 0x20010db8ul, 4);
            writer.Integer(v6, 12);
            writer.Integer(v4, 4);
            writer.EndRecord();
        }));

        Assert.Equal("2001:db8::1", Assert.Single(Both(0, 1)).Source.ToString());
        Assert.Equal("192.0.2.1", Assert.Single(Both(0xC0000201, 0)).Source.ToString());
    }

    [Theory]
    [InlineData(230, true)]
    [InlineData(233, true)]
    [InlineData(4, false)]
    public void NatAndFirewallEvents_WithoutCounters_AreNoTraffic(int id, bool isEvent) => Assert.Equal(
        isEvent ? TemplateKind.Event : TemplateKind.Flow,
        new Template(ExportFormat.Ipfix, 1, 256, [Wire.Field(8, 4), Wire.Field(id, 1)], isOptions: false, 0).Kind);

    [Fact]
    public void FirewallEventWithOctets_IsTraffic() => Assert.Equal(
        TemplateKind.Flow,
        new Template(ExportFormat.NetFlow9, 1, 256, [Wire.Field(233, 1), Wire.Field(231, 4)], isOptions: false, 0).Kind);

    [Theory]
    [InlineData(315)]
    [InlineData(104)]
    public void SampledFrame_GivesAddressesAndPorts(int id)
    {
        // Ethernet, IPv4, UDP 53 → 4444; total length 36.
        byte[] frame =
        [
            0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00,
            0x45, 0, 0, 36, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1,
            0, 53, 0x11, 0x5C, 0, 16, 0, 0, 1, 2, 3, 4, 5, 6, 7, 8,
        ];
        var flow = Assert.Single(Wire.Flows(Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(10, 4), Wire.Field(312, 2), Wire.Field(id, 65535)]);
            writer.BeginData(256);
            writer.Integer(77, 4);
            writer.Integer(54, 2);
            writer.Variable(frame);
            writer.EndRecord();
        })));

        Assert.Equal(("192.0.2.1", "198.51.100.1"), (flow.Source.ToString(), flow.Destination.ToString()));
        Assert.Equal((53, 4444, 17), (flow.SourcePort, flow.DestinationPort, flow.Protocol));
        Assert.Equal((77u, 54ul, 1ul), (flow.InputInterface, flow.Bytes, flow.Packets));
    }

    [Theory]
    [InlineData(0x01, ApplicationSign.DnsQuery)]
    [InlineData(0x81, ApplicationSign.DnsResponse)]
    [InlineData(0x79, ApplicationSign.None)] // an operation that was never given out
    public void SampledFrame_GivesTheApplication(byte flags, ApplicationSign expected)
    {
        // Ethernet, IPv4, UDP 53 → 4444, DNS: one question, a. A IN; total length 47.
        byte[] frame =
        [
            0x02, 0, 0, 0, 0, 1, 0x02, 0, 0, 0, 0, 2, 0x08, 0x00,
            0x45, 0, 0, 47, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1,
            0, 53, 0x11, 0x5C, 0, 27, 0, 0, 0, 7, flags, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, (byte)'a', 0, 0, 1, 0, 1,
        ];
        var flow = Assert.Single(Wire.Flows(Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(10, 4), Wire.Field(315, 65535)]);
            writer.BeginData(256);
            writer.Integer(77, 4);
            writer.Variable(frame);
            writer.EndRecord();
        })));
        Assert.Equal((true, expected), (flow.Knows(FlowFields.Application), flow.Application));
        Assert.Equal(expected != ApplicationSign.None, flow.ApplicationResource != 0 && flow.ApplicationVariant != 0);
    }

    [Fact]
    public void SampledFrame_CutBeforePorts_PortsUnknown()
    {
        byte[] frame = [0x45, 0, 0, 36, 0, 0, 0, 0, 64, 17, 0, 0, 192, 0, 2, 1, 198, 51, 100, 1, 0];
        var flow = Assert.Single(Wire.Flows(Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(313, 65535)]);
            writer.BeginData(256);
            writer.Variable(frame);
            writer.EndRecord();
        })));

        Assert.Equal("192.0.2.1", flow.Source.ToString());
        Assert.False(flow.Knows(FlowFields.SourcePort));
        Assert.Equal(36ul, flow.Bytes);
    }

    [Fact]
    public void ReceivedAt_TravelsWithTheFlow()
    {
        var collector = new FlowCollector();
        var sink = new FlowExtractor<FlowCollector>(collector);
        var datagram = Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, [Wire.Field(1, 4)]);
            writer.BeginData(256);
            writer.Integer(1, 4);
            writer.EndRecord();
        });

        Wire.Decode(datagram, new ExporterState(), ref sink, received: 42);
        Wire.Decode(datagram, new ExporterState(), ref sink);

        Assert.Equal((42L, true), (collector.Flows[0].ReceivedNanoseconds, collector.Flows[0].Knows(FlowFields.ReceivedAt)));
        Assert.False(collector.Flows[1].Knows(FlowFields.ReceivedAt));
    }
}
