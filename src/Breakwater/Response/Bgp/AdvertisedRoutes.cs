namespace Breakwater.Response.Bgp;

/// <summary>
/// What is to stand in the routers' tables, each with the moment until which it may. A route whose lease was not renewed is gone from here by
/// itself: a ledger that hangs cannot hold a filter.
/// </summary>
internal sealed class AdvertisedRoutes(AnnouncementGuard guard, TimeProvider time)
{
    /// <summary>The longest lease (rule 7).</summary>
    public const int MaxLeaseSeconds = 300;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, (BgpRoute Route, long UntilTimestamp)> _routes = new(StringComparer.Ordinal);

    /// <summary>Routes that asked for a place and were refused.</summary>
    public long Refused { get; private set; }

    /// <summary>Announces a route, or renews it. What the guard refuses is not taken, whoever asks.</summary>
    /// <returns>Why not, as a sentence without its full stop; null: taken.</returns>
    public string? Announce(BgpRoute route, TimeSpan lease)
    {
        if (lease <= TimeSpan.Zero || lease > TimeSpan.FromSeconds(MaxLeaseSeconds))
            return $"a lease lasts at most {MaxLeaseSeconds} s";
        lock (_lock)
        {
            RemoveLapsed();
            var key = route.Key;
            if (guard.Fault(route, _routes.ContainsKey(key) ? null : _routes.Count) is { } fault)
            {
                Refused++;
                return fault;
            }

            _routes[key] = (route, time.GetTimestamp() + (long)(lease.TotalSeconds * time.TimestampFrequency));
            return null;
        }
    }

    /// <summary>Takes a route back; false when it was not there.</summary>
    public bool Withdraw(string key)
    {
        lock (_lock)
            return _routes.Remove(key);
    }

    /// <summary>The routes whose lease holds.</summary>
    /// <param name="nextLapse">Milliseconds until the next lease ends.</param>
    public IReadOnlyDictionary<string, BgpRoute> Valid(out long nextLapse)
    {
        lock (_lock)
        {
            RemoveLapsed();
            nextLapse = int.MaxValue;
            var valid = new Dictionary<string, BgpRoute>(_routes.Count, StringComparer.Ordinal);
            var now = time.GetTimestamp();
            foreach (var (key, (route, until)) in _routes)
            {
                valid.Add(key, route);
                nextLapse = Math.Min(nextLapse, ((until - now) * 1000 / time.TimestampFrequency) + 1);
            }

            return valid;
        }
    }

    private void RemoveLapsed()
    {
        var now = time.GetTimestamp();
        foreach (var key in _routes.Where(entry => entry.Value.UntilTimestamp <= now).Select(static entry => entry.Key).ToArray())
            _routes.Remove(key);
    }
}
