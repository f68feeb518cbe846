using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Pcap;

public sealed class PcapReaderTests
{
    public static TheoryData<bool, bool> Variants => new() { { false, false }, { false, true }, { true, false }, { true, true } };

    [Theory]
    [MemberData(nameof(Variants))]
    public void TryRead_WrittenPcap_GivesSamePackets(bool bigEndian, bool nanoseconds)
    {
        for (var seed = 0; seed < 50; seed++)
        {
            var packets = Captures.Random(seed, seed * 3, seed % 5 == 0 ? 4000 : 90);
            Assert.Equal(packets, Captures.Read(Captures.Pcap(packets, bigEndian, nanoseconds), out var reader));
            Assert.Equal(0, reader.Damage.Count);
            Assert.Equal(PcapFormat.Pcap, reader.Format);
        }
    }

    [Fact]
    public void TryRead_NanosecondPcap_KeepsNanoseconds()
    {
        CapturedPacket[] packets = [new([1], 1, LinkType.Raw, Captures.Start + 123_456_789, 0)];
        Assert.Equal(packets, Captures.Read(Captures.Pcap(packets, nanoseconds: true, link: LinkType.Raw)));
        var cut = Assert.Single(Captures.Read(Captures.Pcap(packets, nanoseconds: false, link: LinkType.Raw)));
        Assert.Equal(Captures.Start + 123_456_000, cut.Time);
    }

    [Theory]
    [InlineData(12)]
    [InlineData(14)]
    public void TryRead_HistoricalRawIp_IsRaw(byte link)
    {
        var content = Captures.Pcap(Captures.Random(1, 1));
        content[20] = link;
        Assert.Equal(LinkType.Raw, Assert.Single(Captures.Read(content)).Link);
    }

    [Fact]
    public void TryRead_ModifiedPcap_SkipsItsLongerHeaders()
    {
        var packets = Captures.Random(3, 4);
        var plain = Captures.Pcap(packets);
        using var modified = new MemoryStream();
        modified.Write([0x34, 0xCD, 0xB2, 0xA1]);
        modified.Write(plain.AsSpan(4, 20));
        var at = 24;
        foreach (var packet in packets)
        {
            modified.Write(plain.AsSpan(at, 16));
            modified.Write([7, 0, 0, 0, 0, 0, 0, 0]);
            modified.Write(packet.Data);
            at += 16 + packet.Data.Length;
        }

        Assert.Equal(packets.Select(p => p with { Interface = 7 }), Captures.Read(modified.ToArray()));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void TryRead_OneByteAtATime_GivesTheSame(bool pcapng, bool gzip)
    {
        var packets = Captures.Random(9, 60);
        var content = pcapng ? Captures.Pcapng(packets) : Captures.Pcap(packets);
        if (gzip)
            content = Captures.Gzip(content);
        Assert.Equal(packets, Captures.Read(new OneByteStream(content), out var reader));
        Assert.Equal(gzip, reader.IsGzip);
        Assert.Equal(0, reader.Damage.Count);
    }

    [Fact]
    public void TryRead_LargerThanTheBuffer_GivesEveryPacket()
    {
        var packets = Captures.Random(4, 300, 60_000);
        var content = Captures.Pcap(packets);
        Assert.True(content.Length > 3 * PcapLimits.BufferBytes);
        Assert.Equal(packets, Captures.Read(content));
        Assert.Equal(packets, Captures.Read(Captures.Pcapng(packets)));
        Assert.Equal(packets, Captures.Read(Captures.Gzip(content)));
    }

    [Fact]
    public void TryRead_LargestPacket_IsRead()
    {
        CapturedPacket[] packets = [new(new byte[PcapLimits.CapturedBytes], PcapLimits.CapturedBytes, LinkType.Ethernet, Captures.Start, 0)];
        Assert.Equal(packets, Captures.Read(Captures.Pcap(packets)));
        Assert.Equal(packets, Captures.Read(Captures.Pcapng(packets)));
    }

    [Fact]
    public void TryRead_GzipMembers_AreJoined()
    {
        var packets = Captures.Random(5, 40);
        var content = Captures.Pcap(packets);
        byte[] members = [.. Captures.Gzip(content.AsSpan(0, 500)), .. Captures.Gzip(content.AsSpan(500))];
        Assert.Equal(packets, Captures.Read(members, out var reader));
        Assert.Equal(0, reader.Damage.Count);
    }

    [Fact]
    public void TryRead_NoCapture_SaysWhy()
    {
        Assert.Equal(DecodeError.Truncated, new PcapReader(new MemoryStream([0xA1])).Open());
        Assert.Equal(DecodeError.Unsupported, new PcapReader(new MemoryStream([1, 2, 3, 4, 5])).Open());
        var old = Captures.Pcap([]);
        old[4] = 1;
        Assert.Equal(DecodeError.BadVersion, new PcapReader(new MemoryStream(old)).Open());
        Assert.False(new PcapReader(new MemoryStream([])).TryRead(out _));
    }

    [Theory]
    [MemberData(nameof(Variants))]
    public void TryRead_ManyPackets_AllocatesNothing(bool pcapng, bool bigEndian)
    {
        var packets = Captures.Random(2, 20_000);
        var content = pcapng ? Captures.Pcapng(packets, bigEndian) : Captures.Pcap(packets, bigEndian);
        var readers = new Queue<PcapReader>();
        for (var i = 0; i < 10; i++)
        {
            var opened = new PcapReader(new MemoryStream(content));
            Assert.True(opened.TryRead(out _));
            readers.Enqueue(opened);
        }

        var count = 0;
        var least = AllocatedBytes.Least(() =>
        {
            count = 1;
            var reader = readers.Dequeue();
            while (reader.TryRead(out _))
                count++;
        });
        Assert.Equal(packets.Count, count);
        Assert.Equal(0, least);
    }

    [Fact]
    public void Least_ActionThatAllocates_IsAboveZero() => Assert.NotEqual(0, AllocatedBytes.Least(() => GC.KeepAlive(new object())));
}
