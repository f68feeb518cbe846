namespace Breakwater.Detection.Web;

/// <summary>Bounds of what web logs can make grow, and the spans that they are judged over.</summary>
public static class WebLimits
{
    /// <summary>Hosts that are judged each by themselves; requests to further ones are judged together.</summary>
    public const int Sites = 16;

    /// <summary>Hosts that wait to be judged by themselves, in two minutes.</summary>
    public const int WaitingSites = 256;

    /// <summary>Requests within that time that a host needs for it.</summary>
    public const int SiteRequests = 20;

    /// <summary>A host that waits and has so many times the requests of one that has a place takes it.</summary>
    public const int TimesBusier = 10;

    /// <summary>Clients of a site and span that are followed each; of more, those with the smallest hashes stand for all.</summary>
    public const int Clients = 8_192;

    /// <summary>Path groups of a site and span; as for clients.</summary>
    public const int Groups = 1_024;

    /// <summary>User agents of a site and span; as for clients.</summary>
    public const int Agents = 512;

    /// <summary>Requests of a site and span that are kept whole, for rules.</summary>
    public const int SampledRequests = 2_048;

    /// <summary>Client networks (/24, /48) that are remembered as seen before.</summary>
    public const int KnownNetworks = 65_536;

    /// <summary>Days after which a network is forgotten.</summary>
    public const int KnownDays = 14;

    /// <summary>Networks whose country and system are held, a power of two; the others are looked up again.</summary>
    public const int HeldOrigins = 16_384;

    /// <summary>Networks that stand for a country or a system in a rule: proxies do not know these by themselves.</summary>
    public const int RuleNetworks = 128;

    /// <summary>Texts of hosts, path groups and agents that are told of a generation, by all shards together.</summary>
    public const int Names = 16_384;

    /// <summary>Requests after which the shards' texts are bounded together; each request brings four at most.</summary>
    public const int RequestsBetweenNameLooks = Names / 4;

    /// <summary>Seconds of a generation of texts; longer than lines may come late.</summary>
    public const int NameSeconds = 120;

    /// <summary>Texts that an incident keeps.</summary>
    public const int PinnedNames = 512;

    /// <summary>Longest text that is held, in bytes.</summary>
    public const int NameBytes = 192;

    /// <summary>Segments of a path group; what follows is folded into one.</summary>
    public const int GroupSegments = 4;

    /// <summary>Path groups below one folder from which on they are one group.</summary>
    public const int FoldedChildren = 48;

    /// <summary>Seconds that a line may come later than others of its time: servers log requests when they end.</summary>
    public const int LateSeconds = 64;

    /// <summary>As <see cref="LateSeconds"/> where lines are judged as they come: later ones are counted when they come.</summary>
    public const int LiveLateSeconds = 2;

    /// <summary>Under overload 1 client in 2 to this power is looked at, at least.</summary>
    public const int MaximumShedLevel = 6;

    /// <summary>Requests that wait for their second to be over; beyond, the oldest second is closed early.</summary>
    public const int PendingRequests = 262_144;

    /// <summary>Late lines in a row after which the log's clock is taken to have been set back.</summary>
    public const int LateRun = 256;

    /// <summary>Seconds of a slice: how often a site is judged.</summary>
    public const int SliceSeconds = 5;

    /// <summary>Slices that the usual rate is learned from: an hour.</summary>
    public const int UsualSlices = 720;

    /// <summary>Incidents that one run reports of web logs.</summary>
    public const int Incidents = 1_000;
}
