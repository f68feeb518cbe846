using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;
using Breakwater.Detection.Samples;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

public sealed class CountingTests
{
    /// <summary>
    /// A table that has room for so many hosts keeps seven bits of a hash in each slot: of thousands of hosts, some are taken for another until their record has been looked at.
    /// </summary>
    [Fact]
    public void Entries_OfHostsThatLookAlike_CountForTheirOwn()
    {
        const int hosts = 6_000;
        var options = new DetectorOptions { MaxHosts = 1 << 24 };
        var (groups, samples, aggregates) = (new WatchGroups(options.Floors), new StandingSamples(), new AggregateTable(options));
        var table = new HostTable(options.MaxHosts, options.Seed);
        var pool = new DossierPool(options, table, aggregates, groups, new IncidentTracker(options, samples));
        var counting = new Counting(table, aggregates, pool, groups, new Questions(), samples, watchesAggregates: false);
        var shard = new Shard(options, new OwnNetworks(options));
        var tick = Start / Detector.TickNanoseconds;
        var alike = 0;
        for (var pass = 0; pass < 2; pass++)
        {
            shard.Tick = tick;
            for (var host = 0; host < hosts; host++)
            {
                var flow = Udp(tick * Detector.TickNanoseconds, Sender(host), 40_000, Host(host), 80, 100_000);
                flow.Packets = (ulong)(host % 7) + 1;
                shard.Count(in flow);
            }

            counting.Count([shard], tick, level: 0);
            shard.Log.Clear(level: 0);
        }

        for (var host = 0; host < hosts; host++)
        {
            var hash = HostTable.HashOf(new KeyedHash(options.Seed).Of(Host(host)), Direction.Inbound);
            var index = table.Find(Host(host), Direction.Inbound, hash);
            alike += table.Likely(hash) == index ? 0 : 1;
            Assert.Equal(2 * ((uint)(host % 7) + 1), table.CountsOf(index).Recent((int)WatchGroup.Udp, (uint)(tick / 10)));
        }

        Assert.True(alike > 5, $"{alike} hosts are taken for another at first");
    }

    private static Address Host(int number) => Address.FromIPv4(0x0A000000u + (uint)number);
}
