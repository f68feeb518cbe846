using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Data.Sqlite;

namespace Breakwater.Incidents;

/// <summary>What readers see of the journal: immutable, swapped whole after each commit.</summary>
/// <param name="Incidents">Open ones and those that closed lately, newest first.</param>
/// <param name="Tokens">All tokens.</param>
internal sealed record JournalSnapshot(ImmutableArray<KeptIncident> Incidents, ImmutableArray<AccessToken> Tokens)
{
    public static readonly JournalSnapshot Empty = new([], []);
}

/// <summary>
/// Keeps incidents. One thread writes: it takes what waits, commits it in one transaction, and only then publishes. Producers never wait;
/// while the storage fails, the state goes on in memory and the commit is tried again each second.
/// </summary>
internal sealed class Journal : IDisposable
{
    /// <summary>Most pieces of work that wait for the writer.</summary>
    public const int QueueCapacity = 8_192;

    /// <summary>Most entries that wait for a storage that fails.</summary>
    public const int WaitingCapacity = 16_384;

    /// <summary>What arrives within this time of a commit's begin goes into the next commit together.</summary>
    private static readonly TimeSpan _groupTime = TimeSpan.FromMilliseconds(20);
    private static readonly TimeSpan _retryTime = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _slowCommit = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan _retentionRound = TimeSpan.FromMinutes(1);

    private readonly WorkQueue<JournalWork> _queue = new(QueueCapacity);
    private readonly JournalOptions _options;
    private readonly TimeProvider _time;
    private readonly IncidentBook _book;
    private readonly Thread _writer;

    // The writer's own.
    private readonly List<JournalEntry> _entries = [];
    private readonly Dictionary<string, KeptIncident> _incidents = new(StringComparer.Ordinal);
    private readonly List<AccessToken> _tokens = [];
    private readonly List<TaskCompletionSource<bool>> _promises = [];
    private JournalStore? _store;
    private bool _isEngine = true;
    private ImmutableArray<AccessToken> _known = [];
    private long _lost;
    private long _lastCommitBegan;
    private long _nextRetention;

    private JournalSnapshot _snapshot = JournalSnapshot.Empty;
    private StorageHealth _health = StorageHealth.Good;
    private long _dropped;
    private long _unreadable;
    private long _notTaken;
    private long _quietTicks;
    private long _commitBegan;

    public Journal(JournalOptions options, TimeProvider time)
    {
        (_options, _time, _quietTicks) = (options, time, options.Quiet.Ticks);
        Beside = new SideFaults(time);
        AddressKey = new AddressKey(options.Folder, time);
        _book = new IncidentBook(options.Quiet, options.Reopen);
        _writer = new Thread(Write) { Name = "journal", IsBackground = true };
        Events = new EventFeed(new JournalReader(options.Folder));
    }

    /// <summary>What hides addresses of clients that are too old.</summary>
    public AddressKey AddressKey { get; }

    /// <summary>What has been committed, as it happens.</summary>
    public EventFeed Events { get; }

    /// <summary>Faults of the parts around it; told while its own storage is good.</summary>
    public SideFaults Beside { get; }

    /// <summary>See <see cref="IncidentBook.Quiet"/>; from the next second of traffic on.</summary>
    public TimeSpan Quiet
    {
        get => TimeSpan.FromTicks(Volatile.Read(ref _quietTicks));
        set => Volatile.Write(ref _quietTicks, value.Ticks);
    }

    public JournalSnapshot Snapshot => Volatile.Read(ref _snapshot);

    /// <summary>The storage's own health, and when that is good, the first fault beside it.</summary>
    public StorageHealth Health => Storage is { IsGood: true } storage && Beside.Current is { } beside
        ? storage with { Fault = beside.Sentence, Since = beside.Since } : Storage;

    /// <summary>Whether entries can be kept.</summary>
    public StorageHealth Storage
    {
        get
        {
            var health = Volatile.Read(ref _health) with { Dropped = Interlocked.Read(ref _dropped), UnreadableRows = Interlocked.Read(ref _unreadable) };
            var began = Interlocked.Read(ref _commitBegan);
            if (health.IsGood && began != 0 && _time.GetElapsedTime(began) is var running && running > _slowCommit)
                return health with { Fault = $"the storage is slow: a commit has been running for {running.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s", Since = _time.GetUtcNow() - running };
            return health;
        }
    }

    /// <summary>Reads what the storage has, then starts the writer. A storage that cannot be opened is a fault of health, no exception.</summary>
    /// <param name="isEngine">False for a command that only adds an entry: what incidents did meanwhile is not its business.</param>
    public void Start(bool isEngine = true)
    {
        _isEngine = isEngine;
        TryOpen();
        Commit();
        _writer.Start();
    }

