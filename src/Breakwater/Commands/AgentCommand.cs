using System.Collections.Immutable;
using System.CommandLine;
using System.Globalization;
using System.Net.Sockets;
using Breakwater.Detection;
using Breakwater.Response.Nftables;

namespace Breakwater.Commands;

/// <summary><c>agent</c>: filters on this machine for a Breakwater that has no privileges (docs/how-to/filter-on-a-host.md).</summary>
internal static class AgentCommand
{
    private const int UsualMostRules = 100;
    private const int MostInterfaces = 16;
    private const int LongestInterfaceName = 15; // IFNAMSIZ without its NUL
    private const string Users = "/etc/passwd";

    public static Command Create()
    {
        var socket = new Option<string>("--socket") { HelpName = "PATH", Description = "Where Breakwater asks", Required = true };
        var interfaces = new Option<string[]>("--interface") { HelpName = "NAME", Description = "Where packets come in; several are allowed", Required = true };
        var prefixes = new Option<string[]>("--prefix") { HelpName = "CIDR", Description = "Own network: a filter's destination is in one of these", Required = true };
        var rules = new Option<int>("--max-rules") { HelpName = "N", Description = $"Most filters at a time (1 to {AgentGuard.MaxRules})", DefaultValueFactory = static _ => UsualMostRules };
        var users = new Option<string[]>("--user") { HelpName = "NAME", Description = "Who may ask, besides root and the agent's own user", DefaultValueFactory = static _ => [] };
        var command = new Command("agent", "Drop what Breakwater asks for at this machine's interfaces, by nftables, until SIGINT or SIGTERM") { socket, interfaces, prefixes, rules, users };
        command.SetAction(parsed =>
        {
            var mistakes = new List<string>();
            var guard = new AgentGuard(Prefixes(parsed.GetValue(prefixes)!, mistakes), Rules(parsed.GetValue(rules), mistakes));
            var (names, callers) = (Interfaces(parsed.GetValue(interfaces)!, mistakes), Callers(parsed.GetValue(users)!, mistakes));
            if (NftProgram.Path is null)
                mistakes.Add("nft is not installed: install the package nftables");
            foreach (var mistake in mistakes)
                Tell(mistake);
            return mistakes.Count > 0 ? ExitCode.BadUsage : Run(parsed.GetValue(socket)!, guard, names, callers).GetAwaiter().GetResult();
        });
        return command;
    }

    private static async Task<int> Run(string path, AgentGuard guard, ImmutableArray<string> interfaces, IReadOnlySet<uint> callers)
    {
        using var signals = new ServeSignals();
        using var filters = new HostFilters(new NftProgram(TimeProvider.System), guard, interfaces, TimeProvider.System);
        var server = new AgentServer(filters, callers, TimeProvider.System, Tell);
        using var stop = new CancellationTokenSource();
        var code = ExitCode.Done;
        try
        {
            // The socket first: an agent that runs already keeps it, and its table.
            using var listener = AgentServer.Listen(path);
            if (await filters.Start() is { } fault)
            {
                Tell($"the table cannot be made: {fault}; the agent needs CAP_NET_ADMIN");
                return ExitCode.Failed;
            }

            var serving = server.Run(listener, stop.Token);
            Tell($"filters at {string.Join(", ", interfaces)} towards {string.Join(", ", guard.Allowed)}; asked on {path}");
            while (!signals.IsStopped && !serving.IsCompleted)
                signals.Wait(TimeSpan.FromSeconds(1));
            await stop.CancelAsync();
            await serving.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (serving.Exception?.InnerException is { } broken)
            {
                Tell($"nobody can ask any more: {broken.Message}");
                code = ExitCode.Failed;
            }
        }
        catch (SocketException error)
        {
            Tell($"{path}: {error.Message}");
            return ExitCode.BadUsage;
        }

        File.Delete(path);
        if (await filters.Stop() is { } left)
        {
            Tell($"the table stays, and lapses: {left}");
            return ExitCode.Failed;
        }

        Tell("stopped; the table is gone");
        return code;
    }

    private static void Tell(string line) => System.Console.Error.WriteLine($"breakwater agent: {line}");

    private static int Rules(int rules, List<string> mistakes)
    {
        if (rules is < 1 or > AgentGuard.MaxRules)
            mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"--max-rules {rules}: write 1 to {AgentGuard.MaxRules}"));
        return rules;
    }

    private static ImmutableArray<Prefix> Prefixes(string[] texts, List<string> mistakes)
    {
        var prefixes = new List<Prefix>();
        foreach (var text in texts)
        {
            if (Prefix.TryParse(text, out var prefix) && prefix.Length > 0)
                prefixes.Add(prefix);
            else
                mistakes.Add($"--prefix {text}: write an own network, such as 203.0.113.0/24");
        }

        return [.. prefixes];
    }

    // The names go into commands of nft: nothing but what names consist of.
    private static ImmutableArray<string> Interfaces(string[] names, List<string> mistakes)
    {
        if (names.Length > MostInterfaces)
            mistakes.Add(string.Create(CultureInfo.InvariantCulture, $"--interface: at most {MostInterfaces}"));
        foreach (var name in names)
        {
            var isName = name.Length is > 0 and <= LongestInterfaceName && name.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_' or '.') && name.Any(static c => c != '.');
            if (!isName || !Directory.Exists("/sys/class/net/" + name))
                mistakes.Add($"--interface {name}: there is none of this name");
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private static HashSet<uint> Callers(string[] names, List<string> mistakes)
    {
        var callers = new HashSet<uint> { 0, Console.UserId.Effective() };
        foreach (var name in names)
        {
            if (uint.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var number) || TryFind(name, out number))
                callers.Add(number);
            else
                mistakes.Add($"--user {name}: there is no such user in {Users}");
        }

        return callers;
    }

    /// <summary>The number of a user of this machine (passwd(5)).</summary>
    private static bool TryFind(string name, out uint number)
    {
        number = 0;
        var entry = File.Exists(Users) ? File.ReadLines(Users).Select(static line => line.Split(':')).FirstOrDefault(fields => fields.Length > 2 && fields[0] == name) : null;
        return entry is not null && uint.TryParse(entry[2], NumberStyles.None, CultureInfo.InvariantCulture, out number);
    }
}
