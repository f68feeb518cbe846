using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;
using Breakwater.Detection.Samples;
using Breakwater.Detection.Sketches;
using Breakwater.Tests.HouseRules;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

/// <summary>What one entry of each table of the detector takes, as docs/reference/limits.md says: measured by what the runtime allocates.</summary>
[Collection(nameof(Ipfix.MemoryMeasurement))]
public sealed class TableSizeTests
{
    private const string Page = "docs/reference/limits.md";

    private static object? _kept;

    [Fact]
    public void Page_HasTheSizesOfThisCode() => GeneratedPart.IsCurrent(Page, "sizes", Sizes());

    [Fact]
    public void ColdRecord_IsALineOfTheCache() => Assert.Equal(64, Unsafe.SizeOf<ColdRecord>());

    [Fact]
    public void Bytes_OfALargerObject_AreMore()
    {
        Assert.InRange(Bytes(static () => new byte[1000]), 1000, 1040);
        Assert.InRange(Bytes(static () => new byte[2000]), 2000, 2040);
    }

    private static string Sizes()
    {
        var options = new DetectorOptions();
        var spare = new SpareParts();
        var dossier = Bytes(() => new Dossier(Target.Host(default(Address)), new Floors(), 0, 0, new Urgency(new WatchGroups(new Floors()).TickLimits(new Floors())), new Usual(), spare));
        var sources = Bytes(static () => new SourceRoom(SourceRoom.Steps - 1));
        var counters = Bytes(static () => Old(new ClassCounters(new SourceRooms()) { TrafficClass = 1 })) - Bytes(static () => new SourceRooms().Take(0)) + sources;
        var names = Bytes(static () => new NameCounts());
        var young = Bytes(static () => new MinuteSample(0));
        var old = MinuteSample.SmallSize * Unsafe.SizeOf<SampledRecord>();
        const int weeks = 27 * 24 * 4;
        var service = ((StandingSamples.FreshMinutes + 1L) * young) + ((StandingSamples.MostMinutes - StandingSamples.FreshMinutes + weeks) * old);
        var rows = new StringBuilder("| What | Bytes each | At most | Together, MB |\n|---|---:|---:|---:|\n");
        Add("`ColdRecord`: a host with its counts; its slot in the index is 16 more at most", Unsafe.SizeOf<ColdRecord>(), options.MaxHosts);
        Add("`WatchCounts`: more of a host that gets more than 65,535 of a kind in a second (packets as they stand for)", Unsafe.SizeOf<WatchCounts>(), options.MaxHosts);
        Add("`AggregateRecord`: a prefix or service; its entry in the dictionary is about 70 more", Unsafe.SizeOf<AggregateRecord>(), AggregateTable.MaxAggregates);
        Add("`TickEntry`: a record of the present tick, in each shard", Unsafe.SizeOf<TickEntry>(), options.MaxTickRecords);
        Add("`Waiting`: records of a watched target that is far from any alarm, until the second ends", Waiting.MaxEntries * Unsafe.SizeOf<TickEntry>(), options.MaxDossiers);
        Add("`Dossier`: a watched target with its baseline, without kinds of traffic", dossier, options.MaxDossiers);
        Add("`ClassCounters`: one kind of traffic towards it: windows, sources, ports", counters, (long)options.MaxDossiers * DossierPool.MaxClassesPerDossier);
        Add("`SourceRoom`: of that, its sample of sources at its largest; it begins with a sixteenth, and what samples have outgrown waits for the next ones: as much again at most", sources, (long)options.MaxDossiers * DossierPool.MaxClassesPerDossier);
        Add("`RateWindows`: of that, its three rings of 64 cells", Bytes(static () => new RateWindows()), (long)options.MaxDossiers * DossierPool.MaxClassesPerDossier);
        Add("`NameCounts`: what requests ask about, for a kind that has requests, in each of two generations", names, (long)options.MaxDossiers * 4 * 2);
        Add("`PairFilter`: who asked whom, two generations of 4 MiB", Bytes(static () => new PairFilter()), 1);
        Add("`AskerBits`: who asked anybody, two generations", Bytes(static () => new AskerBits()), 1);
        Add("`MinuteSample`: a minute of standing samples younger than an hour", young, StandingSamples.FreshMinutes + 1);
        Add("`MinuteSample`: the records of an older one", old, StandingSamples.MostMinutes - StandingSamples.FreshMinutes + weeks);
        Add("`StandingSamples`: for each service that is configured, and once for all other hosts", service, 1);
        return rows.ToString();

        void Add(string what, long each, long most) =>
            rows.Append(CultureInfo.InvariantCulture, $"| {what} | {each:N0} | {most:N0} | {each * most / 1e6:N1} |\n");
    }

    /// <summary>With all that it comes to hold.</summary>
    private static ClassCounters Old(ClassCounters counters)
    {
        counters.Rotate();
        counters.Rotate();
        counters.Windows(1);
        return counters;
    }

    /// <summary>What making one allocates on this thread, all that it holds included; the second time, when nothing else is set up any more.</summary>
    private static long Bytes(Func<object> make)
    {
        _kept = make();
        var before = GC.GetAllocatedBytesForCurrentThread();
        _kept = make();
        var bytes = GC.GetAllocatedBytesForCurrentThread() - before;
        GC.KeepAlive(_kept);
        return bytes;
    }
}
