using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Incidents;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>Tokens, logins and the audit.</summary>
internal static class TokenApi
{
    private static readonly NameValue _name = new();
    private static readonly DurationValue _lifetime = new(TimeSpan.FromMinutes(1), TimeSpan.FromDays(3650), TimeSpan.FromDays(90));

    public static Task List(HttpContext http, ApiContext api, ApiCaller caller) => Preconditions.Write(http, All(api), Tag(api));

    public static Task Create(HttpContext http, ApiContext api, ApiCaller caller) => Change(http, api, () => CreateNow(http, api, caller));

    public static Task Revoke(HttpContext http, ApiContext api, ApiCaller caller) => Change(http, api, () => RevokeNow(http, api, caller));

    private static JsonObject All(ApiContext api) =>
        Answer.Page("tokens", Tokens.All(api).Select(token => Tokens.Describe(token, api.Time.GetUtcNow())), next: null);

    /// <summary>Of all tokens: whoever gives or revokes one next to another change sees it in time.</summary>
    private static string Tag(ApiContext api) => Preconditions.TagOf(All(api));

    private static async Task Change(HttpContext http, ApiContext api, Func<Task> change)
    {
        await api.Changes.WaitAsync(http.RequestAborted);
        try
        {
            await (Preconditions.Hold(http, Tag(api)) ? change() : Problem.PreconditionFailed.Write(http));
        }
        finally
        {
            api.Changes.Release();
        }
    }

    private static async Task CreateNow(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var (secret, token, problem) = await Make(api.Journal, api.Config(), await Answer.Body(http), caller.Name, api.Time);
        if (problem is not null)
        {
            await problem.Write(http);
            return;
        }
        var document = Tokens.Describe(token!, api.Time.GetUtcNow());
        document["token"] = secret;
        http.Response.Headers.CacheControl = "no-store";
        await Answer.Json(http, document, StatusCodes.Status201Created);
    }

    /// <summary>Makes a token and keeps it; its secret, or why there is none.</summary>
    public static async Task<(string? Secret, AccessToken? Token, Problem? Problem)> Make(Journal journal, BreakwaterConfig config, JsonObject? body, string by, TimeProvider time)
    {
        var (wish, problem) = Read(body, config);
        if (problem is not null)
            return (null, null, problem);
        if (journal.Storage.Fault is { } fault)
            return (null, null, Problem.StorageFails($"a token is only given when it can be kept, and the storage fails: {fault}"));
        if (journal.Snapshot.Tokens.Count(static token => token.RevokedAt is null) >= Tokens.Maximum)
            return (null, null, Problem.BadRequest($"there are {Tokens.Maximum} tokens already: revoke some"));
        var (secret, made) = Tokens.New(wish!.Name, wish.Role, wish.Services, wish.Lifetime, time.GetUtcNow());
        return await Tokens.Keep(journal, made, EntryKind.TokenCreated, by, time)
            ? (secret, made, null)
            : (null, null, Problem.StorageFails("the token could not be kept"));
    }

    private static async Task RevokeNow(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var id = (string?)http.Request.RouteValues["id"];
        if (api.Journal.Snapshot.Tokens.FirstOrDefault(token => token.Id == id) is not { RevokedAt: null } token)
        {
            await Problem.NotFound.Write(http);
            return;
        }
        // Refused at once, whatever the storage does: asking for it again tries to keep it again.
        var revoked = token with { RevokedAt = api.Revoked.GetOrAdd(token.Id, api.Time.GetUtcNow()) };
        if (!await Tokens.Keep(api.Journal, revoked, EntryKind.TokenRevoked, caller.Name, api.Time))
        {
            await Problem.StorageFails("the token is refused from now on, but that could not be kept: after a restart it may be valid again").Write(http);
            return;
        }
        api.Revoked.TryRemove(token.Id, out _);
        http.Response.StatusCode = StatusCodes.Status204NoContent;
    }

    public static Task Login(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var code = api.Sessions.NewLink(caller);
        var valid = caller.Until - api.Time.GetUtcNow() is { } left && left < Sessions.LinkTime ? left : Sessions.LinkTime;
        http.Response.Headers.CacheControl = "no-store";
        return Answer.Json(http, new JsonObject { ["path"] = $"/login/{code}", ["validSeconds"] = (int)valid.TotalSeconds }, StatusCodes.Status201Created);
    }

    public static Task Audit(HttpContext http, ApiContext api, ApiCaller caller)
    {
        if (Answer.Limit(http) is not { } most || Answer.Number(http, "cursor", 1, long.MaxValue, long.MaxValue) is not { } before)
            return Problem.BadRequest("limit is a number from 1 to 1000, cursor the 'next' of the answer before").Write(http);
        var entries = api.Reader.Entries(before, most, kindPrefix: EntryKind.AuditPrefix, newestFirst: true);
        var next = entries.Count == most ? entries[^1].Sequence.ToString(CultureInfo.InvariantCulture) : null;
        return Answer.Json(http, Answer.Page("entries", entries.Select(EventApi.Write), next));
    }

    private static (Wish? Wish, Problem? Problem) Read(JsonObject? body, BreakwaterConfig config)
    {
        if (body is null)
            return (null, Problem.BadRequest("the body is one JSON object: name, role, services, lifetime"));
        if (body.Select(static member => member.Key).FirstOrDefault(static key => key is not ("name" or "role" or "services" or "lifetime")) is { } unknown)
            return (null, Problem.BadRequest($"there is no member '{(unknown.Length <= 32 ? unknown : "…")}' in a token"));
        if (Text(body["name"]) is not { } name || _name.Read(name, out _) is not null)
            return (null, Problem.BadRequest($"name: {_name.Range}"));
        if (RoleNames.Parse(Text(body["role"])) is not { } role)
            return (null, Problem.BadRequest($"role is {string.Join(", ", RoleNames.All)}"));
        if (ReadServices(body["services"], config) is not { } services)
            return (null, Problem.BadRequest("services is a list of names of services of the configuration, not empty; without it the token is for all"));
        TimeSpan? lifetime = null;
        if (body["lifetime"] is { } given)
        {
            if (Text(given) is not { } text || _lifetime.Read(text, out var length) is not null)
                return (null, Problem.BadRequest($"lifetime is {_lifetime.Range}"));
            lifetime = length;
        }
        return (new Wish(name, role, services, lifetime), null);
    }

    /// <summary>Empty, which means all, only when nothing is said; null when what is said is no list of known names.</summary>
    private static ImmutableArray<string>? ReadServices(JsonNode? given, BreakwaterConfig config)
    {
        if (given is null)
            return [];
        if (given is not JsonArray { Count: > 0 } items)
            return null;
        var services = ImmutableArray.CreateBuilder<string>(items.Count);
        foreach (var item in items)
        {
            if (Text(item) is not { } service || !config.Services.Any(known => known.Name == service))
                return null;
            services.Add(service);
        }
        return services.ToImmutable();
    }

    private static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue<string>(out var text) ? text : null;

    private sealed record Wish(string Name, Role Role, ImmutableArray<string> Services, TimeSpan? Lifetime);
}
