using System.Collections.Concurrent;
using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Incidents;
using Breakwater.Notify;
using Breakwater.Telemetry.Health;

namespace Breakwater.Console;

/// <summary>What the API reads. Everything is a snapshot or bounded: no request reaches the packet path.</summary>
internal sealed record ApiContext
{
    public required Journal Journal { get; init; }

    public required JournalReader Reader { get; init; }

    public required TrafficHistory History { get; init; }

    public required TrafficStore Traffic { get; init; }

    /// <summary>The configuration that is in force.</summary>
    public required Func<BreakwaterConfig> Config { get; init; }

    /// <summary>The telemetry as of the last second.</summary>
    public required Func<HealthSnapshot> Health { get; init; }

    /// <summary>Events between engine and journal that were dropped.</summary>
    public required Func<long> EventsDropped { get; init; }

    /// <summary>How the scripts of <c>notify</c> do.</summary>
    public Func<ImmutableArray<ScriptHealth>> Scripts { get; init; } = static () => [];

    public required Sessions Sessions { get; init; }

    public required TimeProvider Time { get; init; }

    public ApiCounters Counters { get; } = new();

    /// <summary>Tokens whose revocation is not on disk yet, by id: refused all the same. At most as many as there are tokens.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Revoked { get; } = new(StringComparer.Ordinal);

    public EventStreams Streams { get; } = new();

    /// <summary>An event stream whose reader takes nothing for this long ends, with its connection.</summary>
    public TimeSpan EventSendTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A comment is sent each time, so that both sides notice a dead connection, and a caller that may no longer read is noticed.</summary>
    public TimeSpan EventIdleTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Ended when Breakwater stops, so that streams end too.</summary>
    public required CancellationToken Stopping { get; init; }
}

/// <summary>What the API counts of itself.</summary>
internal sealed class ApiCounters
{
    private long _requests;
    private long _refused;

    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Without a valid token, role, scope, host or origin.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    public void Request() => Interlocked.Increment(ref _requests);

    public void Refuse() => Interlocked.Increment(ref _refused);
}
