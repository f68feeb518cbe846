using System.Threading.Channels;

namespace Breakwater.Incidents;

/// <summary>
/// Committed entries to readers, each once and in order, from any sequence on: what is older than memory comes from the file. A reader
/// that is too slow is cut off; it comes back with the last sequence that it saw.
/// </summary>
internal sealed class EventFeed(JournalReader reader)
{
    /// <summary>Most entries that wait for one reader.</summary>
    public const int ReaderCapacity = 4_096;

    /// <summary>Most readers at a time.</summary>
    public const int MaximumReaders = 256;

    private readonly Lock _lock = new();
    private readonly List<Channel<JournalEntry>> _readers = [];
    private long _published;
    private bool _isComplete;

    /// <summary>Sequence of the last entry published.</summary>
    public long Published
    {
        get
        {
            lock (_lock)
                return _published;
        }
    }

    public int Readers
    {
        get
        {
            lock (_lock)
                return _readers.Count;
        }
    }

    /// <summary>What the file has already counts as published.</summary>
    public void Begin(long sequence)
    {
        lock (_lock)
            _published = Math.Max(_published, sequence);
    }

    public void Publish(ReadOnlySpan<JournalEntry> entries)
    {
        lock (_lock)
        {
            foreach (var entry in entries)
            {
                _published = entry.Sequence;
                for (var index = _readers.Count - 1; index >= 0; index--)
                {
                    if (_readers[index].Writer.TryWrite(entry))
                        continue;
                    _readers[index].Writer.TryComplete();
                    _readers.RemoveAt(index);
                }
            }
        }
    }

    public void Complete()
    {
        lock (_lock)
        {
            _isComplete = true;
            foreach (var channel in _readers)
                channel.Writer.TryComplete();
            _readers.Clear();
        }
    }

    /// <summary>Entries after a sequence, then those to come. Null when there are too many readers.</summary>
    /// <param name="after">Null: only those to come.</param>
    public EventReader? Open(long? after)
    {
        var channel = Channel.CreateBounded<JournalEntry>(new BoundedChannelOptions(ReaderCapacity) { SingleReader = true, FullMode = BoundedChannelFullMode.Wait });
        lock (_lock)
        {
            if (_readers.Count >= MaximumReaders)
                return null;
            if (_isComplete)
                channel.Writer.TryComplete();
            else
                _readers.Add(channel);
            return new EventReader(this, channel, reader, after ?? _published, _published);
        }
    }

    internal void Close(Channel<JournalEntry> channel)
    {
        lock (_lock)
            _readers.Remove(channel);
    }
}

/// <summary>One reader's view of the feed: first what the file has up to the moment of opening, then what comes.</summary>
internal sealed class EventReader(EventFeed feed, Channel<JournalEntry> channel, JournalReader file, long after, long openedAt) : IDisposable
{
    private const int Page = 500;

    /// <summary>Ends when the reader was too slow, the file cannot be read, or Breakwater stops.</summary>
    public async IAsyncEnumerable<JournalEntry> Read([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellation)
    {
        for (var last = after; last < openedAt;)
        {
            // A fault is no end: the reader is cut off, and comes back with the last sequence that it saw.
            if (file.TryEntries(last, Page) is not { } page)
                yield break;
            foreach (var entry in page.TakeWhile(entry => entry.Sequence <= openedAt))
            {
                last = entry.Sequence;
                yield return entry;
            }
            if (page.Count < Page)
                break;
        }
        await foreach (var entry in channel.Reader.ReadAllAsync(cancellation))
            yield return entry;
    }

    public void Dispose() => feed.Close(channel);
}
