using System.IO.Compression;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire.Pcap;

namespace Breakwater.Fuzz.Targets;

/// <summary>
/// A capture reader on whole small files. Sound files give exactly the slow reader's packets and no damage; damaged ones never give a
/// packet whose bytes are not in the file, nor go back.
/// </summary>
internal abstract class CaptureTarget : FuzzTarget
{
    private const int MostPackets = 65_536;

    // A buffer per file would be most of the run's time.
    private readonly byte[] _buffer = new byte[PcapLimits.BufferBytes];

    public override int CapacityBytes => 4096;

    public override byte[][] Tokens =>
    [
        [0xA1, 0xB2, 0xC3, 0xD4], [0xD4, 0xC3, 0xB2, 0xA1], [0xA1, 0xB2, 0x3C, 0x4D], [0x4D, 0x3C, 0xB2, 0xA1], [0xA1, 0xB2, 0xCD, 0x34], [0x34, 0xCD, 0xB2, 0xA1],
        [0x0A, 0x0D, 0x0D, 0x0A], [0x1A, 0x2B, 0x3C, 0x4D], [0x4D, 0x3C, 0x2B, 0x1A], [1, 0, 0, 0], [6, 0, 0, 0], [3, 0, 0, 0], [2, 0, 0, 0],
        [9, 0, 1, 0], [14, 0, 8, 0], [0, 9, 0, 1], [0, 0, 4, 0], [0, 4, 0, 0], [0x1F, 0x8B, 8, 0],
    ];

    /// <summary>Called before a file is read; carries the planted bug.</summary>
    private protected abstract void OnFile(ReadOnlySpan<byte> file);

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        OnFile(input);
        var file = input.ToArray();
        using var stream = new MemoryStream(file, writable: false);
        using var reader = new PcapReader(stream, _buffer);
        var content = IsGzip(file) ? null : file;
        var oracle = content is null ? null : NaivePcap.Read(content) ?? NaivePcapng.Read(content);
        var packets = 0;
        var lastOffset = -1L;
        var signature = default(Signature);
        while (reader.TryRead(out var packet))
        {
            FuzzFault.Holds(packet.Offset > lastOffset, $"packet {packets} at {packet.Offset} after one at {lastOffset}");
            lastOffset = packet.Offset;
            if (content is not null)
                CheckBytes(packet, content);
            if (oracle is { IsSound: true })
                CheckPacket(packet, oracle, packets);
            packets++;
            FuzzFault.Holds(packets <= MostPackets, "more packets than the file has bytes for");
            signature.Add((ulong)packet.Link | ((ulong)Math.Min(packet.InterfaceIndex, 3) << 16));
            signature.AddCount(packet.Data.Length);
        }

        FuzzFault.Holds(!reader.TryRead(out _), "a packet after the end");
        if (oracle is { IsSound: true })
        {
            FuzzFault.Same("packets", packets, oracle.Packets.Count);
            FuzzFault.Holds(reader.Damage.Count == 0, $"damage in a sound file: {string.Join(", ", reader.Damage.First)}");
        }

        CheckDamage(reader, content);
        signature.Add((ulong)reader.Format | ((ulong)reader.Error << 8));
        foreach (var damage in reader.Damage.First.Take(4))
            signature.Add((ulong)damage.Error);
        signature.AddCount(reader.Damage.Count);
        return new Outcome(signature.Value, packets > 0);
    }

    private static bool IsGzip(byte[] file) => file is [0x1F, 0x8B, ..];

    private static void CheckBytes(in PcapPacket packet, byte[] content)
    {
        FuzzFault.Holds(packet.Offset + packet.Data.Length <= content.Length, "a packet beyond the end of the file");
        var record = content.AsSpan((int)packet.Offset, Math.Min(content.Length - (int)packet.Offset, packet.Data.Length + 28));
        FuzzFault.Holds(record.IndexOf(packet.Data) >= 0, $"the bytes of the packet at {packet.Offset} do not stand there");
    }

    private static void CheckPacket(in PcapPacket packet, NaiveCapture oracle, int index)
    {
        FuzzFault.Holds(index < oracle.Packets.Count, $"packet {index} of a sound file with {oracle.Packets.Count}");
        var expected = oracle.Packets[index];
        FuzzFault.Same("offset", packet.Offset, expected.Offset);
        FuzzFault.Same("captured length", packet.Data.Length, expected.Captured);
        FuzzFault.Same("original length", packet.OriginalLength, (int)Math.Min(expected.Original, int.MaxValue));
        FuzzFault.Same("interface", packet.InterfaceIndex, expected.InterfaceIndex);
        FuzzFault.Same("link type", (uint)packet.Link, expected.Link is 12 or 14 ? 101u : expected.Link);
        FuzzFault.Same("has a time", packet.HasTimestamp, expected.Nanoseconds.HasValue);
        if (expected.Nanoseconds is { } time)
            FuzzFault.Same("time", packet.TimestampNanoseconds, (long)time);
    }

    private static void CheckDamage(PcapReader reader, byte[]? content)
    {
        FuzzFault.Holds(reader.Damage.First.Count <= PcapDamageLog.Limit, "the damage list is above its limit");
        foreach (var damage in reader.Damage.First)
        {
            FuzzFault.Holds(damage.Offset >= 0 && damage.LengthBytes >= 0, $"damage at {damage.Offset}, {damage.LengthBytes} bytes");
            FuzzFault.Holds(content is null || damage.Offset + damage.LengthBytes <= content.Length, $"damage beyond the end: {damage}");
        }
    }

    private protected static byte[] Gzip(byte[] content)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true))
            gzip.Write(content);
        return packed.ToArray();
    }
}
