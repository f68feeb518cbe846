namespace Breakwater.Detection.Dossiers;

/// <summary>
/// What a watched host sends itself, in two generations of 30 seconds: how many questions to which reflecting services, and how much by
/// UDP. Sums, not pairs: they hold for sampled telemetry too, where a question and its answer are hardly ever both seen.
/// </summary>
internal sealed class SentTraffic
{
    /// <summary>Fewest packets seen from which on the host's own direction counts as visible.</summary>
    private const long FewestSamples = 4;

    private ulong[] _asks = new ulong[TrafficClass.Count], _asksBefore = new ulong[TrafficClass.Count];
    private (long Samples, ulong Udp) _now, _before;

    /// <summary>True when the telemetry shows what the host sends.</summary>
    public bool IsVisible => _now.Samples + _before.Samples >= FewestSamples;

    /// <summary>Scaled UDP packets sent in the last 30-60 s.</summary>
    public ulong UdpPackets => _now.Udp + _before.Udp;

    /// <summary>Scaled packets sent in the last 30-60 s to ports of a reflecting service.</summary>
    public ulong Asks(Vector service) => _asks[(int)service] + _asksBefore[(int)service];

    public void Add(in TickEntry entry)
    {
        _now.Samples += entry.Packets;
        if (entry.Protocol != 17)
            return;
        _now.Udp += entry.Scaled;
        if (entry.Has(EntryTraits.HasPorts))
            _asks[(int)Vectors.OfUdpSourcePort(entry.DestinationPort)] += entry.Scaled;
    }

    public void Rotate()
    {
        (_asks, _asksBefore) = (_asksBefore, _asks);
        Array.Clear(_asks);
        (_before, _now) = (_now, default);
    }
}
