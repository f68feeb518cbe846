namespace Breakwater.Telemetry.Health;

/// <summary>Running counts of one exporter at one second.</summary>
internal struct StreamCounts
{
    public long Datagrams, Flows, FlowsOfUnknownRate, Duplicates, SetsWithoutTemplate, Unreadable;

    /// <summary>Units that sequence numbers count (datagrams, or records of NetFlow v5 and IPFIX): those that came, were lost, may be lost.</summary>
    public long Units, Lost, MaybeLost;

    public static StreamCounts operator -(in StreamCounts later, in StreamCounts earlier) => new()
    {
        Datagrams = later.Datagrams - earlier.Datagrams,
        Flows = later.Flows - earlier.Flows,
        FlowsOfUnknownRate = later.FlowsOfUnknownRate - earlier.FlowsOfUnknownRate,
        Duplicates = later.Duplicates - earlier.Duplicates,
        SetsWithoutTemplate = later.SetsWithoutTemplate - earlier.SetsWithoutTemplate,
        Unreadable = later.Unreadable - earlier.Unreadable,
        Units = later.Units - earlier.Units,
        Lost = later.Lost - earlier.Lost,
        MaybeLost = later.MaybeLost - earlier.MaybeLost,
    };
}

/// <summary>Values of the last minute, one a second; what is asked is the difference over it, or its extremes.</summary>
internal sealed class MinuteWindow<T>(T first)
    where T : struct
{
    public const int Seconds = 60;

    private readonly T[] _values = new T[Seconds];
    private int _count, _next;

    /// <summary>The value of a minute ago, or the first one.</summary>
    public T Oldest => _count < Seconds ? first : _values[_next];

    public void Add(T value)
    {
        _values[_next] = value;
        _next = (_next + 1) % Seconds;
        _count = Math.Min(_count + 1, Seconds);
    }

    public ReadOnlySpan<T> Values => _values.AsSpan(0, _count);
}
