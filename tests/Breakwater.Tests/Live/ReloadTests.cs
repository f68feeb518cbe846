using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Live;

public sealed class ReloadTests
{
    private uint _sequence;

    [Fact]
    public void Exporter_TakenOffTheList_IsIgnoredFromThenOn()
    {
        using var rig = new LiveRig();
        rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 1));
        rig.Engine.Reload(LiveRig.Defaults with { Exporters = [new ExporterEntry("other", Address.Parse("192.0.2.1"), 0)] });
        rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 1));
        Assert.Equal((1L, 1L), (rig.Engine.Account().Counted, rig.Engine.Account().Ignored));
    }

    [Fact]
    public void HundredReloads_UnderLoad_LoseNoDatagramAndNoTemplate()
    {
        using var rig = new LiveRig();
        rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 10));
        for (var reload = 0; reload < 100; reload++)
        {
            for (var index = 0; index < 5; index++)
                rig.Send(Datagrams.NetFlow9(_sequence++, rig.Now, 10, template: false), number: index);
            rig.Engine.Reload(LiveRig.Defaults with
            {
                // Every second one changes the exporter's entry, every third detection.
                Exporters = [new ExporterEntry("edge", Address.Parse("127.0.0.1"), (uint)(reload % 2))],
                Detection = new DetectorOptions { CrowdSources = 256 + (reload % 3) },
            });
        }

        rig.AwaitReceived();
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(501, rig.Engine.Account().Counted);
        // What waits or cannot be read would be missing in the traffic of the second, but for what an earlier detector counted.
        Assert.Empty(rig.Engine.Health.Exporters.Single(static exporter => exporter.Name == "edge").Conditions.Where(
            static condition => condition.Kind is Breakwater.Telemetry.Health.HealthConditionKind.TemplateMissing or Breakwater.Telemetry.Health.HealthConditionKind.Undecodable));
    }

    [Fact]
    public void Detection_ConfiguredAnew_TheOpenIncidentKeepsItsKey()
    {
        using var rig = new LiveRig();
        Attack(rig, ticks: 30);
        var opened = rig.Changes.First();
        rig.Engine.Reload(LiveRig.Defaults with { Detection = new DetectorOptions { CrowdSources = 300 } });
        rig.Events.Clear();
        Attack(rig, ticks: 30);
        Assert.All(rig.Changes, change => Assert.Equal(opened.Key, change.Key));
        Assert.Equal(IncidentChangeKind.Updated, rig.Changes.First().Kind);
        Assert.Equal(opened.Incident.StartedNanoseconds, rig.Changes.First().Incident.StartedNanoseconds);
        Assert.Contains(rig.Changes.First().Incident.Limits, static limit => limit.Contains("anew", StringComparison.Ordinal));
    }

    [Fact]
    public void Detection_ConfiguredAnewAfterTheAttack_TheIncidentIsClosedOnce()
    {
        using var rig = new LiveRig();
        Attack(rig, ticks: 30);
        var key = rig.Changes.First().Key;
        rig.Engine.Reload(LiveRig.Defaults with { Detection = new DetectorOptions { QuietSeconds = 10, CrowdSources = 300 } });
        rig.Events.Clear();
        for (var second = 0; second < 12; second++)
        {
            rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 1));
            rig.Tick(TimeSpan.FromSeconds(1));
        }

        var closed = Assert.Single(rig.Changes);
        Assert.Equal((key, IncidentChangeKind.Closed, IncidentState.Closed), (closed.Key, closed.Kind, closed.Incident.State));
    }

    [Fact]
    public void Settings_ThatNeedARestart_AreTold()
    {
        using var rig = new LiveRig();
        var settings = LiveRig.Defaults with { Detection = new DetectorOptions { MaxHosts = 5000 }, Listen = new ListenAddresses([], []) };
        Assert.Equal(2, rig.Engine.Reload(settings).Length);
        Assert.Equal(new DetectorOptions().MaxHosts, rig.Engine.Settings.Detection.MaxHosts);
        Assert.Empty(rig.Engine.Reload(LiveRig.Defaults));
    }

    private void Attack(LiveRig rig, int ticks)
    {
        for (var tick = 0; tick < ticks; tick++)
        {
            rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 20));
            rig.Tick();
        }
    }
}
