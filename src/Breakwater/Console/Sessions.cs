using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>
/// Browser sessions and one-time login links, in memory: a restart ends them. Only hashes are held. Both tables are bounded, for each caller
/// and in all, and nobody's logins push out those of a caller that has fewer.
/// </summary>
internal sealed class Sessions(TimeProvider time)
{
    public const int MaximumSessions = 1_024;
    public const int MaximumLinks = 64;
    public const int SessionsPerCaller = 32;
    public const int LinksPerCaller = 8;

    /// <summary>A session ends this long after its login.</summary>
    public static readonly TimeSpan SessionTime = TimeSpan.FromHours(12);

    /// <summary>A link is good for this long, and once.</summary>
    public static readonly TimeSpan LinkTime = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Held> _sessions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Held> _links = new(StringComparer.Ordinal);
    private long _made;

    /// <summary>A code that <see cref="TryRedeem"/> takes once.</summary>
    public string NewLink(ApiCaller caller) => Add(_links, caller, LinkTime, LinksPerCaller, MaximumLinks);

    /// <summary>Null when the code is unknown, used or too old, or who made it is no longer let in.</summary>
    public ApiCaller? TryRedeem(string code)
    {
        Held? held;
        lock (_lock)
            _links.Remove(AccessToken.HashOf(code), out held);
        return held is not null && IsGood(held) ? held.Caller : null;
    }

    /// <summary>The cookie's value. The session ends with what the caller came by: its token, or the session that made its link.</summary>
    public string NewSession(ApiCaller caller) => Add(_sessions, caller, SessionTime, SessionsPerCaller, MaximumSessions);

    public ApiCaller? Find(string cookie)
    {
        var hash = AccessToken.HashOf(cookie);
        var held = Get(hash);
        if (held is null)
            return null;
        if (IsGood(held))
            return held.Caller with { Until = held.Until, IsStillGood = () => Get(hash) is { } again && IsGood(again) };
        Remove(hash);
        return null;
    }

    public void End(string cookie) => Remove(AccessToken.HashOf(cookie));

    private bool IsGood(Held held) => held.Until > time.GetUtcNow() && held.Caller.IsStillGood();

    private Held? Get(string hash)
    {
        lock (_lock)
            return _sessions.GetValueOrDefault(hash);
    }

    private void Remove(string hash)
    {
        lock (_lock)
            _sessions.Remove(hash);
    }

    private string Add(Dictionary<string, Held> table, ApiCaller caller, TimeSpan lifetime, int mostOfCaller, int most)
    {
        var now = time.GetUtcNow();
        var until = caller.Until is { } end && end < now + lifetime ? end : now + lifetime;
        var secret = AccessToken.NewSecret(prefix: "");
        lock (_lock)
        {
            foreach (var hash in table.Where(entry => entry.Value.Until <= now).Select(static entry => entry.Key).ToList())
                table.Remove(hash);
            if (table.Values.Count(held => held.Caller.Name == caller.Name) >= mostOfCaller)
                RemoveOldest(table, caller.Name);
            else if (table.Count >= most)
                RemoveOldest(table, table.Values.GroupBy(static held => held.Caller.Name, StringComparer.Ordinal).MaxBy(static own => own.Count())!.Key);
            table[AccessToken.HashOf(secret)] = new Held(caller, until, _made++);
        }
        return secret;
    }

    private static void RemoveOldest(Dictionary<string, Held> table, string name) =>
        table.Remove(table.Where(entry => entry.Value.Caller.Name == name).MinBy(static entry => entry.Value.Number).Key);

    private sealed record Held(ApiCaller Caller, DateTimeOffset Until, long Number);
}
