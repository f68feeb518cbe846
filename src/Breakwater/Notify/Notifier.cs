using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Incidents;

namespace Breakwater.Notify;

/// <summary>Tells webhooks, mail, syslog and Alertmanagers of attacks, as a reader of the journal's events: after the commit, and nobody waits for it.</summary>
internal sealed class Notifier : IAsyncDisposable
{
    /// <summary>How long the end of Breakwater waits for deliveries.</summary>
    private static readonly TimeSpan _lastDeliveries = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan _tick = TimeSpan.FromSeconds(0.5);

    private readonly Journal _journal;
    private readonly Func<NotifyConfig> _config;
    private readonly TimeProvider _time;
    private readonly long _start;
    private readonly NoticeBook _book = new();
    private readonly Lock _lock = new();
    private readonly CancellationTokenSource _abort = new();
    private readonly CancellationTokenSource _stop = new();
    private readonly JournalFollower _follower;
    private Task _ticking = Task.CompletedTask;
    private ImmutableArray<ReceiverLane> _lanes = [];
    private NotifyConfig? _lanesOf;
    private TimeSpan _stateToldAt;

    public Notifier(Journal journal, Func<NotifyConfig> config, TimeProvider time)
    {
        (_journal, _config, _time, _start) = (journal, config, time, time.GetTimestamp());
        _follower = new JournalFollower(journal, time, Take);
    }

    /// <summary>Of every receiver; the "path" is its name.</summary>
    public ImmutableArray<ScriptHealth> Health
    {
        get
        {
            lock (_lock)
                return [.. _lanes.Select(static lane => lane.Health)];
        }
    }

    private TimeSpan Now => _time.GetElapsedTime(_start);

    /// <summary>Takes what is open as told by the process before; then tells what happens. After the journal's start.</summary>
    public void Start()
    {
        _follower.Open();
        lock (_lock)
        {
            foreach (var incident in _journal.Snapshot.Incidents.Where(static incident => incident is { IsOpen: true, Verdict: "attack" }))
                _book.Remember(incident.Json, Now);
        }

        _follower.Start();
        _ticking = Task.Run(Tick, CancellationToken.None);
    }

    /// <summary>Takes what the journal told until its end, and gives deliveries a few seconds. After the journal's end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _follower.DisposeAsync();
        await _stop.CancelAsync();
        await _ticking.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        ImmutableArray<ReceiverLane> lanes;
        lock (_lock)
        {
            // A first word that still waited for others is better told alone than never.
            Tell(_book.Due(TimeSpan.MaxValue / 2, _time.GetUtcNow(), TimeSpan.Zero, TimeSpan.MaxValue));
            lanes = _lanes;
        }

        foreach (var lane in lanes)
            lane.Complete();
        _abort.CancelAfter(_lastDeliveries);
        await Task.WhenAll(lanes.Select(static lane => lane.Running)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _abort.Dispose();
        _stop.Dispose();
    }

    private void Take(JournalEntry entry)
    {
        lock (_lock)
        {
            if (_book.Take(entry, Now) is { } notice)
                Tell([notice]);
        }
    }

    private async Task Tick()
    {
        try
        {
            while (true)
            {
                await Task.Delay(_tick, _time, _stop.Token);
                lock (_lock)
                {
                    Tell(_book.Due(Now, _time.GetUtcNow(), _config().Group, _config().Repeat));
                    if (Now - _stateToldAt >= AlertmanagerReceiver.Every && _book.State(_time.GetUtcNow()) is { } state)
                    {
                        _stateToldAt = Now;
                        Tell([state]);
                    }
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private void Tell(IReadOnlyList<Notice> notices)
    {
        Refresh();
        foreach (var notice in notices)
        {
            foreach (var lane in _lanes.Where(lane => notice.Kind is NoticeKind.Begin or NoticeKind.End or NoticeKind.Hurt || lane.KeepsState == (notice.Kind == NoticeKind.State)))
                lane.Tell(notice);
        }
    }

    // A reload with the same receivers keeps their lanes, and what waits in them.
    private void Refresh()
    {
        var config = _config();
        if (ReferenceEquals(config, _lanesOf))
            return;
        _lanesOf = config;
        var receivers = Receivers.Of(config, _time);
        var kept = _lanes.Where(lane => receivers.Any(receiver => receiver.Settings.Equals(lane.Settings))).ToList();
        foreach (var lane in _lanes.Except(kept))
            lane.Complete();
        _lanes = [.. receivers.Select(receiver => kept.FirstOrDefault(lane => receiver.Settings.Equals(lane.Settings)) ?? new ReceiverLane(receiver, _time, _abort.Token))];
    }
}
