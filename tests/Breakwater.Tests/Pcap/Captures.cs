using System.IO.Compression;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Pcap;

/// <summary>A packet as a test expects it back.</summary>
internal sealed record CapturedPacket(byte[] Data, int OriginalLength, LinkType Link, long? Time, int Interface)
{
    public bool Equals(CapturedPacket? other) => other is not null && Data.AsSpan().SequenceEqual(other.Data)
        && (OriginalLength, Link, Time, Interface) == (other.OriginalLength, other.Link, other.Time, other.Interface);

    public override int GetHashCode() => HashCode.Combine(Data.Length, OriginalLength, Time);
}

/// <summary>Captures made in memory, and reading them back whole.</summary>
internal static class Captures
{
    public const long Start = 1_700_000_000_000_000_000;

    /// <summary>Packets of 0 to <paramref name="largest"/> bytes with some cut short, microseconds apart.</summary>
    public static List<CapturedPacket> Random(int seed, int count, int largest = 90, LinkType link = LinkType.Ethernet)
    {
        var random = new Random(seed);
        var packets = new List<CapturedPacket>();
        var time = Start;
        for (var i = 0; i < count; i++)
        {
            var data = new byte[random.Next(1, largest)];
            random.NextBytes(data);
            time += random.Next(0, 2_000_000) * 1000L;
            packets.Add(new CapturedPacket(data, data.Length + (random.Next(3) == 0 ? random.Next(1000) : 0), link, time, 0));
        }

        return packets;
    }

    public static byte[] Pcap(IEnumerable<CapturedPacket> packets, bool bigEndian = false, bool nanoseconds = false, LinkType link = LinkType.Ethernet)
    {
        using var stream = new MemoryStream();
        var writer = new PcapWriter(stream, link, bigEndian, nanoseconds);
        foreach (var packet in packets)
            writer.Write(packet.Data, packet.OriginalLength, packet.Time!.Value);
        return stream.ToArray();
    }

    public static byte[] Pcapng(IEnumerable<CapturedPacket> packets, bool bigEndian = false)
    {
        using var stream = new MemoryStream();
        var writer = new PcapngWriter(stream, bigEndian);
        writer.AddInterface(LinkType.Ethernet);
        foreach (var packet in packets)
            writer.Write(0, packet.Data, packet.OriginalLength, packet.Time!.Value);
        return stream.ToArray();
    }

    public static byte[] Gzip(ReadOnlySpan<byte> content)
    {
        using var stream = new MemoryStream();
        using (var gzip = new GZipStream(stream, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return stream.ToArray();
    }

    /// <summary>Through a stream, and from memory: both give the same packets and find the same damage, and the capture stays as it was.</summary>
    public static List<CapturedPacket> Read(byte[] content, out PcapReader reader)
    {
        var packets = Read(new MemoryStream((byte[])content.Clone()), out reader);
        var before = (byte[])content.Clone();
        using var memory = new PcapReader(content);
        Assert.Equal(packets, ReadAll(memory));
        Assert.Equal(
            (reader.Error, reader.Format, reader.IsGzip, reader.Offset, reader.Damage.Count), (memory.Error, memory.Format, memory.IsGzip, memory.Offset, memory.Damage.Count));
        Assert.Equal(reader.Damage.First, memory.Damage.First);
        Assert.Equal(before, content);
        return packets;
    }

    public static List<CapturedPacket> Read(byte[] content)
    {
        var packets = Read(content, out var reader);
        reader.Dispose();
        return packets;
    }

    public static List<CapturedPacket> Read(Stream stream, out PcapReader reader)
    {
        reader = new PcapReader(stream);
        return ReadAll(reader);
    }

    private static List<CapturedPacket> ReadAll(PcapReader reader)
    {
        var packets = new List<CapturedPacket>();
        while (reader.TryRead(out var packet))
        {
            var time = packet.HasTimestamp ? packet.TimestampNanoseconds : (long?)null;
            packets.Add(new CapturedPacket(packet.Data.ToArray(), packet.OriginalLength, packet.Link, time, packet.InterfaceIndex));
        }

        return packets;
    }
}

/// <summary>Gives one byte at a time, as a slow pipe may.</summary>
internal sealed class OneByteStream(byte[] content) : MemoryStream(content)
{
    public override int Read(Span<byte> buffer) => base.Read(buffer[..Math.Min(1, buffer.Length)]);

    public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(1, count));
}
