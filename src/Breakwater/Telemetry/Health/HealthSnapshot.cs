using System.Collections.Immutable;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Health;

/// <summary>
/// Where every datagram went: received = counted + undecodable + ignored. What the kernel dropped was never received, and what was left out of the
/// records that were read stands beside it: sent = counted + dropped + shed, once each is taken in records.
/// </summary>
/// <param name="Received">Datagrams and TCP messages read.</param>
/// <param name="Counted">Read to their end.</param>
/// <param name="Undecodable">Not readable, or only in part.</param>
/// <param name="Ignored">Of senders that are no configured exporter.</param>
/// <param name="ShedRecords">Records left out under overload (<see cref="Live.Shedding"/>).</param>
/// <param name="KernelDrops">Dropped by the kernel because a socket's buffer was full.</param>
internal sealed record ReceiveAccount(long Received, long Counted, long Undecodable, long Ignored, long ShedRecords, long KernelDrops);

/// <summary>An address that sent telemetry without being configured.</summary>
internal sealed record UnknownSender(Address Address, long Datagrams, DateTimeOffset LastSeen);

/// <summary>The state of all telemetry at one moment, made once a second. Immutable: shared with any reader.</summary>
internal sealed record HealthSnapshot
{
    public static readonly HealthSnapshot Empty = new()
    {
        At = default,
        Account = new ReceiveAccount(0, 0, 0, 0, 0, 0),
        Exporters = [],
        UnknownSenders = [],
    };

    public required DateTimeOffset At { get; init; }

    public required ReceiveAccount Account { get; init; }

    /// <summary>Ticks of which detection studied a sample of the records, since the start or the last change of limits.</summary>
    public long ThinnedTicks { get; init; }

    /// <summary>The collector first, then the configured exporters by name.</summary>
    public required ImmutableArray<ExporterHealth> Exporters { get; init; }

    /// <summary>The busiest first; bounded.</summary>
    public required ImmutableArray<UnknownSender> UnknownSenders { get; init; }

    /// <summary>Since when no exporter has told anything; null while one does. Incidents stay open: silence is not peace.</summary>
    public DateTimeOffset? BlindSince { get; init; }

    /// <summary>True when no condition is listed for anyone.</summary>
    public bool IsHealthy => Exporters.All(static exporter => exporter.IsHealthy);
}
