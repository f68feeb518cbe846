namespace Breakwater.Response.Price;

/// <summary>What filters drop of each client.</summary>
internal sealed class ClientTally(int clients)
{
    private readonly bool[] _now = new bool[clients];

    /// <summary>Packets, with those of connections that do not come about.</summary>
    public double[] Packets { get; } = new double[clients];

    /// <inheritdoc cref="Packets"/>
    public double[] Bytes { get; } = new double[clients];

    /// <summary>Packets that are met themselves.</summary>
    public double[] MetPackets { get; } = new double[clients];

    /// <inheritdoc cref="MetPackets"/>
    public double[] MetBytes { get; } = new double[clients];

    /// <summary>Sampled packets of each that are met.</summary>
    public int[] MetRecords { get; } = new int[clients];

    /// <summary>How likely each one loses anything.</summary>
    public double[] Hurt { get; } = new double[clients];

    /// <summary>Packets and bytes that may be lost with connections, beside those counted.</summary>
    public double MorePackets { get; private set; }

    /// <inheritdoc cref="MorePackets"/>
    public double MoreBytes { get; private set; }

    /// <summary>Clients from before seen during the attack that lose anything now.</summary>
    public int CohortTouched => _now.Count(static touched => touched);

    public void Meet(int client, in TrafficRow row)
    {
        Packets[client] += row.Packets;
        Bytes[client] += row.Bytes;
        MetPackets[client] += row.Packets;
        MetBytes[client] += row.Bytes;
        MetRecords[client]++;
        Hurt[client] = 1;
    }

    /// <summary>A packet that is not met itself: its connection may be lost.</summary>
    public void Lose(int client, in TrafficRow row, LostConnections lost)
    {
        Packets[client] += lost.Value * row.Packets;
        Bytes[client] += lost.Value * row.Bytes;
        MorePackets += (lost.High - lost.Value) * row.Packets;
        MoreBytes += (lost.High - lost.Value) * row.Bytes;
        // Of several connections one may be enough.
        var spared = Math.Pow(1 - lost.Value, Math.Max(1, lost.PerPacket * row.Packets));
        Hurt[client] = 1 - ((1 - Hurt[client]) * spared);
    }

    public void Touch(int client) => _now[client] = true;
}
