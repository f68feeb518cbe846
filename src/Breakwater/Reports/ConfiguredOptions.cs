using System.Collections.Immutable;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Telemetry;

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
        ReflectionSources = (int)config.Detection.ReflectionSenders,
        CrowdSources = (int)config.Detection.CrowdSenders,
        FalseAlarmProbability = config.Detection.FalseAlarm,
        QuietSeconds = (int)Math.Ceiling(config.Detection.Quiet.TotalSeconds),
        Off = config.Detection.Off,
        MaxHosts = (int)config.Limits.Hosts,
        MaxDossiers = (int)config.Limits.Dossiers,
        MaxTickRecords = (int)config.Limits.TickRecords,
    };

    /// <summary>Sampling rates by name (raw files) and by address (captures), for all observation domains or for one.</summary>
    public static IEnumerable<ConfiguredSampling> SamplingRates(BreakwaterConfig config)
    {
        foreach (var exporter in config.Exporters)
        {
            if (exporter.Sampling is not { } rate)
                continue;
            yield return new ConfiguredSampling(exporter.Name, (uint?)exporter.Domain, (uint)rate);
            yield return new ConfiguredSampling(exporter.Address.ToString(), (uint?)exporter.Domain, (uint)rate);
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