    /// <summary>Hands over work; false (and counted) when the queue is full. Never waits.</summary>
    public bool TryAdd(JournalWork work)
    {
        if (_queue.TryAdd(work))
            return true;
        Lose();
        return false;
    }

    /// <summary>Counts an event that never came to the writer; the next commit tells the gap.</summary>
    public void Lose()
    {
        Interlocked.Increment(ref _dropped);
        Interlocked.Increment(ref _notTaken);
    }

    /// <summary>Writes what waits, then ends.</summary>
    public void Dispose()
    {
        if (_queue.IsAddingCompleted)
            return;
        _queue.CompleteAdding();
        if (_writer.IsAlive)
            _writer.Join();
        Events.Complete();
        _store?.Dispose();
    }

    private void Write()
    {
        while (!_queue.IsCompleted)
        {
            var isFailing = _store is null || _entries.Count > 0 || !Volatile.Read(ref _health).IsGood;
            if (_queue.TryTake(out var first, isFailing ? _retryTime : _retentionRound))
                TakeGroup(first);
            if (_store is null)
                TryOpen();
            Commit();
            Forget();
        }
        Commit();
        Fail(_promises);
    }

    /// <summary>The first piece, and all that wait; when commits follow each other, those of the next milliseconds too.</summary>
    private void TakeGroup(JournalWork first)
    {
        Accept(first);
        var sinceCommit = _time.GetElapsedTime(_lastCommitBegan);
        var rest = sinceCommit < _groupTime ? _groupTime - sinceCommit : TimeSpan.Zero;
        var began = _time.GetTimestamp();
        // By pieces and not by entries that wait: while the storage fails, the state goes on in memory.
        for (var taken = 1; taken < QueueCapacity && _queue.TryTake(out var next, Left(rest, began)); taken++)
            Accept(next);
    }

    private TimeSpan Left(TimeSpan rest, long began)
    {
        var left = rest - _time.GetElapsedTime(began);
        return left > TimeSpan.Zero ? left : TimeSpan.Zero;
    }

    private void Accept(JournalWork work)
    {
        switch (work)
        {
            case IncidentWork step:
                if (_book.Apply(step.Key, step.Kind, step.Document, step.At, step.TakenOverBy) is { } applied)
                    Add(applied);
                break;
            case TrafficWork traffic:
                _book.Quiet = Quiet;
                foreach (var closed in _book.SeeTraffic(traffic.Length, traffic.At))
                    Add(closed);
                break;
            case NoteWork note:
                Add(_book.Note(note.At, note.Kind, note.Subject, note.Service, note.Data));
                if (note.Token is { } token)
                    _tokens.Add(token);
                if (note.Done is { } done)
                    _promises.Add(done);
                break;
        }
    }

    private void Add(IncidentStep step)
    {
        Add(step.Entry);
        _incidents[step.Incident.Id] = step.Incident;
    }

    private void Add(JournalEntry entry)
    {
        if (_entries.Count < WaitingCapacity)
        {
            _entries.Add(entry);
            return;
        }
        _lost++;
        Interlocked.Increment(ref _dropped);
    }

    private void TryOpen()
    {
        try
        {
            Directory.CreateDirectory(_options.Folder);
            _store = JournalStore.Open(_options.Folder);
            _known = _store.Tokens();
            Events.Begin(_store.LastSequence);
            var now = _time.GetUtcNow();
            foreach (var step in _book.Restore(_store.LastSequence, _isEngine ? _store.Recent(now - _options.Reopen) : [], now))
                Add(step);
        }
        catch (Exception error) when (error is SqliteException or StorageException or IOException or UnauthorizedAccessException)
        {
            _store?.Dispose();
            _store = null;
            // Numbers that no journal of before can have reached, so that none is given twice when the storage comes back.
            if (_book.Sequence == 0)
                _book.Restore(_time.GetUtcNow().ToUnixTimeSeconds(), [], default);
            Fault(error);
        }
    }

    private void Commit()
    {
        NoteGap();
        var isIdle = _entries.Count == 0 && _tokens.Count == 0 && _incidents.Count == 0;
        // While a fault stands, an empty commit asks the storage whether it still does: on a quiet network no other may come.
        if (_store is null || (isIdle && Volatile.Read(ref _health).IsGood))
        {
            if (_store is null)
                Fail(_promises);
            Publish(saved: _store is not null);
            return;
        }
        var began = _time.GetTimestamp();
        _lastCommitBegan = began;
        Interlocked.Exchange(ref _commitBegan, began);
        try
        {
            _store.Commit(new JournalBatch(_entries, _incidents.Values, _tokens), _options.Reached);
        }
        catch (Exception error) when (error is SqliteException or IOException or InvalidOperationException)
        {
            Fault(error);
            Fail(_promises);
            Publish(saved: false);
            return;
        }
        finally
        {
            Interlocked.Exchange(ref _commitBegan, 0);
        }
        Committed(_time.GetElapsedTime(began));
    }

