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

    /// <summary>Where more than four hosts a place have traffic, the few that got one at a few packets would be any; at the watch floor each gets one as before.</summary>
    [Theory]
    [InlineData(Places * 4, true)]
    [InlineData((Places * 4) + 1, false)]
    public void WhileFarMoreHostsThanPlacesAreActive_AFewPacketsGetNone(int hosts, bool isWatched)
    {
        Pass([.. Enumerable.Range(1, hosts).Select(static host => (host, 1))]);
        Pass((1, 8));
        Assert.Equal(isWatched, IsWatched(1));
        Pass((2, WatchFloor));
        Assert.True(IsWatched(2));
        // Who passes by once takes nothing from those that come later.
        Leap(20);
        Pass((1, 8));
        Assert.True(IsWatched(1));
    }

    /// <summary>The table drops its idle hosts while silence is passed tick by tick, and not when it is leapt over: that decides nothing.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    public void SilenceAfterManyHosts_SteppedOrLeapt_IsTheSame(int shards)
    {
        Assert.Equal(1_200, Packets(isStepped: true));
        Assert.Equal(1_200, Packets(isStepped: false));

        double? Packets(bool isStepped)
        {
            var detector = new Detector(new DetectorOptions { MaxDossiers = Places, MaxHosts = (Places * 4) + 4, Shards = shards });
            detector.Tick(Start);
            for (var host = 0; host <= Places * 4; host++)
                Send(1, OwnHost(host), Start);
            var later = Start + 80_000_000_000;
            for (var tick = Start; isStepped && tick < later; tick += Detector.TickNanoseconds)
                detector.Tick(tick);
            detector.Tick(later);
            Send(200, Victim, later);
            detector.Tick(later + Detector.TickNanoseconds);
            Send(1_000, Victim, later + Detector.TickNanoseconds);
            detector.Tick(later + (30 * Detector.TickNanoseconds));
            return Assert.Single(detector.Finish().Incidents).Packets.Value;

            void Send(int packets, Address host, long at)
            {
                for (var packet = 0; packet < packets; packet++)
                    detector.Count(Udp(at, Sender(packet), 40_000, host, 80, 100));
            }
        }
    }

    [Fact]
    public void BelowItsFloor_NobodyTakesAnothersPlace_AboveItAtOnce()
    {
        Pass((1, 8), (2, 8), (3, 8), (4, 8), (5, 8));
        Assert.Equal(4, Enumerable.Range(1, 5).Count(IsWatched));
        Pass((6, WatchFloor - 1));
        Assert.False(IsWatched(6));
        Pass((6, 1));
        Assert.True(IsWatched(6));
    }

    /// <summary>Who cannot come to be ahead of the holder of the cheapest place is not looked at, and told of; once the holders have become quiet, it is.</summary>
    [Fact]
    public void PlacesCostWhatTheirHoldersHave()
    {
        Pass((1, 8000), (2, 8000), (3, 8000), (4, 8000));
        Assert.Equal(10_000u, _pool.Floors[(int)WatchGroup.Udp]);
        Pass((6, 9999));
        Assert.False(IsWatched(6));
        Assert.Equal(1, _pool.Refused);
        Pass((7, 10_001));
        Assert.True(IsWatched(7));
        Leap(20);
        Assert.Equal((uint)WatchFloor, _pool.Floors[(int)WatchGroup.Udp]);
        Pass((6, WatchFloor));
        Assert.True(IsWatched(6));
    }

    [Fact]
    public void Price_IsTheSameHoweverTheSilenceBeforeIsPassed()
    {
        Pass((1, 8000), (2, 8000), (3, 8000), (4, 8000));
        for (var ticks = 1; ticks < 30; ticks++)
        {
            Leap(1);
            var stepped = _pool.Floors[(int)WatchGroup.Udp];
            _pool.OpenTick((uint)(_tick / 10));
            Assert.Equal(stepped, _pool.Floors[(int)WatchGroup.Udp]);
        }
    }

    /// <summary>300 and 900 packets lift the host over its watch floor and over what a place costs, at once or one after the other.</summary>
    [Theory]
    [InlineData(900, 300)]
    [InlineData(300, 900)]
    public void OrderWithinATick_DoesNotMatter(int first, int second)
    {
        Pass((1, 300), (2, 300), (3, 300), (4, 300));
        Assert.Equal(375u, _pool.Floors[(int)WatchGroup.Udp]);
        Pass((6, first), (6, second));
        Assert.True(IsWatched(6));
        Assert.Equal(0, _pool.Refused);
    }

    /// <summary>990 packets in one tick to one host while all places are held: the alarm is the same whether the quiet ticks behind it are judged one by one or at once.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Burst_WhileAllPlacesAreHeld_IsFound(bool isStepped)
    {
        var detector = new Detector(new DetectorOptions { MaxDossiers = Places });
        detector.Tick(Start);
        for (var host = 1; host <= Places; host++)
            Send(host, 8, Start);
        var burst = Start + (2 * Detector.TickNanoseconds);
        detector.Tick(burst);
        Send(9, 990, burst);
        for (var tick = burst; isStepped && tick < burst + 5_000_000_000; tick += Detector.TickNanoseconds)
            detector.Tick(tick);
        detector.Tick(burst + 5_000_000_000);
        Assert.Equal(990, Assert.Single(detector.Finish().Incidents).Packets.Value);

        void Send(int host, int packets, long at)
        {
            for (var packet = 0; packet < packets; packet++)
                detector.Count(Udp(at, Sender(packet), 40_000, OwnHost(host), 80, 100));
        }
    }

    private static Address OwnHost(int number) => Address.FromIPv4(0xCB007100u + (uint)number);

    private bool IsWatched(int host)
    {
        var hash = HostTable.HashOf(new KeyedHash(new DetectorOptions().Seed).Of(OwnHost(host)), Direction.Inbound);
        return _hosts.Find(OwnHost(host), Direction.Inbound, hash) is >= 0 and var row && _hosts[row].Dossier >= 0;
    }

    /// <summary>A tick with a record of so many UDP packets to each host.</summary>
    private void Pass(params ReadOnlySpan<(int Host, int Packets)> traffic)
    {
        _shard.Tick = _tick;
        foreach (var (host, packets) in traffic)
        {
            var flow = Udp(_tick * Detector.TickNanoseconds, Sender(packets), 40_000, OwnHost(host), 80, 100 * packets);
            flow.Packets = (ulong)packets;
            _shard.Count(in flow);
        }

        _counting.Count([_shard], _tick, level: 0);
        _pool.Promote((uint)(_tick / 10));
        _shard.Log.Clear(level: 0);
        Leap(1);
    }

    private void Leap(int ticks)
    {
        _tick += ticks;
        _pool.OpenTick((uint)(_tick / 10));
    }
}
