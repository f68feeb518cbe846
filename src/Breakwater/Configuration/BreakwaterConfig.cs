using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Configuration;

/// <summary>
/// One reading of <c>breakwater.yaml</c>: effective values, so that defaults and what is written out are the same. Immutable; a reload
/// makes another one. Lists are sets: they are sorted here, because their order in the file means nothing.
/// </summary>
internal sealed record BreakwaterConfig
{
    /// <summary>The version of the configuration that this program reads.</summary>
    public const int SupportedVersion = 1;

    /// <summary>What is protected, by name; no two services share an address.</summary>
    public ImmutableArray<ServiceConfig> Services { get; init; } = [];

    public ListenConfig Listen { get; init; } = ListenConfig.Default;

    /// <summary>What sends telemetry, by name.</summary>
    public ImmutableArray<ExporterConfig> Exporters { get; init; } = [];

    /// <summary>What interfaces lead to, by exporter and role; none: all records are counted.</summary>
    public ImmutableArray<InterfaceConfig> Interfaces { get; init; } = [];

    public DetectionConfig Detection { get; init; } = DetectionConfig.Default;

    /// <summary>What web servers tell.</summary>
    public WebConfig Web { get; init; } = WebConfig.Default;

    /// <summary>Sources that are never acted upon. They are judged like others: senders can be forged.</summary>
    public ImmutableArray<Prefix> Allow { get; init; } = [];

    /// <summary>Who can be asked for a filter, by name.</summary>
    public ImmutableArray<UpstreamConfig> Upstreams { get; init; } = [];

    public ResponseConfig Response { get; init; } = ResponseConfig.Default;

    public NotifyConfig Notify { get; init; } = NotifyConfig.Default;

    public LimitsConfig Limits { get; init; } = LimitsConfig.Default;

    public GeoConfig Geo { get; init; } = GeoConfig.Default;

    public RetentionConfig Retention { get; init; } = RetentionConfig.Default;

    public StorageConfig Storage { get; init; } = StorageConfig.Default;

    /// <summary>SHA-256 of all effective values (<see cref="ConfigHash"/>), 64 lower-case hexadecimal digits.</summary>
    public string Hash => ConfigHash.Compute(this);
}

/// <summary>What the service is, so that ordinary traffic is known by its kind.</summary>
internal enum ServiceProfile
{
    Generic,
    Web,
    Dns,
    Vpn,
    Mail,
    Game,
}

/// <summary>What is protected.</summary>
internal sealed record ServiceConfig
{
    public required string Name { get; init; }

    /// <summary>At least one network; a single address is a network of one host.</summary>
    public required ImmutableArray<Prefix> Addresses { get; init; }

    /// <summary>Default generic.</summary>
    public ServiceProfile Profile { get; init; }

    /// <summary>Those of <see cref="DetectionConfig.Floors"/>, times the profile's factors, with what the service sets for itself.</summary>
    public FloorsConfig Floors { get; init; } = FloorsConfig.Default;

    /// <summary>That of <see cref="ResponseConfig.Policy"/>, with what the service sets for itself.</summary>
    public ResponsePolicyConfig Response { get; init; } = ResponsePolicyConfig.Default;
}

/// <summary>What sends telemetry. Exporters are an allow-list: who can forge telemetry can make a defender cut off a hospital.</summary>
internal sealed record ExporterConfig
{
    public required string Name { get; init; }

    /// <summary>The address its datagrams come from.</summary>
    public required Address Address { get; init; }

    /// <summary>N of 1 in N packets, for an exporter that does not tell its rate; 1 to 4294967295; null: what it tells, or unknown.</summary>
    public long? Sampling { get; init; }

    /// <summary>Observation domain (NetFlow v9 source id, sFlow sub-agent) the entry is for; 0 to 4294967295; null: all without an entry of their own.</summary>
    public long? Domain { get; init; }
}

/// <summary>Addresses of this machine; loopback until told otherwise.</summary>
internal sealed record ListenConfig
{
    public static readonly ListenConfig Default = new();

    /// <summary>UDP: sFlow, NetFlow and IPFIX, told apart by content; default: loopback on the ports that exporters send to by default.</summary>
    public ImmutableArray<ListenEndpoint> Telemetry { get; init; } =
        [.. from address in (string[])["127.0.0.1", "::1"] from port in (ushort[])[2055, 4739, 6343] select new ListenEndpoint(Address.Parse(address), port)];

    /// <summary>TCP: IPFIX; default none.</summary>
    public ImmutableArray<ListenEndpoint> IpfixTcp { get; init; } = [];

    /// <summary>TCP: API and pages; default 127.0.0.1:8686.</summary>
    public ListenEndpoint Api { get; init; } = new(Address.Parse("127.0.0.1"), 8686);

    /// <summary>Further host names that requests may name; default none.</summary>
    public ImmutableArray<string> Names { get; init; } = [];
}

/// <summary>What an interface leads to.</summary>
internal enum InterfaceSide
{
    External,
    Internal,
    Ignored,
}

