using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Geo;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>What the engine is told at the start and at a reload.</summary>
internal sealed record LiveSettings
{
    /// <summary>All that changes verdicts; shards are set by the engine.</summary>
    public required DetectorOptions Detection { get; init; }

    /// <summary>Who is believed.</summary>
    public required ImmutableArray<ExporterEntry> Exporters { get; init; }

    /// <summary>Countries and systems of the clients of web logs; null: unknown.</summary>
    public GeoLookup? Geo { get; init; }

    /// <summary>Where telemetry is listened for; a reload cannot change it.</summary>
    public required ListenAddresses Listen { get; init; }

    /// <summary>Web logs; a reload cannot change them.</summary>
    public ImmutableArray<LogSource> Logs { get; init; } = [];

    /// <summary>File that keeps where reading of logs stands; null: none, and they are read from their begin.</summary>
    public string? LogPositions { get; init; }

    /// <summary>Threads that take datagrams, one shard each; 1 to 64.</summary>
    public int Threads { get; init; } = 1;
}
