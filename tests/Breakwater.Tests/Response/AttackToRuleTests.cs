using System.Diagnostics;
using System.Globalization;

namespace Breakwater.Tests.Response;

/// <summary>From datagrams to a rule in a router and back, with the program as it is run; what holds is read from BIRD.</summary>
[Trait("Tier", "daemon")]
public sealed class AttackToRuleTests
{
    // A minute's sample holds some hundred clients: too few for a price under 1 %.
    private const string Automatic = "  mode: automatic\n  holdAfter: 2s\n  maxDropped: 5%\n";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Fact]
    public void Attack_InAutomaticMode_IsFilteredAsMeantAndTheFilterGoesWithIt()
    {
        using var served = ServedRouter.Start(Automatic);
        served.AwaitSession();
        ServedRouter.AwaitHistory();
        Assert.DoesNotContain("flow4 {", served.Rules(), StringComparison.Ordinal);
        TelemetryChild.Attack(served.Space, 3);
        var time = served.AwaitRule(3);
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attack to rule: {time.TotalMilliseconds:0} ms"));
        var rules = served.Rules();
        // The attack, by what makes it one: replies of time servers, all of one length. And nothing else.
        Assert.Contains("flow4 { dst 198.18.3.7/32; proto 17; ", rules, StringComparison.Ordinal);
        Assert.True(rules.Contains("sport 123;", StringComparison.Ordinal) || rules.Contains("length 468;", StringComparison.Ordinal), rules);
        Assert.Contains("(generic, 0x8006fde9, 0x0)", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("proto 6", rules, StringComparison.Ordinal);
        TelemetryChild.Attack(served.Space);
        served.Space.Await("the filter goes with the attack", _patience, served.Rules, static said => !said.Contains("flow4 {", StringComparison.Ordinal));
    }

    /// <summary>Prints the figures of bench/attack-to-rule.sh.</summary>
    [Fact(Explicit = true)]
    public void Attack_ManyTimes_TimeToTheRule()
    {
        using var served = ServedRouter.Start(Automatic);
        served.AwaitSession();
        ServedRouter.AwaitHistory();
        var times = new List<double>();
        for (var host = 0; host < TelemetryChild.Hosts; host++)
        {
            TelemetryChild.Attack(served.Space, host);
            times.Add(served.AwaitRule(host).TotalMilliseconds);
            TelemetryChild.Attack(served.Space);
            Thread.Sleep(TimeSpan.FromMilliseconds(700 + (37 * host)));
        }

        System.Console.WriteLine(served.Timeline());
        times.Sort();
        System.Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"n {times.Count}, median {times[times.Count / 2]:0} ms, least {times[0]:0} ms, 90 % {times[(int)(times.Count * 0.9)]:0} ms, most {times[^1]:0} ms"));
    }
}
