using Breakwater.Tests.Packet;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>Shared captures against results that other tools left beside them: Arkime's sessions, nDPI's flows, tcpdump's text.</summary>
public sealed class RecordedGoldenTests(ITestOutputHelper output)
{
    private delegate Comparison? Compare(string capture, IReadOnlyList<CapturedFrame> frames);

    [Fact]
    public void ArkimeSessions_AgainstOurFlows_HaveTheSamePacketsAndBytes() => CheckAll("arkime", Arkime, ["pcap-decode"]);

    [Fact]
    public void NdpiFlows_AgainstOurFlows_HaveTheSamePacketsAndBytes() => CheckAll("ndpi", Ndpi, ["benign-pcap"]);

    [Fact]
    public void TcpdumpText_AgainstOurHeaders_HasTheSamePackets() => CheckAll("tcpdump", Tcpdump, ["pcap-decode", "ddos-pcap", "flow-telemetry"]);

    private static Comparison? Arkime(string capture, IReadOnlyList<CapturedFrame> frames)
    {
        if (ArkimeSessions.Beside(capture) is not { } path)
            return null;
        var golden = ArkimeSessions.Read(path);
        var ours = FlowTable.Of(frames, "arkime");
        var comparison = new Comparison();
        comparison.AddRows(path, ours, golden.Flows);
        comparison.AddValue($"{path}: total", ours.Values.Aggregate(default(Traffic), (sum, traffic) => sum + traffic), golden.Total);
        return comparison;
    }

    private static Comparison? Ndpi(string capture, IReadOnlyList<CapturedFrame> frames)
    {
        if (NdpiFlows.Beside(capture) is not { } path)
            return null;
        var comparison = new Comparison();
        comparison.AddRows(path, FlowTable.Of(frames, "ndpi"), NdpiFlows.Read(path));
        return comparison;
    }

    private static Comparison? Tcpdump(string capture, IReadOnlyList<CapturedFrame> frames)
    {
        Comparison? comparison = null;
        foreach (var path in TcpdumpLines.Beside(capture))
        {
            comparison ??= new Comparison();
            var golden = TcpdumpLines.Read(path);
            var ours = frames.Select(OutermostHeader).OfType<TcpdumpPacket>().ToList();
            comparison.AddValue($"{path}: packets", ours.Count, golden.Count);
            foreach (var (number, (left, right)) in ours.Zip(golden).Index())
                comparison.AddValue($"{path}: packet {number + 1}", left.OnlyWhat(right), right);
        }

        return comparison;
    }

    private static TcpdumpPacket? OutermostHeader(CapturedFrame frame) =>
        LayerCollector.Dissect(frame.Data, frame.Link).Sink.Layers is [var layer, ..]
            ? new TcpdumpPacket(layer.Source, layer.SourcePort, layer.Destination, layer.DestinationPort, layer.TotalLength, layer.TimeToLive)
            : null;

    /// <summary>Compares all captures, then shows for each kind of alteration that the comparison finds it.</summary>
    private void CheckAll(string tool, Compare compare, string[] folders)
    {
        var comparisons = new List<Comparison>();
        var hasShownAlterations = false;
        foreach (var capture in SharedCaptures.Under(folders))
        {
            var frames = SharedCaptures.Read(capture).Frames;
            if (compare(capture, frames) is not { } comparison)
                continue;
            comparisons.Add(comparison);
            if (hasShownAlterations)
                continue;
            hasShownAlterations = true;

            // tcpdump's text has no frame lengths: there, the altered length is not seen.
            var found = AlteredFrames.Of(frames).Count(altered => compare(capture, altered)!.Differences.Count > 0);
            Assert.Equal(tool == "tcpdump" ? 2 : 3, found);
        }

        var all = Comparison.Of(comparisons);
        output.WriteLine($"{tool}: {comparisons.Count} captures, {all.Agreements} rows agree, {all.Differences.Count} differ");
        all.AssertNoDifference();
        Assert.True(hasShownAlterations);
        var unused = Reasons.All.Where(reason => reason.Tool == tool && reason.Kind == "omit" && reason.Uses == 0);
        Assert.Empty(unused);
    }
}
