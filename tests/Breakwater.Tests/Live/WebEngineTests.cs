using System.Globalization;
using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Geo;
using Breakwater.Live;
using Breakwater.Reports;
using Breakwater.Samples.Web;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Detection.Web;
using Breakwater.Tests.Geo;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Live;

/// <summary>Web logs in a running engine: incidents come while the log is written, and a recording comes to the same verdicts.</summary>
public sealed class WebEngineTests : IDisposable
{
    private static readonly LogScenario _scenario = new(LogSite.Shop, 5)
    {
        ArrivalsPerSecond = 5,
        BeforeSeconds = 90,
        DuringSeconds = 30,
        AfterSeconds = 5,
        Flood = new FloodOptions(FloodTarget.RandomPaths, 600, 12_000) { Agents = 200, ChangesAgents = true },
    };

    private static readonly List<string> _lines = WebLogs.Lines(_scenario);
    private readonly ScratchFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void FollowedFile_Flood_OpensUpdatesAndCloses_AsAnalyzeSays()
    {
        using var run = new Run(_folder, _ => { });
        run.Write(_lines);
        var kinds = run.Changes.ConvertAll(static change => change.Kind);
        Assert.Equal(IncidentChangeKind.Opened, kinds[0]);
        Assert.DoesNotContain(IncidentChangeKind.Closed, kinds);
        Assert.Equal(Verdict.Attack, run.Changes[^1].Incident.Verdict);
        Assert.Equal("shop", run.Changes[^1].Incident.Target.Service);
        run.Wait(70);
        Assert.Empty(run.Changes.Skip(kinds.Count).Where(static change => change.Kind == IncidentChangeKind.Closed));
        // Without any line the clock stands; with some, and the flood gone, it is over.
        run.Write([.. Enumerable.Range(0, 90).Select(second => WebLogs.Line(300 + second, "198.51.100.9", "/"))]);
        Assert.Equal(IncidentChangeKind.Closed, run.Changes[^1].Kind);
        var live = run.Stop();
        var path = _folder.File("same.log");
        File.WriteAllLines(path, run.Written);
        var options = new DetectorOptions { Services = [new ProtectedService("shop", [default], new Floors())] };
        var analyzed = AnalyzeRun.Run([path], InputOptions.Default, options, TimeProvider.System, logService: "shop").Result.Incidents;
        Assert.Equal(Told(Assert.Single(analyzed)), Told(Assert.Single(live.Incidents)));
    }

    [Fact]
    public void FileIsGone_WhileItIs_NoIncidentEnds()
    {
        using var run = new Run(_folder, _ => { });
        run.Write(_lines);
        run.Hold(true);
        run.Write([.. Enumerable.Range(0, 90).Select(second => WebLogs.Line(300 + second, "198.51.100.9", "/"))]);
        Assert.DoesNotContain(run.Changes, static change => change.Kind == IncidentChangeKind.Closed);
        run.Hold(false);
        run.Write([.. Enumerable.Range(90, 90).Select(second => WebLogs.Line(300 + second, "198.51.100.9", "/"))]);
        Assert.Equal(IncidentChangeKind.Closed, run.Changes[^1].Kind);
    }

    [Fact]
    public void Recording_RunsAgain_ToTheSameHash()
    {
        using var recorder = new LineRecorder(_folder.File("requests-x.lines"));
        using var run = new Run(_folder, _ => { }, recorder);
        run.Write(_lines.Take(_lines.Count / 2).ToList());
        run.Shed(2);
        run.Write(_lines.Skip(_lines.Count / 2).ToList());
        var live = run.Stop();
        recorder.Write(LineRecordKind.End);
        recorder.Dispose();
        var lacks = new List<string>();
        var again = WebReplay.Run(_folder.File("requests-x.lines"), lacks);
        Assert.Empty(lacks);
        Assert.Equal(Hash(live), Hash(again));
        // The twin: a byte less is another recording, or none.
        var bytes = File.ReadAllBytes(_folder.File("requests-x.lines"));
        File.WriteAllBytes(_folder.File("cut.lines"), bytes.AsSpan(0, bytes.Length - 3_000_000).ToArray());
        Assert.NotEqual(Hash(live), Hash(WebReplay.Run(_folder.File("cut.lines"), lacks)));
        Assert.NotEmpty(lacks);
    }

    /// <summary>Countries bear on verdicts: a recording asks the same databases, and says so where they are not there.</summary>
    [Fact]
    public void Recording_OfARunWithGeoData_NeedsTheSame()
    {
        using var databases = new GeoFolder();
        var geo = Geo(databases, "one.mmdb", "XC");
        using var recorder = new LineRecorder(_folder.File("requests-x.lines"));
        using var run = new Run(_folder, web => web.Detector.Take(WebOrigins.Of(geo)), recorder, geo);
        run.Write(_lines);
        var live = run.Stop();
        recorder.Write(LineRecordKind.End);
        recorder.Dispose();
        Assert.Contains(Assert.Single(live.Incidents).Reasons, static reason => reason.Measure == "countries-unlike-usual");
        foreach (var (given, isSame) in new[] { (geo, true), (null, false), (Geo(databases, "other.mmdb", "XD"), false) })
        {
            var lacks = new List<string>();
            Assert.Equal(isSame, Hash(live) == Hash(WebReplay.Run(_folder.File("requests-x.lines"), lacks, given)));
            Assert.Equal(isSame, lacks.Count == 0);
        }
    }

