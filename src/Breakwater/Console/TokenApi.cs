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

    public static Task List(HttpContext http, ApiContext api, ApiCaller caller)
    {
        JsonObject document;
        string tag;
        lock (api.Changes.Gate)
            (document, tag) = (All(api), Tag(api));
        return Preconditions.Write(http, document, tag);
    }

    private static JsonObject All(ApiContext api) =>
        Answer.Page("tokens", Tokens.All(api).Select(token => Tokens.Describe(token, api.Time.GetUtcNow())), next: null);

    /// <summary>Of all tokens, and those being made: whoever gives or revokes one next to another change sees it in time.</summary>
    private static string Tag(ApiContext api)
    {
        var document = All(api);
        if (api.Changes.Making > 0)
            document["making"] = api.Changes.Making;
        return Preconditions.TagOf(document);
    }

    /// <summary>Notes a change in memory when the caller saw what is there; false: it did not.</summary>
    private static bool Begin(HttpContext http, ApiContext api, Action note)
    {
        lock (api.Changes.Gate)
        {
            if (!Preconditions.Hold(http, Tag(api)))
                return false;
            note();
            return true;
        }
    }

    public static async Task Create(HttpContext http, ApiContext api, ApiCaller caller)
    {
        // Who sends slowly holds up nobody.
        var body = await Answer.Body(http);
        var others = 0;
        if (!Begin(http, api, () => others = api.Changes.Making++))
        {
            await Problem.PreconditionFailed.Write(http);
            return;
        }

        (string?, AccessToken?, Problem?) made;
        try
        {
            made = await Make(api.Journal, api.Config(), body, caller.Name, api.Time, others);
        }
        finally
        {
            lock (api.Changes.Gate)
                api.Changes.Making--;
        }

        var (secret, token, problem) = made;
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
    /// <param name="journal">Where it is kept.</param>
    /// <param name="config">Has the services that it may be for.</param>
    /// <param name="body">What was asked for.</param>
    /// <param name="by">Who asks.</param>
    /// <param name="time">The clock.</param>
    /// <param name="others">Tokens that are being made meanwhile.</param>
    public static async Task<(string? Secret, AccessToken? Token, Problem? Problem)> Make(
        Journal journal, BreakwaterConfig config, JsonObject? body, string by, TimeProvider time, int others = 0)
    {
        var (wish, problem) = Read(body, config);
        if (problem is not null)
            return (null, null, problem);
        if (journal.Storage.Fault is { } fault)
            return (null, null, Problem.StorageFails($"a token is only given when it can be kept, and the storage fails: {fault}"));
        if (journal.Snapshot.Tokens.Count(static token => token.RevokedAt is null) + others >= Tokens.Maximum)
            return (null, null, Problem.BadRequest($"there are {Tokens.Maximum} tokens already: revoke some"));
        var (secret, made) = Tokens.New(wish!.Name, wish.Role, wish.Services, wish.Lifetime, time.GetUtcNow());
        return await Tokens.Keep(journal, made, EntryKind.TokenCreated, by, time)
            ? (secret, made, null)
            : (null, null, Problem.StorageFails("the token could not be kept"));
    }

    public static async Task Revoke(HttpContext http, ApiContext api, ApiCaller caller)
    {
        var id = (string?)http.Request.RouteValues["id"];
        AccessToken? revoked = null;
        // Refused at once, whatever the storage does: asking for it again tries to keep it again.
        var isSeen = Begin(http, api, () =>
        {
            if (api.Journal.Snapshot.Tokens.FirstOrDefault(token => token.Id == id) is { RevokedAt: null } token)
                revoked = token with { RevokedAt = api.Revoked.GetOrAdd(token.Id, api.Time.GetUtcNow()) };
        });
        if (!isSeen || revoked is null)
        {
            await (isSeen ? Problem.NotFound : Problem.PreconditionFailed).Write(http);
            return;
        }
        if (!await Tokens.Keep(api.Journal, revoked, EntryKind.TokenRevoked, caller.Name, api.Time))
        {
            await Problem.StorageFails("the token is refused from now on, but that could not be kept: after a restart it may be valid again").Write(http);
            return;
        }
        api.Revoked.TryRemove(revoked.Id, out _);
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
