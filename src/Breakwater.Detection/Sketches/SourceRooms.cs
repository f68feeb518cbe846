namespace Breakwater.Detection.Sketches;

/// <summary>
/// Memory of samples of sources: what one outgrew, or has no use for any more, another one gets. Thousands of samples grow at different times; new memory
/// for each step of each would keep the collector busy and the heap full of holes.
/// </summary>
internal sealed class SourceRooms
{
    private readonly Stack<SourceRoom>[] _spare = [.. Enumerable.Range(0, SourceRoom.Steps).Select(static _ => new Stack<SourceRoom>())];

    /// <summary>An empty room; each step is twice as large as the one before.</summary>
    public SourceRoom Take(int step)
    {
        if (!_spare[step].TryPop(out var room))
            return new SourceRoom(step);
        Array.Clear(room.Places);
        return room;
    }

    /// <summary>Gives a room back. Its sample may not look at it afterwards.</summary>
    public void Return(SourceRoom room) => _spare[room.Step].Push(room);
}

/// <summary>Memory of one sample of sources.</summary>
internal sealed class SourceRoom(int step)
{
    /// <summary>Sizes that there are; the last one holds <see cref="SourceSample.Most"/>.</summary>
    public const int Steps = 5;

    public int Step => step;

    /// <summary>Sources in no order.</summary>
    public SourceSample.Source[] Sources { get; } = new SourceSample.Source[SourceSample.Most >> (Steps - 1 - step)];

    /// <summary>By hash: the place of a source and one, 0 for none. Less than six tenths are taken.</summary>
    public ushort[] Places { get; } = new ushort[512 >> (Steps - 1 - step)];
}
