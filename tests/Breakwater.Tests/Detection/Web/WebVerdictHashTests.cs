using System.IO.Compression;
using System.Text;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples.Web;
using Breakwater.Telemetry;

namespace Breakwater.Tests.Detection.Web;

/// <summary>The verdict hash of logs depends on their requests, and on nothing else.</summary>
public sealed class WebVerdictHashTests : IDisposable
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
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("breakwater-web-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void Shards_AnyNumber_SameHash() =>
        Assert.All([1, 2, 3, 8], shards => Assert.Equal(Expected(), Hash([Write("a.log", _lines)], new DetectorOptions { Shards = shards })));

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void ShuffledWithinSeconds_SameHash(int seed) => Assert.Equal(Expected(), Hash([Write("a.log", Shuffled(seed))], new DetectorOptions { Shards = 1 + seed }));

    [Fact]
    public void TwoFiles_AnyOrderAndNames_SameHash()
    {
        var (even, odd) = (Write("z.log", _lines.Where(static (_, index) => index % 2 == 0)), Write("b.log", _lines.Where(static (_, index) => index % 2 == 1)));
        Assert.Equal(Expected(), Hash([even, odd]));
        Assert.Equal(Expected(), Hash([odd, even]));
    }

    [Fact]
    public void FilesOneAfterTheOther_AnyOrder_SameHash()
    {
        var (first, second) = (Write("1.log", _lines.Take(_lines.Count / 2)), Write("2.log", _lines.Skip(_lines.Count / 2)));
        Assert.Equal(Expected(), Hash([first, second]));
        Assert.Equal(Expected(), Hash([second, first]));
    }

    [Fact]
    public void Gzip_SameHash()
    {
        var path = Path.Combine(_folder.FullName, "c.log.gz");
        using (var packed = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            packed.Write(Encoding.ASCII.GetBytes(string.Join('\n', _lines)));
        Assert.Equal(Expected(), Hash([path]));
    }

    [Fact]
    public void OneRequestLess_OtherHash() => Assert.NotEqual(Expected(), Hash([Write("a.log", _lines.Where(static (_, index) => index != _lines.Count - 3_000))]));

    private string Expected() => Hash([Write("expected.log", _lines)]);

    private static string Hash(string[] paths, DetectorOptions? options = null)
    {
        var report = AnalyzeRun.Run(paths, InputOptions.Default, options ?? new DetectorOptions(), TimeProvider.System);
        Assert.Equal(Verdict.Attack, Assert.Single(report.Result.Incidents).Verdict);
        Assert.Empty(report.Warnings);
        return ReportJson.VerdictHash(report);
    }

    private static IEnumerable<string> Shuffled(int seed)
    {
        var random = new Random(seed);
        return _lines.GroupBy(static line => line.Split('[', ']')[1]).SelectMany(second => second.OrderBy(_ => random.Next()));
    }

    private string Write(string name, IEnumerable<string> lines)
    {
        var path = Path.Combine(_folder.FullName, name);
        File.WriteAllText(path, string.Join('\n', lines) + "\n");
        return path;
    }
}
