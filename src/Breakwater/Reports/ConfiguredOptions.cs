using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Configuration;
using Breakwater.Detection;

namespace Breakwater.Reports;

/// <summary>What a configuration means to the detector and to the reading of inputs.</summary>
internal static class ConfiguredOptions
{
    /// <summary>All settings of detection; <paramref name="protect"/> adds to the services.</summary>
    public static DetectorOptions Detector(BreakwaterConfig config, ImmutableArray<Prefix> protect) => new()
    {
        Protect = protect,
        Services = [.. config.Services.Select(static service => new ProtectedService(service.Name, service.Addresses, ToFloors(service.Floors)))],
        Aggregates = config.Detection.Prefixes,
        Floors = ToFloors(config.Detection.Floors),
        PrefixFactor = config.Detection.PrefixFactor,
        UnaskedRepliesFloorPackets = (int)config.Detection.UnaskedRepliesPerMinute,
        FalseAlarmProbability = config.Detection.FalseAlarm,
        QuietSeconds = (int)Math.Ceiling(config.Detection.Quiet.TotalSeconds),
        Off = config.Detection.Off,
        MaxHosts = (int)config.Limits.Hosts,
        MaxDossiers = (int)config.Limits.Dossiers,
        MaxTickRecords = (int)config.Limits.TickRecords,
    };

    /// <summary>
    /// Sampling rates as <c>--sampling-rate EXPORTER=N</c> spells them, by name (raw files) and by address (captures). Entries for one
    /// observation domain are left out: other domains of the exporter may sample otherwise.
    /// </summary>
    public static IEnumerable<string> SamplingRates(BreakwaterConfig config)
    {
        foreach (var exporter in config.Exporters)
        {
            if (exporter is not { Sampling: { } rate, Domain: null })
                continue;
            yield return string.Create(CultureInfo.InvariantCulture, $"{exporter.Name}={rate}");
            yield return string.Create(CultureInfo.InvariantCulture, $"{exporter.Address}={rate}");
        }
    }

    private static Floors ToFloors(FloorsConfig floors) => new()
    {
        Amplification = floors.Amplification,
        Syn = floors.Syn,
        SynAck = floors.SynAck,
        Segments = floors.Segments,
        Udp = floors.Udp,
        Icmp = floors.Icmp,
        Fragments = floors.Fragments,
        Protocols = floors.Protocols,
        Queries = floors.Queries,
        Connections = floors.ConnectionsPerSecond,
        Requests = floors.RequestsPerSecond,
        VolumeBitsPerSecond = floors.VolumeBitsPerSecond,
    };
}
