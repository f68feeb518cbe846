using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;

namespace Breakwater.Commands;

/// <summary><c>mitigations</c> and <c>response</c>: what a running Breakwater does about incidents, over its local socket (docs/how-to/respond-to-an-attack.md).</summary>
internal static class MitigationCommands
{
    public static Command CreateMitigations() => new("mitigations", "Look at filters, propose, approve and withdraw them, over the local socket of a running Breakwater")
    {
        List(), Propose(), Change("approve", "Send a proposed filter, with all rules of its alternative"), Change("withdraw", "Take a filter back, with all rules of its alternative"), Simulate(),
    };

    public static Command CreateResponse()
    {
        var test = new Command("test", "Say how far each router is known to do what it was told; what it does not tell is 'not confirmed'");
        ClientCall.AddTo(test, static (client, _) => client.Get("api/v1/response"), ResponseText.Test, static document => ResponseText.IsUp(document) ? ExitCode.Done : ExitCode.Failed);
        return new Command("response", "Test what enforces filters") { test };
    }

    private static Command List()
    {
        var state = new Option<string>("--state") { Description = "open, proposed, approved, active, withdrawn, expired, failed or all", DefaultValueFactory = static _ => "open" };
        state.AcceptOnlyFromAmong("open", "proposed", "approved", "active", "withdrawn", "expired", "failed", "all");
        var incident = new Option<string>("--incident") { HelpName = "ID", Description = "Only those of this incident" };
        var command = new Command("list", "List filters with their prices, best first within an incident") { state, incident };
        ClientCall.AddTo(command, (client, parsed) => client.Get(Query(parsed.GetValue(state)!, parsed.GetValue(incident))), static document => ClientCall.Lines(document["mitigations"], ResponseText.Line));
        return command;
    }

    private static Command Propose()
    {
        var rule = new Argument<string>("RULE") { Description = "On one line, such as 'destination 203.0.113.7/32 protocol 17 source-port 123 then discard'" };
        var (incident, service, lease, lasts, why) = (Incident(), Service(), Text("--lease", "TIME", "10s to 300s; without it, response.lease"), Text("--lasts", "TIME", "It ends by itself after so long, such as 1h"), Reason());
        var command = new Command("propose", "Propose a rule of one's own; nothing is sent before it is approved") { rule, incident, service, lease, lasts, why };
        ClientCall.AddTo(
            command,
            (client, parsed) => client.Post("api/v1/mitigations", Body(
                ("rule", parsed.GetValue(rule)), ("incident", parsed.GetValue(incident)), ("service", parsed.GetValue(service)), ("lease", parsed.GetValue(lease)), ("lasts", parsed.GetValue(lasts)), ("why", parsed.GetValue(why)))),
            ResponseText.Line);
        return command;
    }

    private static Command Change(string name, string description)
    {
        var (id, why, seen) = (new Argument<string>("ID") { Description = "As the list tells it, such as mit-17" }, Reason(), Text("--if-state", "STATE", "Only while it is in this state, such as proposed"));
        var command = new Command(name, description) { id, why, seen };
        ClientCall.AddTo(
            command,
            (client, parsed) =>
            {
                var path = $"api/v1/mitigations/{Uri.EscapeDataString(parsed.GetValue(id)!)}";
                if (parsed.GetValue(seen) is not { } state)
                    return client.Post($"{path}/{name}", Body(("why", parsed.GetValue(why))));
                // What was read is what is changed: meanwhile it may have become another one.
                var (document, tag) = client.GetTagged(path);
                return (string?)document["state"] == state
                    ? client.Post($"{path}/{name}", Body(("why", parsed.GetValue(why))), tag)
                    : throw new ClientException($"{parsed.GetValue(id)} is {document["state"]}, and not {state}: nothing is changed");
            },
            ResponseText.Line);
        return command;
    }

    private static Command Simulate()
    {
        var (incident, rule, service) = (Incident(), Text("--rule", "RULE", "Instead: what would become of this rule"), Service());
        var command = new Command("simulate", "Say what would be done about an incident, or become of a rule, and why not; changes nothing") { incident, rule, service };
        ClientCall.AddTo(
            command,
            (client, parsed) => client.Post("api/v1/mitigations/simulate", Body(("incident", parsed.GetValue(incident)), ("rule", parsed.GetValue(rule)), ("service", parsed.GetValue(service)))),
            ResponseText.Simulation);
        return command;
    }

    private static string Query(string state, string? incident) => string.Create(
        CultureInfo.InvariantCulture,
        $"api/v1/mitigations?limit=1000{(state == "all" ? "" : $"&state={state}")}{(incident is null ? "" : $"&incident={Uri.EscapeDataString(incident)}")}");

    private static JsonObject Body(params (string Name, string? Value)[] members)
    {
        var body = new JsonObject();
        foreach (var (name, value) in members)
        {
            if (value is not null)
                body[name] = value;
        }

        return body;
    }

    private static Option<string> Incident() => Text("--incident", "ID", "The incident that it is for");

    private static Option<string> Service() => Text("--service", "NAME", "The service that it is for");

    private static Option<string> Reason() => Text("--why", "TEXT", "The reason, for the audit");

    private static Option<string> Text(string name, string help, string description) => new(name) { HelpName = help, Description = description };
}
