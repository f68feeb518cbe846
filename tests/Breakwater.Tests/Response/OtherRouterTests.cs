using System.Globalization;

namespace Breakwater.Tests.Response;

/// <summary>GoBGP and FRR as the router: what they hold is read from them.</summary>
[Trait("Tier", "daemon")]
public sealed class OtherRouterTests
{
    private const string Bgpd = "/usr/lib/frr/bgpd";
    private const string Zebra = "/usr/lib/frr/zebra";
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(25);

    [Fact]
    public void Rules_OfEveryKind_StandInGoBgpAsMeant_AndGoWithTheSpeaker()
    {
        using var space = RouterNamespace.Make("ip", "gobgpd", "gobgp");
        File.WriteAllText(space.PathOf("gobgpd.toml"), RouterRules.Configuration("docs/how-to/announce-to-gobgp.md"));
        space.StartRouter("gobgpd", "gobgpd", "-f", space.PathOf("gobgpd.toml"), "--api-hosts", "127.0.0.1:50051", "--pprof-disable");
        string Routes() => string.Join('\n', new[] { "ipv4", "ipv6", "ipv4-flowspec", "ipv6-flowspec" }.Select(family => space.Ask("gobgp", "-p", "50051", "global", "rib", "-a", family)));
        var speaker = SpeakerChild.Start(space, 65002, "password=a long key");
        SpeakerChild.Rules(space, RouterRules.All);
        space.Await("rules in GoBGP", _patience, Routes, static said => RouterRules.CountInGoBgp(said) == RouterRules.All.Length);
        SpeakerChild.Rules(space, RouterRules.All[1..]);
        space.Await("one rule less", _patience, Routes, static said => RouterRules.CountInGoBgp(said) == RouterRules.All.Length - 1);
        Kill(space, speaker.Id);
        space.Await("nothing left", TimeSpan.FromSeconds(10), Routes, static said => RouterRules.CountInGoBgp(said) == 0);
    }

    [Fact]
    public void Rules_OfEveryKind_StandInFrrAsMeant_AndGoWithTheSpeaker()
    {
        using var space = RouterNamespace.Make("ip", Bgpd, Zebra, "vtysh");
        File.WriteAllText(space.PathOf("bgpd.conf"), RouterRules.Configuration("docs/how-to/announce-to-frr.md"));
        File.WriteAllText(space.PathOf("zebra.conf"), "hostname router\n");
        // The page's discard routes; FRR's daemons give up root and have to reach their files.
        space.Ask("ip", "route", "add", "blackhole", "192.0.2.1/32");
        space.Ask("ip", "-6", "route", "add", "blackhole", "100::1/128");
        space.Ask("chmod", "-R", "a+rwX", space.Folder);
        space.StartRouter("zebra", Zebra, "-f", space.PathOf("zebra.conf"), "-z", space.PathOf("z.api"), "-i", space.PathOf("zebra.pid"), "--vty_socket", space.Folder, "-A", "127.0.0.1");
        space.Await("zebra", _patience, () => File.Exists(space.PathOf("z.api")) ? "up" : "", static said => said == "up");
        space.StartRouter("bgpd", Bgpd, "-f", space.PathOf("bgpd.conf"), "-z", space.PathOf("z.api"), "-i", space.PathOf("bgpd.pid"), "--vty_socket", space.Folder, "-A", "127.0.0.1");
        string Routes() => space.Ask(
            "vtysh", "--vty_socket", space.Folder, "-c", "show bgp ipv4 unicast 203.0.113.9/32", "-c", "show bgp ipv6 unicast 2001:db8::9/128",
            "-c", "show bgp ipv4 flowspec detail", "-c", "show bgp ipv6 flowspec detail");
        var speaker = SpeakerChild.Start(space, 65004, "password=along-key");
        SpeakerChild.Rules(space, RouterRules.All);
        space.Await("rules in FRR", _patience, Routes, static said => RouterRules.CountInFrr(said) == RouterRules.All.Length);
        space.Await("the blackhole in the kernel", _patience, () => space.Ask("ip", "route"), static said => said.Contains("blackhole 203.0.113.9", StringComparison.Ordinal));
        SpeakerChild.Rules(space, RouterRules.All[1..]);
        space.Await("one rule less", _patience, Routes, static said => RouterRules.CountInFrr(said) == RouterRules.All.Length - 1);
        Kill(space, speaker.Id);
        space.Await("nothing left", TimeSpan.FromSeconds(10), Routes, static said => RouterRules.CountInFrr(said) == 0);
        space.Await("nothing in the kernel", TimeSpan.FromSeconds(2), () => space.Ask("ip", "route"), static said => !said.Contains("203.0.113.9", StringComparison.Ordinal));
    }

    /// <summary>GoBGP with the block of its page for graceful restart keeps the FlowSpec rules through an upgrade, and drops what does not come back.</summary>
    [Fact]
    public void Rules_InGoBgpWithGracefulRestart_StayThroughAnUpgrade()
    {
        using var space = RouterNamespace.Make("ip", "gobgpd", "gobgp");
        var configuration = RouterRules.Configuration("docs/how-to/announce-to-gobgp.md");
        var more = "    [neighbors.afi-safis.mp-graceful-restart.config]\n      enabled = true\n";
        foreach (var family in new[] { "ipv4-unicast", "ipv6-unicast", "ipv4-flowspec", "ipv6-flowspec" })
            configuration = configuration.Replace($"      afi-safi-name = \"{family}\"\n", $"      afi-safi-name = \"{family}\"\n{more}", StringComparison.Ordinal);
        configuration = configuration.Replace("  [neighbors.transport.config]", "  [neighbors.graceful-restart.config]\n    enabled = true\n    restart-time = 20\n  [neighbors.transport.config]", StringComparison.Ordinal);
        File.WriteAllText(space.PathOf("gobgpd.toml"), configuration);
        space.StartRouter("gobgpd", "gobgpd", "-f", space.PathOf("gobgpd.toml"), "--api-hosts", "127.0.0.1:50051", "--pprof-disable");
        string Routes() => string.Join('\n', new[] { "ipv4", "ipv6", "ipv4-flowspec", "ipv6-flowspec" }.Select(family => space.Ask("gobgp", "-p", "50051", "global", "rib", "-a", family)));
        SpeakerChild.Rules(space, RouterRules.All);
        SpeakerChild.Start(space, 65002, "password=a long key", "restart=30");
        space.Await("rules in GoBGP", _patience, Routes, static said => RouterRules.CountInGoBgp(said) == RouterRules.All.Length);
        File.WriteAllText(space.PathOf("leave"), "");
        space.Await("no session", _patience, () => space.Ask("gobgp", "-p", "50051", "neighbor"), static said => !said.Contains("Establ", StringComparison.Ordinal));
        Assert.Equal(RouterRules.All.Length, RouterRules.CountInGoBgp(Routes()));
        File.Delete(space.PathOf("leave"));
        SpeakerChild.Rules(space, RouterRules.All[..1]);
        var speaker = SpeakerChild.Start(space, 65002, "password=a long key", "restart=30");
        space.Await("one rule left", _patience, Routes, static said => RouterRules.CountInGoBgp(said) == 1);
        Kill(space, speaker.Id);
        space.Await("nothing left after the restart time", TimeSpan.FromSeconds(35), Routes, static said => RouterRules.CountInGoBgp(said) == 0);
    }

    private static void Kill(RouterNamespace space, int process) => space.Ask("kill", "-KILL", process.ToString(CultureInfo.InvariantCulture));
}
