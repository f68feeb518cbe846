using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry;

namespace Breakwater.Tests.Detection.Web;

/// <summary><c>analyze</c> on logs of real servers, and on the cases of CrowdSec's rules.</summary>
public sealed class WebSharedDataTests
{
    [Theory]
    [InlineData("access-logs/elastic/apache_logs.part1.log", 6_000)]
    [InlineData("labelled-eval/sotm34/access_log", 200)]
    [InlineData("labelled-eval/sotm34/access_log.1", 1_000)]
    [InlineData("labelled-eval/sotm34/access_log.2", 400)]
    [InlineData("labelled-eval/sotm34/access_log.4", 200)]
    [InlineData("labelled-eval/sotm34/access_log.6", 300)]
    public void NaturalLogs_HaveNoFlood(string file, int requests)
    {
        var report = Analyze(file);
        Assert.InRange(report.Result.Records, requests, long.MaxValue);
        Assert.Empty(report.Result.Incidents);
    }

    [Theory]
    [InlineData("access-logs/crowdsec/http-dos-bypass-cache/http_dos_bypass_cache.log", Vector.HttpCacheBusting)]
    [InlineData("access-logs/crowdsec/http-dos-random-uri/http_dos_random_uri.log", Vector.HttpFlood)]
    public void CrowdSecFloods_AreNamed(string file, Vector vector)
    {
        var incident = Assert.Single(Analyze(file).Result.Incidents);
        Assert.Equal((Verdict.Attack, vector), (incident.Verdict, Assert.Single(incident.Vectors).Vector));
    }

    private static AnalysisReport Analyze(string file) => AnalyzeRun.Run([SharedData.Path(file)], InputOptions.Default, new DetectorOptions(), TimeProvider.System);
}
