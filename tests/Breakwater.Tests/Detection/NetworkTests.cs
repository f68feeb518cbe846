using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;
using Breakwater.Detection.Samples;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>Configured networks, one inside the other, and what is said of prefixes that are studied by sample.</summary>
public sealed class NetworkTests
{
    private static readonly Prefix _wide = Net("10.16.0.0/14"), _half = Net("10.18.0.0/15"), _small = Net("10.18.0.0/20");

    [Fact]
    public void OfHost_NestedNetworks_LeadFromTheNarrowestToTheWidest()
    {
        var table = new AggregateTable(new DetectorOptions { Aggregates = [_half, _small, _wide, _half] });
        var narrow = table.OfHost(Address.Parse("10.18.1.1"), Direction.Inbound);
        Assert.Equal(["10.18.1.0/24", "10.18.0.0/20", "10.18.0.0/15", "10.16.0.0/14"], Chain(table, narrow));
        // Another /24, of which the narrowest network is a wider one, changes nothing of the first one's.
        Assert.Equal(["10.18.200.0/24", "10.18.0.0/15", "10.16.0.0/14"], Chain(table, table.OfHost(Address.Parse("10.18.200.1"), Direction.Inbound)));
        Assert.Equal(["10.18.1.0/24", "10.18.0.0/20", "10.18.0.0/15", "10.16.0.0/14"], Chain(table, narrow));
    }

    [Fact]
    public void OfHost_NetworkThatIsWatchedAnyway_IsNotCountedTwice()
    {
        var table = new AggregateTable(new DetectorOptions { Aggregates = [Net("10.18.0.0/16"), Net("10.18.1.0/24"), _wide] });
        Assert.Equal(["10.18.1.0/24", "10.16.0.0/14"], Chain(table, table.OfHost(Address.Parse("10.18.1.1"), Direction.Inbound)));
    }

    /// <summary>The /14 has one and a half times its floor; no /16, and not the /15 within, comes near its own.</summary>
    [Theory]
    [InlineData(true, new[] { "10.16.0.0/14" })]
    [InlineData(false, new string[0])]
    public void Carpet_OverTheWiderOfTwoNetworks_IsFound(bool isConfigured, string[] found)
    {
        var detector = new Detector(new DetectorOptions { Aggregates = isConfigured ? [_wide, _half] : [_half] });
        Assert.Equal(found, Spread(detector, networks: 4).Select(static incident => incident.Target.ToString()));
    }

    /// <summary>A tick's sums reach the widest network whole, whichever of its hosts came first.</summary>
    [Theory]
    [InlineData("10.16.1.1", "10.18.1.1")]
    [InlineData("10.18.1.1", "10.16.1.1")]
    public void SumsOfATick_ReachEveryNetwork_InAnyOrder(string first, string second)
    {
        var options = new DetectorOptions { Aggregates = [_wide, _half] };
        var (groups, table, hosts) = (new WatchGroups(options.Floors), new AggregateTable(options), new HostTable(options.MaxHosts, options.Seed));
        var incidents = new IncidentTracker(options, new StandingSamples());
        var counting = new Counting(
            hosts, table, new DossierPool(options, hosts, table, groups, incidents), groups, new Questions(), new StandingSamples(), watchesAggregates: true);
        var shard = new Shard(options, new OwnNetworks(options)) { Tick = Start / Detector.TickNanoseconds };
        shard.Count(Udp(Start, Sender(1), 1024, Address.Parse(first), 80, 100));
        shard.Count(Udp(Start, Sender(2), 1024, Address.Parse(second), 80, 100));
        counting.Count([shard], shard.Tick, level: 0);
        counting.CloseAggregates(shard.Tick);
        var counts = Enumerable.Range(0, table.Count).ToDictionary(
            index => table[index].Prefix.ToString(), index => table[index].Counts.Recent((int)WatchGroup.Udp, (uint)(shard.Tick / 10)));
        Assert.Equal(2u, counts["10.16.0.0/14"]);
        Assert.Equal(1u, counts["10.18.0.0/15"]);
        Assert.Equal(1u, counts["10.18.0.0/16"]);
    }

    [Theory]
    [InlineData(64, true)]
    [InlineData(1 << 13, false)]
    public void PrefixStudiedBySample_SaysSo_AndKeepsTheExportersRate(int mostRecords, bool isThinned)
    {
        var detector = new Detector(new DetectorOptions { Aggregates = [_wide], MaxAggregateRecords = mostRecords });
        var incident = Assert.Single(Spread(detector, networks: 4));
        Assert.Equal(1u, incident.SamplingRate);
        Assert.Equal(isThinned, incident.Limits.Any(static limit => limit.Contains("a part by chance was studied", StringComparison.Ordinal)));
        Assert.Equal(isThinned, incident.Packets.Low < incident.Packets.High);
    }

    /// <summary>3,000 NTP replies a second for ten seconds to hosts all over so many /16s from 10.16.0.0 on.</summary>
    private static IEnumerable<Incident> Spread(Detector detector, int networks)
    {
        for (var index = 0; index < 30_000; index++)
        {
            var time = Start + (index * 333_333L);
            detector.Tick(time);
            var host = 0x0A100000 + (uint)((index % networks) << 16) + ((uint)(index / networks * 7919) & 0xFFFF);
            detector.Count(Udp(time, Sender(index % 400), 123, Address.FromIPv4(host), 80, 468));
        }
        return detector.Finish().Incidents;
    }

    private static List<string> Chain(AggregateTable table, int index)
    {
        var names = new List<string>();
        for (; index >= 0; index = table.Links(index).Network)
            names.Add(table[index].Prefix.ToString());
        return names;
    }

    private static Prefix Net(string text) => Prefix.TryParse(text, out var prefix) ? prefix : throw new ArgumentException(text, nameof(text));
}
