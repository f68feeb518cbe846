using System.Diagnostics;

namespace Breakwater.Tests.Response;

/// <summary>BIRD 2 as the router: what it holds is read from BIRD, never from our own table.</summary>
[Trait("Tier", "daemon")]
public sealed class BirdTests
{
    private const string Page = "docs/how-to/announce-to-bird.md";
    private static readonly string[] _key = ["password=a long key", "hops=2"];
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(25);

    [Fact]
    public void Rules_OfEveryKind_StandInBirdAsMeantAndGoOnCommand()
    {
        using var space = Router();
        SpeakerChild.Start(space, 65003, _key);
        SpeakerChild.Rules(space, RouterRules.All);
        space.Await("rules in BIRD", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == RouterRules.All.Length);
        SpeakerChild.Rules(space, RouterRules.All[..1]);
        space.Await("one rule left", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == 1 && !said.Contains("203.0.113.9", StringComparison.Ordinal));
        SpeakerChild.Rules(space);
        space.Await("nothing left", _patience, () => Routes(space), static said => !said.Contains("Type: BGP", StringComparison.Ordinal));
    }

    /// <summary>Whatever happens to the speaker, its rules are gone after the hold time of 9 s; BIRD is asked for two seconds more.</summary>
    [Theory]
    [InlineData("KILL")]
    [InlineData("STOP")]
    [InlineData("cable")]
    [InlineData("TERM in order")]
    public void Speaker_Gone_RulesGoWithinTheHoldTime(string how)
    {
        using var space = Router();
        var speaker = SpeakerChild.Start(space, 65003, _key);
        SpeakerChild.Rules(space, RouterRules.All);
        space.Await("rules in BIRD", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == RouterRules.All.Length);
        var watch = Stopwatch.StartNew();
        if (how == "cable")
            space.SetCable(isUp: false);
        else if (how == "TERM in order")
            File.WriteAllText(space.PathOf("stop"), "");
        else
            space.Ask("kill", $"-{how}", speaker.Id.ToString(System.Globalization.CultureInfo.InvariantCulture));
        space.Await("nothing left", TimeSpan.FromSeconds(how == "TERM in order" ? 2 : 11), () => Routes(space), static said => !said.Contains("Type: BGP", StringComparison.Ordinal));
        TestContext.Current.TestOutputHelper?.WriteLine($"{how}: gone after {watch.Elapsed.TotalSeconds:0.0} s");
    }

    [Fact]
    public void Router_StartedAgain_GetsTheRulesAgain()
    {
        using var space = Router();
        SpeakerChild.Start(space, 65003, _key);
        SpeakerChild.Rules(space, RouterRules.All);
        space.Await("rules in BIRD", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == RouterRules.All.Length);
        space.Ask("birdc", "-s", space.PathOf("bird.ctl"), "down");
        space.Await("BIRD is down", _patience, () => Routes(space), static said => !said.Contains("Type: BGP", StringComparison.Ordinal));
        StartBird(space);
        space.Await("rules in BIRD again", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == RouterRules.All.Length);
    }

    [Theory]
    [InlineData("password=another key", "hops=2")]
    [InlineData("hops=2")]
    [InlineData("password=a long key", "hops=1")]
    [InlineData("password=a long key")]
    public void Session_WithAWrongKeyOrWithoutTheHighTtl_DoesNotComeUp(params string[] settings)
    {
        // BIRD's end asks for both; with a hop less than there is, our own end asks for too much only when a router stands between.
        var comesUp = settings.SequenceEqual(["password=a long key", "hops=1"]);
        using var space = Router();
        SpeakerChild.Start(space, 65003, settings);
        SpeakerChild.Rules(space, RouterRules.All);
        space.Await("a word of the speaker", _patience, () => State(space), static said => said.Length > 0);
        var watch = Stopwatch.StartNew();
        while (watch.Elapsed < TimeSpan.FromSeconds(6) && RouterRules.CountInBird(Routes(space)) == 0)
            Thread.Sleep(TimeSpan.FromMilliseconds(200));
        Assert.Equal(comesUp, RouterRules.CountInBird(Routes(space)) > 0);
        // The speaker's word may be a moment older than BIRD's.
        space.Await("the speaker's word on it", _patience, () => State(space), said => said.Contains(comesUp ? "State = Established" : "router has no session", StringComparison.Ordinal));
    }

    /// <summary>What is not allowed is refused before it is sent; the rule beside it arrives.</summary>
    [Fact]
    public void Rules_OutsideTheAllowedPrefixes_NeverReachTheRouter()
    {
        using var space = Router();
        SpeakerChild.Start(space, 65003, _key);
        SpeakerChild.Rules(space, "destination 198.51.100.1/32 then blackhole", "destination 203.0.113.250/32 then discard", RouterRules.All[0]);
        var said = space.Await("the rule in BIRD", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == 1);
        Assert.DoesNotContain("198.51.100.1", said, StringComparison.Ordinal);
        Assert.DoesNotContain("203.0.113.250", said, StringComparison.Ordinal);
        var refused = File.ReadAllText(space.PathOf("refused"));
        Assert.Contains("198.51.100.1/32 is outside the allowed prefixes", refused, StringComparison.Ordinal);
        Assert.Contains("203.0.113.250/32 touches 203.0.113.250/32, which is on the allow-list", refused, StringComparison.Ordinal);
    }

    [Fact]
    public void Speaker_WithoutFourOctetNumbersOfItsOwn_IsOneAs()
    {
        using var space = Router("as 65001", "as 200000");
        SpeakerChild.Start(space, 65003, [.. _key, "local=200000"]);
        SpeakerChild.Rules(space, RouterRules.All[4]);
        space.Await("the route in BIRD", _patience, () => Routes(space), static said => said.Contains("BGP.as_path: 200000", StringComparison.Ordinal));
    }

    [Fact]
    public void Session_WithinOneAs_HasAnEmptyPath()
    {
        using var space = Router("as 65003", "as 65001");
        SpeakerChild.Start(space, 65001, _key);
        SpeakerChild.Rules(space, RouterRules.All);
        space.Await("rules in BIRD", _patience, () => Routes(space), static said => RouterRules.CountInBird(said) == RouterRules.All.Length);
        Assert.DoesNotContain("BGP.as_path: 65001", Routes(space), StringComparison.Ordinal);
    }

    private static RouterNamespace Router(string text = "", string instead = "")
    {
        var space = RouterNamespace.Make("ip", "bird", "birdc");
        var configuration = RouterRules.Configuration(Page);
        File.WriteAllText(space.PathOf("bird.conf"), text.Length == 0 ? configuration : configuration.Replace(text, instead, StringComparison.Ordinal));
        StartBird(space);
        return space;
    }

    private static void StartBird(RouterNamespace space) =>
        space.StartRouter("bird", "bird", "-f", "-c", space.PathOf("bird.conf"), "-s", space.PathOf("bird.ctl"), "-P", space.PathOf("bird.pid"));

    private static string Routes(RouterNamespace space) => space.Ask("birdc", "-s", space.PathOf("bird.ctl"), "show", "route", "table", "all", "all");

    private static string State(RouterNamespace space) => File.Exists(space.PathOf("state")) ? File.ReadAllText(space.PathOf("state")) : "";
}
