using Breakwater.Wire;
using Breakwater.Wire.Packet;
using FsCheck;
using FsCheck.Fluent;

namespace Breakwater.Tests.Packet;

/// <summary>Dissecting what was written gives what was written, whole and cut at every length.</summary>
public sealed class PacketRoundTripTests
{
    private const int Frames = 3000;

    [Fact]
    public void WrittenFrame_Dissected_GivesTheSameFields() => CheckAll(seed => Disagreement(FrameModel.FromSeed(seed)));

    [Fact]
    public void WrittenFrame_CutAtEveryLength_KnowsExactlyWhatWasCaptured() => CheckAll(seed =>
    {
        var model = FrameModel.FromSeed(seed);
        for (var length = 0; length <= model.Frame.Length; length++)
        {
            var (_, sink) = LayerCollector.Dissect(model.Frame.AsSpan(0, length), model.Link);
            if (Disagreement(model, sink, length) is { } text)
                return $"cut at {length}: {text}";
        }

        return null;
    });

    /// <summary>Twin: a reader that sees bytes past the cut is found out, for every frame with a transport.</summary>
    [Fact]
    public void FrameSaidToBeCutBeforeItsLastHeader_Checked_IsFoundOut()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var model = FrameModel.FromSeed(seed);
            var (_, sink) = LayerCollector.Dissect(model.Frame, model.Link);
            Assert.NotNull(Disagreement(model, sink, model.Layers[^1].HeaderEnd - 1));
        }
    }

    /// <summary>Twin: one flipped bit of an address is found.</summary>
    [Fact]
    public void FrameWithOneFlippedAddressBit_Checked_IsFoundOut()
    {
        for (var seed = 0; seed < 200; seed++)
        {
            var model = FrameModel.FromSeed(seed);
            model.Frame[model.Layers[^1].HeaderEnd - 1] ^= 1;
            Assert.NotNull(Disagreement(model));
        }
    }

    [Fact]
    public void FrameWithRandomBytesChanged_Dissected_NeverThrows() => CheckAll(seed =>
    {
        var model = FrameModel.FromSeed(seed);
        var random = new Random(seed);
        for (var round = 0; round < 20; round++)
        {
            model.Frame[random.Next(model.Frame.Length)] = (byte)random.Next(256);
            var (_, sink) = LayerCollector.Dissect(model.Frame, model.Link);
            if (sink.Layers.Exists(layer => layer.PayloadOffset + layer.PayloadLength > model.Frame.Length || layer.PayloadLength < 0))
                return "payload outside of the frame";
        }

        return null;
    });

    private static void CheckAll(Func<int, string?> check) => Prop.ForAll(
        Gen.Choose(0, int.MaxValue - 1).ToArbitrary(),
        seed =>
        {
            var text = check(seed);
            return (text is null).Label($"seed {seed}: {text}");
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(Frames));

    private static string? Disagreement(FrameModel model)
    {
        var (error, sink) = LayerCollector.Dissect(model.Frame, model.Link);
        if (error != DecodeError.None)
            return error.ToString();
        if (sink.Layers.Count != model.Layers.Count)
            return $"{sink.Layers.Count} IP layers, expected {model.Layers.Count}";
        for (var index = 0; index < sink.Layers.Count; index++)
        {
            if (model.Layers[index].CheckWhole(sink.Layers[index]) is { } text)
                return $"layer {index}: {text}";
        }

        var vlans = sink.Links.SelectMany(link => Enumerable.Range(0, link.VlanCount).Select(index => link.VlanId(index)));
        var labels = sink.Links.Where(link => link.Depth == 0)
            .SelectMany(link => Enumerable.Range(0, link.MplsCount).Select(index => link.MplsLabel(index)));
        if (!vlans.SequenceEqual(model.VlanIds) || !labels.SequenceEqual(model.MplsLabels))
            return "VLAN ids or MPLS labels";
        var last = sink.Layers[^1];
        if (last.PayloadOffset + last.PayloadLength != model.ContentEnd)
            return "the payload does not end where the packet ends";
        return Disagreement(model, sink, model.Frame.Length);
    }

    private static string? Disagreement(FrameModel model, LayerCollector sink, int capturedBytes)
    {
        var expected = model.Layers.Count(layer => layer.HeaderEnd <= capturedBytes);
        for (var index = 0; index < sink.Layers.Count; index++)
        {
            if (model.Layers[index].Check(sink.Layers[index], index, capturedBytes) is { } text)
                return $"layer {index}: {text}";
        }

        return sink.Layers.Count == expected ? null : $"{sink.Layers.Count} IP layers in {capturedBytes} bytes, expected {expected}";
    }
}
