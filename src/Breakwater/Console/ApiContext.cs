using System.Collections.Concurrent;
using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Detection.Samples;
using Breakwater.Incidents;
using Breakwater.Live;
using Breakwater.Notify;
using Breakwater.Response;
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

    /// <summary>How the reading of web logs stands; null: none are configured.</summary>
    public Func<WebState?> WebLogs { get; init; } = static () => null;

    /// <summary>Events between engine and journal that were dropped.</summary>
    public required Func<long> EventsDropped { get; init; }

    /// <summary>How long the collector of this process stops everything; null: nobody looks.</summary>
    public GcPauses? Pauses { get; init; }

    /// <summary>How the scripts of <c>notify</c> do.</summary>
    public Func<ImmutableArray<ScriptHealth>> Scripts { get; init; } = static () => [];

    /// <summary>What is done about incidents; null: this console shows no response.</summary>
    public ResponseStage? Response { get; init; }

    public required Sessions Sessions { get; init; }

    public required TimeProvider Time { get; init; }

    /// <summary>Records of the standing samples: of a service (null: of own hosts without one), from, until, at most so many; newest minute first.</summary>
    public Func<string?, DateTimeOffset, DateTimeOffset, int, IReadOnlyList<StandingRecord>> Samples { get; init; } = static (_, _, _, _) => [];

    /// <summary>Reads the configuration again, for a caller, when the hash of the present one is the one that it saw.</summary>
    public Func<string, Func<string, bool>, Task<ReloadOutcome>> Reload { get; init; } =
        static (_, _) => Task.FromResult(new ReloadOutcome(false, "", ["this Breakwater has no file of configuration"], []));

    /// <summary>Changes of tokens that are on their way.</summary>
    public TokenChanges Changes { get; } = new();

    public ApiCounters Counters { get; } = new();

    /// <summary>Tokens whose revocation is not on disk yet, by id: refused all the same. At most as many as there are tokens.</summary>
    public ConcurrentDictionary<string, DateTimeOffset> Revoked { get; } = new(StringComparer.Ordinal);

    private Repeats? _repeats;

    /// <summary>Answers to changes that may be asked for again.</summary>
    public Repeats Repeats => LazyInitializer.EnsureInitialized(ref _repeats, () => new Repeats(Time));

    public EventStreams Streams { get; } = new();

    /// <summary>An event stream whose reader takes nothing for this long ends, with its connection.</summary>
    public TimeSpan EventSendTime { get; init; } = TimeSpan.FromSeconds(10);

    /// <summary>A comment is sent each time, so that both sides notice a dead connection, and a caller that may no longer read is noticed.</summary>
    public TimeSpan EventIdleTime { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>Ended when Breakwater stops, so that streams end too.</summary>
    public required CancellationToken Stopping { get; init; }
}

/// <summary>One change of tokens at a time is let in: nothing waits for a disk or a sender there.</summary>
internal sealed class TokenChanges
{
    /// <summary>Held while a precondition is looked at, and what was asked for is noted in memory.</summary>
    public Lock Gate { get; } = new();

    /// <summary>Tokens that are being made: not in the journal yet, and no list of before is up to date. Under the gate.</summary>
    public int Making { get; set; }
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
