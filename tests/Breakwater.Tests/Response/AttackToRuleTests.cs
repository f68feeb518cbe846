using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Breakwater.Tests.Response;

/// <summary>From datagrams to a rule in a router and back, with the program as it is run; what holds is read from BIRD.</summary>
[Trait("Tier", "daemon")]
public sealed class AttackToRuleTests
{
    // Some seconds of history hold some dozen clients: far too few for a price under 1 %.
    private const string Automatic = "  mode: automatic\n  holdAfter: 2s\n  maxDropped: 30%\n";
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
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"attack to rule: {time.TotalMilliseconds:0} ms\n{served.Timeline()}"));
        var rules = served.Rules();
        // The attack, by what makes it one: replies of time servers, all of one length. And nothing else.
        Assert.Contains("flow4 { dst 10.3.0.7/32; proto 17; ", rules, StringComparison.Ordinal);
        Assert.True(rules.Contains("sport 123;", StringComparison.Ordinal) || rules.Contains("length 468;", StringComparison.Ordinal), rules);
        Assert.Contains("(generic, 0x8006fde9, 0x0)", rules, StringComparison.Ordinal);
        Assert.DoesNotContain("proto 6", rules, StringComparison.Ordinal);
        TelemetryChild.Attack(served.Space);
        served.Space.Await("the filter goes with the attack", _patience, served.Rules, static said => !said.Contains("flow4 {", StringComparison.Ordinal));
    }

    /// <summary>Stopped, killed and upgraded while the attack goes on: the rule goes within the hold time of 9 s, and comes back as the same mitigation.</summary>
    [Fact]
    public void Program_StoppedKilledOrUpgraded_ItsRuleGoesAndComesBack()
    {
        using var served = ServedRouter.Start(Automatic);
        served.AwaitSession();
        ServedRouter.AwaitHistory();
        TelemetryChild.Attack(served.Space, 5);
        served.AwaitRule(5);
        var mitigation = ActiveMitigation(served);
        var holdTime = TimeSpan.FromSeconds(11);
        var comesBack = TimeSpan.FromSeconds(45);
        served.Signal("STOP");
        Tell("SIGSTOP, rule gone", served.Await(false, holdTime, "the rule goes with a stopped program"));
        served.Signal("CONT");
        Tell("SIGCONT, rule back", served.Await(true, comesBack, "the rule comes back"));
        served.Signal("KILL");
        Tell("kill -9, rule gone", served.Await(false, holdTime, "the rule goes with a killed program"));
        served.StartProgram();
        Tell("started, rule back", served.Await(true, comesBack, "the rule comes back after a crash"));
        Assert.True(mitigation == ActiveMitigation(served), $"{mitigation} stood before; now:\n{served.Command("mitigations", "list").Output}");
        served.Signal("TERM");
        Tell("SIGTERM, rule gone", served.Await(false, TimeSpan.FromSeconds(5), "the rule goes with an orderly end"));
        served.StartProgram();
        Tell("upgraded, rule back", served.Await(true, comesBack, "the rule comes back after an upgrade"));
        // The commands, on the same program.
        var (code, test) = served.Command("response", "test");
        Assert.Equal((0, true), (code, test.Contains("session up   yes", StringComparison.Ordinal) && test.Contains("enforced     not confirmed", StringComparison.Ordinal)));
        Assert.True(mitigation == ActiveMitigation(served), $"{mitigation} stood before; now:\n{served.Command("mitigations", "list").Output}");
        Assert.Equal(4, served.Command("mitigations", "withdraw", mitigation, "--if-state", "proposed").Code);
        served.Await(true, TimeSpan.FromSeconds(1), "nothing was withdrawn");
        Assert.Equal(0, served.Command("mitigations", "withdraw", mitigation, "--why", "enough").Code);
        Tell("withdrawn, rule gone", served.Await(false, TimeSpan.FromSeconds(5), "the rule goes when a person says so"));
        Assert.Equal(0, served.Command("mitigations", "propose", "destination 10.5.0.9/32 protocol 17 then rate-limit 125000", "--service", "s5").Code);
        var (refused, why) = served.Command("mitigations", "propose", "destination 192.0.2.1/32 then blackhole");
        Assert.Equal((4, true), (refused, why.Contains("outside the allowed prefixes", StringComparison.Ordinal)));
    }

    private static string ActiveMitigation(ServedRouter served)
    {
        var listed = served.Command("mitigations", "list", "--state", "active", "--format", "json").Output;
        return (string)JsonNode.Parse(listed)!["mitigations"]![0]!["id"]!;
    }

    private static void Tell(string what, TimeSpan time) =>
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what}: after {time.TotalSeconds:0.0} s"));

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
