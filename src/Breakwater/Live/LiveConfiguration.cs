using System.Collections.Frozen;
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
        Detection = ConfiguredOptions.Detector(config, []) with { Seed = SecretSeed.OfProcess },
        Exporters = Exporters(config),
        Listen = new ListenAddresses([.. config.Listen.Telemetry.Select(ToEndPoint)], [.. config.Listen.IpfixTcp.Select(ToEndPoint)]),
        Logs = Logs(config),
        LogPositions = config.Web.Inputs.IsEmpty ? null : Path.Combine(config.Storage.FullPath, PositionsFile),
        Threads = threads,
    };

    /// <summary>In the storage folder.</summary>
    public const string PositionsFile = "log-positions.json";

    private static ImmutableArray<LogSource> Logs(BreakwaterConfig config) =>
    [
        .. config.Web.Inputs.Select(input => new LogSource(input.Name, config.Services.Select(static service => service.Name).ToList().IndexOf(input.Service!))
        {
            Pattern = input.FullPath,
            Syslog = input.Syslog is { } syslog ? new SyslogEndpoint((SyslogTransport)syslog.Scheme, syslog.Endpoint is { } endpoint ? ToEndPoint(endpoint) : null, syslog.Path) : null,
            FormatText = input.Format,
            TrustedProxies = [.. input.TrustedProxies.Select(static network => network.ToString())],
            Allow = [.. input.Allow.Select(static network => (network.Network, network.Length))],
        }),
    ];

    /// <summary>One entry an address: those for single observation domains stand for it when there is no other.</summary>
    private static ImmutableArray<ExporterEntry> Exporters(BreakwaterConfig config) =>
    [
        .. config.Exporters.GroupBy(static exporter => exporter.Address).Select(group =>
        {
            var entry = group.FirstOrDefault(static exporter => exporter.Domain is null);
            var names = group.Select(static exporter => exporter.Name).ToHashSet(StringComparer.Ordinal);
            return new ExporterEntry((entry ?? group.First()).Name, group.Key, (uint)(entry?.Sampling ?? 0)) { Interfaces = Roles(config, names) };
        }),
    ];

    private static InterfaceRoles Roles(BreakwaterConfig config, HashSet<string> names)
    {
        if (config.Interfaces.IsEmpty)
            return InterfaceRoles.None;
        var roles = config.Interfaces.Where(entry => names.Contains(entry.Exporter))
            .SelectMany(static entry => entry.IfIndexes.Select(index => (Index: (uint)index, Role: RoleOf(entry.Role))))
            .DistinctBy(static entry => entry.Index).ToFrozenDictionary(static entry => entry.Index, static entry => entry.Role);
        var own = config.Interfaces.Where(entry => names.Contains(entry.Exporter)).ToList();
        return new InterfaceRoles(roles, config.Interfaces.Any(static entry => entry.Role == InterfaceSide.External))
        {
            Named = [.. own.SelectMany(static entry => entry.Names.Select(name => new NamedInterfaces(name, RoleOf(entry.Role), (ulong)(entry.SpeedBitsPerSecond ?? 0))))],
            Speeds = own.Where(static entry => entry.SpeedBitsPerSecond is not null)
                .SelectMany(static entry => entry.IfIndexes.Select(index => (Index: (uint)index, Speed: (ulong)entry.SpeedBitsPerSecond!)))
                .DistinctBy(static entry => entry.Index).ToFrozenDictionary(static entry => entry.Index, static entry => entry.Speed),
        };
    }

    private static InterfaceRole RoleOf(InterfaceSide side) => side switch
    {
        InterfaceSide.External => InterfaceRole.External,
        InterfaceSide.Ignored => InterfaceRole.Ignored,
        _ => InterfaceRole.Internal,
    };

    private static IPEndPoint ToEndPoint(ListenEndpoint endpoint) =>
        new(IPAddress.Parse(endpoint.Address.ToString()), endpoint.Port);
}
