using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Incidents;

namespace Breakwater.Tests.Incidents;

/// <summary>Incidents as the engine would tell them, with the least that readers need.</summary>
internal static class Documents
{
    public static readonly DateTimeOffset Begin = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static IncidentDocument Of(string target, string? service = null, Verdict verdict = Verdict.Attack) => new(
        target, service, verdict, $"Attack on {target}.",
        new JsonObject
        {
            ["id"] = null,
            ["target"] = new JsonObject { ["kind"] = "host", ["value"] = target, ["direction"] = "inbound" },
            ["state"] = null,
            ["vectors"] = new JsonArray(new JsonObject { ["name"] = "udp-flood", ["share"] = 1.0 }),
            ["sources"] = new JsonObject { ["top"] = new JsonArray() },
        });

    public static IncidentWork Work(long key, IncidentChangeKind kind, string target, int second, string? service = null, Verdict verdict = Verdict.Attack) =>
        new(Begin.AddSeconds(second), key, kind, Of(target, service, verdict));
}
