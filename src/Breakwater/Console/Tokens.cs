using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>Finding, creating and revoking tokens. A change counts once it is safe in the journal.</summary>
internal static class Tokens
{
    /// <summary>Most tokens that are not revoked.</summary>
    public const int Maximum = 1_000;

    private const int MaximumSecretCharacters = 128;

    /// <summary>Looked up by hash: how long the comparison takes tells nothing of the secret.</summary>
    public static ApiCaller? Find(ApiContext api, string secret)
    {
        if (secret.Length > MaximumSecretCharacters || !secret.StartsWith(AccessToken.SecretPrefix, StringComparison.Ordinal))
            return null;
        var hash = AccessToken.HashOf(secret);
        var token = All(api).FirstOrDefault(token => token.Hash == hash);
        return token is not null && token.IsValid(api.Time.GetUtcNow())
            ? new ApiCaller(token.Id, token.Role, token.Services) { IsStillGood = () => IsValid(api, token.Id) }
            : null;
    }

    /// <summary>As the journal has them, and revoked where only memory knows it yet.</summary>
    public static IEnumerable<AccessToken> All(ApiContext api) => api.Journal.Snapshot.Tokens.Select(token =>
        token.RevokedAt is null && api.Revoked.TryGetValue(token.Id, out var at) ? token with { RevokedAt = at } : token);

    private static bool IsValid(ApiContext api, string id) => All(api).Any(token => token.Id == id && token.IsValid(api.Time.GetUtcNow()));

    /// <summary>The secret, which nobody can read again, and what is kept of it.</summary>
    public static (string Secret, AccessToken Token) New(string name, Role role, ImmutableArray<string> services, TimeSpan? lifetime, DateTimeOffset now)
    {
        var secret = AccessToken.NewSecret();
        var hash = AccessToken.HashOf(secret);
        return (secret, new AccessToken(AccessToken.IdOf(hash), name, hash, role, services, now, now + lifetime, RevokedAt: null));
    }

    /// <summary>True when it is safe.</summary>
    public static async Task<bool> Keep(Journal journal, AccessToken token, string kind, string by, TimeProvider time)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        var data = Describe(token, time.GetUtcNow());
        data["by"] = by;
        return journal.TryAdd(new NoteWork(time.GetUtcNow(), kind, token.Id, data.ToJsonString()) { Token = token, Done = done }) && await done.Task;
    }

    public static JsonObject Describe(AccessToken token, DateTimeOffset now) => new()
    {
        ["id"] = token.Id,
        ["name"] = token.Name,
        ["role"] = RoleNames.Of(token.Role),
        ["services"] = new JsonArray([.. token.Services.Select(static service => (JsonNode)service)]),
        ["createdAt"] = JournalTime.Format(token.CreatedAt),
        ["expiresAt"] = token.ExpiresAt is { } end ? JournalTime.Format(end) : null,
        ["revokedAt"] = token.RevokedAt is { } revoked ? JournalTime.Format(revoked) : null,
        ["valid"] = token.IsValid(now),
    };
}
