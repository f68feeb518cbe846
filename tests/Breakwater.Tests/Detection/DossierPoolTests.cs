using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;
using Breakwater.Detection.Samples;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>Who gets a place of close watch while places are free, and who takes another's when none is.</summary>
public sealed class DossierPoolTests
{
    private const int Places = 8;

    // An eighth of the floor of 2,000 packets a second.
    private const int WatchFloor = 250;

    private readonly HostTable _hosts;
    private readonly DossierPool _pool;
    private readonly Counting _counting;
    private readonly Shard _shard;
    private long _tick = Start / Detector.TickNanoseconds / 10 * 10;

    public DossierPoolTests()
    {
        var options = new DetectorOptions { MaxDossiers = Places };
        var (groups, table, samples) = (new WatchGroups(options.Floors), new AggregateTable(options), new StandingSamples());
        _hosts = new HostTable(options.MaxHosts, options.Seed);
        _pool = new DossierPool(options, _hosts, table, groups, new IncidentTracker(options, samples));
        _counting = new Counting(_hosts, table, _pool, groups, new Questions(), samples, watchesAggregates: false);
        _shard = new Shard(options, new OwnNetworks(options));
    }

    [Fact]
    public void WhileHalfOfAKindsPlacesAreFree_AFewPacketsGetOne()
    {
        Pass((Host: 1, Packets: 8));
        Assert.True(IsWatched(1));
        Pass((2, 7));
        Assert.False(IsWatched(2));
    }

    [Fact]
    public void BelowItsFloor_NobodyTakesAnothersPlace()
    {
        Pass((1, 8), (2, 8), (3, 8), (4, 8), (5, 8));
        Assert.Equal(4, Enumerable.Range(1, 5).Count(IsWatched));
        PassSecond((6, WatchFloor - 1));
        Assert.False(IsWatched(6));
    }

    [Fact]
    public void AboveItsFloor_AHostWaitsForTheEndOfTheSecond()
    {
        Pass((1, 8), (2, 8), (3, 8), (4, 8));
        Pass((6, WatchFloor));
        for (; _tick % 10 < 9;)
        {
            Assert.False(IsWatched(6));
            Pass();
        }

        Pass();
        Assert.True(IsWatched(6));
    }

    [Fact]
    public void FourTimesAbove_ItDoesNotWait()
    {
        Pass((1, 8), (2, 8), (3, 8), (4, 8));
        Pass((6, 4 * WatchFloor));
        Assert.True(IsWatched(6));
    }

    /// <summary>Who has a quarter of what the cheapest place takes is not looked at; once those who hold places have become quiet, it is.</summary>
    [Fact]
    public void PlacesCostWhatTheirHoldersHave_AsOfTheSecondBefore()
    {
        PassSecond((1, 8000), (2, 8000), (3, 8000), (4, 8000));
        Assert.Equal(2000u, _pool.Floors[(int)WatchGroup.Udp]);
        PassSecond((6, 1999));
        Assert.False(IsWatched(6));
        PassSecond();
        Assert.Equal((uint)WatchFloor, _pool.Floors[(int)WatchGroup.Udp]);
        PassSecond((6, 1999));
        Assert.True(IsWatched(6));
    }

    [Fact]
    public void WhenHostsGetOtherRows_NoneIsTakenForAnother()
    {
        Pass((1, 8), (2, 8), (3, 8), (4, 8));
        Pass((6, WatchFloor));
        _pool.ForgetProposals();
        while (_tick % 10 != 0)
            Pass();
        Assert.False(IsWatched(6));
    }

    private static Address OwnHost(int number) => Address.FromIPv4(0xCB007100u + (uint)number);

    private bool IsWatched(int host)
    {
        var hash = HostTable.HashOf(new KeyedHash(new DetectorOptions().Seed).Of(OwnHost(host)), Direction.Inbound);
        return _hosts.Find(OwnHost(host), Direction.Inbound, hash) is >= 0 and var row && _hosts[row].Dossier >= 0;
    }

    private void PassSecond(params ReadOnlySpan<(int Host, int Packets)> traffic)
    {
        Pass(traffic);
        while (_tick % 10 != 0)
            Pass();
    }

    /// <summary>A tick with so many UDP packets to each host.</summary>
    private void Pass(params ReadOnlySpan<(int Host, int Packets)> traffic)
    {
        _shard.Tick = _tick;
        foreach (var (host, packets) in traffic)
        {
            for (var packet = 0; packet < packets; packet++)
                _shard.Count(Udp(_tick * Detector.TickNanoseconds, Sender(packet), 40_000, OwnHost(host), 80, 100));
        }

        _counting.Count([_shard], _tick, level: 0);
        _pool.Promote((uint)(_tick / 10), endsSecond: _tick % 10 == 9);
        _shard.Log.Clear(level: 0);
        _tick++;
    }
}
