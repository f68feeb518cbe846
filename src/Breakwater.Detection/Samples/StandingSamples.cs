using System.Numerics;
using System.Runtime.CompilerServices;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection.Samples;

/// <summary>
/// A sample of all records by service and minute, kept for a day and for the same hours of four weeks: what "seen before" means, and
/// later what a filter would have cost. Own hosts without a service share one sample.
/// </summary>
internal sealed class StandingSamples
{
    /// <summary>Minutes kept in full.</summary>
    public const int FreshMinutes = 60;

    /// <summary>Minutes kept at all; of those older than a day, one in fifteen.</summary>
    public const int MostMinutes = 24 * 60;

    private const int WeeksKept = 4;
    private const int OldStep = 15;
    private readonly SortedDictionary<int, List<MinuteSample>> _byService = [];
    private MinuteSample? _last;
    private int _lastService = int.MinValue;

    /// <summary>Offers a record of the present tick.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Offer(in TickEntry entry, long tick)
    {
        var minute = tick / 600;
        var sample = _last is not null && _lastService == entry.Service && _last.Minute == minute ? _last : Of(entry.Service, minute);
        // Another order than the one by which large ticks are thinned: a record that stands for others is kept no likelier.
        var hash = BitOperations.RotateLeft(entry.RecordHash, 32) * 0x9E37_79B9_7F4A_7C15UL;
        if (sample.Wants(hash))
            sample.Add(ToRecord(in entry, hash));
    }

    /// <summary>The minutes of a service before a time, oldest first.</summary>
    public IEnumerable<MinuteSample> Before(int service, long nanoseconds)
    {
        var minute = nanoseconds / (600 * Detector.TickNanoseconds);
        return _byService.TryGetValue(service, out var minutes) ? minutes.Where(sample => sample.Minute < minute) : [];
    }

    /// <summary>The newest records between two times, at most so many.</summary>
    public void Copy(int service, long fromNanoseconds, long untilNanoseconds, int most, List<StandingRecord> records)
    {
        if (!_byService.TryGetValue(service, out var minutes))
            return;
        const long minuteNanoseconds = 600 * Detector.TickNanoseconds;
        for (var index = minutes.Count - 1; index >= 0 && minutes[index].Minute >= fromNanoseconds / minuteNanoseconds && records.Count < most; index--)
        {
            if (minutes[index].Minute > untilNanoseconds / minuteNanoseconds)
                continue;
            foreach (ref readonly var record in minutes[index].Records())
            {
                if (records.Count < most)
                    records.Add(new StandingRecord(minutes[index].Minute, minutes[index].Weight, record));
            }
        }
    }

    private static SampledRecord ToRecord(in TickEntry entry, ulong hash)
    {
        var isInbound = entry.Direction == Direction.Inbound;
        var (flags, icmp) = (entry.TcpFlags, entry.IcmpTypeCode);
        var isLater = entry.Class == (byte)Vector.FragmentFlood;
        return new SampledRecord
        {
            Hash = hash,
            FirstNanoseconds = entry.FirstNanoseconds,
            Source = isInbound ? entry.Peer : entry.Host,
            Destination = isInbound ? entry.Host : entry.Peer,
            Bytes = entry.Bytes,
            Packets = entry.Packets,
            SamplingRate = entry.SamplingRate,
            SourcePort = entry.SourcePort,
            DestinationPort = entry.DestinationPort,
            Protocol = entry.Protocol,
            Class = entry.Class,
            Direction = entry.Direction,
            PacketLength = entry.PacketLength,
            TcpFlags = flags ?? 0,
            IcmpType = (byte)((icmp ?? 0) >> 8),
            IcmpCode = (byte)(icmp ?? 0),
            Fragment = isLater ? FragmentPlace.Later : entry.Has(EntryTraits.FirstFragment) ? FragmentPlace.First : FragmentPlace.Whole,
            Known = (entry.Has(EntryTraits.HasPorts) && !isLater ? SampledFields.Ports : 0)
                | (flags is null ? 0 : SampledFields.TcpFlags) | (icmp is null ? 0 : SampledFields.Icmp),
        };
    }

    private MinuteSample Of(int service, long minute)
    {
        if (!_byService.TryGetValue(service, out var minutes))
            _byService.Add(service, minutes = []);
        if (minutes.Count == 0 || minutes[^1].Minute < minute)
        {
            minutes.Add(new MinuteSample(minute));
            Age(minutes, minute);
        }
        (_last, _lastService) = (minutes[^1], service);
        return _last;
    }

    /// <summary>Thins what is old: an hour to the small size, a day to the same hours of four weeks.</summary>
    private static void Age(List<MinuteSample> minutes, long minute)
    {
        foreach (var sample in minutes)
        {
            if (minute - sample.Minute > FreshMinutes)
                sample.Shrink();
        }
        minutes.RemoveAll(sample => minute - sample.Minute > MostMinutes && !IsKeptForWeeks(minute - sample.Minute, sample.Minute));
    }

    private static bool IsKeptForWeeks(long age, long minute) => age <= WeeksKept * 7 * 24 * 60 && minute % OldStep == 0;
}

/// <summary>How much of an incident's senders is known from before.</summary>
internal static class SeenBefore
{
    private const int FewestRecords = 64;

    /// <summary>
    /// Share of the incident's sampled senders whose network (/24, /48) stands in the samples from before it, by senders; null without
    /// enough of a past.
    /// </summary>
    public static double? Share(StandingSamples samples, int service, long startedNanoseconds, IReadOnlyCollection<Address> senders)
    {
        var known = new HashSet<Address>();
        var records = 0;
        foreach (var minute in samples.Before(service, startedNanoseconds))
        {
            foreach (ref readonly var record in minute.Records())
            {
                records++;
                known.Add(Network(record.Direction == Direction.Inbound ? record.Source : record.Destination));
            }
        }
        if (records < FewestRecords || senders.Count == 0)
            return null;
        return (double)senders.Count(sender => known.Contains(Network(sender))) / senders.Count;
    }

    private static Address Network(Address address) => address.Masked(address.IsIPv4 ? 24 : 48);
}
