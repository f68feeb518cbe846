using System.Collections.Frozen;
using Breakwater.Incidents;
using Breakwater.Live;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Samples;
using Breakwater.Tests.Telemetry.Live;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Live;

/// <summary>Names, speeds and load of interfaces; roles by name; samples against counters.</summary>
public sealed class LinkTests
{
    private const ulong Gigabit = 1_000_000_000;

    [Theory]
    [InlineData("xe-0/0/1", "xe-*", true)]
    [InlineData("xe-0/0/1", "*", true)]
    [InlineData("xe-0/0/1", "xe-0/0/?", true)]
    [InlineData("xe-0/0/1", "*/1", true)]
    [InlineData("xe-0/0/1", "x*0*1", true)]
    [InlineData("xe-0/0/1", "xe-0/0/1", true)]
    [InlineData("xe-0/0/1", "xe-0/0", false)]
    [InlineData("xe-0/0/1", "XE-*", false)]
    [InlineData("xe-0/0/1", "xe-?", false)]
    [InlineData("xe-0/0/1", "*2", false)]
    [InlineData("", "*", true)]
    [InlineData("", "?", false)]
    public void Pattern_IsLikeTheNames(string name, string pattern, bool expected) => Assert.Equal(expected, InterfacePattern.IsLike(name, pattern));

    /// <summary>Interfaces are kept at hand by the last bits of their index: those that share them stay apart.</summary>
    [Fact]
    public void Records_OfInterfacesThatShareAPlace_AreCountedApart()
    {
        var links = new LinkTable();
        for (var round = 0; round < 3; round++)
        {
            foreach (var index in (uint[])[7, 7 + 1024, 7 + 2048])
                links.Saw(Through(index, output: 0, bytes: index));
        }

        Assert.Equal([(7u, 21UL), (1031u, 3093UL), (2055u, 6165UL)], links.All.Select(static link => (link.Index, link.InBytes)).Order());
    }

    /// <summary>What is no interface is not followed, nor taken for the one at its place; beyond the most, the others are still counted.</summary>
    [Fact]
    public void Records_OfNoInterfaceOrTooMany_AreNotFollowed()
    {
        var links = new LinkTable();
        links.Saw(Through(0x3FFF_FFFF, output: 0, bytes: 1)); // local (sFlow v5), and none
        Assert.Empty(links.All);
        for (uint index = 1; index <= LinkTable.Maximum + 3; index++)
            links.Saw(Through(index, output: 0, bytes: 1));
        links.Saw(Through(5, output: 0, bytes: 10));
        Assert.Equal((LinkTable.Maximum, 3), (links.All.Count, links.Beyond));
        Assert.Equal(11UL, links.All.Single(static link => link.Index == 5).InBytes);
        Assert.All(links.All.Where(static link => link.Index != 5), static link => Assert.Equal(1UL, link.InBytes));
    }

    private static FlowRecord Through(uint input, uint output, ulong bytes) => new()
    {
        InputInterface = input,
        OutputInterface = output,
        Bytes = bytes,
        SamplingRate = 1,
        Known = FlowFields.InputInterface | FlowFields.OutputInterface,
    };

    [Fact]
    public void SflowCounters_TellNameSpeedAndLoad()
    {
        using var rig = new LiveRig();
        rig.Deliver(SflowDatagrams.Counters(1, 7, Gigabit, 0, 0, 0, 0, "xe-0/0/7"));
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Null(Link(rig, 7).InBitsPerSecond);
        rig.Tick(TimeSpan.FromSeconds(19));
        // 1.9 GB in and 0.5 GB out in 20 s.
        rig.Deliver(SflowDatagrams.Counters(2, 7, Gigabit, 1_900_000_000, 500_000_000, 2_000_000, 1_000_000, "xe-0/0/7"));
        rig.Tick(TimeSpan.FromSeconds(1));
        var link = Link(rig, 7);
        Assert.Equal(("xe-0/0/7", Gigabit, true), (link.Name, link.BitsPerSecond, link.IsCounted));
        Assert.InRange(link.InLoad!.Value, 0.755, 0.765);
        Assert.InRange(link.OutLoad!.Value, 0.195, 0.205);
        var document = HealthJson.WriteWithInterfaces(rig.Engine.Health.Exporters.Single(static exporter => exporter.Name == "edge"));
        Assert.Equal("xe-0/0/7", (string?)document["interfaces"]![0]!["name"]);
        rig.Tick(TimeSpan.FromSeconds(95));
        Assert.Null(Link(rig, 7).InBitsPerSecond);
    }

