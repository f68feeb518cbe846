using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Configuration;

/// <summary>Makes the typed configuration from the tree, one function a section. With mistakes the result means nothing.</summary>
internal sealed class ConfigBuilder(string folder, ImmutableArray<string> detectors, ConfigMistakes mistakes)
{
    public BreakwaterConfig Build(ConfigNode tree)
    {
        var root = ConfigSection.Open(tree, "", RootKeys.All, mistakes);
        root.Read(RootKeys.Version);
        var detection = Detection(root.ReadSection(RootKeys.Detection));
        var exporters = Exporters(root);
        var responses = new ResponseBuilder(folder, mistakes);
        var answer = root.ReadSection(RootKeys.Response);
        var response = responses.Response(answer);
        var services = Services(root, detection.Floors, responses, response.Policy);
        responses.CheckAutomatic(response);
        return new BreakwaterConfig
        {
            Listen = Listen(root.ReadSection(RootKeys.Listen)),
            Services = services,
            Exporters = exporters,
            Interfaces = Interfaces(root, exporters),
            Detection = detection,
            Web = new WebInputs(folder, mistakes).Read(root.ReadSection(RootKeys.Web), services.Select(static service => service.Name)),
            Allow = Sorted(root.ReadList(RootKeys.Allow)),
            Upstreams = responses.Upstreams(root),
            Response = answer.Has(ResponseKeys.Prefixes) ? response : response with { Prefixes = [.. services.SelectMany(static service => service.Addresses)] },
            Notify = NotifyBuilder.Build(root.ReadSection(RootKeys.Notify), mistakes),
            Limits = Limits(root.ReadSection(RootKeys.Limits)),
            Geo = Geo(root.ReadSection(RootKeys.Geo)),
            Retention = Retention(root.ReadSection(RootKeys.Retention)),
            Storage = Storage(root.ReadSection(RootKeys.Storage)),
        };
    }

    private ImmutableArray<ServiceConfig> Services(ConfigSection root, FloorsConfig floors, ResponseBuilder responses, ResponsePolicyConfig policy)
    {
        var names = new UniqueNames("service", mistakes);
        var overlaps = new ServiceOverlaps();
        var services = new List<ServiceConfig>();
        foreach (var section in root.ReadSections(RootKeys.Services))
        {
            var addresses = section.ReadList(ServiceKeys.Addresses);
            var hasName = section.TryRead(ServiceKeys.Name, out var name);
            if (hasName)
                names.Add(name);
            var profile = section.Read(ServiceKeys.Profile);
            overlaps.Add(services.Count, hasName ? name.Value : "without a name", addresses);
            services.Add(new ServiceConfig
            {
                Name = name.Value ?? "",
                Addresses = Sorted(addresses),
                Profile = profile,
                Floors = Floors(section.ReadSection(ServiceKeys.Floors), ServiceProfiles.Floors(profile, floors)),
                Response = responses.Policy(section.ReadSection(ServiceKeys.Response), policy),
            });
        }

        overlaps.Tell(mistakes);
        return [.. services.OrderBy(static service => service.Name, StringComparer.Ordinal)];
    }

