namespace Breakwater.Samples.Web;

/// <summary>What machines of a flood ask for.</summary>
internal enum FloodTarget : byte
{
    /// <summary>The first page.</summary>
    Home,

    /// <summary>The page that everybody comes for.</summary>
    Landing,

    /// <summary>All pages, as visitors do.</summary>
    Pages,

    /// <summary>Names that do not exist.</summary>
    RandomPaths,

    /// <summary>One page with ever new queries.</summary>
    RandomQueries,

    /// <summary>A search with ever new words.</summary>
    RandomSearches,

    /// <summary>The login, by POST.</summary>
    Login,

    /// <summary>One page after the other.</summary>
    Walk,
}

/// <summary>Visitors beyond the usual.</summary>
/// <param name="Times">Of the usual arrivals.</param>
/// <param name="RampSeconds">Until they are all there.</param>
internal sealed record CrowdOptions(double Times, int RampSeconds)
{
    /// <summary>Of a hundred, those that follow a link from elsewhere; the others typed the address or came from an app.</summary>
    public uint Linked { get; init; } = 60;

    /// <summary>Of a hundred, those from networks that came before.</summary>
    public uint Known { get; init; } = 30;

    /// <summary>Of a hundred, those on telephones.</summary>
    public uint Mobile { get; init; } = 60;

    /// <summary>Of a hundred, those that load the page again and again.</summary>
    public uint Refreshing { get; init; } = 3;

    /// <summary>Of a hundred, those that come with the browser of one app.</summary>
    public uint InApp { get; init; }

    /// <summary>Of a hundred, those that come for one page.</summary>
    public uint Landing { get; init; } = 80;
}

/// <summary>Machines that ask.</summary>
/// <param name="Target">What for.</param>
/// <param name="RequestsPerSecond">All together.</param>
/// <param name="Clients">How many addresses.</param>
internal sealed record FloodOptions(FloodTarget Target, double RequestsPerSecond, int Clients)
{
    public int RampSeconds { get; init; } = 3;

    /// <summary>Different agents of a list; 0: programs that say what they are.</summary>
    public int Agents { get; init; } = 1;

    /// <summary>True where a new agent is taken for each request, false where each client has its own.</summary>
    public bool ChangesAgents { get; init; }

    /// <summary>Agents as visitors have them.</summary>
    public bool UsualAgents { get; init; }

    /// <summary>Of a hundred, requests that name a page they come from.</summary>
    public uint Referers { get; init; }

    /// <summary>Of a hundred pages, those whose parts are fetched too.</summary>
    public uint WithParts { get; init; }

    /// <summary>Of a hundred clients, those in networks that came before.</summary>
    public uint Known { get; init; } = 5;

    public bool SpeaksHttp2 { get; init; }

    /// <summary>How long a request is held open; 0: it is not.</summary>
    public int HoldSeconds { get; init; }
}

/// <summary>A made log: a site with its visitors, tills, crawlers and monitors, and for some time more than these.</summary>
internal sealed record LogScenario(LogSite Site, ulong Seed)
{
    /// <summary>Visitors that arrive in a second.</summary>
    public double ArrivalsPerSecond { get; init; } = 2;

    public int BeforeSeconds { get; init; } = 180;

    public int DuringSeconds { get; init; } = 60;

    public int AfterSeconds { get; init; } = 10;

    public CrowdOptions? Crowd { get; init; }

    public FloodOptions? Flood { get; init; }

    /// <summary>Arrivals change by a half over the time, as they do from hour to hour.</summary>
    public bool Drifts { get; init; }

    public int Seconds => BeforeSeconds + DuringSeconds + AfterSeconds;
}