    /// <summary>Counters that are polled too seldom to be fresh give way to the records' last minute, not to all that came meanwhile.</summary>
    [Fact]
    public void RecordsAfterCounters_AreThoseOfTheLastMinute()
    {
        using var rig = new LiveRig(static settings => settings with { Exporters = [settings.Exporters[0] with { SamplingRate = 1 }] });
        uint sequence = 0;
        void Seconds(int seconds)
        {
            for (; seconds > 0; seconds--)
            {
                rig.Deliver(Datagrams.NetFlow9(sequence++, rig.Now, 10));
                rig.Tick(TimeSpan.FromSeconds(1));
            }
        }

        Seconds(20);
        var truth = Link(rig, 1).InBitsPerSecond!.Value;
        rig.Deliver(SflowDatagrams.Counters(1, 1, Gigabit, 0, 0, 0, 0));
        Seconds(1);
        rig.Deliver(SflowDatagrams.Counters(2, 1, Gigabit, 1_000_000, 0, 1_000, 0));
        Seconds(80);
        Assert.True(Link(rig, 1).IsCounted);
        Seconds(15);
        Assert.False(Link(rig, 1).IsCounted);
        Assert.InRange(Link(rig, 1).InBitsPerSecond!.Value, truth * 0.9, truth * 1.1);
    }

