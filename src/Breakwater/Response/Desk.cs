using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Response.Ledger;

namespace Breakwater.Response;

/// <summary>What readers see of the desk: immutable, swapped whole.</summary>
/// <param name="Rows">Mitigations that are not done.</param>
/// <param name="Cases">What is known of the search for filters, by incident.</param>
internal sealed record DeskSnapshot(ImmutableArray<Mitigation> Rows, ImmutableDictionary<string, CaseView> Cases)
{
    public static readonly DeskSnapshot Empty = new([], ImmutableDictionary.Create<string, CaseView>(StringComparer.Ordinal));
}

/// <summary>The search for filters of one incident, for readers.</summary>
/// <param name="NoFilter">Why none is under the limit; null: one is, or none was looked for yet.</param>
/// <param name="WhyNot">Why nothing was sent without a person.</param>
/// <param name="WhyKept">Why filters stay though the incident is closed; null: they do not.</param>
/// <param name="IsSearching">A search is on its way.</param>
internal sealed record CaseView(string? NoFilter, ImmutableArray<string> WhyNot, string? WhyKept, bool IsSearching);

/// <summary>
/// The response desk: one thread that owns the ledger. It reads the journal's events, has filters looked for by another thread, and does what people
/// ask for. Neither detection nor the journal waits for it; what finds no place in its queue is refused.
/// </summary>
internal sealed class Desk : IDisposable
{
    /// <summary>Most pieces of work that wait.</summary>
    public const int MaxWaiting = 1_024;

    /// <summary>Most searches that wait.</summary>
    public const int MaxSearches = 256;

    /// <summary>Most pieces of work between two snapshots.</summary>
    private const int MaxTogether = 64;

    private static readonly TimeSpan _round = TimeSpan.FromSeconds(1);
    private readonly WorkQueue<Action> _work = new(MaxWaiting);
    private readonly WorkQueue<FilterSearch> _searches = new(MaxSearches);

    /// <summary>Answers of searches by incident: at most one each, and never refused for want of a place.</summary>
    private readonly ConcurrentDictionary<string, FilterAnswer> _answers = new(StringComparer.Ordinal);
    private readonly CancellationTokenSource _stop = new();
    private readonly DeskParts _parts;
    private readonly Journal _journal;
    private readonly Responses _responses;
    private readonly Thread _worker, _searcher;
    private Task _reading = Task.CompletedTask;
    private DeskSnapshot _snapshot = DeskSnapshot.Empty;
    private long _dropped;

    public Desk(DeskParts parts, Journal journal)
    {
        (_parts, _journal) = (parts, journal);
        _responses = new Responses(parts, search => _searches.TryAdd(search));
        Approval = new DeskApproval(parts);
        parts.Ledger.Changed = Tell;
        _worker = new Thread(Work) { Name = "desk", IsBackground = true };
        _searcher = new Thread(SearchAll) { Name = "filters", IsBackground = true };
    }

    public DeskSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>What people ask for; only within <see cref="Ask"/>.</summary>
    public DeskApproval Approval { get; }

    public DeskParts Parts => _parts;

    /// <summary>Events and wishes that found no place.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>After the journal's start.</summary>
    public void Start()
    {
        var events = _journal.Events.Open(after: null);
        TryAdd(SeeAll);
        _worker.Start();
        _searcher.Start();
        _reading = Task.Run(() => Read(events), CancellationToken.None);
    }

    /// <summary>Runs something on the desk's thread; null when it has no place, or has ended.</summary>
    public async Task<T?> Ask<T>(Func<T> question)
        where T : class
    {
        var answer = new TaskCompletionSource<T?>(TaskCreationOptions.RunContinuationsAsynchronously);
        void Run()
        {
            try
            {
                answer.TrySetResult(question());
            }
            catch (Exception error)
            {
                answer.TrySetException(error);
            }
        }

        return TryAdd(Run) ? await answer.Task : null;
    }

    /// <summary>What would be done about an incident, and why not. Nothing is changed.</summary>
    public async Task<(FilterAnswer Answer, ImmutableArray<string> Against)?> Simulate(DeskIncident incident)
    {
        var policy = _parts.PolicyOf(incident.Service);
        var answer = incident.Target is null ? FilterAnswer.Failed(NoTarget) : await Task.Run(() => SearchSafely(new FilterSearch(incident, policy, _parts.Time.GetUtcNow())));
        var against = await Ask(() => new Holder(_responses.Against(incident, policy, answer)));
        return against is null ? null : (answer, against.Sentences);
    }

    /// <summary>Ends the threads; rows stay as they are, and the planes are the caller's.</summary>
    public void Dispose()
    {
        if (_work.IsAddingCompleted)
            return;
        _stop.Cancel();
        _reading.GetAwaiter().GetResult();
        _work.CompleteAdding();
        _searches.CompleteAdding();
        if (_worker.IsAlive)
            _worker.Join();
        if (_searcher.IsAlive)
            _searcher.Join();
        _stop.Dispose();
    }

    private const string NoTarget = "the incident is about no network of ours: propose a rule of your own";

    private sealed record Holder(ImmutableArray<string> Sentences);

    private bool TryAdd(Action work)
    {
        if (_work.TryAdd(work))
            return true;
        Interlocked.Increment(ref _dropped);
        return false;
    }

