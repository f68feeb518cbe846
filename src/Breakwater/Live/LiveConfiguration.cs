using System.Collections.Immutable;
using System.Net;
using Breakwater.Configuration;
using Breakwater.Reports;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>What a configuration means to the engine.</summary>
internal static class LiveConfiguration
{
    public static LiveSettings Settings(BreakwaterConfig config, int threads) => new()
    {
        Detection = ConfiguredOptions.Detector(config, []),
        Exporters = Exporters(config),
        Listen = new ListenAddresses([.. config.Listen.Telemetry.Select(ToEndPoint)], [.. config.Listen.IpfixTcp.Select(ToEndPoint)]),
        Threads = threads,
    };

    /// <summary>One entry an address: those for single observation domains stand for it when there is no other.</summary>
    private static ImmutableArray<ExporterEntry> Exporters(BreakwaterConfig config) =>
    [
        .. config.Exporters.GroupBy(static exporter => exporter.Address).Select(static group =>
        {
            var entry = group.FirstOrDefault(static exporter => exporter.Domain is null);
            return new ExporterEntry((entry ?? group.First()).Name, group.Key, (uint)(entry?.Sampling ?? 0));
        }),
    ];

    private static IPEndPoint ToEndPoint(ListenEndpoint endpoint) =>
        new(IPAddress.Parse(endpoint.Address.ToString()), endpoint.Port);
}
