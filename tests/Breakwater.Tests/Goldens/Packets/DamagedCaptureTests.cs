using Breakwater.Tests.Packet;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>Shared captures, whole and broken: no exception, the readable part, and where the damage is.</summary>
public sealed class DamagedCaptureTests(ITestOutputHelper output)
{
    [Fact]
    public void EverySharedCapture_Dissected_GivesFlowsThatAgreeWithItsLayers()
    {
        var (frames, faults) = (0, 0);
        foreach (var path in SharedCaptures.All())
        {
            foreach (var frame in SharedCaptures.Read(path).Frames)
            {
                frames++;
                FlowRecord flow = default;
                var error = PacketFlow.Read(frame.Data, frame.OriginalLength, frame.Link, ref flow);
                faults += error == DecodeError.None ? 0 : 1;
                var layers = LayerCollector.Dissect(frame.Data, frame.Link).Sink.Layers;
                Assert.Equal((ulong)frame.OriginalLength, flow.Bytes);
                Assert.Equal(layers.Count > 0, flow.Knows(FlowFields.Source));
                if (layers.Count > 0)
                    Assert.Equal((layers[0].Source, layers[0].DestinationPort, layers[0].Protocol), (flow.Source, flow.DestinationPort, flow.Protocol));
            }
        }

        output.WriteLine($"{frames} frames, {faults} with a fault in their outermost headers");
        Assert.NotEqual(0, frames);
        Assert.NotEqual(0, faults);
    }

    [Fact]
    public void CutOffCapture_Read_GivesItsFirstFramesAndTheOffset()
    {
        foreach (var path in SharedCaptures.Under("pcap-decode", "benign-pcap"))
        {
            var bytes = File.ReadAllBytes(path);
            var whole = SharedCaptures.Read(new MemoryStream(bytes)).Frames;
            var random = new Random(bytes.Length);
            for (var round = 0; round < 4; round++)
            {
                var length = random.Next(64, bytes.Length);
                var (frames, damage) = SharedCaptures.Read(new MemoryStream(bytes, 0, length));
                AssertIsPrefix(path, whole, frames);

                // Each frame whose successor begins in front of the cut is whole, and must be there.
                var complete = whole.Skip(1).Count(next => next.Offset <= length);
                Assert.InRange(frames.Count, complete, complete + 1);
                Assert.All(damage.First, place => Assert.InRange(place.Offset, frames.Count > 0 ? frames[^1].Offset : 0, length));
                if (!whole.Exists(frame => frame.Offset == length) && damage.Count == 0)
                    Assert.True(EndsBetweenBlocks(bytes, length), $"{path} cut at {length}: damage not noticed");
            }
        }
    }

    [Fact]
    public void OverwrittenCapture_Read_KeepsWhatStandsInFront()
    {
        foreach (var path in SharedCaptures.Under("pcap-decode", "benign-pcap"))
        {
            var bytes = File.ReadAllBytes(path);
            var whole = SharedCaptures.Read(new MemoryStream(bytes)).Frames;
            var place = (int)whole[whole.Count / 2].Offset;
            bytes.AsSpan(place, Math.Min(16, bytes.Length - place)).Fill(0xFF);
            var (frames, damage) = SharedCaptures.Read(new MemoryStream(bytes));

            // A frame whose time is far from its neighbours' may be given up together with the broken one behind it; nothing else may.
            var found = damage.First.First(found => found.Offset <= place && found.Offset + found.LengthBytes > place);
            var kept = frames.TakeWhile(frame => frame.Offset < found.Offset).ToList();
            AssertIsPrefix(path, whole, kept);
            Assert.Equal(whole.Count(frame => frame.Offset < found.Offset), kept.Count);
            Assert.InRange(whole.Count(frame => frame.Offset >= found.Offset && frame.Offset < place), 0, 1);
        }
    }

    private static void AssertIsPrefix(string path, List<CapturedFrame> whole, List<CapturedFrame> frames)
    {
        foreach (var (index, frame) in frames.Index())
        {
            Assert.True(frame.Data.AsSpan().SequenceEqual(whole[index].Data.AsSpan(0, frame.Data.Length)), $"{path}: frame {index + 1}");
            Assert.Equal(whole[index].OriginalLength, frame.OriginalLength);
        }
    }

    /// <summary>pcapng may also end between two blocks that hold no packet.</summary>
    private static bool EndsBetweenBlocks(byte[] bytes, int length)
    {
        if (BitConverter.ToUInt32(bytes, 0) != 0x0A0D0D0A)
            return false;
        var offset = 0;
        while (offset < length)
            offset += BitConverter.ToInt32(bytes, offset + 4);
        return offset == length;
    }
}
