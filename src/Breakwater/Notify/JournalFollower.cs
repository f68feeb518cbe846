using Breakwater.Incidents;

namespace Breakwater.Notify;

/// <summary>Reads the journal's events as they are committed, each once and in order; when it is cut off for being slow, it goes on where it was.</summary>
internal sealed class JournalFollower(Journal journal, TimeProvider time, Action<JournalEntry> take) : IAsyncDisposable
{
    private static readonly TimeSpan _pause = TimeSpan.FromSeconds(1);

    private readonly CancellationTokenSource _stop = new();
    private EventReader? _events;
    private Task _reading = Task.CompletedTask;

    /// <summary>What is told from now on is taken.</summary>
    public void Open() => _events = journal.Events.Open(after: null);

    /// <summary>Begins to take, after <see cref="Open"/>.</summary>
    public void Start() => _reading = Task.Run(Read, CancellationToken.None);

    /// <summary>Takes what the journal told until its end. After the journal's end.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _reading.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        _stop.Dispose();
    }

    private async Task Read()
    {
        var (events, last) = (_events, journal.Events.Published);
        try
        {
            while (true)
            {
                using (events)
                {
                    if (events is not null)
                    {
                        await foreach (var entry in events.Read(CancellationToken.None))
                        {
                            last = entry.Sequence;
                            take(entry);
                        }
                    }
                }

                // It ended with the journal; or it was cut off.
                if (_stop.IsCancellationRequested)
                    return;
                await Task.Delay(_pause, time, _stop.Token);
                events = journal.Events.Open(last);
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }
}
