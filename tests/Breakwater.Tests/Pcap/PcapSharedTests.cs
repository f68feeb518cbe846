using Breakwater.Wire;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Pcap;

/// <summary>Every capture of the shared data.</summary>
public sealed class PcapSharedTests
{
    [Fact]
    public void SharedCaptures_AreReadWithoutDamage_PlainAndCompressed()
    {
        var files = 0;
        foreach (var path in Files())
        {
            var content = File.ReadAllBytes(path);
            var plain = Summary(content, out var reader);
            Assert.Equal((DecodeError.None, 0L), (reader.Error, reader.Damage.Count));
            Assert.True(plain.Packets > 0);
            if (content.Length < 1_000_000)
                Assert.Equal(plain, Summary(Captures.Gzip(content), out _));
            files++;
        }

        Assert.True(files > 100);
    }

    [Fact]
    public void SharedCaptures_CutAnywhere_GiveThePacketsBeforeTheCut()
    {
        foreach (var path in Files().Where(p => new FileInfo(p).Length < 100_000))
        {
            var content = File.ReadAllBytes(path);
            var whole = Captures.Read(content);
            for (var length = 30; length < content.Length; length += 1 + content.Length / 60)
            {
                var read = Captures.Read(content[..length], out var reader);
                Assert.Equal(whole.Take(read.Count), read);
                Assert.InRange(reader.Damage.Count, 0, 1);
            }
        }
    }

    private static IEnumerable<string> Files() => Directory.EnumerateFiles(SharedData.Root(), "*", SearchOption.AllDirectories)
        .Where(p => Path.GetExtension(p) is ".pcap" or ".pcapng" or ".cap")
        .Order(StringComparer.Ordinal);

    private static (long Packets, long Bytes, long Captured, long Times) Summary(byte[] content, out PcapReader reader)
    {
        reader = new PcapReader(new MemoryStream(content));
        var sum = (Packets: 0L, Bytes: 0L, Captured: 0L, Times: 0L);
        while (reader.TryRead(out var packet))
            sum = (sum.Packets + 1, sum.Bytes + packet.OriginalLength, sum.Captured + packet.Data.Length, sum.Times ^ packet.TimestampNanoseconds);
        return sum;
    }
}