    [Fact]
    public void Counters_ThatBeginAnew_TellNoRate()
    {
        using var rig = new LiveRig();
        rig.Deliver(SflowDatagrams.Counters(1, 7, Gigabit, 5_000_000_000, 5_000_000_000, 10, 10));
        rig.Tick(TimeSpan.FromSeconds(20));
        rig.Deliver(SflowDatagrams.Counters(2, 7, Gigabit, 1_000, 1_000, 1, 1));
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Null(Link(rig, 7).InBitsPerSecond);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Options_TellNames(bool isNetFlow9)
    {
        using var rig = new LiveRig(static settings => settings with { Exporters = [settings.Exporters[0] with { SamplingRate = 1 }] });
        rig.Deliver(isNetFlow9 ? NetFlow9Names(rig.Now) : IpfixNames(rig.Now));
        rig.Deliver(Datagrams.NetFlow9(1, rig.Now, 10));
        rig.Tick(TimeSpan.FromSeconds(15));
        rig.Deliver(Datagrams.NetFlow9(2, rig.Now, 10));
        rig.Tick(TimeSpan.FromSeconds(1));
        var link = Link(rig, 1);
        Assert.Equal(("eth1", "uplink\uFFFDone"), (link.Name, link.Description));
        Assert.False(link.IsCounted);
        Assert.NotNull(link.InBitsPerSecond);
        Assert.Null(link.InLoad);
    }

    /// <summary>Before the name is known its records count, which health says; from then on as configured.</summary>
    [Theory]
    [InlineData("eth*", 100)]
    [InlineData("core*", 0)]
    public void RoleByName_HoldsFromTheNameOn(string external, double expected)
    {
        using var rig = new LiveRig(settings => settings with { Exporters = [settings.Exporters[0] with { Interfaces = ByName(external) }] });
        rig.Deliver(Datagrams.NetFlow9(1, rig.Now, 10));
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(100, Counted(rig));
        Assert.Contains(Edge(rig).Conditions, static condition => condition.Kind == HealthConditionKind.InterfaceUnknown);
        rig.Deliver(NetFlow9Names(rig.Now));
        rig.Deliver(Datagrams.NetFlow9(2, rig.Now, 10));
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(100 + expected, Counted(rig));
        Assert.Equal(expected > 0 ? InterfaceRole.External : InterfaceRole.Internal, Link(rig, 1).Role);
        Assert.DoesNotContain(Edge(rig).Conditions, static condition => condition.Kind == HealthConditionKind.InterfaceUnknown);
        // A reload knows the names of before.
        rig.Engine.Reload(rig.Engine.Settings with { Exporters = [rig.Engine.Settings.Exporters[0] with { SamplingRate = 5 }] });
        rig.Deliver(Datagrams.NetFlow9(3, rig.Now, 10));
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(100 + (2 * expected), Counted(rig));
    }

    /// <summary>After a restart roles by name hold from the first record on, live as in a replay; without what was kept all counts.</summary>
    [Theory]
    [InlineData(true, 0)]
    [InlineData(false, 10)]
    public void Names_OutliveARestart(bool isKept, long records)
    {
        EngineMemory memory;
        using (var before = new LiveRig())
        {
            before.Deliver(Datagrams.NetFlow9(1, before.Now, 1));
            before.Deliver(NetFlow9Names(before.Now));
            memory = MemoryFile.Decode(MemoryFile.Encode(before.Engine.Memory))!;
        }

        using var files = new SampleFiles();
        using (var recorder = new StreamRecorder(files.Path("recording"), DateTimeOffset.UnixEpoch))
        using (var after = new LiveRig(static settings => settings with { Exporters = [settings.Exporters[0] with { Interfaces = ByName("core*") }] }, recorder: recorder))
        {
            after.Engine.Restore(isKept ? memory : memory with { Names = [] });
            after.Deliver(Datagrams.NetFlow9(2, after.Now, 10, template: false));
            Assert.Equal(records, after.Engine.Finish().Records);
        }

        Assert.Equal(records, Replay.Run(Assert.Single(Directory.GetFiles(files.Path("recording"), "control-*.jsonl")), 1).Result.Records);
    }

    /// <summary>Records of unknown sampling tell no rate: no number is better than one that may be a thousand times too low.</summary>
    [Theory]
    [InlineData(0u, false)]
    [InlineData(7u, true)]
    public void UnknownSampling_TellsNoRate(uint samplingRate, bool isTold)
    {
        using var rig = new LiveRig();
        for (uint second = 0; second < 15; second++)
        {
            rig.Deliver(Datagrams.NetFlow9(second, rig.Now, 10, rate: samplingRate));
            rig.Tick(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(isTold, Link(rig, 1).InBitsPerSecond > 0);
    }

    /// <summary>sFlow's "local" is the exporter itself: no interface, and none that lacks a name.</summary>
    [Theory]
    [InlineData(0x3FFF_FFFFu, 0)]
    [InlineData(0x3FFF_FFFEu, 1)]
    public void Local_IsNoInterface(uint index, int links)
    {
        var table = new LinkTable();
        var flow = new Breakwater.Wire.FlowRecord { OutputInterface = index, Bytes = 1, SamplingRate = 1, Known = Breakwater.Wire.FlowFields.OutputInterface };
        table.Saw(in flow);
        Assert.Equal(links, table.All.Count);
        var roles = new InterfaceRoles(FrozenDictionary<uint, InterfaceRole>.Empty, hasBoundary: true) { Named = [new NamedInterfaces("eth*", InterfaceRole.External, 0)] };
        Assert.Equal(links > 0, roles.Counts(in flow));
    }

    /// <summary>A link above 90 % is a reason of an incident that is open meanwhile; one below is none.</summary>
    [Theory]
    [InlineData(1_150_000_000, true)]
    [InlineData(1_000_000_000, false)]
    public void FullLink_IsAReasonOfTheOpenIncident(ulong inOctets, bool isReason)
    {
        using var rig = new LiveRig();
        rig.Deliver(SflowDatagrams.Counters(1, 7, Gigabit, 0, 0, 0, 0, "xe-0/0/7"));
        for (uint second = 0; second < 10; second++)
            Attack(rig, second, 5);
        rig.Deliver(SflowDatagrams.Counters(2, 7, Gigabit, inOctets, 0, 1_000_000, 0, "xe-0/0/7"));
        Attack(rig, 10, 5);
        Attack(rig, 11, 5);
        Attack(rig, 12, 5);
        var incident = rig.Changes.Last(static change => change.Kind != Breakwater.Detection.IncidentChangeKind.Closed).Incident;
        var reason = incident.Reasons.FirstOrDefault(static reason => reason.Measure == "linkLoad");
        Assert.Equal(isReason, reason is not null);
        if (isReason)
            Assert.StartsWith("xe-0/0/7 of edge is 92 % full inbound", reason!.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(rig.Engine.Finish().Incidents.SelectMany(static found => found.Reasons), static found => found.Measure == "linkLoad");
    }

    /// <summary>1 in 1,000 is told: counters that say ten times as many packets, or a tenth, contradict it; 1.5 times is chance and rounding.</summary>
    [Theory]
    [InlineData(1.0, false)]
    [InlineData(1.5, false)]
    [InlineData(10.0, true)]
    [InlineData(0.1, true)]
    public void Samples_AgainstCounters(double timesAsMany, bool isContradicted)
    {
        using var rig = new LiveRig();
        uint sequence = 1, packets = 0;
        for (var second = 0; second < 100; second++)
        {
            if (second % 20 == 0)
                rig.Deliver(SflowDatagrams.Counters(sequence++, 7, Gigabit, 1000UL * packets, 0, packets, 0));
            rig.Deliver(SflowDatagrams.Samples(sequence++, 7, 8, rate: 1000, count: 10));
            packets += (uint)(10 * 1000 * timesAsMany);
            rig.Tick(TimeSpan.FromSeconds(1));
        }

        var condition = Edge(rig).Conditions.FirstOrDefault(static condition => condition.Kind == HealthConditionKind.SamplingContradicted);
        Assert.Equal(isContradicted, condition is not null);
        if (isContradicted)
            Assert.Contains(timesAsMany > 1 ? "0.10 times" : "10.00 times", condition!.Sentence, StringComparison.Ordinal);
    }

    /// <summary>Where nine of ten datagrams are lost, counters count ten times as many packets as samples make: no contradiction.</summary>
    [Theory]
    [InlineData(10, false)]
    [InlineData(1, true)]
    public void SamplesThatWereLost_ContradictNothing(int step, bool isContradicted)
    {
        using var rig = new LiveRig();
        uint sequence = 1, packets = 0;
        for (var second = 0; second < 100; second++)
        {
            if (second % 20 == 0)
                rig.Deliver(SflowDatagrams.Counters(sequence++, 7, Gigabit, 1000UL * packets, 0, packets, 0));
            rig.Deliver(SflowDatagrams.Samples(sequence, 7, 8, rate: 1000, count: 10));
            sequence += (uint)step;
            packets += 100_000;
            rig.Tick(TimeSpan.FromSeconds(1));
        }

        Assert.Equal(isContradicted, Edge(rig).Conditions.Any(static condition => condition.Kind == HealthConditionKind.SamplingContradicted));
    }

    /// <summary>Likewise what the kernel drops; a drop of long ago is no excuse for a minute in which nothing was lost.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(0, false)]
    public void SamplesThatTheKernelDropped_ContradictNothing(int dropsEachSecond, bool isExcused)
    {
        var (exporter, watch, sink) = (new LiveExporter(new ExporterEntry("edge", Breakwater.Wire.Address.Parse("127.0.0.1"), 0)), new LinkWatch(), new CountingSink(new FlowCount()));
        uint sequence = 1, packets = 0;
        for (long second = 0; second < 100; second++)
        {
            var now = LiveRig.Start + (second * 1_000_000_000);
            if (second % 20 == 0)
                exporter.Decode(SflowDatagrams.Counters(sequence++, 7, Gigabit, 1000UL * packets, 0, packets, 0), now, sink);
            exporter.Decode(SflowDatagrams.Samples(sequence++, 7, 8, rate: 1000, count: 10), now, sink);
            packets += 100_000;
            watch.Read(exporter, now, 1000, 5 + (second * dropsEachSecond));
        }

        Assert.Equal(isExcused, watch.Contradiction is null);
    }

    [Fact]
    public void Interfaces_BeyondTheBound_AreCounted()
    {
        var table = new LinkTable();
        for (uint index = 1; index <= LinkTable.Maximum + 5; index++)
            table.Saw(new Breakwater.Wire.FlowRecord { InputInterface = index, Bytes = 1, Known = Breakwater.Wire.FlowFields.InputInterface });
        Assert.Equal((LinkTable.Maximum, 5L), (table.All.Count, table.Beyond));
    }

    private static InterfaceRoles ByName(string external) => new(FrozenDictionary<uint, InterfaceRole>.Empty, hasBoundary: true)
    {
        Named = [new NamedInterfaces(external, InterfaceRole.External, 10 * Gigabit)],
    };

    private static double Counted(LiveRig rig) => rig.Events.OfType<TrafficSecond>().Sum(static second => second.Services[0].PacketsPerSecond);

    private static void Attack(LiveRig rig, uint first, int datagrams)
    {
        for (uint index = 0; index < datagrams; index++)
            rig.Send(Datagrams.NetFlow9((first * 100) + index, rig.Now, 80));
        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1));
    }

    private static ExporterHealth Edge(LiveRig rig) => rig.Engine.Health.Exporters.Single(static exporter => exporter.Name == "edge");

    private static LinkHealth Link(LiveRig rig, uint index) => Edge(rig).Links.Single(link => link.IfIndex == index);

    /// <summary>Scope type 2 (interface), ifName and ifDescr, padded with zeros as routers do.</summary>
    private static byte[] NetFlow9Names(long nanoseconds)
    {
        var writer = new NetFlow9Writer(new byte[1500], 1_000_000, (uint)(nanoseconds / 1_000_000_000), 0, 1);
        writer.OptionsTemplate(300, [new(2, 0, 4, true), new(82, 0, 8, false), new(83, 0, 16, false)]);
        writer.BeginData(300);
        writer.Integer(1, 4);
        writer.Octets("eth1\0\0\0\0"u8);
        writer.Octets("uplink\tone\0\0\0\0\0\0"u8);
        writer.EndRecord();
        writer.Integer(2, 4);
        writer.Octets("lan0\0\0\0\0"u8);
        writer.Octets(new byte[16]);
        writer.EndRecord();
        Assert.True(writer.TryFinish(out var packet));
        return packet.ToArray();
    }

    private static byte[] IpfixNames(long nanoseconds)
    {
        var writer = new IpfixWriter(new byte[1500], (uint)(nanoseconds / 1_000_000_000), 0, 1);
        writer.OptionsTemplate(300, [new(10, 0, 4, true), new(82, 0, 8, false), new(83, 0, 16, false)]);
        writer.BeginData(300);
        writer.Integer(1, 4);
        writer.Octets("eth1\0\0\0\0"u8);
        writer.Octets("uplink\tone\0\0\0\0\0\0"u8);
        writer.EndRecord();
        Assert.True(writer.TryFinish(out var message));
        return message.ToArray();
    }
}
