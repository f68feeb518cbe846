using Breakwater.Tests.Packet;
using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Sflow;

public sealed class SflowFlowTests
{
    private static readonly Address Source = Address.Parse("192.0.2.1");
    private static readonly Address Destination = Address.Parse("198.51.100.2");

    private delegate void WriteRecords(ref SflowWriter writer);

    [Fact]
    public void RawHeader_GivesPacketAndSampling()
    {
        var flow = Read((ref SflowWriter writer) => writer.WriteRawHeader(1, 1518, 1518 - 64, Frame()));
        Assert.Equal((Source, Destination), (flow.Source, flow.Destination));
        Assert.Equal((1518ul, 1ul), (flow.Bytes, flow.Packets));
        Assert.Equal((1000u, SamplingSource.Header), (flow.SamplingRate, flow.SamplingSource));
        Assert.Equal(((ushort)4000, (ushort)53), (flow.SourcePort, flow.DestinationPort));
        Assert.Equal((7u, SflowInterface.Local), (flow.InputInterface, flow.OutputInterface));
        Assert.False(flow.Knows(FlowFields.ForwardingStatus));
        Assert.True(flow.Knows(FlowFields.Bytes | FlowFields.Packets | FlowFields.InputInterface | FlowFields.OutputInterface));
    }

    /// <summary>The request line is recognised; a header sample that ends in front of its payload leaves the application unknown.</summary>
    [Fact]
    public void RawHeaderWithARequest_GivesTheApplication()
    {
        var frame = FrameBuilder.Ethernet((ref PacketWriter writer) =>
        {
            writer.Ip(FrameBuilder.V4);
            writer.Tcp(new TcpHeader(40000, 80));
            writer.Payload("GET /a?b HTTP/1.1\r\n"u8);
        });
        var flow = Read((ref SflowWriter writer) => writer.WriteRawHeader(1, 1518, 4, frame));
        Assert.Equal((true, ApplicationSign.HttpRequest), (flow.Knows(FlowFields.Application), flow.Application));
        Assert.True(flow.ApplicationResource != 0 && flow.ApplicationVariant != 0);
        var cut = Read((ref SflowWriter writer) => writer.WriteRawHeader(1, 1518, 4, frame.AsSpan(0, 54)));
        Assert.Equal((false, ApplicationSign.None), (cut.Knows(FlowFields.Application), cut.Application));
    }

    [Fact]
    public void RawHeaderCutInLayer4_LeavesPortsUnknown()
    {
        var flow = Read((ref SflowWriter writer) => writer.WriteRawHeader(1, 1518, 0, Frame().AsSpan(0, 34)));
        Assert.True(flow.Knows(FlowFields.Source | FlowFields.Protocol));
        Assert.False(flow.Knows(FlowFields.SourcePort));
        Assert.Equal(1518ul, flow.Bytes);
    }

    [Fact]
    public void SeveralRecordsOfOnePacket_CountOnceAndTheRawHeaderWins()
    {
        var alone = Read((ref SflowWriter writer) => writer.WriteRawHeader(1, 1518, 4, Frame()));
        var both = Read((ref SflowWriter writer) =>
        {
            writer.WriteIp(Ip("203.0.113.9"));
            writer.WriteRawHeader(1, 1518, 4, Frame());
            writer.WriteEthernet(new SflowEthernet { Length = 99, Source = new byte[6], Destination = new byte[6], Type = 0x0800 });
        });
        Assert.Equal(alone, both);
    }

    [Theory]
    [InlineData("192.0.2.7", "198.51.100.2")]
    [InlineData("2001:db8::7", "2001:db8::2")]
    public void SampledIpAlone_GivesItsFields(string source, string destination)
    {
        var flow = Read((ref SflowWriter writer) => writer.WriteIp(Ip(source, destination)));
        Assert.Equal((Address.Parse(source), Address.Parse(destination)), (flow.Source, flow.Destination));
        Assert.Equal((1200ul, (ushort)1200, (byte)6, (ushort)0x12), (flow.Bytes, flow.IpLength, flow.Protocol, flow.TcpFlags));
        Assert.Equal(((ushort)443, (ushort)50000), (flow.SourcePort, flow.DestinationPort));
    }

    [Fact]
    public void SampledIpWithEthernet_TakesTheFrameLength()
    {
        var flow = Read((ref SflowWriter writer) =>
        {
            writer.WriteEthernet(new SflowEthernet { Length = 1218, Source = new byte[6], Destination = new byte[6], Type = 0x0800 });
            writer.WriteIp(Ip("192.0.2.7"));
        });
        Assert.Equal((1218ul, (ushort)1200), (flow.Bytes, flow.IpLength));
    }

    [Fact]
    public void SampledIcmp_HasNoPorts()
    {
        var flow = Read((ref SflowWriter writer) => writer.WriteIp(Ip("192.0.2.7") with { Protocol = 1 }));
        Assert.False(flow.Knows(FlowFields.SourcePort));
        Assert.False(flow.Knows(FlowFields.TcpFlags));
    }

