using System.Buffers.Binary;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Fuzz.Targets;

/// <summary>pcapng files with several sections, interfaces and resolutions.</summary>
internal sealed class PcapngTarget : CaptureTarget
{
    public override string Name => "pcapng";

    public override PlantedBug Planted => new(FaultKind.Growth, "interfaces of earlier sections and files are kept for ever");

    public override IEnumerable<byte[]> Seeds()
    {
        for (var variant = 0; variant < 3; variant++)
        {
            using var file = new MemoryStream();
            var writer = new PcapngWriter(file, variant == 1);
            var one = writer.AddInterface(LinkType.Ethernet, 96, 9);
            var two = writer.AddInterface(LinkType.Raw, 0, 6, 3600);
            var three = writer.AddInterface(LinkType.LinuxSll, 256, 0x94);
            for (var i = 0; i < 6; i++)
            {
                var frame = PacketSeeds.Plain((variant * 6) + i);
                var cut = frame.AsSpan(0, Math.Min(96, frame.Length));
                writer.Write(i % 3 == 0 ? one : i % 3 == 1 ? two : three, cut, frame.Length, 1_700_000_000_123_456_789 + i);
                if (i == 3)
                    writer.WriteSimple(cut, frame.Length);
                if (i == 4)
                    writer.WriteBlock(5, [0, 0, 0, 0, 1, 2, 3, 4]);
            }

            if (variant == 2)
            {
                writer.StartSection(true);
                writer.AddInterface(LinkType.Ethernet);
                writer.WriteObsolete(0, PacketSeeds.Plain(3), 900, 1_700_000_000_000_000_000);
            }

            yield return file.ToArray();
            yield return Gzip(file.ToArray());
        }

        foreach (var file in SharedSeeds.Captures(CapacityBytes))
        {
            if (file[0] == 0x0A)
                yield return file;
        }
    }

#if PLANTED_BUGS
    private static readonly List<byte[]> _interfacesSeen = [];
#endif

    private protected override void OnFile(ReadOnlySpan<byte> file)
    {
#if PLANTED_BUGS
        for (var at = 0; at + 12 <= file.Length;)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(file[(at + 4)..]);
            if (length < 12 || length > file.Length - at)
                return;
            if (BinaryPrimitives.ReadUInt32LittleEndian(file[at..]) == 1)
                _interfacesSeen.Add(file.Slice(at, 12).ToArray());
            at += (int)length;
        }
#endif
    }
}
