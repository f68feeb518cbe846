using System.Collections.Immutable;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Live;
using Breakwater.Tests.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry.Health;

/// <summary>Each condition from the datagrams that cause it, and steady telemetry, of which none comes.</summary>
public sealed class HealthTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void SteadyTelemetry_IsHealthy()
    {
        var watched = new Watched();
        for (var second = 0; second < 90; second++)
            watched.Second(watched.NetFlow9(), watched.NetFlow9());
        Assert.Empty(watched.Edge.Conditions);
        Assert.Equal((1u, 0.0), (watched.Edge.SamplingRate, watched.Edge.LossShare));
        Assert.Null(watched.Snapshot.BlindSince);
        Assert.Empty(watched.Changed);
        Assert.True(watched.Snapshot.IsHealthy);
    }

    [Fact]
    public void LostDatagrams_AreNamedWithin10Seconds_AndForgottenAfterAMinute()
    {
        var watched = new Watched();
        watched.Steady(20);
        watched.Skip(10);
        watched.Steady(1);
        Assert.Equal(HealthConditionKind.Loss, Assert.Single(watched.Edge.Conditions).Kind);
        Assert.Equal(10, watched.Edge.Lost);
        var began = Assert.Single(watched.Edge.Conditions).Since;
        watched.Steady(30);
        Assert.Equal(began, Assert.Single(watched.Edge.Conditions).Since);
        watched.Steady(40);
        Assert.Empty(watched.Edge.Conditions);
        Assert.Equal([1, 0], watched.Changed.Select(static health => health.Conditions.Length));
    }

    [Fact]
    public void MissingTemplate_IsNamed()
    {
        var watched = new Watched();
        for (var second = 0; second < 5; second++)
            watched.Second(watched.NetFlow9(template: false));
        Assert.Equal([HealthConditionKind.TemplateMissing], watched.Kinds);
    }

    [Fact]
    public void TemplateOfLongAgo_IsNamed()
    {
        var watched = new Watched();
        watched.Second(watched.NetFlow9());
        watched.Steady(1790, template: false);
        Assert.Empty(watched.Kinds);
        watched.Steady(20, template: false);
        Assert.Equal([HealthConditionKind.TemplateStale], watched.Kinds);
    }

    [Fact]
    public void TemplateOfAnEarlierEntry_IsStaleUntilRepeated()
    {
        var watched = new Watched();
        watched.Steady(5);
        watched.Registry.Reload([watched.Exporter.Entry with { SamplingRate = 10 }]);
        watched.Steady(5, template: false);
        Assert.Contains(HealthConditionKind.TemplateStale, watched.Kinds);
        watched.Steady(61);
        Assert.DoesNotContain(HealthConditionKind.TemplateStale, watched.Kinds);
    }

    [Fact]
    public void Garbage_IsNamed()
    {
        var watched = new Watched();
        watched.Steady(5);
        watched.Second([1, 2, 3], [4, 5, 6], [7, 8, 9]);
        Assert.Equal([HealthConditionKind.Undecodable], watched.Kinds);
    }

    [Fact]
    public void UnknownSampling_IsNamed_UntilItIsConfigured()
    {
        var watched = new Watched();
        watched.Steady(5, rate: 0);
        Assert.Equal([HealthConditionKind.SamplingUnknown], watched.Kinds);
        Assert.Null(watched.Edge.SamplingRate);
        var configured = new Watched(configuredRate: 100);
        configured.Steady(5, rate: 0);
        Assert.Empty(configured.Kinds);
        Assert.Equal(100u, configured.Edge.SamplingRate);
    }

    [Fact]
    public void ToldSamplingOtherThanConfigured_IsNamed()
    {
        var watched = new Watched(configuredRate: 100);
        watched.Steady(5, rate: 10);
        Assert.Equal([HealthConditionKind.SamplingContradicted], watched.Kinds);
        var agreeing = new Watched(configuredRate: 10);
        agreeing.Steady(5, rate: 10);
        Assert.Empty(agreeing.Kinds);
    }

    [Fact]
    public void DuplicatedDatagrams_AreNamed()
    {
        var watched = new Watched();
        for (var second = 0; second < 8; second++)
        {
            var datagram = watched.NetFlow9();
            watched.Second(datagram, datagram);
        }

        Assert.Equal([HealthConditionKind.Duplicates], watched.Kinds);
    }

    [Theory]
    [InlineData(-3600, true)]
    [InlineData(7, true)]
    [InlineData(2, false)]
    [InlineData(-2, false)]
    public void ClockOfTheExporter_FarOff_IsNamed(int ahead, bool isNamed)
    {
        var watched = new Watched();
        for (var second = 0; second < 5; second++)
            watched.Second(watched.NetFlow9(ahead: ahead));
        Assert.Equal(isNamed ? [HealthConditionKind.ClockSkew] : [], watched.Kinds);
    }

    [Theory]
    [InlineData(58, true)]
    [InlineData(1, false)]
    public void LongRecords_AreNamed(int seconds, bool isNamed)
    {
        var watched = new Watched();
        for (var second = 0; second < 3; second++)
            watched.Second(watched.NetFlow5(seconds));
        Assert.Equal(isNamed ? [HealthConditionKind.LongActiveTimeout] : [], watched.Kinds);
        if (isNamed)
            Assert.Contains("58 s", watched.Edge.Conditions[0].Sentence, StringComparison.Ordinal);
    }

    [Fact]
    public void SteadyExporter_ThatStops_IsSilentWithin10Seconds()
    {
        var watched = new Watched();
        watched.Steady(30);
        var last = watched.Now;
        watched.Nothing(9);
        Assert.Equal([HealthConditionKind.Silent], watched.Kinds);
        Assert.True(watched.Monitor.HoldsIncidents);
        Assert.Equal(HealthMonitor.Time(last - Second), watched.Snapshot.BlindSince);
        watched.Steady(1);
        Assert.Empty(watched.Kinds);
        Assert.False(watched.Monitor.HoldsIncidents);
        Assert.Null(watched.Snapshot.BlindSince);
    }

    /// <summary>The twin: one that always pauses is not called silent in each pause.</summary>
    [Fact]
    public void ExporterWithPauses_IsNotSilentInThem()
    {
        var watched = new Watched();
        for (var minute = 0; minute < 6; minute++)
        {
            watched.Steady(2);
            watched.Nothing(20);
            Assert.Empty(watched.Kinds);
        }
    }

    [Fact]
    public void ExporterThatNeverCame_IsNamed_AndHoldsNothing()
    {
        var watched = new Watched();
        watched.Nothing(65);
        Assert.Equal([HealthConditionKind.Silent], watched.Kinds);
        Assert.False(watched.Monitor.HoldsIncidents);
        Assert.NotNull(watched.Snapshot.BlindSince);
    }

    /// <summary>A reload is no start: who was added an hour later is waited for from then on.</summary>
    [Fact]
    public void ExporterAddedWhileRunning_IsSilentOnlyAMinuteLater()
    {
        var watched = new Watched();
        watched.Steady(100);
        watched.Registry.Reload([watched.Exporter.Entry, new ExporterEntry("new", Address.Parse("192.0.2.2"), 0)]);
        watched.Steady(60);
        Assert.Empty(watched.Snapshot.Exporters[2].Conditions);
        watched.Steady(3);
        var silent = Assert.Single(watched.Snapshot.Exporters[2].Conditions);
        Assert.Equal((HealthConditionKind.Silent, HealthMonitor.Time(LiveRig.Start + (101 * Second))), (silent.Kind, silent.Since));
        Assert.Contains("since it was added", silent.Sentence, StringComparison.Ordinal);
    }

    /// <summary>A reload tells nothing of the traffic: what was not seen before it is not seen after it.</summary>
    [Theory]
    [InlineData("edge", 10u)]
    [InlineData("renamed", 0u)]
    public void SilentExporter_ConfiguredOtherwise_StaysSilent(string name, uint samplingRate)
    {
        var watched = new Watched();
        watched.Steady(30);
        var last = watched.Now - Second;
        watched.Nothing(9);
        Assert.True(watched.Monitor.HoldsIncidents);
        watched.Registry.Reload([watched.Exporter.Entry with { Name = name, SamplingRate = samplingRate }]);
        for (var second = 0; second < 70; second++)
        {
            watched.Nothing(1);
            Assert.Equal([HealthConditionKind.Silent], watched.Kinds);
            Assert.True(watched.Monitor.HoldsIncidents);
        }

        Assert.Equal(HealthMonitor.Time(last), watched.Edge.Conditions[0].Since);
        Assert.Equal(HealthMonitor.Time(last), watched.Snapshot.BlindSince);
        watched.Steady(1);
        Assert.False(watched.Monitor.HoldsIncidents);
        Assert.Equal(2, watched.Edge.Datagrams);
    }

    [Fact]
    public void Collector_TellsDropsLatenessAndStrangers()
    {
        var watched = new Watched();
        watched.Steady(2);
        Assert.Empty(watched.Snapshot.Exporters[0].Conditions);
        watched.Signs = new CollectorSigns(new ReceiveAccount(10, 5, 0, 5, 0, 7), 500_000_000, 3 * Second, default);
        watched.Unknown[Address.Parse("192.0.2.99")] = (5, watched.Now);
        watched.Steady(1);
        Assert.Equal(
            [HealthConditionKind.ClockSkew, HealthConditionKind.UnknownSenders, HealthConditionKind.KernelDrops, HealthConditionKind.Late],
            watched.Snapshot.Exporters[0].Conditions.Select(static condition => condition.Kind));
        Assert.Contains("192.0.2.99", watched.Snapshot.Exporters[0].Conditions[1].Sentence, StringComparison.Ordinal);
    }

    /// <summary>One exporter whose datagrams are decoded at the test's time, judged once a second.</summary>
    private sealed class Watched
    {
        private uint _sequence;

        public Watched(uint configuredRate = 0)
        {
            Registry = new ExporterRegistry([new ExporterEntry("edge", Address.Parse("192.0.2.1"), configuredRate)]);
            Monitor = new HealthMonitor(Now);
        }

        public ExporterRegistry Registry { get; }

        public LiveExporter Exporter => Registry.All[0];

        public HealthMonitor Monitor { get; }

        public long Now { get; private set; } = LiveRig.Start;

        public CollectorSigns Signs { get; set; } = new(HealthSnapshot.Empty.Account, 0, 0, default);

        public Dictionary<Address, (long Datagrams, long LastReceived)> Unknown { get; } = [];

        public HealthSnapshot Snapshot { get; private set; } = HealthSnapshot.Empty;

        public List<ExporterHealth> Changed { get; } = [];

        public ExporterHealth Edge => Snapshot.Exporters[1];

        public ImmutableArray<HealthConditionKind> Kinds => [.. Edge.Conditions.Select(static condition => condition.Kind)];

        public byte[] NetFlow9(bool template = true, uint rate = 1, int ahead = 0) =>
            Datagrams.NetFlow9(_sequence++, Now + (ahead * HealthTests.Second), 5, template, rate: rate);

        public byte[] NetFlow5(int seconds) => Datagrams.NetFlow5(_sequence++, Now, TimeSpan.FromSeconds(seconds));

        public void Skip(uint datagrams) => _sequence += datagrams;

        public void Steady(int seconds, bool template = true, uint rate = 1)
        {
            for (var second = 0; second < seconds; second++)
                Second(NetFlow9(template, rate), NetFlow9(template, rate));
        }

        public void Nothing(int seconds)
        {
            for (var second = 0; second < seconds; second++)
                Second();
        }

        public void Second(params ReadOnlySpan<byte[]> datagrams)
        {
            foreach (var datagram in datagrams)
            {
                lock (Exporter.Gate)
                    Exporter.Decode(datagram, Now, new CountingSink(new FlowCount()));
            }

            Now += HealthTests.Second;
            Snapshot = Monitor.Evaluate(Now, Registry.All, Signs, Unknown, Changed);
        }
    }
}
