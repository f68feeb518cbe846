using Breakwater.Tests.Packet;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>One direction of a flow; ports are 0 where the protocol has none or they are unknown.</summary>
internal readonly record struct FlowKey(byte Protocol, Address Source, ushort SourcePort, Address Destination, ushort DestinationPort)
{
    public override string ToString() => $"protocol {Protocol} {Source}:{SourcePort} > {Destination}:{DestinationPort}";
}

/// <summary>Packets and original frame lengths by flow, each frame counted once, at its innermost IP header: what Arkime and nDPI call a flow.</summary>
internal static class FlowTable
{
    public static Dictionary<FlowKey, Traffic> Of(IEnumerable<CapturedFrame> frames, string tool)
    {
        var table = new Dictionary<FlowKey, Traffic>();
        foreach (var frame in frames)
        {
            var (_, sink) = LayerCollector.Dissect(frame.Data, frame.Link);
            if (sink.Layers.Count > 0 && !Reasons.IsOmitted(tool, sink.Layers[^1]))
                Add(table, KeyOf(sink.Layers[^1]), new Traffic(1, frame.OriginalLength));
        }

        return table;
    }

    public static void Add(Dictionary<FlowKey, Traffic> table, FlowKey key, Traffic traffic)
    {
        if (traffic.Packets > 0)
            table[key] = table.GetValueOrDefault(key) + traffic;
    }

    private static FlowKey KeyOf(in IpLayer layer) =>
        new(layer.Protocol, layer.Source, layer.SourcePort, layer.Destination, layer.DestinationPort);
}
