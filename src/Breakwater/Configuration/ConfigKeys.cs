using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Configuration;

/// <summary>The file's own keys. A new section is a class like those below, one line here, and its records.</summary>
internal static class RootKeys
{
    public static readonly ScalarKey<long> Version = new("version", new VersionValue(), "The version of the configuration")
    {
        IsRequired = true,
        Reload = ConfigReload.Restart,
    };

    public static readonly SectionKey Listen = new("listen", ListenKeys.All, "Addresses of this machine") { Reload = ConfigReload.Restart };
    public static readonly SectionListKey Services = new("services", ServiceKeys.All, "What is protected");
    public static readonly SectionListKey Exporters = new("exporters", ExporterKeys.All, "What sends telemetry");
    public static readonly SectionListKey Interfaces = new("interfaces", InterfaceKeys.All, "Where traffic is counted, so that it counts once; without it, every record counts");
    public static readonly SectionKey Detection = new("detection", DetectionKeys.All, "When a deviation is an alarm");

    public static readonly SectionKey Web = new("web", WebKeys.All, "What web servers tell: their logs");

    public static readonly ListKey<Prefix> Allow = new("allow", new PrefixValue(), "Sources that are never acted upon; they are judged like all others, for senders can be forged");

    public static readonly SectionListKey Upstreams = new("upstreams", UpstreamKeys.All, "Who can be asked for a filter that Breakwater cannot set itself");
    public static readonly SectionKey Response = new("response", ResponseKeys.All, "What is done about attacks");
    public static readonly SectionKey Notify = new("notify", NotifyKeys.All, "Who is told of attacks");
    public static readonly SectionKey Limits = new("limits", LimitKeys.All, "Sizes of the tables") { Reload = ConfigReload.Restart };
    public static readonly SectionKey Retention = new("retention", RetentionKeys.All, "How long things are kept") { Reload = ConfigReload.Restart };
    public static readonly SectionKey Storage = new("storage", StorageKeys.All, "Where things are kept") { Reload = ConfigReload.Restart };
    public static readonly SectionKey Geo = new("geo", GeoKeys.All, "Address databases (MMDB) for the countries and networks of sources");

    /// <summary>In the order in which a file is best read.</summary>
    public static readonly ImmutableArray<ConfigKey> All =
    [
        Version, Listen, Exporters, Interfaces, Services, Upstreams, Detection,
        Web, Response, Notify, Allow, Retention, Limits, Geo,
        Storage, new UnsupportedKey("tokens"), new UnsupportedKey("public"),
    ];
}

internal static class ListenKeys
{
    public static readonly ListKey<ListenEndpoint> Telemetry = new("telemetry", new ListenValue(), "UDP: sFlow, NetFlow and IPFIX, told apart by content")
    {
        Default = ListenConfig.Default.Telemetry,
        Reload = ConfigReload.Restart,
    };

    public static readonly ListKey<ListenEndpoint> IpfixTcp = new("ipfixTcp", new ListenValue(), "TCP: IPFIX") { Reload = ConfigReload.Restart };

    public static readonly ScalarKey<ListenEndpoint> Api = new("api", new ListenValue(), "TCP: the API and the pages")
    {
        Default = ListenConfig.Default.Api,
        Reload = ConfigReload.Restart,
    };

    public static readonly ListKey<string> Names = new(
        "names", new HostNameValue(), "Host names under which browsers reach the API, besides localhost and the address itself; others are refused")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Telemetry, IpfixTcp, Api, Names];
}

internal static class ServiceKeys
{
    public static readonly ScalarKey<string> Name = new("name", new NameValue(), "What reports call it; no two are equal") { IsRequired = true };

    public static readonly ListKey<Prefix> Addresses = new("addresses", new PrefixValue(), "Its networks and addresses; no address belongs to two services")
    {
        IsRequired = true,
    };

    public static readonly ScalarKey<ServiceProfile> Profile = new(
        "profile",
        new ChoiceValue<ServiceProfile>("profile",
        [
            ("web", ServiceProfile.Web), ("dns", ServiceProfile.Dns), ("vpn", ServiceProfile.Vpn), ("mail", ServiceProfile.Mail),
            ("game", ServiceProfile.Game), ("generic", ServiceProfile.Generic),
        ]),
        "What it is: floors of what people bring to such a service are higher")
    {
        Default = ServiceProfile.Generic,
    };

