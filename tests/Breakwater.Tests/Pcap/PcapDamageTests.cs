using System.Buffers.Binary;
using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Pcap;

public sealed class PcapDamageTests
{
    [Theory]
    [InlineData("pcap")]
    [InlineData("pcap-big-ns")]
    [InlineData("pcapng")]
    [InlineData("pcapng-big")]
    public void TryRead_CutAtEveryLength_GivesEveryPacketBeforeTheCut(string kind)
    {
        var packets = Captures.Random(7, 12);
        var content = Make(kind, packets);
        var ends = Ends(content, kind);
        for (var length = 0; length < content.Length; length++)
        {
            var read = Captures.Read(content[..length], out var reader);
            var whole = ends.Count(end => end <= length);
            Assert.Equal(packets.Take(whole), read);
            if (length < 24)
                continue;
            var boundary = whole == 0 ? ends[0] - Size(kind, packets[0]) : ends[whole - 1];
            if (length > boundary)
                Assert.Equal(new PcapDamage(boundary, DecodeError.Truncated, length - boundary), Assert.Single(reader.Damage.First));
            else if (length == boundary)
                Assert.Equal(0, reader.Damage.Count);
        }
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("pcapng")]
    public void TryRead_GzipCutAtEveryLength_NeverThrowsAndReports(string kind)
    {
        var packets = Captures.Random(7, 12);
        var content = Captures.Gzip(Make(kind, packets));
        for (var length = 2; length < content.Length; length++)
        {
            var read = Captures.Read(content[..length], out var reader);
            Assert.Equal(packets.Take(read.Count), read);
            Assert.True(reader.Damage.Count > 0 || reader.Error != DecodeError.None, $"cut at {length} went unnoticed");
        }
    }

    [Fact]
    public void TryRead_GzipWithFlippedByte_GivesTheReadablePart()
    {
        var packets = Captures.Random(7, 30_000);
        var content = Captures.Gzip(Captures.Pcap(packets));
        content[content.Length / 2] ^= 0x55;
        var read = Captures.Read(content, out var reader);
        Assert.True(reader.Damage.Count > 0);
        Assert.True(read.Count > packets.Count / 3);
        Assert.Equal(packets.Take(packets.Count / 3), read.Take(packets.Count / 3));
    }

    [Theory]
    [InlineData("pcap", 0xFFFFFFFFu)]
    [InlineData("pcap", 0x80000000u)]
    [InlineData("pcap", 0x00040001u)]
    [InlineData("pcap", 0x00001000u)]
    [InlineData("pcapng", 0xFFFFFFFFu)]
    [InlineData("pcapng", 0u)]
    [InlineData("pcapng", 8u)]
    [InlineData("pcapng", 13u)]
    [InlineData("pcapng", 0x00001000u)]
    [InlineData("pcapng", 0x00100000u)]
    public void TryRead_HostileLengthInTheMiddle_LosesThatPacketOnly(string kind, uint length)
    {
        var packets = Captures.Random(7, 400);
        var content = Make(kind, packets);
        var start = (int)Ends(content, kind)[99];
        BinaryPrimitives.WriteUInt32LittleEndian(content.AsSpan(start + (kind == "pcap" ? 8 : 4)), length);
        var read = Captures.Read(content, out var reader);
        Assert.Equal(packets.Where((_, i) => i != 100), read);
        var damage = Assert.Single(reader.Damage.First);
        Assert.Equal(start, damage.Offset);
        Assert.NotEqual(DecodeError.None, damage.Error);
        Assert.Equal(Size(kind, packets[100]), damage.LengthBytes);
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("pcap-big-ns")]
    [InlineData("pcapng")]
    [InlineData("pcapng-big")]
    public void TryRead_GarbageOverManyPackets_ReadsOnBehindIt(string kind)
    {
        var packets = Captures.Random(7, 3000);
        var content = Make(kind, packets);
        var ends = Ends(content, kind);
        var (from, to) = ((int)ends[999] + 3, (int)ends[1499] - 3);
        new Random(1).NextBytes(content.AsSpan(from, to - from));
        var read = Captures.Read(content, out var reader);
        Assert.Equal(packets.Take(1000), read.Take(1000));
        Assert.Equal(packets.TakeLast(1500), read.TakeLast(1500));
        Assert.InRange(read.Count, 2500, 2501);
        Assert.InRange(reader.Damage.First[0].Offset, ends[999], ends[1001]);
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("pcapng")]
    public void TryRead_BytesMissingInTheMiddle_ReadsOnBehindThem(string kind)
    {
        var packets = Captures.Random(7, 300);
        var content = Make(kind, packets);
        var ends = Ends(content, kind);
        byte[] shorter = [.. content[..((int)ends[99] + 21)], .. content[((int)ends[109] - 5)..]];
        var read = Captures.Read(shorter, out var reader);
        Assert.Equal(packets.Take(100), read.Take(100));
        Assert.Equal(packets.TakeLast(189), read.TakeLast(189));
        Assert.True(reader.Damage.Count > 0);
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("pcapng")]
    public void TryRead_ZeroFilledTail_IsDamageNotPackets(string kind)
    {
        var packets = Captures.Random(7, 10);
        byte[] content = [.. Make(kind, packets), .. new byte[5000]];
        Assert.Equal(packets, Captures.Read(content, out var reader));
        Assert.Equal(5000, Assert.Single(reader.Damage.First).LengthBytes);
    }