    private void Work()
    {
        var last = _parts.Time.GetTimestamp();
        while (!_work.IsCompleted)
        {
            var left = _round - _parts.Time.GetElapsedTime(last);
            // What has piled up is done before readers get a new snapshot: making one for each event of many incidents would take all the time.
            for (var number = 0; number < MaxTogether && _work.TryTake(out var work, number > 0 || left < TimeSpan.Zero ? TimeSpan.Zero : left); number++)
                Safely(work);
            Safely(TakeAnswers);
            if (_parts.Time.GetElapsedTime(last) >= _round)
            {
                last = _parts.Time.GetTimestamp();
                Safely(Tick);
            }

            Safely(Publish);
        }
    }

    private void TakeAnswers()
    {
        foreach (var incident in _answers.Keys)
        {
            if (_answers.TryRemove(incident, out var answer))
                Safely(() => _responses.Found(incident, answer));
        }
    }

    /// <summary>One piece of work that fails costs that piece; leases would lapse, were this thread to end.</summary>
    private void Safely(Action work)
    {
        try
        {
            work();
        }
        catch (Exception error)
        {
            _journal.Beside.Set(SideFaults.Response, $"the response desk could not do one thing ({error.Message}); it goes on", TimeSpan.FromMinutes(1));
        }
    }

    private void Tick()
    {
        _parts.Guard.Refresh();
        // Leases first: whatever comes after may take its time.
        _parts.Ledger.Tick();
        var incidents = Incidents();
        Safely(() => _responses.Tick(incidents));
        foreach (var harm in _parts.Measure(_parts.Ledger.Rows, incidents.Values.Where(static incident => incident.IsOpen).Select(static incident => incident.Service)))
            _responses.Hurt(harm);
    }

    private Dictionary<string, KeptIncident> Incidents() => _journal.Snapshot.Incidents.ToDictionary(static incident => incident.Id, StringComparer.Ordinal);

    private void SeeAll()
    {
        foreach (var incident in _journal.Snapshot.Incidents)
            _responses.See(incident);
    }

    private void See(string id)
    {
        if (_journal.Snapshot.Incidents.FirstOrDefault(incident => incident.Id == id) is { } incident)
            _responses.See(incident);
    }

    private async Task Read(EventReader? events)
    {
        try
        {
            while (true)
            {
                await ReadOn(events);
                // Cut off, or the journal ended: what was missed is seen in the journal's own state.
                await Task.Delay(_round, _parts.Time, _stop.Token);
                events = OpenEvents();
                TryAdd(SeeAll);
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    /// <summary>Reads until the events end. A fault is told, and costs those events: the end of the desk must not meet it.</summary>
    private async Task ReadOn(EventReader? events)
    {
        try
        {
            using (events)
            {
                if (events is null)
                    return;
                await foreach (var entry in events.Read(_stop.Token))
                {
                    if (entry.Kind.StartsWith("incident.", StringComparison.Ordinal))
                        TryAdd(() => See(entry.Subject));
                }
            }
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            _journal.Beside.Set(SideFaults.Response, $"the response desk could not read the journal's events ({error.Message}); it goes on", TimeSpan.FromMinutes(1));
        }
    }

    private EventReader? OpenEvents()
    {
        try
        {
            return _journal.Events.Open(after: null);
        }
        catch (Exception error)
        {
            _journal.Beside.Set(SideFaults.Response, $"the response desk could not read the journal's events ({error.Message}); it tries again", TimeSpan.FromMinutes(1));
            return null;
        }
    }

    private void SearchAll()
    {
        Safely(_parts.Warm);
        foreach (var search in _searches.TakeAll())
        {
            var answer = _stop.IsCancellationRequested ? FilterAnswer.Failed("Breakwater stops") : SearchSafely(search);
            _answers[search.Incident.Id] = answer;
            // Wakes the desk; without a place it looks within a second.
            TryAdd(static () => { });
        }
    }

    private FilterAnswer SearchSafely(FilterSearch search)
    {
        try
        {
            return _parts.Search(search);
        }
        catch (Exception error)
        {
            _journal.Beside.Set(SideFaults.Response, $"no filter could be looked for ({error.Message})", TimeSpan.FromMinutes(1));
            return FilterAnswer.Failed($"no filter could be looked for: {error.Message}");
        }
    }

    private void Tell(Mitigation row)
    {
        var kind = EntryKind.MitigationPrefix + MitigationJson.Name(row.State);
        _parts.Note(new NoteWork(row.ChangedAt, kind, row.IncidentId ?? row.Id, Told(row).ToJsonString()) { Service = row.Service });
    }

    private static JsonObject Told(Mitigation row)
    {
        var told = MitigationJson.Write(row);
        told["note"] = $"{row.Id} ({row.Kind}): {row.Rule} – {row.Why}";
        return told;
    }

    private void Publish()
    {
        var rows = _parts.Ledger.Rows
            .OrderBy(static row => row.IncidentId, StringComparer.Ordinal).ThenBy(static row => row.Rank).ThenBy(static row => MitigationJson.Number(row.Id));
        var cases = _responses.Cases.ToImmutableDictionary(static one => one.Incident.Id, ViewOf, StringComparer.Ordinal);
        Volatile.Write(ref _snapshot, new DeskSnapshot([.. rows], cases));
    }

    private static CaseView ViewOf(DeskCase one) => new(one.Answer?.NoFilter, one.WhyNot, one.WhyKept, one.IsSearching);
}