    [Fact]
    public void UnreadableHeaderProtocol_FallsBackToTheSampledIp()
    {
        var flow = Read((ref SflowWriter writer) =>
        {
            writer.WriteRawHeader(15, 1300, 0, new byte[64]);
            writer.WriteIp(Ip("192.0.2.7"));
        });
        Assert.Equal((1300ul, Address.Parse("192.0.2.7")), (flow.Bytes, flow.Source));
        var alone = Read((ref SflowWriter writer) => writer.WriteRawHeader(15, 1300, 0, new byte[64]), DecodeError.Unsupported);
        Assert.Equal(1300ul, alone.Bytes);
        Assert.False(alone.Knows(FlowFields.Source));
    }

    [Theory]
    [InlineData(11u, 14)]
    [InlineData(1u, 0)]
    public void HeaderProtocol_TellsWhereTheHeaderBegins(uint protocol, int skipped)
    {
        var flow = Read((ref SflowWriter writer) => writer.WriteRawHeader(protocol, 1500, 0, Frame().AsSpan(skipped)));
        Assert.Equal(Source, flow.Source);
    }

    [Theory]
    [InlineData(77u, true)]
    [InlineData(0xFFFFFFFFu, false)]
    [InlineData(0u, false)]
    [InlineData(4095u, false)]
    public void ExtendedSwitch_GivesTheVlanOfAnUntaggedHeader(uint vlan, bool known)
    {
        var flow = Read((ref SflowWriter writer) =>
        {
            writer.WriteRawHeader(1, 1518, 4, Frame());
            writer.WriteExtendedSwitch(vlan, 0, 5, 0);
        });
        Assert.Equal(known, flow.Knows(FlowFields.VlanId));
        Assert.Equal(known ? vlan : 0, flow.VlanId);
    }

    [Fact]
    public void DiscardedPacket_IsDroppedTrafficAndNoSample()
    {
        var buffer = new byte[400];
        var writer = new SflowWriter(buffer, new SflowDatagram());
        writer.BeginDiscardedPacket(new SflowDiscardedPacket { InputIfIndex = 3, Reason = 256 });
        writer.WriteRawHeader(1, 90, 0, Frame());
        writer.EndSample();
        SflowCollector.Decode(writer.Written, out var sink);
        var flow = Assert.Single(sink.Flows);
        Assert.Equal((1u, (byte)0x80, 3u, 90ul), (flow.SamplingRate, flow.ForwardingStatus, flow.InputInterface, flow.Bytes));
        Assert.False(flow.Knows(FlowFields.OutputInterface));
    }

    [Fact]
    public void RateZero_IsUnknown_AndDiscardedOutputIsNoInterface()
    {
        var sample = new SflowFlowSample { Output = new SflowInterface(SflowInterfaceFormat.Discarded, 258) };
        var flow = Read(sample, (ref SflowWriter writer) => writer.WriteRawHeader(1, 90, 0, Frame()), DecodeError.None);
        Assert.Equal((0u, SamplingSource.Unknown), (flow.SamplingRate, flow.SamplingSource));
        Assert.False(flow.Knows(FlowFields.OutputInterface));
        Assert.False(flow.Knows(FlowFields.InputInterface));
        Assert.True(flow.Knows(FlowFields.ForwardingStatus));
        Assert.Equal(2, flow.ForwardingStatus >> 6);
    }

    [Fact]
    public void RecordTooShortForItsKind_IsReported()
    {
        Read((ref SflowWriter writer) => writer.WriteRecord(new SflowTag(3), new byte[12]), DecodeError.BadLength);
        Read((ref SflowWriter writer) =>
        {
            writer.WriteRawHeader(1, 90, 0, Frame());
            writer.WriteRecord(new SflowTag(1001), new byte[12]);
        }, DecodeError.BadLength);
    }

    [Fact]
    public void UsualPath_AnyRecords_AgreesWithTheGeneralOne()
    {
        var usual = 0;
        for (var seed = 0; seed < 4000; seed++)
        {
            var random = new Random(seed);
            var records = RandomRecords(random, seed);
            var flow = default(FlowRecord);
            var error = SflowFlow.Read(default, new SflowFlowSample { SamplingRate = 5, Records = records }, ref flow);
            var expected = default(FlowRecord);
            var expectedError = SflowFlow.ReadAnyPacket(records, ref expected);
            Assert.Equal(expectedError, error);
            flow.SamplingRate = expected.SamplingRate;
            flow.SamplingSource = expected.SamplingSource;
            expected.Packets = 1;
            expected.Known |= FlowFields.Packets;
            Assert.Equal((seed, Text(expected)), (seed, Text(flow)));
            usual += flow.Knows(FlowFields.Source) ? 1 : 0;
        }

        Assert.InRange(usual, 1000, 3999);
    }

