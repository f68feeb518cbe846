using System.Collections.Immutable;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>How the reading of web logs stands at one moment. Immutable, but for the counts of syslog inputs, which go on.</summary>
internal sealed record WebState
{
    public static readonly WebState Empty = new();

    public ImmutableArray<LogInputState> Inputs { get; init; } = [];

    /// <summary>Begin of the last look of which everything that was there then has been counted, nanoseconds since 1970-01-01 UTC; 0: none yet.</summary>
    public long CaughtUpNanoseconds { get; init; }

    /// <summary>Lines read.</summary>
    public long Lines { get; init; }

    /// <summary>Of these, requests.</summary>
    public long Requests { get; init; }

    /// <summary>Of these, what could not be read.</summary>
    public long Unreadable { get; init; }

    /// <summary>Requests that were left out under overload.</summary>
    public long LeftOut { get; init; }

    /// <summary>1 in 2^level clients is looked at.</summary>
    public int ShedLevel { get; init; }

    /// <summary>Arrival of the last line, nanoseconds since 1970-01-01 UTC; 0: none yet.</summary>
    public long LastLineNanoseconds { get; init; }

    /// <summary>Inputs whose clock is off, and by how many seconds.</summary>
    public ImmutableArray<(string Name, int Seconds)> Skews { get; init; } = [];

    /// <summary>Inputs of which lines came that are in no format that is known by content.</summary>
    public ImmutableArray<string> Unrecognized { get; init; } = [];

    /// <summary>Why positions are not kept; null: they are.</summary>
    public string? PositionFault { get; init; }

    /// <summary>The longest time that a line which is not counted yet can have waited, in seconds.</summary>
    public double LagSeconds(DateTimeOffset now) =>
        CaughtUpNanoseconds == 0 ? 0 : Math.Max(0, ((now - DateTimeOffset.UnixEpoch).Ticks * 100) - CaughtUpNanoseconds) / 1e9;

    /// <summary>Bytes that wait in files.</summary>
    public long UnreadBytes => Inputs.Sum(static input => input.UnreadBytes);
}