/// <summary>Interfaces of one exporter that lead to the same side.</summary>
/// <param name="Exporter">Name of the exporter.</param>
/// <param name="IfIndexes">As its records tell them.</param>
/// <param name="Role">What they lead to.</param>
internal sealed record InterfaceConfig(string Exporter, ImmutableArray<long> IfIndexes, InterfaceSide Role)
{
    /// <summary>Patterns of names; with <see cref="IfIndexes"/> at least one of both.</summary>
    public ImmutableArray<string> Names { get; init; } = [];

    /// <summary>Speed of each of them, bits per second, 1e6 to 1e14; null: as the exporter tells it.</summary>
    public long? SpeedBitsPerSecond { get; init; }
}

/// <summary>When a deviation is an alarm.</summary>
internal sealed record DetectionConfig
{
    public static readonly DetectionConfig Default = new();

    /// <summary>Probability that one look at quiet traffic of exactly the floor is an alarm; 1e-15 to 1e-3; default 1e-10.</summary>
    public double FalseAlarm { get; init; } = 1e-10;

    /// <summary>An incident closes after this long below its floor; 10 s to 1 h; default 60 s.</summary>
    public TimeSpan Quiet { get; init; } = TimeSpan.FromSeconds(60);

    public FloorsConfig Floors { get; init; } = FloorsConfig.Default;

    /// <summary>The floor of a /24 (IPv4) or /48 (IPv6) as a multiple of the host's; 1 to 1000; default 2.</summary>
    public double PrefixFactor { get; init; } = 2;

    /// <summary>Further aggregates that are watched as a whole; default none.</summary>
    public ImmutableArray<Prefix> Prefixes { get; init; } = [];

    /// <summary>Detectors that do not run, by name; default none.</summary>
    public ImmutableArray<string> Off { get; init; } = [];

    /// <summary>This many replies that nobody asked for within a minute are evidence at any rate; packets; 1 to 1000000; default 100.</summary>
    public long UnaskedRepliesPerMinute { get; init; } = 100;

    /// <summary>Fewest senders of a reflection; 2 to 1000000; default 10.</summary>
    public long ReflectionSenders { get; init; } = 10;

    /// <summary>Fewest senders that tell a crowd from a few busy ones; 32 to 1000000; default 256.</summary>
    public long CrowdSenders { get; init; } = 256;
}

/// <summary>
/// Floors: below such a rate towards one host, nothing is an attack. Packets per second, 1 to 1e9, unless a name says otherwise.
/// </summary>
internal sealed record FloorsConfig
{
    public static readonly FloorsConfig Default = new();

    /// <summary>Replies of reflectors; default 500.</summary>
    public long Amplification { get; init; } = 500;

    /// <summary>Connection requests that never complete; default 500.</summary>
    public long Syn { get; init; } = 500;

    /// <summary>SYN-ACKs that nobody asked for; default 500.</summary>
    public long SynAck { get; init; } = 500;

    /// <summary>ACK, RST, FIN, null and Xmas segments of no connection; default 1,000.</summary>
    public long Segments { get; init; } = 1_000;

    /// <summary>UDP without a telling port; default 2,000.</summary>
    public long Udp { get; init; } = 2_000;

    /// <summary>ICMP and IPv6 extension headers; default 500.</summary>
    public long Icmp { get; init; } = 500;

    /// <summary>Later fragments without their first; default 1,000.</summary>
    public long Fragments { get; init; } = 1_000;

    /// <summary>GRE and other IP protocols; default 2,000.</summary>
    public long Protocols { get; init; } = 2_000;

    /// <summary>DNS queries; default 1,000.</summary>
    public long Queries { get; init; } = 1_000;

    /// <summary>Completed TCP connections; connections per second, 1 to 1e8; default 200.</summary>
    public long ConnectionsPerSecond { get; init; } = 200;

    /// <summary>HTTP requests; requests per second, 1 to 1e8; default 100.</summary>
    public long RequestsPerSecond { get; init; } = 100;

    /// <summary>Traffic of any kind; bits per second, 1e6 to 1e14; default null: volume alone is no attack.</summary>
    public long? VolumeBitsPerSecond { get; init; }
}

/// <summary>Sizes of the tables; more memory for more hosts.</summary>
internal sealed record LimitsConfig
{
    public static readonly LimitsConfig Default = new();

    /// <summary>Most destination hosts counted at a time; 1024 to 16777216; default 1048576.</summary>
    public long Hosts { get; init; } = 1 << 20;

    /// <summary>Most hosts watched closely at a time; 16 to 65536; default 1024.</summary>
    public long Dossiers { get; init; } = 1024;

    /// <summary>Most records of a tick whose sources and ports are studied; 1024 to 16777216; default 65536.</summary>
    public long TickRecords { get; init; } = 1 << 16;
}

/// <summary>Address databases (MMDB) for the countries and networks of sources; null: none.</summary>
internal sealed record GeoConfig
{
    public static readonly GeoConfig Default = new();

    public GeoFile? Countries { get; init; }

    public GeoFile? Asns { get; init; }
}

/// <summary>A file as written (part of the hash: the same configuration is the same on every machine), and its full path.</summary>
internal sealed record GeoFile(string Written, string FullPath);
