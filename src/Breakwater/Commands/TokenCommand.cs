using System.CommandLine;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Console;
using Breakwater.Incidents;

namespace Breakwater.Commands;

/// <summary><c>token create</c> and <c>login</c>: who may use the API. Through a running Breakwater, or into the storage of one that stands still.</summary>
internal static class TokenCommand
{
    private static readonly DurationValue _lifetime = new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650), TimeSpan.FromDays(90));

    public static Command Create()
    {
        var config = Config();
        var name = new Option<string>("--name") { Description = "What the token is for", Required = true };
        var role = new Option<string>("--role") { Description = "viewer, operator or admin", DefaultValueFactory = static _ => "viewer" };
        role.AcceptOnlyFromAmong(RoleNames.All);
        var services = new Option<string[]>("--service") { Description = "A service that it may see; may be given again; without it: all" };
        var lifetime = new Option<string>("--lifetime") { Description = "How long it is valid, such as 90d; without it: until it is revoked" };
        lifetime.Validators.Add(result =>
        {
            if (result.Tokens is [var text] && _lifetime.Read(text.Value, out _) is { } fault)
                result.AddError($"--lifetime: {fault.What}; {fault.Cure}");
        });
        var create = new Command("create", "Create a token for the API; it is printed once and kept nowhere") { config, name, role, services, lifetime };
        create.SetAction(parsed => Run(parsed.GetValue(config)!, loaded => Make(loaded, new JsonObject
        {
            ["name"] = parsed.GetValue(name),
            ["role"] = parsed.GetValue(role),
            ["services"] = parsed.GetValue(services) is { Length: > 0 } some ? new JsonArray([.. some.Select(static service => (JsonNode)service)]) : null,
            ["lifetime"] = parsed.GetValue(lifetime),
        })));
        return new Command("token", "Say who may use the API") { create };
    }

    public static Command CreateLogin()
    {
        var config = Config();
        var login = new Command("login", "Print a link that logs a browser in once") { config };
        login.SetAction(parsed => Run(parsed.GetValue(config)!, static loaded =>
        {
            using var client = LocalClient.To(loaded);
            return $"http://{Reached(loaded.Listen.Api)}{client.Post("api/v1/logins", [])["path"]}";
        }));
        return login;
    }

    private static Option<string> Config() => new("--config") { HelpName = "FILE", Description = "The configuration, such as breakwater.yaml", Required = true };

    private static int Run(string path, Func<BreakwaterConfig, string> action)
    {
        if (LocalClient.LoadConfig(path) is not { } config)
            return ExitCode.BadUsage;
        try
        {
            var text = action(config);
            using var output = new StandardOutput();
            output.Write(Encoding.UTF8.GetBytes(text + "\n"));
            return ExitCode.Done;
        }
        catch (ClientException error)
        {
            System.Console.Error.WriteLine($"breakwater: {error.Message}");
            return ExitCode.Failed;
        }
    }

    /// <summary>The new token's secret.</summary>
    /// <exception cref="ClientException">There is none, and why.</exception>
    internal static string Make(BreakwaterConfig config, JsonObject wish)
    {
        if (LocalClient.IsRunning(config))
        {
            using var client = LocalClient.To(config);
            return (string?)client.Post("api/v1/tokens", wish)["token"] ?? throw new ClientException("the answer holds no token");
        }
        // Nobody writes there now: this process is the writer for a moment, with the same checks as the API's.
        using var journal = new Journal(new JournalOptions(config.Storage.FullPath, config.Detection.Quiet, JournalOptions.DefaultReopen, config.Retention.Incidents)
        {
            ClientAddresses = config.Retention.ClientAddresses,
        }, TimeProvider.System);
        journal.Start(isEngine: false);
        var (secret, _, problem) = TokenApi.Make(journal, config, wish, ApiCaller.Local.Name, TimeProvider.System).GetAwaiter().GetResult();
        return secret ?? throw new ClientException(problem!.Detail);
    }

    /// <summary>An address that a browser can go to: that of all interfaces is none.</summary>
    private static string Reached(ListenEndpoint api) => api.Address.ToString() switch
    {
        "0.0.0.0" => $"127.0.0.1:{api.Port}",
        "::" => $"[::1]:{api.Port}",
        _ => api.ToString(),
    };
}
