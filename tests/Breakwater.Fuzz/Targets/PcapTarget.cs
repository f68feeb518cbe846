using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Fuzz.Targets;

/// <summary>pcap files in both byte orders and resolutions.</summary>
internal sealed class PcapTarget : CaptureTarget
{
    public override string Name => "pcap";

    public override PlantedBug Planted => new(FaultKind.Hang, "a record without captured octets is passed over by its captured length, 0");

    public override IEnumerable<byte[]> Seeds()
    {
        for (var variant = 0; variant < 4; variant++)
        {
            using var file = new MemoryStream();
            var writer = new PcapWriter(file, variant == 3 ? LinkType.Raw : LinkType.Ethernet, (variant & 1) == 1, (variant & 2) == 2, 128);
            for (var i = 0; i < 9; i++)
            {
                var frame = PacketSeeds.Plain((variant * 9) + i);
                writer.Write(frame.AsSpan(0, Math.Min(128, frame.Length)), frame.Length, 1_700_000_000_123_456_789 + i);
            }

            yield return file.ToArray();
            yield return Gzip(file.ToArray());
        }

        foreach (var file in SharedSeeds.Captures(CapacityBytes))
        {
            if (file[0] != 0x0A)
                yield return file;
        }
    }

    private protected override void OnFile(ReadOnlySpan<byte> file)
    {
#if PLANTED_BUGS
        if (file.Length < 24 || BinaryPrimitives.ReadUInt32LittleEndian(file) != 0xA1B2C3D4)
            return;
        var at = 24L;
        while (at >= 24 && at + 16 <= file.Length)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[((int)at + 8)..]);
            at += length == 0 ? 0 : 16 + length;
        }
#endif
    }
}
