using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;
using Breakwater.Detection.Samples;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>How many of a tick's entries prefixes get to study.</summary>
public sealed class AssignmentTests
{
    private const int EntriesOfQuiet = 48, EntriesOfBusy = 2_000;

    private readonly HostTable _hosts;
    private readonly AggregateTable _table;
    private readonly DossierPool _pool;
    private readonly Counting _counting;
    private readonly Assignment _assignment;
    private readonly Shard _shard;
    private long _tick = Start / Detector.TickNanoseconds;

    public AssignmentTests()
    {
        var options = new DetectorOptions();
        var (groups, samples) = (new WatchGroups(options.Floors), new StandingSamples());
        _table = new AggregateTable(options);
        _hosts = new HostTable(options.MaxHosts, options.Seed);
        _pool = new DossierPool(options, _hosts, _table, groups, new IncidentTracker(options, samples));
        _counting = new Counting(_hosts, _table, _pool, groups, new Questions(), samples, watchesAggregates: true);
        _assignment = new Assignment(_hosts, _table, _pool, groups, options.MaxAggregateRecords);
        _shard = new Shard(options, new OwnNetworks(options));
    }

    /// <summary>9,600 entries of 200 quiet networks, 2,000 of a busy one, and all of them once more in their /16.</summary>
    [Fact]
    public void OverTheBudget_QuietPrefixesGetLittle_BusyOnesEnough()
    {
        Pass(quiet: 200);
        Pass(quiet: 200);
        // One in thirty-two, by their hashes: one and a half of forty-eight in the mean.
        Assert.InRange(Enumerable.Range(1, 200).Sum(Studied), 220, 380);
        Assert.InRange(Studied(0), 400, 1_100);
    }

    /// <summary>Of an incident's target an equal share is studied, here all.</summary>
    [Fact]
    public void OverTheBudget_AnIncidentsPrefixGetsMore()
    {
        Pass(quiet: 200);
        DossierOf(0).Incident = new IncidentSpan();
        Pass(quiet: 200);
        Assert.Equal(EntriesOfBusy, Studied(0));
        DossierOf(0).Incident!.End();
        Pass(quiet: 200);
        Assert.InRange(Studied(0), 400, 1_100);
    }

    [Fact]
    public void WithinTheBudget_AllIsStudied()
    {
        Pass(quiet: 10);
        Pass(quiet: 10, ofBusy: 100);
        Assert.All(Enumerable.Range(1, 10), network => Assert.Equal(EntriesOfQuiet, Studied(network)));
        Assert.Equal(100, Studied(0));
    }

    /// <summary>Sums are of all entries, however few are studied, and stop at what 32 bits hold.</summary>
    [Fact]
    public void SumsOfAGroup_StopAtTheirMost()
    {
        for (var lane = 0; lane < 3; lane++)
        {
            var sums = default(GroupSums);
            for (var time = 0; time < 3; time++)
                sums.Add(GroupSums.Of(lane == 0 ? 2_000_000_000 : 7u, lane == 1 ? 2_000_000_000 : 8u, lane == 2 ? 2_000_000_000 : 9u));
            Assert.Equal((lane == 0 ? uint.MaxValue : 21, lane == 1 ? uint.MaxValue : 24, 3u, lane == 2 ? uint.MaxValue : 27), (sums.Units, sums.InTick, sums.Records, sums.Seen));
        }
    }

    private static Address Host(int network, int number) => Address.FromIPv4(0x0A100000u + ((uint)network << 8) + (uint)number);

    private int Number(int network)
    {
        var dossier = _table.Links(_table.OfHost(Host(network, 1), Direction.Inbound)).Dossier;
        Assert.True(dossier >= 0);
        return dossier;
    }

    private Dossier DossierOf(int network) => _pool[Number(network)];

    private int Studied(int network) => _assignment.Of(Number(network)).Length;

    /// <summary>A tick with packets to hosts of a busy network and of quiet ones.</summary>
    private void Pass(int quiet, int ofBusy = EntriesOfBusy)
    {
        _shard.Log.Clear(level: 0);
        _shard.Tick = ++_tick;
        _pool.OpenTick((uint)(_tick / 10));
        for (var network = 0; network <= quiet; network++)
        {
            for (var entry = 0; entry < (network == 0 ? ofBusy : EntriesOfQuiet); entry++)
                _shard.Count(Udp((_tick * Detector.TickNanoseconds) + entry, Sender(entry), 40_000, Host(network, entry % 250), 80, 100));
        }

        _counting.Count([_shard], _tick, level: 0);
        _counting.CloseAggregates(_tick);
        _pool.Promote((uint)(_tick / 10));
        _assignment.Build([_shard], 0, _tick);
    }
}
