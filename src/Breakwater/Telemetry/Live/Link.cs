namespace Breakwater.Telemetry.Live;

/// <summary>One interface of an exporter. Guarded by the exporter's gate.</summary>
internal sealed class Link(uint index)
{
    private LinkCounters _last;
    private ulong _sampledInBefore, _sampledOutBefore;
    private bool _hasGap;

    public uint Index { get; } = index;

    /// <summary>ifName, from an sFlow port_name or from options; null while unknown.</summary>
    public string? Name { get; set; }

    /// <summary>ifDescr or alias, from options; null while unknown.</summary>
    public string? Description { get; set; }

    /// <summary>ifSpeed as told, bits per second; 0 while unknown.</summary>
    public ulong BitsPerSecond { get; private set; }

    /// <summary>Octets of records that came in and went out here, scaled by their sampling, since the start.</summary>
    public ulong InBytes, OutBytes;

    /// <summary>Records whose sampling is unknown: octets of theirs are in neither.</summary>
    public ulong OfUnknownRate;

    /// <summary>Packets of sFlow samples that were taken here, scaled, since the start.</summary>
    public ulong SampledIn, SampledOut;

    /// <summary>Arrival of the last counters, nanoseconds since 1970-01-01 UTC; 0 before the first.</summary>
    public long CountedNanoseconds { get; private set; }

    /// <summary>Rates between the last two counters; null before the second.</summary>
    public (double In, double Out)? CountedBitsPerSecond { get; private set; }

    /// <summary>A record named it.</summary>
    public bool HasTraffic => InBytes + OutBytes + OfUnknownRate > 0;

    /// <summary>Samples may be missing since the last counters: up to the next ones the two say nothing of each other.</summary>
    public void NoteGap() => _hasGap = true;

    /// <summary>Takes counters. Rates are those since the counters before.</summary>
    /// <param name="packets">Gets what both ways of counting say of the packets between them.</param>
    public void Count(in LinkCounters counters, long nanoseconds, ref PacketComparison packets)
    {
        var seconds = (nanoseconds - CountedNanoseconds) / 1e9;
        var (inOctets, outOctets) = (unchecked(counters.InOctets - _last.InOctets), unchecked(counters.OutOctets - _last.OutOctets));
        var hasBefore = CountedNanoseconds > 0 && seconds > 0;
        // Totals that fell began anew with the exporter: half of their range is never passed between two looks.
        if (hasBefore && inOctets <= long.MaxValue && outOctets <= long.MaxValue)
        {
            CountedBitsPerSecond = (inOctets * 8 / seconds, outOctets * 8 / seconds);
            if (!_hasGap)
            {
                packets.Add(SampledIn - _sampledInBefore, SampledIn, unchecked(counters.InPackets - _last.InPackets));
                packets.Add(SampledOut - _sampledOutBefore, SampledOut, unchecked(counters.OutPackets - _last.OutPackets));
            }
        }

        _hasGap = false;

        if (counters.BitsPerSecond > 0)
            BitsPerSecond = counters.BitsPerSecond;
        (_last, CountedNanoseconds, _sampledInBefore, _sampledOutBefore) = (counters, nanoseconds, SampledIn, SampledOut);
    }
}

/// <summary>Packets as samples make them and as counters count them, at the interfaces and in the directions where samples are taken at all.</summary>
internal struct PacketComparison
{
    public ulong Sampled, Counted;

    /// <param name="sampled">Scaled samples between two counters.</param>
    /// <param name="sampledEver">Those since the start; 0: nothing is sampled there.</param>
    /// <param name="counted">The counters' difference.</param>
    public void Add(ulong sampled, ulong sampledEver, uint counted)
    {
        if (sampledEver == 0)
            return;
        Sampled += sampled;
        Counted += counted;
    }
}