    private void NoteGap()
    {
        _lost += Interlocked.Exchange(ref _notTaken, 0);
        if (_lost == 0 || _entries.Count >= WaitingCapacity + 1)
            return;
        _entries.Add(_book.Note(_time.GetUtcNow(), EntryKind.Gap, "journal", null, string.Create(CultureInfo.InvariantCulture, $$"""{"entriesLost":{{_lost}}}""")));
        _lost = 0;
    }

    private void Committed(TimeSpan duration)
    {
        if (_tokens.Count > 0)
            _known = [.. _known.Where(known => !_tokens.Exists(token => token.Id == known.Id)), .. _tokens.GroupBy(static token => token.Id, static (_, same) => same.Last(), StringComparer.Ordinal)];
        var health = Volatile.Read(ref _health);
        var isSlow = duration > _slowCommit;
        Volatile.Write(ref _health, new StorageHealth(
            isSlow ? $"the storage is slow: the last commit took {duration.TotalSeconds.ToString("0.0", CultureInfo.InvariantCulture)} s" : null,
            isSlow ? health.Since ?? _time.GetUtcNow() : null, 0, 0, health.Commits + 1, duration));
        var published = _entries.ToArray();
        _entries.Clear();
        _incidents.Clear();
        _tokens.Clear();
        Publish(saved: true);
        Events.Publish(published);
        _options.Reached?.Invoke(CrashPoint.Published);
        foreach (var promise in _promises)
            promise.TrySetResult(true);
        _promises.Clear();
    }

    private void Publish(bool saved) => Volatile.Write(
        ref _snapshot,
        new JournalSnapshot([.. _book.Held.Select(incident => saved || !_incidents.ContainsKey(incident.Id) ? incident : incident with { IsSaved = false })], _known));

    /// <summary>The asker hears that it is not safe yet. It is tried again all the same: its entry has its number already.</summary>
    private static void Fail(List<TaskCompletionSource<bool>> promises)
    {
        foreach (var promise in promises)
            promise.TrySetResult(false);
        promises.Clear();
    }

    private void Fault(Exception error)
    {
        var health = Volatile.Read(ref _health);
        var sentence = StorageFaults.Sentence(error, _options.Folder);
        Volatile.Write(ref _health, health with { Fault = sentence, Since = health.Since ?? _time.GetUtcNow(), Waiting = _entries.Count });
    }

    private void Forget()
    {
        if (_store is null || !Volatile.Read(ref _health).IsGood || _time.GetTimestamp() < _nextRetention)
            return;
        try
        {
            var hidden = _time.GetUtcNow() - _options.ClientAddresses;
            var isMore = _store.Forget(_time.GetUtcNow() - _options.Retention) | _store.HideAddresses(hidden, AddressKey);
            Interlocked.Exchange(ref _unreadable, _store.UnreadableRows);
            if (_book.HideAddresses(hidden, AddressKey))
                Publish(saved: true);
            _nextRetention = _time.GetTimestamp() + (isMore ? 0 : (long)(_retentionRound.TotalSeconds * _time.TimestampFrequency));
        }
        catch (Exception error) when (error is SqliteException or IOException or InvalidOperationException)
        {
            Fault(error);
            _nextRetention = _time.GetTimestamp() + (long)(_retentionRound.TotalSeconds * _time.TimestampFrequency);
        }
    }
}

/// <param name="Folder">Where the files are.</param>
/// <param name="Quiet">See <see cref="IncidentBook"/>.</param>
/// <param name="Reopen">See <see cref="IncidentBook"/>.</param>
/// <param name="Retention">Closed incidents and journal entries older than this are removed.</param>
internal sealed record JournalOptions(string Folder, TimeSpan Quiet, TimeSpan Reopen, TimeSpan Retention)
{
    public static readonly TimeSpan DefaultReopen = TimeSpan.FromMinutes(10);

    /// <summary>Addresses of clients in what is older than this are hidden (<see cref="Incidents.AddressKey"/>).</summary>
    public required TimeSpan ClientAddresses { get; init; }

    /// <summary>Called at each named point of a commit, for tests that end the process there.</summary>
    public Action<CrashPoint>? Reached { get; init; }
}