    private static GeoLookup Geo(GeoFolder folder, string name, string newcomers) => GeoFiles.Open([folder.Write(name, WebOriginTests.Database(newcomers))], folder.Root).Lookup!;

    [Fact]
    public void Shed_OneClientInFour_VerdictStays_AndTheErrorIsTold()
    {
        using var whole = new Run(_folder, _ => { });
        whole.Write(_lines);
        using var part = new Run(_folder, _ => { });
        part.Shed(2);
        part.Write(_lines);
        var (all, some) = (Assert.Single(whole.Stop().Incidents), Assert.Single(part.Stop().Incidents));
        Assert.Equal(Verdict.Attack, some.Verdict);
        Assert.True(some.Requests!.Value.Low <= all.Requests!.Value.Value && all.Requests.Value.Value <= some.Requests.Value.High, $"{some.Requests} of {all.Requests}");
        Assert.True(some.Sources.Low <= all.Sources.Value && all.Sources.Value <= some.Sources.High, $"{some.Sources} of {all.Sources}");
        Assert.Contains(some.Limits, static limit => limit.Contains("one client in 4", StringComparison.Ordinal));
        Assert.DoesNotContain(all.Limits, static limit => limit.Contains("one client in", StringComparison.Ordinal));
        Assert.Equal(all.Requests.Value.Low, all.Requests.Value.High);
    }

    /// <summary>Records that are none, or stand where they cannot: told, never a fault.</summary>
    [Fact]
    public void DamagedRecording_IsTold()
    {
        var random = new Random(3);
        using (var recorder = new LineRecorder(_folder.File("whole.lines")))
        using (var run = new Run(_folder, _ => { }, recorder))
            run.Write(_lines.Take(2_000).ToList());
        var whole = File.ReadAllBytes(_folder.File("whole.lines"));
        for (var attempt = 0; attempt < 200; attempt++)
        {
            var bytes = whole.AsSpan(0, random.Next(whole.Length)).ToArray();
            for (var change = 0; change < 3 && bytes.Length > 0; change++)
                bytes[random.Next(Math.Min(bytes.Length, 4_000))] = (byte)random.Next(256);
            var path = _folder.File($"{attempt}.lines");
            File.WriteAllBytes(path, bytes);
            var lacks = new List<string>();
            try
            {
                WebReplay.Run(path, lacks);
                Assert.NotEmpty(lacks);
            }
            catch (InvalidDataException)
            {
                // Not even a start.
            }
        }
    }

    private static string Hash(WebResult web) => ReportJson.VerdictHash(WebReport.Join(new Detector(new DetectorOptions()).Finish(), web, 60));

    /// <summary>What both ways of reading have to agree on.</summary>
    private static string Told(Incident incident) => string.Create(
        CultureInfo.InvariantCulture, $"{incident.Verdict} {incident.Confidence} {incident.Vectors[0].Vector} {incident.StartedNanoseconds} {incident.EndedNanoseconds} {incident.Requests} {incident.Peak} {incident.Sources} {string.Join('|', incident.Reasons)}");

    /// <summary>Lines through the engine's deterministic part, second by second, with the clock of the log.</summary>
    private sealed class Run : IDisposable
    {
        private readonly WebLines _web = new(new DetectorOptions(), ["shop"]);
        private readonly WebLog _log;
        private readonly LineRecorder? _recorder;
        private long _second;

        public Run(ScratchFolder folder, Action<WebLines> prepare, LineRecorder? recorder = null, GeoLookup? geo = null)
        {
            _recorder = recorder;
            prepare(_web);
            var source = new LogSource(folder.File("a.log"), 0);
            recorder?.Write(LineRecordKind.Start, octets: RecordedWeb.Write(new DetectorOptions { Services = [new ProtectedService("shop", [default], new Floors())] }, geo));
            recorder?.Write(LineRecordKind.Open, 1, octets: RecordedWeb.Write(source));
            _log = _web.Open(1, source);
        }

        public List<IncidentChange> Changes { get; } = [];

        public List<string> Written { get; } = [];

        public void Write(List<string> lines)
        {
            Written.AddRange(lines);
            foreach (var second in lines.GroupBy(static line => line.Split('[', ']')[1]))
            {
                var octets = Encoding.Latin1.GetBytes(string.Join('\n', second) + "\n");
                _recorder?.Write(LineRecordKind.Lines, 1, octets: octets);
                _web.Take(_log, octets);
                Pass(_log.CountedNanoseconds / 1_000_000_000);
            }
        }

        /// <summary>The clock goes on for some seconds without a line, as the engine lets it.</summary>
        public void Wait(int seconds)
        {
            for (var second = 1; second <= Math.Min(seconds, 10); second++)
                Pass(_second + 1);
        }

        public void Hold(bool isHeld)
        {
            _web.Detector.HoldsIncidents = isHeld;
            _recorder?.Write(LineRecordKind.Hold, value: isHeld ? 1 : 0);
        }

        public void Shed(int level)
        {
            _web.Detector.Shed(level);
            _recorder?.Write(LineRecordKind.Shed, value: level);
        }

        public WebResult Stop() => _web.Detector.Finish();

        public void Dispose() => _recorder?.Dispose();

        private void Pass(long second)
        {
            _second = Math.Max(_second, second);
            _recorder?.Write(LineRecordKind.Pass, value: second);
            _web.Detector.Pass(second);
            _web.Detector.TakeChanges(Changes);
        }
    }
}
