using System.Diagnostics;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Response.Bgp;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Tests.Response;

/// <summary>The speaker as a process of its own, beside its end of a cable: what can be killed, stopped and cut off.</summary>
public sealed class SpeakerChild
{
    private const string FolderVariable = "BREAKWATER_SPEAKER_FOLDER";
    private const string PeerVariable = "BREAKWATER_SPEAKER_PEER";

    /// <summary>No test by itself: announces the rules of the file "rules", whatever it holds at the moment, and tells its peer's state in "state".</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "only as a child of the other tests");
        var settings = Settings(Environment.GetEnvironmentVariable(PeerVariable)!);
        var guard = new AnnouncementGuard([PrefixOf("203.0.113.0/24"), PrefixOf("2001:db8::/32")], [PrefixOf("203.0.113.250/32")], 100);
        await using var speaker = new BgpSpeaker([settings], guard, TimeProvider.System);
        var announced = new HashSet<string>(StringComparer.Ordinal);
        for (var isStarted = false; !File.Exists(Path.Combine(folder!, "stop")) && !File.Exists(Path.Combine(folder!, "leave")); isStarted = true)
        {
            var lines = File.Exists(Path.Combine(folder!, "rules")) ? await File.ReadAllLinesAsync(Path.Combine(folder!, "rules")) : [];
            var wanted = new HashSet<string>(StringComparer.Ordinal);
            foreach (var line in lines)
            {
                Assert.Null(RuleText.Read(line, out var rule));
                var route = RuleRoutes.Of(rule, settings.LocalAs)!;
                wanted.Add(route.Key);
                if (speaker.Announce(route, TimeSpan.FromSeconds(60)) is { } fault)
                    await File.AppendAllTextAsync(Path.Combine(folder!, "refused"), fault + "\n");
            }

            foreach (var gone in announced.Except(wanted).ToArray())
                speaker.Withdraw(gone);
            announced = wanted;
            // What is wanted from the begin is there before the first session, as with a ledger.
            if (!isStarted)
                speaker.Start();
            await File.WriteAllTextAsync(Path.Combine(folder!, "state.new"), $"{speaker.Peers.Single()} {speaker.UnfitForAutomatic(settings.Families, TimeSpan.FromSeconds(60))}");
            File.Move(Path.Combine(folder!, "state.new"), Path.Combine(folder!, "state"), overwrite: true);
            await Task.Delay(TimeSpan.FromMilliseconds(50), TimeProvider.System);
        }

        await speaker.End(leaves: File.Exists(Path.Combine(folder!, "leave")));
    }

    /// <param name="space">Where.</param>
    /// <param name="peerAs">The router's AS.</param>
    /// <param name="more">Further settings: "password=…", "hops=…".</param>
    internal static Process Start(RouterNamespace space, uint peerAs, params string[] more)
    {
        var program = Path.ChangeExtension(typeof(SpeakerChild).Assembly.Location, null);
        var environment = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            [FolderVariable] = space.Folder,
            [PeerVariable] = string.Join(';', [string.Create(CultureInfo.InvariantCulture, $"as={peerAs}"), .. more]),
        };
        return space.StartSpeaker("speaker", environment, program, "-noLogo", "-explicit", "only", "-method", $"{typeof(SpeakerChild).FullName}.{nameof(Child)}");
    }

    /// <summary>Says what is to be announced from now on.</summary>
    internal static void Rules(RouterNamespace space, params string[] rules)
    {
        File.WriteAllLines(space.PathOf("rules.new"), rules);
        File.Move(space.PathOf("rules.new"), space.PathOf("rules"), overwrite: true);
    }

    private static BgpPeerSettings Settings(string text)
    {
        var settings = new BgpPeerSettings
        {
            Name = "router",
            Address = Address.Parse(RouterNamespace.RouterAddress),
            LocalAs = 65001,
            PeerAs = 0,
            RouterId = Address.Parse("10.0.0.1").IPv4,
        };
        foreach (var part in text.Split(';'))
        {
            var (name, value) = (part.Split('=')[0], part.Split('=')[1]);
            settings = name switch
            {
                "as" => settings with { PeerAs = uint.Parse(value, CultureInfo.InvariantCulture) },
                "password" => settings with { Password = value },
                "hops" => settings with { Hops = int.Parse(value, CultureInfo.InvariantCulture) },
                "hold" => settings with { HoldSeconds = int.Parse(value, CultureInfo.InvariantCulture) },
                "restart" => settings with { RestartSeconds = int.Parse(value, CultureInfo.InvariantCulture) },
                "local" => settings with { LocalAs = uint.Parse(value, CultureInfo.InvariantCulture) },
                _ => throw new FormatException(part),
            };
        }

        return settings;
    }

    private static Prefix PrefixOf(string text) => Prefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
