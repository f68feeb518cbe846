using System.Diagnostics;
using Breakwater.Detection.Samples;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using static Breakwater.Tests.Response.Price.Traffic;

namespace Breakwater.Tests.Response.Price;

public sealed class FilterPlannerTests(ITestOutputHelper output)
{
    /// <summary>Web clients before, and replies of time servers on top.</summary>
    private static Traffic Ntp() => new Traffic().Before(3_000, 1_500, Tcp(40_000, 443, 16, 60)).Returning(200, 1_500, Tcp(40_000, 443, 16, 60)).During(3_000, Udp(123, 50_000, 468));

    [Fact]
    public void Plan_Reflection_DiscardsItsPortUnderTheLimit()
    {
        var plan = FilterPlanner.Plan(Ntp().Question(vectors: "ntp-amplification"));
        var best = plan.Alternatives[0];
        Assert.Null(plan.NoFilter);
        Assert.Equal(FilterAlternative.Discard, best.Kind);
        Assert.Equal("destination 203.0.113.10/32 protocol 17 source-port 123 then discard", best.Rules.Single().ToString());
        Assert.InRange(best.AttackCovered.Low!.Value, 0.95, 1);
        Assert.InRange(best.LegitimateDropped.WorstCase, 0.0001, 0.01);
        Assert.Contains(plan.Alternatives, static alternative => alternative is { Kind: FilterAlternative.Blackhole, IsUnderLimit: false });
    }

    [Fact]
    public void Plan_TenThousandRecords_TakesLessThanFiftyMilliseconds()
    {
        var traffic = new Traffic().Before(5_000, 2_500, Tcp(40_000, 443, 16, 60)).Before(500, 200, Udp(53, 40_000, 300)).During(4_500, Udp(53, 50_000, 1_400));
        var question = traffic.Question(vectors: "dns-amplification");
        for (var warm = 0; warm < 30; warm++)
            FilterPlanner.Plan(question);
        var least = TimeSpan.MaxValue;
        for (var run = 0; run < 10; run++)
        {
            var started = Stopwatch.GetTimestamp();
            FilterPlanner.Plan(question);
            var taken = Stopwatch.GetElapsedTime(started);
            least = taken < least ? taken : least;
        }

        output.WriteLine($"{least.TotalMilliseconds:0.0} ms");
        Assert.InRange(least.TotalMilliseconds, 0, 50);
    }
}