    public static readonly SectionKey Floors = new("floors", FloorKeys.All, "Floors of this service, where they differ from detection.floors")
    {
        Inherits = "detection.floors",
    };

    public static readonly SectionKey Response = new("response", PolicyKeys.All, "What is done about attacks on this service, where it differs from response")
    {
        Inherits = "response",
    };

    public static readonly ImmutableArray<ConfigKey> All = [Name, Addresses, Profile, Floors, Response];
}

internal static class ExporterKeys
{
    public static readonly ScalarKey<string> Name = new("name", new NameValue(), "What reports call it; no two are equal") { IsRequired = true };
    public static readonly ScalarKey<Address> Address = new("address", new AddressValue(), "The address its datagrams come from") { IsRequired = true };

    public static readonly ScalarKey<long> Sampling = new(
        "sampling", new CountValue(1, uint.MaxValue, "N of 1 in N packets"), "Its sampling, when it does not tell it; without both it is unknown, never 1");

    public static readonly ScalarKey<long> Domain = new(
        "domain", new CountValue(0, uint.MaxValue, "observation domain"), "The entry is for this observation domain alone (NetFlow v9: source id, sFlow: sub-agent)");

    public static readonly ImmutableArray<ConfigKey> All = [Name, Address, Sampling, Domain];
}

internal static class InterfaceKeys
{
    public static readonly ScalarKey<string> Exporter = new("exporter", new NameValue(), "Name of an exporter of this file") { IsRequired = true };

    public static readonly ListKey<long> IfIndexes = new("ifIndexes", new CountValue(1, uint.MaxValue, "ifIndex"), "Interfaces, by the numbers that its records tell");

    public static readonly ListKey<string> Names = new(
        "names", new InterfacePatternValue(), "Interfaces, by the names that its sFlow counters (port_name) or options tell; ifIndexes count before names, the first pattern before others");

    public static readonly ScalarKey<long> Speed = new(
        "speed", new QuantityValue(Units.BitRate, 1_000_000, 100_000_000_000_000, 10_000_000_000), "Speed of each of them, when the exporter does not tell it or tells another");

    public static readonly ScalarKey<InterfaceSide> Role = new(
        "role",
        new ChoiceValue<InterfaceSide>("role", [("external", InterfaceSide.External), ("internal", InterfaceSide.Internal), ("ignored", InterfaceSide.Ignored)]),
        "What they lead to; with any external one, traffic is counted at those alone")
    {
        IsRequired = true,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Exporter, IfIndexes, Names, Role, Speed];
}

internal static class DetectionKeys
{
    public static readonly ScalarKey<double> FalseAlarm = new(
        "falseAlarm", new NumberValue(1e-15, 1e-3, "probability per look"), "How likely one look at traffic of exactly the floor may be an alarm")
    {
        Default = DetectionConfig.Default.FalseAlarm,
    };

    public static readonly ScalarKey<TimeSpan> Quiet = new(
        "quiet", new DurationValue(TimeSpan.FromSeconds(10), TimeSpan.FromHours(1), DetectionConfig.Default.Quiet), "An incident closes after this long below its floor")
    {
        Default = DetectionConfig.Default.Quiet,
    };

    public static readonly SectionKey Floors = new("floors", FloorKeys.All, "Below such a rate towards one host, nothing is an attack");

    public static readonly ScalarKey<double> PrefixFactor = new(
        "prefixFactor", new NumberValue(1, 1000, "multiple of the host's floor"), "The floor of a /24 or /48 as a whole")
    {
        Default = DetectionConfig.Default.PrefixFactor,
    };

    public static readonly ListKey<Prefix> Prefixes = new("prefixes", new PrefixValue(), "Further aggregates that are watched as a whole");
    public static readonly ListKey<string> Off = new("off", new NameValue(), "Detectors that do not run, by name");

    public static readonly ScalarKey<long> UnaskedReplies = new(
        "unaskedReplies", new CountValue(1, 1_000_000, "packets per minute"), "Replies that nobody asked for are evidence at any rate from this many on")
    {
        Default = DetectionConfig.Default.UnaskedRepliesPerMinute,
    };

    public static readonly ScalarKey<long> ReflectionSenders = new(
        "reflectionSenders", new CountValue(2, 1_000_000, "senders"), "Fewest senders of a reflection; where more is asked for, it is a multiple of this")
    {
        Default = DetectionConfig.Default.ReflectionSenders,
    };

