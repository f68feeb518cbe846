using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Pcap;

public sealed class PcapngReaderTests
{
    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void TryRead_WrittenPcapng_GivesSamePackets(bool bigEndian)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var packets = Captures.Random(seed, seed * 3);
            Assert.Equal(packets, Captures.Read(Captures.Pcapng(packets, bigEndian), out var reader));
            Assert.Equal(0, reader.Damage.Count);
            Assert.Equal(PcapFormat.Pcapng, reader.Format);
        }
    }

    [Fact]
    public void TryRead_SeveralInterfacesAndSections_KeepsThemApart()
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream, bigEndian: true);
        writer.AddInterface(LinkType.Ethernet, resolution: 6);
        writer.AddInterface(LinkType.LinuxSll, resolution: 0x80 + 20, offsetSeconds: 1_600_000_000);
        writer.Write(1, [1, 2, 3], 3, Captures.Start);
        writer.Write(0, [4], 9, Captures.Start + 999);
        writer.WriteBlock(4, [0, 0, 0, 0]);
        writer.StartSection(bigEndian: false);
        writer.AddInterface(LinkType.Raw, snapLength: 2);
        writer.WriteObsolete(0, [5, 6], 7, Captures.Start + 1);
        writer.WriteSimple([7, 8, 9], 3);
        writer.WriteBlock(0x12345678, [1, 2, 3]);
        writer.WriteBlock(5, new byte[12]);
        writer.Write(0, [], 0, Captures.Start);
        CapturedPacket[] expected =
        [
            new([1, 2, 3], 3, LinkType.LinuxSll, Captures.Start, 1),
            new([4], 9, LinkType.Ethernet, Captures.Start, 0),
            new([5, 6], 7, LinkType.Raw, Captures.Start + 1, 0),
            new([7, 8], 3, LinkType.Raw, null, 0),
            new([], 0, LinkType.Raw, Captures.Start, 0),
        ];
        Assert.Equal(expected, Captures.Read(stream.ToArray(), out var reader));
        Assert.Equal(0, reader.Damage.Count);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    [InlineData(6)]
    [InlineData(9)]
    [InlineData(0x80)]
    [InlineData(0x80 + 10)]
    [InlineData(0x80 + 32)]
    public void TryRead_AnyResolution_GivesTheTimeCutToIt(byte resolution)
    {
        const long Time = Captures.Start + 987_654_321;
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream);
        writer.AddInterface(LinkType.Ethernet, resolution: resolution, offsetSeconds: 100);
        writer.Write(0, [1], 1, Time);
        var step = resolution < 0x80 ? Math.Pow(10, 9 - resolution) : 1e9 / Math.Pow(2, resolution - 0x80);
        var read = Assert.Single(Captures.Read(stream.ToArray())).Time!.Value;
        Assert.InRange(Time - read, 0, (long)Math.Ceiling(step));
    }

    [Theory]
    [InlineData(12)]
    [InlineData(40)]
    [InlineData(0x7F)]
    [InlineData(0xFF)]
    public void TryRead_ExtremeResolution_DoesNotOverflow(byte resolution)
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream);
        writer.AddInterface(LinkType.Ethernet, resolution: 6);
        writer.Write(0, [1], 1, Captures.Start);
        var content = stream.ToArray();
        content[28 + 8 + 12] = resolution;
        Assert.NotNull(Assert.Single(Captures.Read(content)).Time);
    }

    [Fact]
    public void TryRead_TimeOutsideOfALong_IsUnknown()
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream);
        writer.AddInterface(LinkType.Ethernet, resolution: 0);
        writer.Write(0, [1], 1, Captures.Start);
        var content = stream.ToArray();
        content.AsSpan(28 + 44 + 12, 8).Fill(0xFF);
        Assert.Null(Assert.Single(Captures.Read(content)).Time);
    }

    [Fact]
    public void TryRead_PacketOfAnUnknownInterface_IsReportedAndSkipped()
    {
        var content = Captures.Pcapng(Captures.Random(1, 3));
        content[28 + 44 + 8] = 1;
        Assert.Equal(2, Captures.Read(content, out var reader).Count);
        Assert.Equal((28 + 44, DecodeError.BadValue), (reader.Damage.First[0].Offset, reader.Damage.First[0].Error));
        Assert.Equal(1, reader.Damage.Count);
    }

    [Fact]
    public void TryRead_LargeForeignBlock_IsSkipped()
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream);
        writer.AddInterface(LinkType.Ethernet);
        writer.WriteBlock(10, new byte[3 * PcapLimits.BufferBytes + 5]);
        writer.Write(0, [1], 1, Captures.Start);
        Assert.Single(Captures.Read(stream.ToArray(), out var reader));
        Assert.Equal(0, reader.Damage.Count);
    }
}