    [Fact]
    public void TryRead_DamageEverywhere_KeepsABoundedList()
    {
        var packets = Captures.Random(7, 2000);
        var content = Captures.Pcap(packets);
        var ends = Ends(content, "pcap");
        for (var i = 3; i < 1990; i += 6)
            content.AsSpan((int)ends[i] + 8, 4).Fill(0xFF);
        Captures.Read(content, out var reader);
        Assert.Equal(PcapDamageLog.Limit, reader.Damage.First.Count);
        Assert.True(reader.Damage.Count > 300);
    }

    [Fact]
    public void TryRead_OddButConsistentRecords_AreBelieved()
    {
        // Years between packets, captured beyond the stated original length, a fraction above a second: seen in real files.
        CapturedPacket[] packets =
        [
            new([1, 2], 2, LinkType.Ethernet, Captures.Start, 0),
            new([3, 4], 2, LinkType.Ethernet, Captures.Start / 2, 0),
            new([5, 6, 7], 1, LinkType.Ethernet, Captures.Start, 0),
            new([8], 1, LinkType.Ethernet, 0, 0),
            new([9], 1, LinkType.Ethernet, Captures.Start, 0),
        ];
        Assert.Equal(packets, Captures.Read(Captures.Pcap(packets), out var reader));
        Assert.Equal(0, reader.Damage.Count);
    }

    [Fact]
    public void TryRead_RandomBytesBehindAFileHeader_EndsWithoutException()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var junk = new byte[3000];
            new Random(seed).NextBytes(junk);
            Captures.Read([.. Captures.Pcap([]), .. junk], out var classic);
            Assert.True(classic.Damage.Count > 0);
            Captures.Read([.. Captures.Pcapng([]), .. junk], out var blocks);
            Assert.True(blocks.Damage.Count > 0);
        }
    }

    [Theory]
    [InlineData("pcap")]
    [InlineData("pcap-big-ns")]
    [InlineData("pcapng")]
    [InlineData("pcapng-big")]
    public void TryRead_RandomBytesChanged_NeverThrowsAndReadsOn(string kind)
    {
        var packets = Captures.Random(7, 40);
        var sound = Make(kind, packets);
        for (var seed = 0; seed < 400; seed++)
        {
            var random = new Random(seed);
            var content = (byte[])sound.Clone();
            for (var i = 0; i < 3; i++)
                content[random.Next(24, content.Length)] = (byte)(random.Next(2) == 0 ? 0xFF : random.Next(256));
            var compressed = seed % 4 == 0 ? Captures.Gzip(content) : content;
            if (seed % 8 == 0)
                compressed[random.Next(compressed.Length)] ^= (byte)random.Next(256);
            var read = Captures.Read(compressed, out _);
            Assert.InRange(read.Count, 0, packets.Count + 3);
        }
    }

    private static byte[] Make(string kind, IEnumerable<CapturedPacket> packets) => kind switch
    {
        "pcap" => Captures.Pcap(packets),
        "pcap-big-ns" => Captures.Pcap(packets, bigEndian: true, nanoseconds: true),
        "pcapng" => Captures.Pcapng(packets),
        _ => Captures.Pcapng(packets, bigEndian: true),
    };

    private static int Size(string kind, CapturedPacket packet) =>
        kind.StartsWith("pcapng", StringComparison.Ordinal) ? 32 + ((packet.Data.Length + 3) & ~3) : 16 + packet.Data.Length;

    /// <summary>Offsets behind each packet of a sound capture.</summary>
    private static List<long> Ends(byte[] content, string kind)
    {
        var reader = new PcapReader(new MemoryStream(content));
        var ends = new List<long>();
        while (reader.TryRead(out var packet))
            ends.Add(packet.Offset + Size(kind, new CapturedPacket(packet.Data.ToArray(), 0, packet.Link, 0, 0)));
        return ends;
    }
}