    public static readonly ScalarKey<long> CrowdSenders = new(
        "crowdSenders", new CountValue(32, 1_000_000, "senders"), "Fewest senders that tell a crowd from a few busy ones; where more or fewer are asked for, it is a multiple or part of this")
    {
        Default = DetectionConfig.Default.CrowdSenders,
    };

    public static readonly ImmutableArray<ConfigKey> All =
        [FalseAlarm, Quiet, Floors, PrefixFactor, Prefixes, Off, UnaskedReplies, ReflectionSenders, CrowdSenders];
}

internal static class FloorKeys
{
    private const long HighestPacketRate = 1_000_000_000;
    private const long HighestRequestRate = 100_000_000;

    private static FloorsConfig Defaults => FloorsConfig.Default;

    public static readonly ScalarKey<long> Amplification = Packets("amplification", Defaults.Amplification, "Replies of reflectors");
    public static readonly ScalarKey<long> Syn = Packets("syn", Defaults.Syn, "Connection requests that never complete");
    public static readonly ScalarKey<long> SynAck = Packets("synAck", Defaults.SynAck, "SYN-ACKs that nobody asked for");
    public static readonly ScalarKey<long> Segments = Packets("segments", Defaults.Segments, "ACK, RST, FIN, null and Xmas segments of no connection");
    public static readonly ScalarKey<long> Udp = Packets("udp", Defaults.Udp, "UDP without a telling port");
    public static readonly ScalarKey<long> Icmp = Packets("icmp", Defaults.Icmp, "ICMP and IPv6 extension headers");
    public static readonly ScalarKey<long> Fragments = Packets("fragments", Defaults.Fragments, "Later fragments without their first");
    public static readonly ScalarKey<long> Protocols = Packets("protocols", Defaults.Protocols, "GRE and other IP protocols");
    public static readonly ScalarKey<long> Queries = Packets("queries", Defaults.Queries, "DNS queries");

    public static readonly ScalarKey<long> Connections = new(
        "connections", new QuantityValue(Units.ConnectionRate, 1, HighestRequestRate, Defaults.ConnectionsPerSecond), "Completed TCP connections")
    {
        Default = Defaults.ConnectionsPerSecond,
    };

    public static readonly ScalarKey<long> Requests = new(
        "requests", new QuantityValue(Units.RequestRate, 1, HighestRequestRate, Defaults.RequestsPerSecond), "HTTP requests")
    {
        Default = Defaults.RequestsPerSecond,
    };

    public static readonly ScalarKey<long?> Volume = new(
        "volume",
        new OptionalQuantityValue(new QuantityValue(Units.BitRate, 1_000_000, 100_000_000_000_000, 1_000_000_000)),
        "A crowd far above what is usual is mentioned from this rate on; none: at any rate")
    {
        Default = Defaults.VolumeBitsPerSecond,
    };

    public static readonly ImmutableArray<ConfigKey> All =
        [Amplification, Syn, SynAck, Segments, Udp, Icmp, Fragments, Protocols, Queries, Connections, Requests, Volume];

    private static ScalarKey<long> Packets(string name, long floor, string meaning) =>
        new(name, new QuantityValue(Units.PacketRate, 1, HighestPacketRate, floor), meaning) { Default = floor };
}

internal static class LimitKeys
{
    public static readonly ScalarKey<long> Hosts = Count("hosts", 1 << 10, 1 << 24, "hosts", LimitsConfig.Default.Hosts, "Most destination hosts counted at a time");
    public static readonly ScalarKey<long> Dossiers = Count("dossiers", 16, 1 << 16, "hosts", LimitsConfig.Default.Dossiers, "Most hosts watched closely at a time");

    public static readonly ScalarKey<long> TickRecords = Count(
        "tickRecords", 1 << 10, 1 << 24, "records", LimitsConfig.Default.TickRecords, "Most records of a tick whose sources and ports are studied");

    public static readonly ImmutableArray<ConfigKey> All = [Hosts, Dossiers, TickRecords];

    private static ScalarKey<long> Count(string name, long minimum, long maximum, string counted, long count, string meaning) =>
        new(name, new CountValue(minimum, maximum, counted), meaning) { Default = count, Reload = ConfigReload.Restart };
}

internal static class GeoKeys
{
    public static readonly ScalarKey<string> Countries = new("countries", new PathValue(), "Database of countries");
    public static readonly ScalarKey<string> Asns = new("asns", new PathValue(), "Database of autonomous systems");

    public static readonly ImmutableArray<ConfigKey> All = [Countries, Asns];
}
