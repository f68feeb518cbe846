using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>What came of reading the configuration again.</summary>
/// <param name="IsReloaded">It is in force now.</param>
/// <param name="Hash">Of what is in force.</param>
/// <param name="Mistakes">Why it is not, each as <c>check</c> tells it.</param>
/// <param name="Later">What takes effect at the next start only, each in a sentence.</param>
internal sealed record ReloadOutcome(bool IsReloaded, string Hash, ImmutableArray<string> Mistakes, ImmutableArray<string> Later)
{
    /// <summary>Something else was in force than the asker thought: nothing was read.</summary>
    public static ReloadOutcome Changed(string hash) => new(false, hash, [], []);

    public bool IsStale => !IsReloaded && Mistakes.IsEmpty;
}

/// <summary>The configuration in force, and reading it again.</summary>
internal static class ConfigApi
{
    public static Task Get(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var config = api.Config();
        var document = JsonNode.Parse(ConfigHash.Canonical(config))!.AsObject();
        return Preconditions.Write(http, new JsonObject { ["configHash"] = config.Hash, ["config"] = document }, Preconditions.Tag(config.Hash));
    }

    /// <summary>The same as SIGHUP: a file with mistakes changes nothing, and all of them are told.</summary>
    public static async Task Reload(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var outcome = await api.Reload(caller.Name, present => Preconditions.Hold(http, Preconditions.Tag(present)));
        if (outcome.IsStale)
        {
            await Problem.PreconditionFailed.Write(http);
            return;
        }

        if (!outcome.IsReloaded)
        {
            await Problem.BadConfiguration(outcome.Mistakes).Write(http);
            return;
        }

        await Preconditions.Write(
            http,
            new JsonObject { ["configHash"] = outcome.Hash, ["later"] = new JsonArray([.. outcome.Later.Select(static sentence => (JsonNode)sentence)]) },
            Preconditions.Tag(outcome.Hash));
    }
}
