using System.Collections.Immutable;
using Breakwater.Telemetry.Live;

namespace Breakwater.Telemetry.Health;

/// <summary>Looks at the interfaces of one exporter once a second: rates and load, and whether samples and counters tell the same.</summary>
internal sealed class LinkWatch
{
    /// <summary>Samples may be off by this factor, either way, before they contradict the counters.</summary>
    public const double Band = 2;

    private const long Second = 1_000_000_000;

    /// <summary>Samples and counters are compared over so long at least: counters come every 20-30 s.</summary>
    private const long CompareFor = 60 * Second;

    /// <summary>Fewer samples than this may be off by chance: 100 are right to ±20 %.</summary>
    private const double FewestSamples = 100;

    /// <summary>Older counters say nothing of now.</summary>
    private const long CountersLast = 90 * Second;

    private const int FewestSeconds = 10;

    private readonly Dictionary<uint, (MinuteWindow<(ulong In, ulong Out, ulong Unknown)> Minute, int Seconds)> _byRecords = [];
    private PacketComparison _packets;
    private long _comparedFrom, _lost;

    /// <summary>What both say, where they disagree; null: they agree, or nothing can be said.</summary>
    public PacketComparison? Contradiction { get; private set; }

    /// <summary>Interfaces that records name, whose names are not known although roles go by names.</summary>
    public int Nameless { get; private set; }

    /// <summary>Reads all interfaces, by index. With the exporter's gate held.</summary>
    /// <param name="exporter">Whose.</param>
    /// <param name="now">The engine's time.</param>
    /// <param name="samplingRate">The highest rate of the last minute; 0 for none.</param>
    /// <param name="lost">What may have been lost on the way or by the kernel since the start.</param>
    public ImmutableArray<LinkHealth> Read(LiveExporter exporter, long now, uint samplingRate, long lost)
    {
        var roles = exporter.Interfaces;
        var links = ImmutableArray.CreateBuilder<LinkHealth>(exporter.Links.All.Count);
        Nameless = 0;
        foreach (var link in exporter.Links.All)
        {
            links.Add(Read(link, roles, now));
            if (link is { Name: null, HasTraffic: true } && !roles.Named.IsEmpty && !roles.Roles.ContainsKey(link.Index))
                Nameless++;
        }

        if (lost != _lost)
        {
            // Lost samples are no contradiction: the comparison begins anew.
            exporter.Links.NoteGap();
            (_packets, _comparedFrom, _lost, Contradiction) = (default, now, lost, null);
        }

        Compare(exporter.Links.TakePackets(), now, samplingRate);
        links.Sort(static (left, right) => left.IfIndex.CompareTo(right.IfIndex));
        return links.MoveToImmutable();
    }

    private LinkHealth Read(Link link, InterfaceRoles roles, long now)
    {
        var speed = roles.Speeds.TryGetValue(link.Index, out var given) ? given : link.BitsPerSecond;
        // While counters come the minute of records goes on: when they end, it is theirs.
        var byRecords = link.HasTraffic ? ByRecords(link) : null;
        var counted = now - link.CountedNanoseconds < CountersLast ? link.CountedBitsPerSecond : null;
        var rates = counted ?? byRecords;
        return new LinkHealth(link.Index, link.Name, link.Description, roles.RoleOf(link.Index), speed > 0 ? speed : null)
        {
            InBitsPerSecond = rates?.In,
            OutBitsPerSecond = rates?.Out,
            IsCounted = counted is not null,
        };
    }

    /// <summary>Rates of the last minute, bits per second; null while too little is known, as by records of an unknown sampling.</summary>
    private (double In, double Out)? ByRecords(Link link)
    {
        if (!_byRecords.TryGetValue(link.Index, out var records))
            records = (new MinuteWindow<(ulong In, ulong Out, ulong Unknown)>((link.InBytes, link.OutBytes, link.OfUnknownRate)), 0);
        var oldest = records.Minute.Oldest;
        records.Minute.Add((link.InBytes, link.OutBytes, link.OfUnknownRate));
        records.Seconds = Math.Min(records.Seconds + 1, MinuteWindow<int>.Seconds + 1);
        _byRecords[link.Index] = records;
        var seconds = records.Seconds - 1;
        return seconds < FewestSeconds || link.OfUnknownRate != oldest.Unknown ? null : ((link.InBytes - oldest.In) * 8.0 / seconds, (link.OutBytes - oldest.Out) * 8.0 / seconds);
    }

    private void Compare(PacketComparison packets, long now, uint samplingRate)
    {
        if (_comparedFrom == 0)
            _comparedFrom = now;
        _packets.Sampled += packets.Sampled;
        _packets.Counted += packets.Counted;
        if (now - _comparedFrom < CompareFor || _packets.Counted == 0 || samplingRate == 0)
            return;
        var ratio = (double)_packets.Sampled / _packets.Counted;
        var isEnough = Math.Max(_packets.Sampled, _packets.Counted) / (double)samplingRate >= FewestSamples;
        Contradiction = isEnough && ratio is < (1 / Band) or > Band ? _packets : null;
        (_packets, _comparedFrom) = (default, now);
    }
}