    [Fact]
    public void ManySamples_AllocateNothing()
    {
        var datagram = SflowModels.Write(new SflowDatagram(), []);
        var buffer = new byte[3000];
        var writer = new SflowWriter(buffer, new SflowDatagram());
        for (var i = 0; i < 10; i++)
        {
            writer.BeginFlowSample(new SflowFlowSample { SamplingRate = 5, IsExpanded = i % 2 == 0 });
            writer.WriteRawHeader(1, 1500, 4, Frame());
            if (i % 3 == 0)
                writer.WriteExtendedSwitch(1, 2, 3, 4);
            writer.EndSample();
        }

        datagram = writer.Written.ToArray();
        var sink = default(CountingSink);
        var least = AllocatedBytes.Least(() =>
        {
            for (var i = 0; i < 1000; i++)
                SflowDecoder.Decode(datagram, ref sink);
        });
        Assert.Equal(0, least);
        Assert.True(sink.Bytes > 0);
    }

    private static string Text(FlowRecord flow) => string.Join(' ', typeof(FlowRecord).GetFields().Select(f => $"{f.Name}={f.GetValue(flow)}"));

    private static SflowRecords RandomRecords(Random random, int seed)
    {
        var buffer = new byte[9000];
        var writer = new SflowWriter(buffer, new SflowDatagram());
        writer.BeginFlowSample(new SflowFlowSample());
        var count = (uint)random.Next(5);
        for (var i = 0; i < count; i++)
        {
            var frame = random.Next(3) == 0 ? FrameModel.FromSeed(seed + i).Frame : Frame();
            switch (random.Next(i == 0 ? 5 : 7))
            {
                case 0 or 1 or 2:
                    writer.WriteRawHeader((uint)(random.Next(8) == 0 ? 15 : 1), (uint)random.Next(2000), 4, frame.AsSpan(0, random.Next(4) > 0 ? frame.Length : random.Next(frame.Length)));
                    break;
                case 3:
                    writer.WriteIp(Ip("192.0.2.7"));
                    break;
                case 4:
                    writer.WriteExtendedSwitch((uint)random.Next(5000), 0, 0, 0);
                    break;
                case 5:
                    writer.WriteEthernet(new SflowEthernet { Length = 700, Source = new byte[6], Destination = new byte[6] });
                    break;
                default:
                    writer.WriteRecord(new SflowTag((uint)random.Next(5)), new byte[random.Next(30)]);
                    break;
            }
        }

        writer.EndSample();
        var written = writer.Written[(24 + 8 + 32)..].ToArray();
        var cut = random.Next(8) == 0 ? random.Next(written.Length + 1) : written.Length;
        return new SflowRecords(count, written.AsSpan(0, cut));
    }

    private static SflowIp Ip(string source, string destination = "198.51.100.2") => new()
    {
        Length = 1200,
        Protocol = 6,
        Source = Address.Parse(source),
        Destination = Address.Parse(destination),
        SourcePort = 443,
        DestinationPort = 50000,
        TcpFlags = 0x12,
        TypeOfService = 0x20,
    };

    private static byte[] Frame()
    {
        Span<byte> buffer = stackalloc byte[200];
        var writer = new PacketWriter(buffer);
        writer.Ethernet(0x020000000001, 0x020000000002);
        writer.Ip(new IpHeader(Source, Destination));
        writer.Udp(4000, 53);
        writer.Filler(22);
        Assert.True(writer.TryFinish(out var length));
        return buffer[..length].ToArray();
    }

    private static FlowRecord Read(WriteRecords write, DecodeError expected = DecodeError.None) => Read(
        new SflowFlowSample { SamplingRate = 1000, Input = new SflowInterface(0, 7), Output = new SflowInterface(0, SflowInterface.Local) },
        write, expected);

    private static FlowRecord Read(scoped in SflowFlowSample sample, WriteRecords write, DecodeError expected)
    {
        var buffer = new byte[2000];
        var writer = new SflowWriter(buffer, new SflowDatagram());
        writer.BeginFlowSample(sample);
        write(ref writer);
        writer.EndSample();
        Assert.False(writer.Overflowed);
        Assert.Equal(DecodeError.None, SflowCollector.Decode(writer.Written, out var sink));
        Assert.True(sink.FlowErrors[0] == expected || (expected == DecodeError.None && sink.FlowErrors[0] == DecodeError.Truncated));
        return Assert.Single(sink.Flows);
    }

    private struct CountingSink : ISflowSink
    {
        private FlowRecord _flow;

        public ulong Bytes { get; private set; }

        public readonly void OnDatagram(in SflowDatagram datagram)
        {
        }

        public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
        {
            SflowFlow.Read(datagram, sample, ref _flow);
            Bytes += _flow.Bytes;
        }

        public readonly void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample)
        {
        }

        public readonly void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample)
        {
        }

        public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample)
        {
        }
    }
}
