namespace Breakwater.Tests.Goldens.Packets;

/// <summary>Every IP layer of every shared capture against tshark's conversations and endpoints.</summary>
[Trait("Tier", "long")]
public sealed class TsharkGoldenTests(ITestOutputHelper output)
{
    [Fact]
    public void EverySharedCapture_AgainstTshark_HasTheSameTraffic()
    {
        var captures = SharedCaptures.All();
        Tshark.Require();
        var comparisons = new Comparison[captures.Count];
        Parallel.For(0, captures.Count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, index =>
            comparisons[index] = Compare(captures[index], SharedCaptures.Read(captures[index]).Frames));
        var all = Comparison.Of(comparisons);
        output.WriteLine($"tshark: {captures.Count} captures, {all.Agreements} rows agree, {all.Differences.Count} differ");
        foreach (var reason in Reasons.All.Where(reason => reason.Tool == "tshark" && reason.Kind == "omit"))
            output.WriteLine($"tshark, {reason.Protocol}, {reason.Rule}: {reason.Uses} rows left out");
        all.AssertNoDifference();
        Assert.NotEmpty(captures);
        Assert.All(Reasons.All.Where(reason => reason.Tool == "tshark" && reason.Kind == "omit"), reason => Assert.NotEqual(0, reason.Uses));
    }

    /// <summary>Twin: one octet more, one frame less, or one changed address bit is found.</summary>
    [Fact]
    public void OneAlteredFrame_AgainstTshark_IsFound()
    {
        var path = SharedCaptures.Under("pcap-decode")[0];
        Tshark.Require();
        var frames = SharedCaptures.Read(path).Frames;
        Assert.Empty(Compare(path, frames).Differences);
        foreach (var altered in AlteredFrames.Of(frames))
            Assert.NotEmpty(Compare(path, altered).Differences);
    }

    /// <summary>A capture that breaks off: the readable part is the one that tshark reads.</summary>
    [Fact]
    public void CaptureCutOff_AgainstTshark_HasTheSameReadablePart()
    {
        var captures = SharedCaptures.Under("pcap-decode");
        Tshark.Require();
        var folder = Directory.CreateTempSubdirectory("breakwater-cut-");
        try
        {
            foreach (var path in captures.Take(8))
            {
                var bytes = File.ReadAllBytes(path);
                var cut = Path.Combine(folder.FullName, "cut");
                File.WriteAllBytes(cut, bytes[..(bytes.Length * 2 / 3)]);
                Compare(cut, SharedCaptures.Read(cut).Frames).AssertNoDifference();
            }
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    internal static Comparison Compare(string path, IReadOnlyList<CapturedFrame> frames)
    {
        var ours = TrafficTable.Of(frames, "tshark");
        var golden = Tshark.Run(path);
        var comparison = new Comparison();
        comparison.AddValue($"{path}: frames", ours.Frames, golden.Frames);
        comparison.AddRows($"{path}: endpoint", ours.Endpoints(), golden.Endpoints);
        comparison.AddRows(
            $"{path}: conversation",
            ours.Rows.ToDictionary(row => row.Key, row => (row.Value.Packets, Bytes: Tshark.FormatBytes(row.Value.Bytes))),
            golden.Conversations,
            (left, right) => left.Packets == right.Packets && (right.Bytes == Tshark.Several || left.Bytes == right.Bytes));
        return comparison;
    }
}