    private static ListenConfig Listen(ConfigSection section) => new()
    {
        Telemetry = Endpoints(section, ListenKeys.Telemetry),
        IpfixTcp = Endpoints(section, ListenKeys.IpfixTcp),
        Api = section.Read(ListenKeys.Api),
        Names = [.. section.ReadList(ListenKeys.Names).Select(static name => name.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
    };

    private static ImmutableArray<ListenEndpoint> Endpoints(ConfigSection section, ListKey<ListenEndpoint> key) =>
        section.Has(key) ? [.. section.ReadList(key).Select(static endpoint => endpoint.Value).Distinct().Order()] : key.Default;

    private ImmutableArray<ExporterConfig> Exporters(ConfigSection root)
    {
        var names = new UniqueNames("exporter", mistakes);
        var sources = new Dictionary<(Wire.Address Address, long? Domain), ConfigPlace>();
        var exporters = new List<ExporterConfig>();
        foreach (var section in root.ReadSections(RootKeys.Exporters))
        {
            if (section.TryRead(ExporterKeys.Name, out var name))
                names.Add(name);
            var hasAddress = section.TryRead(ExporterKeys.Address, out var address);
            long? domain = section.TryRead(ExporterKeys.Domain, out var given) ? given.Value : null;
            if (hasAddress && !sources.TryAdd((address.Value, domain), address.Place))
            {
                mistakes.Add(
                    address.Place,
                    $"exporter {address.Value}{(domain is null ? "" : $" domain {domain}")} has an entry already, {sources[(address.Value, domain)].InWords}",
                    "keep one of them, or give each its 'domain'");
            }

            exporters.Add(new ExporterConfig
            {
                Name = name.Value ?? "",
                Address = address.Value,
                Sampling = section.TryRead(ExporterKeys.Sampling, out var sampling) ? sampling.Value : null,
                Domain = domain,
            });
        }

        return [.. exporters.OrderBy(static exporter => exporter.Name, StringComparer.Ordinal)];
    }

    private ImmutableArray<InterfaceConfig> Interfaces(ConfigSection root, ImmutableArray<ExporterConfig> exporters)
    {
        var names = exporters.Select(static exporter => exporter.Name).ToImmutableArray();
        var roles = new Dictionary<(string Exporter, long IfIndex), ConfigPlace>();
        var interfaces = new List<InterfaceConfig>();
        foreach (var section in root.ReadSections(RootKeys.Interfaces))
        {
            if (section.TryRead(InterfaceKeys.Exporter, out var exporter) && !names.Contains(exporter.Value, StringComparer.Ordinal))
            {
                var cure = names.IsEmpty ? "add it to 'exporters'" : NearestName.Cure(exporter.Value, names);
                mistakes.Add(exporter.Place, $"unknown exporter {ConfigMistakes.Quote(exporter.Value)}", cure);
            }

            var indexes = section.ReadList(InterfaceKeys.IfIndexes);
            foreach (var index in indexes)
            {
                if (!roles.TryAdd((exporter.Value ?? "", index.Value), index.Place))
                    mistakes.Add(index.Place, $"ifIndex {index.Value} of exporter {ConfigMistakes.Quote(exporter.Value ?? "")} has a role already, {roles[(exporter.Value ?? "", index.Value)].InWords}", "keep one of them");
            }

            var patterns = section.ReadList(InterfaceKeys.Names);
            if (!section.Has(InterfaceKeys.IfIndexes) && !section.Has(InterfaceKeys.Names) && section.Place is { } place)
                mistakes.Add(place, "an item of 'interfaces' says no interface", "add 'ifIndexes: [1]' or 'names: [\"xe-*\"]'");
            interfaces.Add(new InterfaceConfig(exporter.Value ?? "", [.. indexes.Select(static index => index.Value).Order()], section.Read(InterfaceKeys.Role))
            {
                Names = [.. patterns.Select(static pattern => pattern.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)],
                SpeedBitsPerSecond = section.TryRead(InterfaceKeys.Speed, out var speed) ? speed.Value : null,
            });
        }

        return [.. interfaces.OrderBy(static entry => entry.Exporter, StringComparer.Ordinal).ThenBy(static entry => entry.IfIndexes.FirstOrDefault()).ThenBy(static entry => entry.Names.FirstOrDefault(), StringComparer.Ordinal)];
    }

    private DetectionConfig Detection(ConfigSection section) => new()
    {
        FalseAlarm = section.Read(DetectionKeys.FalseAlarm),
        Quiet = section.Read(DetectionKeys.Quiet),
        Floors = Floors(section.ReadSection(DetectionKeys.Floors), FloorsConfig.Default),
        PrefixFactor = section.Read(DetectionKeys.PrefixFactor),
        Prefixes = Sorted(section.ReadList(DetectionKeys.Prefixes)),
        Off = Off(section.ReadList(DetectionKeys.Off)),
        UnaskedRepliesPerMinute = section.Read(DetectionKeys.UnaskedReplies),
        ReflectionSenders = section.Read(DetectionKeys.ReflectionSenders),
        CrowdSenders = section.Read(DetectionKeys.CrowdSenders),
    };

    private ImmutableArray<string> Off(List<Placed<string>> names)
    {
        foreach (var name in names)
        {
            if (!detectors.Contains(name.Value, StringComparer.Ordinal))
            {
                var cure = detectors.IsEmpty ? "remove it: no detector of this version can be switched off" : NearestName.Cure(name.Value, detectors);
                mistakes.Add(name.Place, $"unknown detector {ConfigMistakes.Quote(name.Value)}", cure);
            }
        }

        return [.. names.Select(static name => name.Value).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
    }

    private static FloorsConfig Floors(ConfigSection section, FloorsConfig otherwise) => new()
    {
        Amplification = section.Read(FloorKeys.Amplification, otherwise.Amplification),
        Syn = section.Read(FloorKeys.Syn, otherwise.Syn),
        SynAck = section.Read(FloorKeys.SynAck, otherwise.SynAck),
        Segments = section.Read(FloorKeys.Segments, otherwise.Segments),
        Udp = section.Read(FloorKeys.Udp, otherwise.Udp),
        Icmp = section.Read(FloorKeys.Icmp, otherwise.Icmp),
        Fragments = section.Read(FloorKeys.Fragments, otherwise.Fragments),
        Protocols = section.Read(FloorKeys.Protocols, otherwise.Protocols),
        Queries = section.Read(FloorKeys.Queries, otherwise.Queries),
        ConnectionsPerSecond = section.Read(FloorKeys.Connections, otherwise.ConnectionsPerSecond),
        RequestsPerSecond = section.Read(FloorKeys.Requests, otherwise.RequestsPerSecond),
        VolumeBitsPerSecond = section.Read(FloorKeys.Volume, otherwise.VolumeBitsPerSecond),
    };

    private static LimitsConfig Limits(ConfigSection section) => new()
    {
        Hosts = section.Read(LimitKeys.Hosts),
        Dossiers = section.Read(LimitKeys.Dossiers),
        TickRecords = section.Read(LimitKeys.TickRecords),
    };

    private static RetentionConfig Retention(ConfigSection section) => new()
    {
        Incidents = section.Read(RetentionKeys.Incidents),
        Seconds = section.Read(RetentionKeys.Seconds),
        Minutes = section.Read(RetentionKeys.Minutes),
        ClientAddresses = section.Read(RetentionKeys.ClientAddresses),
    };

    private StorageConfig Storage(ConfigSection section)
    {
        var written = section.Read(StorageKeys.Folder);
        return new StorageConfig { Folder = written, FullPath = Path.GetFullPath(written, folder) };
    }

    private GeoConfig Geo(ConfigSection section) => new()
    {
        Countries = File(section, GeoKeys.Countries),
        Asns = File(section, GeoKeys.Asns),
    };

    private GeoFile? File(ConfigSection section, ScalarKey<string> key)
    {
        if (!section.TryRead(key, out var path))
            return null;
        var full = Path.GetFullPath(path.Value, folder);
        if (!System.IO.File.Exists(full))
            mistakes.Add(path.Place, $"there is no file {ConfigMistakes.Quote(full)}", $"put the database there, or remove 'geo.{key.Name}'");
        return new GeoFile(path.Value, full);
    }

    private static ImmutableArray<Prefix> Sorted(List<Placed<Prefix>> prefixes) =>
        [.. prefixes.Select(static prefix => prefix.Value).Distinct().OrderBy(static prefix => prefix.Network).ThenBy(static prefix => prefix.Length)];
}
