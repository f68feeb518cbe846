using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Live;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Response.Effect;

/// <summary>Where cohorts come from.</summary>
/// <param name="Samples">Records of a service's standing samples (null: of own hosts without one), from, until, at most so many; newest minute first.</param>
/// <param name="Answers">What telemetry sees of answers.</param>
/// <param name="Now">The clock of arrival, nanoseconds since 1970-01-01 UTC.</param>
internal sealed record CohortSource(Func<string?, DateTimeOffset, DateTimeOffset, int, IReadOnlyList<StandingRecord>> Samples, AnswerTap Answers, Func<long> Now);

/// <summary>
/// The known-good clients of each service, kept current and counted at all times: whom a filter hurts is seen only against a time before it. One service a second is looked at again, on a
/// thread of its own; the cohort of a service that is attacked, or whose filter is watched, stays as it is.
/// </summary>
internal sealed class Cohorts(Func<BreakwaterConfig> config, CohortSource source, TimeProvider time) : IAsyncDisposable
{
    /// <summary>Most members of all services together; each service has its share.</summary>
    public const int MaximumClients = 65_536;

    /// <summary>Most records that one look at a service takes of the last hour, and as many of the time before.</summary>
    public const int MaximumRecords = 16_384;

    /// <summary>Fewest members that a service may have, however many services there are.</summary>
    private const int LeastShare = 16;

    /// <summary>Own hosts without a service.</summary>
    private const string None = "";

    private const long SecondNanoseconds = 1_000_000_000;
    private static readonly TimeSpan _past = TimeSpan.FromHours(24);
    private static readonly TimeSpan _round = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _pauseOfNone = TimeSpan.FromSeconds(10);

    private readonly DateTimeOffset _since = time.GetUtcNow();
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Known> _known = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private HashSet<string> _held = new(StringComparer.Ordinal);
    private Task _running = Task.CompletedTask;

    /// <summary>Now, in whole seconds of arrival.</summary>
    public double Seconds => source.Now() / (double)SecondNanoseconds;

    /// <summary>Members by service; the name is empty for hosts without one.</summary>
    public IReadOnlyList<(string Service, int Clients)> Sizes
    {
        get
        {
            lock (_lock)
                return [.. _known.Select(static known => (known.Key, known.Value.Meter.Clients))];
        }
    }

    public void Start() => _running = Task.Run(Run, CancellationToken.None);

    /// <summary>Cohorts of these services stay as they are until the next call.</summary>
    public void Hold(IEnumerable<string?> services)
    {
        var held = services.Select(static service => service ?? None).ToHashSet(StringComparer.Ordinal);
        lock (_lock)
            _held = held;
    }

    /// <summary>Members of these services whom a filter may meet: of the service that has most.</summary>
    public int Size(IEnumerable<string?> services, FilterMatch match)
    {
        lock (_lock)
            return Best(services, match)?.Meter.Within(match.Destination, match.Source).Places.Length ?? 0;
    }

    /// <summary>Of some services, the cohort that has the most members whom a filter may meet; from now on it stays as it is, until the next <see cref="Hold"/>. Null: none has any.</summary>
    public (string Service, CohortMeter Meter)? Of(IEnumerable<string?> services, FilterMatch match)
    {
        lock (_lock)
        {
            var best = Best(services, match);
            if (best is { } found)
                _held.Add(found.Service);
            return best;
        }
    }

    /// <summary>Looks again at the service that has waited longest, when its time has come.</summary>
    /// <returns>False: there is none.</returns>
    internal bool Renew()
    {
        var names = Names();
        if (Due(names) is not { } service)
            return false;
        var (known, isYoung) = Look(service);
        lock (_lock)
        {
            if (_held.Contains(service) || !_known.TryGetValue(service, out var before))
                return true;
            _known[service] = before with { At = time.GetTimestamp() };
            if (before.Meter.Renew(known, (long)Seconds, isYoung))
                Watch();
        }

        return true;
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        source.Answers.Watch([], static (in _) => { });
        _stop.Dispose();
    }

