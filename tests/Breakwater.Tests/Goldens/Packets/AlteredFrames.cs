using Breakwater.Tests.Packet;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>Copies of a capture's frames with one change each, to show that a comparison can fail.</summary>
internal static class AlteredFrames
{
    public static IEnumerable<IReadOnlyList<CapturedFrame>> Of(IReadOnlyList<CapturedFrame> frames)
    {
        var index = Enumerable.Range(0, frames.Count).First(candidate => LastLayerOffset(frames[candidate]) >= 0);
        var frame = frames[index];
        yield return [.. frames.Take(index), .. frames.Skip(index + 1)];
        yield return Replace(frames, index, frame with { OriginalLength = frame.OriginalLength + 1 });
        var data = frame.Data.ToArray();

        // The last octet of the source address.
        var layer = LastLayerOffset(frame);
        data[layer + (data[layer] >> 4 == 4 ? 15 : 23)] ^= 1;
        yield return Replace(frames, index, frame with { Data = data });
    }

    private static int LastLayerOffset(CapturedFrame frame) =>
        LayerCollector.Dissect(frame.Data, frame.Link).Sink.Layers is [.., var last] ? last.Offset : -1;

    private static CapturedFrame[] Replace(IReadOnlyList<CapturedFrame> frames, int index, CapturedFrame frame) =>
        [.. frames.Take(index), frame, .. frames.Skip(index + 1)];
}
