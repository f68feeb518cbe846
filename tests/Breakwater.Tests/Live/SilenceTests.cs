using Breakwater.Detection;
using Breakwater.Live;

namespace Breakwater.Tests.Live;

/// <summary>Silence is not peace: only telemetry that goes on can say that an attack is over.</summary>
public sealed class SilenceTests
{
    private uint _sequence;

    [Fact]
    public void ExporterCutOffInAnAttack_TheIncidentStaysOpen_AndHealthSaysBlind()
    {
        using var rig = Attacked();
        rig.Tick(TimeSpan.FromSeconds(40));
        Assert.DoesNotContain(rig.Changes, static change => change.Kind == IncidentChangeKind.Closed);
        Assert.NotNull(rig.Engine.Health.BlindSince);
        Assert.Contains(rig.Events.OfType<HealthEvent>(), static item => item.Health.Conditions.Length > 0);
    }

    /// <summary>The twin: with quiet telemetry the same incident is closed.</summary>
    [Fact]
    public void AttackThatEnds_TheIncidentIsClosed()
    {
        using var rig = Attacked();
        for (var second = 0; second < 40; second++)
        {
            rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 1));
            rig.Tick(TimeSpan.FromSeconds(1));
        }

        Assert.Equal([IncidentChangeKind.Opened, IncidentChangeKind.Quieted, IncidentChangeKind.Closed], rig.Changes.Select(static change => change.Kind).Where(static kind => kind != IncidentChangeKind.Updated));
        Assert.Single(rig.Changes.Select(static change => change.Key).Distinct());
        Assert.Null(rig.Engine.Health.BlindSince);
    }

    [Fact]
    public void TelemetryThatIsBack_EndsTheIncidentAfterTheQuietPeriod()
    {
        using var rig = Attacked();
        rig.Tick(TimeSpan.FromSeconds(40));
        for (var second = 0; second < 8; second++)
        {
            rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 1));
            rig.Tick(TimeSpan.FromSeconds(1));
        }

        // Ten seconds of quiet are asked for: five were seen before it was clear that nothing came, and some since.
        Assert.Equal(IncidentChangeKind.Closed, rig.Changes.Last().Kind);
    }

    /// <summary>The sampling of a silent exporter is corrected: its incident is held as before.</summary>
    [Fact]
    public void SilentExporter_ConfiguredOtherwise_TheIncidentStaysOpen()
    {
        using var rig = Attacked();
        rig.Tick(TimeSpan.FromSeconds(8));
        var settings = rig.Engine.Settings;
        rig.Engine.Reload(settings with { Exporters = [settings.Exporters[0] with { SamplingRate = 10 }, .. settings.Exporters[1..]] });
        rig.Tick(TimeSpan.FromSeconds(40));
        Assert.DoesNotContain(rig.Changes, static change => change.Kind == IncidentChangeKind.Closed);
        Assert.NotNull(rig.Engine.Health.BlindSince);
    }

    private LiveRig Attacked()
    {
        var rig = new LiveRig(static settings => settings with { Detection = new DetectorOptions { QuietSeconds = 10 } });
        for (var tick = 0; tick < 60; tick++)
        {
            rig.Deliver(Datagrams.NetFlow9(_sequence++, rig.Now, 20));
            rig.Tick();
        }

        Assert.Equal(IncidentChangeKind.Opened, rig.Changes.First().Kind);
        return rig;
    }
}