    /// <summary>The known-good clients of a service as they are now. What an earlier run watched is not here, so that no record is older than this start.</summary>
    private KnownGood Look(string service)
    {
        int most;
        lock (_lock)
            most = _known[service].Meter.Most;
        var (now, name) = (time.GetUtcNow(), service == None ? null : service);
        // Two questions: nothing is judged while one is answered.
        var recent = source.Samples(name, now - KnownGoodCohort.Recent, now - KnownGoodCohort.Margin, MaximumRecords);
        var older = source.Samples(name, now - _past, now - KnownGoodCohort.Recent - TimeSpan.FromMinutes(1), MaximumRecords);
        var since = recent.Concat(older).Select(static record => DateTimeOffset.UnixEpoch.AddMinutes(record.Minute)).Append(_since).Min();
        return KnownGoodCohort.Of(recent.Concat(older), now, since, most);
    }

    private (string Service, CohortMeter Meter)? Best(IEnumerable<string?> services, FilterMatch match)
    {
        (string, CohortMeter)? best = null;
        var most = 0;
        foreach (var service in services.Select(static service => service ?? None).Distinct(StringComparer.Ordinal))
        {
            if (_known.TryGetValue(service, out var known) && known.Meter.Within(match.Destination, match.Source).Places.Length is var members && members > most)
                (best, most) = ((service, known.Meter), members);
        }

        return best;
    }

    private HashSet<string> Names()
    {
        var names = config().Services.Select(static service => service.Name).ToHashSet(StringComparer.Ordinal);
        names.Add(None);
        lock (_lock)
        {
            foreach (var gone in _known.Keys.Where(known => !names.Contains(known) && !_held.Contains(known)).ToList())
                _known.Remove(gone);
            // Asked every second: a meter is large, and made for new names alone.
            foreach (var name in names.Where(name => !_known.ContainsKey(name)))
                _known.Add(name, new Known(new CohortMeter(Math.Clamp(MaximumClients / names.Count, LeastShare, CohortMeter.MaximumClients)), null));
        }

        return names;
    }

    private string? Due(HashSet<string> names)
    {
        lock (_lock)
        {
            return names.Where(name => !_held.Contains(name) && IsDue(_known[name])).Select(name => (Name: name, _known[name].At))
                .OrderBy(static known => known.At ?? long.MinValue).ThenBy(static known => known.Name, StringComparer.Ordinal).Select(static known => known.Name).FirstOrDefault();
        }
    }

    private bool IsDue(Known known) => known.At is not { } at || time.GetElapsedTime(at) >= (known.Meter.Clients == 0 ? _pauseOfNone : _pause);

    /// <summary>Tells the telemetry's side whom to tell of.</summary>
    private void Watch()
    {
        var meters = new Dictionary<Address, CohortMeter>();
        foreach (var meter in _known.Values.Select(static known => known.Meter))
        {
            foreach (var member in meter.Members)
                meters.TryAdd(member.Host, meter);
        }

        source.Answers.Watch(_known.Values.SelectMany(static known => known.Meter.Members).Select(static member => member.Client), (in flow) =>
        {
            if (!meters.TryGetValue(flow.Source, out var meter))
                return;
            var isLong = flow.Knows(FlowFields.Start | FlowFields.End) && flow.EndNanoseconds - flow.StartNanoseconds > 2 * SecondNanoseconds;
            // A record that stands for others left out under overload counts for them; harm is not told then (TelemetryGaps).
            meter.Offer(new CohortMember(flow.Destination, flow.Source), flow.ReceivedNanoseconds / SecondNanoseconds, (long)Math.Min(flow.Packets, ushort.MaxValue) << Math.Min(flow.ThinnedLevel, (byte)16), isLong);
        });
    }

    private async Task Run()
    {
        while (!_stop.IsCancellationRequested)
        {
            try
            {
                Renew();
            }
            catch (Exception)
            {
                // The engine ends, or was set up anew in between. Whatever it was: cohorts that grow old are better than none, and the next round looks again.
            }

            await Task.Delay(_round, time, _stop.Token).ContinueWith(static _ => { }, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
        }
    }

    /// <param name="Meter">Counts.</param>
    /// <param name="At">When it was looked at last; null: never.</param>
    private sealed record Known(CohortMeter Meter, long? At);
}
