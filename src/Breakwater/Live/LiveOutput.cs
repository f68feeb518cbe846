using System.Threading.Channels;

namespace Breakwater.Live;

/// <summary>
/// The queue from the engine to the next stage. Bounded, and the engine never waits: when it is full, an event is dropped and counted.
/// One reader.
/// </summary>
internal sealed class LiveOutput
{
    /// <summary>Most events that wait.</summary>
    public const int MaximumWaiting = 16_384;

    private readonly Channel<LiveEvent> _queue;
    private long _dropped;

    public LiveOutput(int capacity = MaximumWaiting) => _queue = Channel.CreateBounded<LiveEvent>(
        new BoundedChannelOptions(capacity) { FullMode = BoundedChannelFullMode.DropWrite, SingleReader = true, SingleWriter = true },
        _ => Interlocked.Increment(ref _dropped));

    /// <summary>Where the next stage reads; completed when the engine stops.</summary>
    public ChannelReader<LiveEvent> Reader => _queue.Reader;

    /// <summary>Events dropped because the reader fell behind.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Adds an event, or drops and counts it.</summary>
    public void Write(LiveEvent item) => _queue.Writer.TryWrite(item);

    /// <summary>No event follows.</summary>
    public void Complete() => _queue.Writer.TryComplete();
}
