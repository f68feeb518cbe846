using Breakwater.Tests.Packet;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>The tables that tshark's conversations distinguish.</summary>
internal enum TrafficKind
{
    IPv4,
    IPv6,
    Tcp,
    Udp,
}

/// <summary>One direction between two ends; ports are 0 for the IP kinds.</summary>
internal readonly record struct Direction(TrafficKind Kind, Address Source, ushort SourcePort, Address Destination, ushort DestinationPort)
{
    public override string ToString() => $"{Kind} {Source}:{SourcePort} > {Destination}:{DestinationPort}";
}

internal readonly record struct Traffic(long Packets, long Bytes)
{
    public static Traffic operator +(Traffic left, Traffic right) => new(left.Packets + right.Packets, left.Bytes + right.Bytes);
}

/// <summary>Packets and bytes by direction. Bytes are original frame lengths, counted once for every layer.</summary>
internal sealed class TrafficTable
{
    public Dictionary<Direction, Traffic> Rows { get; } = [];

    /// <summary>All frames, with IP or without.</summary>
    public Traffic Frames { get; private set; }

    /// <summary>Every IP layer of every frame.</summary>
    public static TrafficTable Of(IEnumerable<CapturedFrame> frames, string tool)
    {
        var table = new TrafficTable();
        foreach (var frame in frames)
        {
            table.Frames += new Traffic(1, frame.OriginalLength);
            var (_, sink) = LayerCollector.Dissect(frame.Data, frame.Link);
            foreach (var layer in sink.Layers)
                table.Add(layer, frame.OriginalLength, tool);
        }

        return table;
    }

    public void Add(Direction direction, Traffic traffic) => Rows[direction] = Rows.GetValueOrDefault(direction) + traffic;

    /// <summary>Counts one IP header and, when its ports are known, its TCP or UDP header, as far as the tool counts them.</summary>
    public void Add(in IpLayer layer, int frameLength, string tool)
    {
        var kind = layer.Version == 4 ? TrafficKind.IPv4 : TrafficKind.IPv6;
        if (!Reasons.IsOmitted(tool, layer, kind))
            Add(new Direction(kind, layer.Source, 0, layer.Destination, 0), new Traffic(1, frameLength));
        if (layer.Protocol is not (6 or 17) || !layer.Knows(IpFields.Ports))
            return;
        kind = layer.Protocol == 6 ? TrafficKind.Tcp : TrafficKind.Udp;
        if (!Reasons.IsOmitted(tool, layer, kind))
            Add(new Direction(kind, layer.Source, layer.SourcePort, layer.Destination, layer.DestinationPort), new Traffic(1, frameLength));
    }

    /// <summary>What each end sent and received, as tshark's endpoint tables count it: an end that talks to itself counts twice.</summary>
    public Dictionary<(TrafficKind Kind, Address Address, ushort Port), (Traffic Sent, Traffic Received)> Endpoints()
    {
        var ends = new Dictionary<(TrafficKind, Address, ushort), (Traffic Sent, Traffic Received)>();
        foreach (var (direction, traffic) in Rows)
        {
            var source = (direction.Kind, direction.Source, direction.SourcePort);
            var destination = (direction.Kind, direction.Destination, direction.DestinationPort);
            ends[source] = (ends.GetValueOrDefault(source).Sent + traffic, ends.GetValueOrDefault(source).Received);
            ends[destination] = (ends.GetValueOrDefault(destination).Sent, ends.GetValueOrDefault(destination).Received + traffic);
        }

        return ends;
    }
}
