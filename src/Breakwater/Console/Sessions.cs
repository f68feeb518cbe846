using System.Collections.Concurrent;
using Breakwater.Incidents;

namespace Breakwater.Console;

/// <summary>
/// Browser sessions and one-time login links, in memory: a restart ends them. Only hashes are held, and both tables are bounded.
/// </summary>
internal sealed class Sessions(TimeProvider time)
{
    public const int MaximumSessions = 1_024;
    public const int MaximumLinks = 64;

    /// <summary>A session ends this long after its login.</summary>
    public static readonly TimeSpan SessionTime = TimeSpan.FromHours(12);

    /// <summary>A link is good for this long, and once.</summary>
    public static readonly TimeSpan LinkTime = TimeSpan.FromMinutes(10);

    private readonly ConcurrentDictionary<string, Held> _sessions = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, Held> _links = new(StringComparer.Ordinal);

    /// <summary>A code that <see cref="TryRedeem"/> takes once.</summary>
    public string NewLink(ApiCaller caller) => Add(_links, caller, LinkTime, MaximumLinks);

    /// <summary>Null when the code is unknown, used or too old.</summary>
    public ApiCaller? TryRedeem(string code) =>
        _links.TryRemove(AccessToken.HashOf(code), out var held) && held.Until > time.GetUtcNow() ? held.Caller : null;

    /// <summary>The cookie's value.</summary>
    /// <param name="isStillGood">Asked at each request: a session ends with the token that it came from.</param>
    public string NewSession(ApiCaller caller, Func<bool>? isStillGood = null) => Add(_sessions, caller, SessionTime, MaximumSessions, isStillGood);

    public ApiCaller? Find(string cookie)
    {
        var hash = AccessToken.HashOf(cookie);
        if (!_sessions.TryGetValue(hash, out var held))
            return null;
        if (held.Until > time.GetUtcNow() && held.IsStillGood?.Invoke() != false)
            return held.Caller;
        _sessions.TryRemove(hash, out _);
        return null;
    }

    public void End(string cookie) => _sessions.TryRemove(AccessToken.HashOf(cookie), out _);

    private string Add(ConcurrentDictionary<string, Held> table, ApiCaller caller, TimeSpan lifetime, int most, Func<bool>? isStillGood = null)
    {
        var now = time.GetUtcNow();
        foreach (var (hash, held) in table)
        {
            if (held.Until <= now)
                table.TryRemove(hash, out _);
        }
        if (table.Count >= most)
            table.TryRemove(table.MinBy(static entry => entry.Value.Until).Key, out _);
        var secret = AccessToken.NewSecret(prefix: "");
        table[AccessToken.HashOf(secret)] = new Held(caller, now + lifetime, isStillGood);
        return secret;
    }

    private sealed record Held(ApiCaller Caller, DateTimeOffset Until, Func<bool>? IsStillGood);
}
