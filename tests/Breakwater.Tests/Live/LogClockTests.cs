using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Live;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Detection.Web;

namespace Breakwater.Tests.Live;

/// <summary>What the times of lines say of a log's clock, and what their coming says of sight.</summary>
public sealed class LogClockTests
{
    private const long Second = 1_000_000_000, Now = 1_800_000_000 * Second;

    /// <summary>Slow requests alone in their rounds are no zone; lines that are all a whole hour off are one, before or after.</summary>
    [Theory]
    [InlineData(600, 0, 10, 0)]
    [InlineData(3600, 0, 10, 0)]
    [InlineData(3600, 3600, 10, 3600)]
    [InlineData(-7190, -7190, 10, -7200)]
    [InlineData(500, 500, 10, 0)]
    [InlineData(3600, 3600, 0, 0)]
    public void Skew_IsAZone_OrNone(int slowLate, int othersLate, int othersASecond, int skew)
    {
        var (clock, last) = (new LogClock(), 0);
        for (var second = 0; second < 40; second++)
        {
            clock.Note(Now + (second * Second), Now + ((second - slowLate) * Second), 1);
            if (othersASecond > 0)
                clock.Note(Now + (second * Second), Now + ((second - othersLate) * Second), othersASecond);
            last = clock.Judge(Now + (second * Second), last);
        }

        Assert.Equal(skew, last);
    }

    /// <summary>Lines whose clock is set back end no attack that is going on; the same log read to its end tells two.</summary>
    [Fact]
    public void ClockSetBack_Live_HoldsWhatIsOpen()
    {
        var changes = new List<IncidentChange>();
        var lines = new WebLines(new DetectorOptions(), ["shop"]);
        var log = lines.Open(1, new LogSource("a.log", 0));
        for (var second = 0; second < 60; second++)
            Write(4000 + second, second < 30 ? 5 : 600);
        lines.Detector.TakeChanges(changes);
        Assert.Contains(changes, static change => change.Kind == IncidentChangeKind.Opened);
        for (var second = 0; second < 20; second++)
            Write(400 + second, 600);
        lines.Detector.TakeChanges(changes);
        Assert.DoesNotContain(changes, static change => change.Kind == IncidentChangeKind.Closed);
        Assert.Single(changes.Select(static change => change.Key).Distinct());
        Assert.Single(lines.Detector.Finish().Incidents);

        void Write(int second, int requests) =>
            lines.Take(log, Encoding.Latin1.GetBytes(string.Concat(Enumerable.Range(0, requests).Select(number => WebLogs.Line(second, $"198.51.{number % 200}.{second % 250}", $"/{number}{second}") + "\n"))));
    }

    /// <summary>Exporters that are all silent are blindness, whatever logs say; without exporters logs are sight while lines come.</summary>
    [Theory]
    [InlineData(true, 1, true)]
    [InlineData(false, 1, false)]
    [InlineData(false, 61, true)]
    public void Blindness_EndsByLogs_OnlyWithoutExporters(bool hasExporter, int secondsSinceLine, bool isBlind)
    {
        var health = HealthSnapshot.Empty with { BlindSince = HealthMonitor.Time(Now - (300 * Second)) };
        if (hasExporter)
            health = health with { Exporters = [new ExporterHealth { Name = "r", Address = Wire.Address.Parse("192.0.2.1"), Conditions = [] }] };
        var state = WebState.Empty with { LastLineNanoseconds = Now - (secondsSinceLine * Second), CaughtUpNanoseconds = Now };
        Assert.Equal(isBlind, new WebHealth().AddTo(health, state, Now, []).BlindSince is not null);
    }
}
