using Breakwater.Tests.Packet;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>tshark reads what PacketWriter writes: a judge of writer and reader that knows neither.</summary>
public sealed class WrittenFrameGoldenTests
{
    private const int Frames = 600;

    [Fact]
    public void WrittenFrames_ReadByTshark_HaveRightChecksumsAndTheSameTraffic()
    {
        Tshark.Require();
        var path = Path.GetTempFileName();
        try
        {
            Write(path, corrupt: false);
            Assert.Equal("", Tshark.FramesWithBadChecksums(path));
            TsharkGoldenTests.Compare(path, SharedCaptures.Read(path).Frames).AssertNoDifference();

            // Twin: the same frames, each with its last octet changed.
            Write(path, corrupt: true);
            Assert.True(Tshark.FramesWithBadChecksums(path).Length > 0);
        }
        finally
        {
            File.Delete(path);
        }
    }

    private static void Write(string path, bool corrupt)
    {
        using var stream = File.Create(path);
        var writer = new PcapWriter(stream, LinkType.Ethernet);
        var written = 0;
        for (var seed = 0; written < Frames; seed++)
        {
            var model = FrameModel.FromSeed(seed);
            if (model.Link != LinkType.Ethernet)
                continue;
            if (corrupt)
                model.Frame[model.ContentEnd - 1] ^= 0x10;
            writer.Write(model.Frame, model.Frame.Length, seed);
            written++;
        }
    }
}
