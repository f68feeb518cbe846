namespace Breakwater.Detection.Web;

/// <summary>
/// What the requests above the usual look like: the surge's counts less those that the time before would have brought. Floats are made here and
/// nowhere before. A measure that cannot be told is null.
/// </summary>
internal sealed class WebMeasures
{
    private const int FewestBeforeSeconds = 30;
    private const long FewestBeforePages = 100;
    private const double TimesUsualParts = 3;

    /// <summary>Parts that are fetched with a page at most, where the usual is not known.</summary>
    public const double MostParts = 100;

    private readonly WebTally _during;
    private readonly WebTally? _before;

    // Seconds of the surge by seconds before: what the time before would have brought.
    private readonly double _scale;

    // Hardly a page, and many times the parts of one: requests are then measured whatever they ask for.
    private readonly bool _isOfParts;

    // What is measured of: requests above the usual, or pages.
    private readonly double _measured;

    public WebMeasures(WebTally during, WebTally before, double? knownShare, int? riseSeconds, ClientOrigins? origins = null)
    {
        _during = during;
        _before = before.Seconds >= FewestBeforeSeconds && before.Sums.Pages >= FewestBeforePages ? before : null;
        _scale = _before is null ? 0 : during.Seconds / (double)before.Seconds;
        KnownShare = knownShare;
        RiseSeconds = riseSeconds;
        Requests = Above(static sums => sums.Requests);
        Pages = Math.Max(1, Above(static sums => sums.Pages));
        _isOfParts = Pages < 0.1 * Requests && AssetsPerPage > Math.Max(10, UsualAssetsPerPage is { } usual ? TimesUsualParts * usual : MostParts);
        _measured = _isOfParts ? Math.Max(1, Requests) : Pages;
        Clients = during.ClientSketch.Estimate();
        MeasureClients();
        MeasureAgents();
        if (origins is not null && _before is not null)
            (Countries, Systems) = MeasureOrigins(origins, _before);
        (TopGroup, TopGroupShare, UsualTopGroupShare) = TopPathGroup();
    }

    /// <summary>True when the time before tells what is usual.</summary>
    public bool HasBefore => _before is not null;

    /// <summary>Requests above the usual.</summary>
    public double Requests { get; }

    /// <summary>Pages among them; 1 at least.</summary>
    public double Pages { get; }

    /// <summary>Distinct clients of the surge.</summary>
    public double Clients { get; }

    /// <summary>The part of the clients whose networks were seen before.</summary>
    public double? KnownShare { get; }

    /// <summary>Seconds from a fifth to four fifths of the plateau; null before there is one.</summary>
    public int? RiseSeconds { get; }

    /// <summary>How many times the usual rate.</summary>
    public double? Times => HasBefore ? _during.Sums.Requests / Math.Max(1, _before!.Sums.Requests * _scale) : null;

    public double AssetsPerPage => Above(static sums => sums.Assets) / Pages;

    public double? UsualAssetsPerPage => Usual(static sums => sums.Assets);

    public double RefererShare => Above(static sums => sums.Referers) / Pages;

    public double? UsualRefererShare => Usual(static sums => sums.Referers);

    public double ToolShare => AboveOfMeasured(static sums => sums.Tools, static sums => sums.PartTools);

    public double? UsualToolShare => Usual(static sums => sums.Tools);

    public double WriteShare => Above(static sums => sums.Writes) / Pages;

    public double? UsualWriteShare => Usual(static sums => sums.Writes);

    public double LoginShare => Above(static sums => sums.Logins) / Pages;

    public double NotFoundShare => Above(static sums => sums.NotFound) / Math.Max(1, Requests);

    public double? UsualNotFoundShare => HasBefore ? _before!.Sums.NotFound / (double)Math.Max(1, _before.Sums.Requests) : null;

    public double ServerErrorShare => Above(static sums => sums.ServerErrors + sums.Limited) / Math.Max(1, Requests);

    public double CrawlerShare => Above(static sums => sums.Crawlers) / Pages;

    public double QueryShare => AboveOfMeasured(static sums => sums.Queries, static sums => sums.PartQueries);

    public double? UsualQueryShare => Usual(static sums => sums.Queries);

    /// <summary>Different pages with queries by pages with queries.</summary>
    public double NewQueryShare => _isOfParts && _during.Sums.PartQueries > 0 ? Math.Min(1, _during.PartQueryUrls.Estimate() / _during.Sums.PartQueries)
        : _during.Sums.Queries == 0 ? 0 : Math.Min(1, _during.QueryUrls.Estimate() / _during.Sums.Queries);

    public double? UsualNewQueryShare => HasBefore && _before!.Sums.Queries >= FewestBeforePages
        ? Math.Min(1, _before.QueryUrls.Estimate() / _before.Sums.Queries) : null;

    /// <summary>Different pages by pages.</summary>
    public double DistinctPageShare => Math.Min(1, _during.Urls.Estimate() / Math.Max(1, _during.Sums.Pages));

    /// <summary>Browsers above the usual that speak HTTP/1.</summary>
    public double OldProtocolShare => Above(static sums => sums.BrowsersOnHttp1) / Math.Max(1, Above(static sums => sums.Versioned));

    public double? UsualOldProtocolShare => HasBefore && _before!.Sums.Versioned > 0 ? _before.Sums.BrowsersOnHttp1 / (double)_before.Sums.Versioned : null;

    /// <summary>Mean duration by the usual one.</summary>
    public double? TimesSlower => HasBefore && _during.Sums.Timed > 0 && _before!.Sums.Timed > 0 && _before.Sums.Milliseconds > 0
        ? _during.Sums.Milliseconds / (double)_during.Sums.Timed / (_before.Sums.Milliseconds / (double)_before.Sums.Timed) : null;

    /// <summary>Connections that slow requests hold.</summary>
    public double SlowConnections => _during.Sums.SlowMilliseconds / (1000.0 * Math.Max(1, _during.Seconds));

    public double SlowShare => _during.Sums.Slow / (double)Math.Max(1, _during.Sums.Requests);

    /// <summary>Pages of clients that fetch one a second or more, ten at least.</summary>
    public double FastShare { get; private set; }

    /// <summary>How many such clients there are.</summary>
    public double FastClients { get; private set; }

    /// <summary>Pages of the five busiest clients.</summary>
    public double BusiestShare { get; private set; }

    /// <summary>Of clients with a browser and three pages or more: pages that they had fetched before. Null when these are few.</summary>
    public double? RepeatShare { get; private set; }

    /// <summary>Of clients with a browser and two pages or more: pages of those that never fetched a part of one.</summary>
    public double? BareShare { get; private set; }

    public double? UsualBareShare { get; private set; }

    /// <summary>How different the browsers above the usual are from the usual ones: 0 the same, 1 wholly others (total variation).</summary>
    public double? AgentDistance { get; private set; }

    /// <summary>The commonest agent above the usual, its part there and usually.</summary>
    public ulong TopAgent { get; private set; }

    public double TopAgentShare { get; private set; }

    public double? UsualTopAgentShare { get; private set; }

    /// <summary>Countries of the additional requests beside the usual ones; null where no database tells them, or the time before.</summary>
    public OriginChange? Countries { get; }

    /// <summary>As <see cref="Countries"/>, of autonomous systems.</summary>
    public OriginChange? Systems { get; }

    /// <summary>The commonest path group above the usual; a folder's hash where its children are too many.</summary>
    public ulong TopGroup { get; }

    public double TopGroupShare { get; }

    public double? UsualTopGroupShare { get; }

    private double Above(Func<WebSums, long> of) => Math.Max(0, of(_during.Sums) - (_before is null ? 0 : of(_before.Sums) * _scale));

    private double AboveOfMeasured(Func<WebSums, long> pages, Func<WebSums, long> parts) => (Above(pages) + (_isOfParts ? Above(parts) : 0)) / _measured;

    private double? Usual(Func<WebSums, long> of) => _before is null ? null : of(_before.Sums) / (double)_before.Sums.Pages;

    private void MeasureClients()
    {
        var rows = _during.Clients.Told(out _);
        double pages = 0, fast = 0, repeatable = 0, repeated = 0;
        var busiest = new uint[5];
        foreach (ref readonly var row in rows)
        {
            var asked = _isOfParts ? row.Requests : row.Pages;
            pages += asked;
            if (asked > busiest[0])
            {
                busiest[0] = asked;
                Array.Sort(busiest);
            }

            if (asked >= 10 && asked >= row.Span)
                (fast, FastClients) = (fast + asked, FastClients + 1);
            if (row.Pages >= 3 && (row.Flags & WebFlags.Browser) != 0)
                (repeatable, repeated) = (repeatable + row.Pages, repeated + row.Pages - row.DistinctPages);
        }

        FastShare = fast / Math.Max(1, pages);
        BusiestShare = busiest.Sum(static count => (double)count) / Math.Max(1, pages);
        RepeatShare = repeatable >= 50 && repeatable >= 0.1 * pages ? repeated / repeatable : null;
        BareShare = Bare(rows);
        UsualBareShare = _before is null ? null : Bare(_before.Clients.Told(out _));
    }

    private (OriginChange? Countries, OriginChange? Systems) MeasureOrigins(ClientOrigins origins, WebTally before)
    {
        var (during, usual) = OriginTally.Of(_during, before, origins, _isOfParts);
        return (OriginChange.OfCountries(during, usual, _scale), OriginChange.OfSystems(during, usual, _scale));
    }

    private static double? Bare(BottomRows<ClientRow> rows)
    {
        double several = 0, bare = 0;
        foreach (ref readonly var row in rows)
        {
            if (row.Pages < 2 || (row.Flags & WebFlags.Browser) == 0)
                continue;
            several += row.Pages;
            bare += row.Assets == 0 ? row.Pages : 0;
        }

        return several >= 50 ? bare / several : null;
    }

    private void MeasureAgents()
    {
        var rows = _during.Agents.Rows(out _);
        double all = 0, browsers = 0, distance = 0;
        foreach (ref readonly var row in rows.AsSpan())
        {
            all += AboveOfAgent(in row);
            browsers += row.Parent == 0 ? 0 : AboveOfAgent(in row);
        }

        if (all < 1)
            return;
        foreach (ref readonly var row in rows.AsSpan())
        {
            var above = AboveOfAgent(in row);
            if (row.Parent != 0 && browsers > 0)
                distance += Math.Max(0, (above / browsers) - (UsualShareOf(row.Hash, _before?.Agents, _before?.Sums.Browsers ?? 0) ?? 0));
            if (above / all > TopAgentShare)
                (TopAgent, TopAgentShare, UsualTopAgentShare) = (row.Hash, above / all, UsualShareOf(row.Hash, _before?.Agents, _before?.Sums.Pages ?? 0));
        }

        // Where hardly any browsers came, or were there before, their kinds say nothing.
        AgentDistance = browsers >= Math.Max(50, 0.2 * all) && _before is { Sums.Browsers: >= FewestBeforePages } ? distance : null;
    }

    private (ulong Group, double Share, double? Usual) TopPathGroup()
    {
        var groups = _during.Groups.Rows(out _);
        var children = groups.GroupBy(static row => row.Parent).ToDictionary(static group => group.Key, static group => group.Count());
        var (best, most, usual) = (0UL, 0.0, (double?)null);
        foreach (ref readonly var row in groups.AsSpan())
        {
            var above = children[row.Parent] > WebLimits.FoldedChildren ? 0 : AboveOf(in row, _before?.Groups);
            if (above > most)
                (best, most, usual) = (row.Hash, above, UsualShareOf(row.Hash, _before?.Groups, _before?.Sums.Pages ?? 0));
        }

        var usualFolders = _before is null ? [] : Folders(_before.Groups);
        foreach (var (folder, requests) in Folders(_during.Groups).OrderBy(static entry => entry.Key))
        {
            var before = usualFolders.GetValueOrDefault(folder);
            var above = children[folder] > WebLimits.FoldedChildren ? Math.Max(0, requests - (before * _scale)) : 0;
            if (above > most)
                (best, most, usual) = (folder, above, _before is null ? null : before / _before.Sums.Pages);
        }

        return (best, Math.Min(1, most / Pages), usual);
    }

    /// <summary>Pages of each folder; where groups are a sample, what they stand for.</summary>
    private static Dictionary<ulong, double> Folders(BottomTable<TallyRow> groups)
    {
        var folders = new Dictionary<ulong, double>();
        foreach (ref readonly var row in groups.Rows(out var share).AsSpan())
            folders[row.Parent] = folders.GetValueOrDefault(row.Parent) + (row.Requests / share);
        return folders;
    }

    private double AboveOfAgent(in TallyRow row)
    {
        var known = default(TallyRow);
        _before?.Agents.TryFind(row.Hash, out known);
        return Math.Max(0, row.Requests - (known.Requests * _scale)) + (_isOfParts ? Math.Max(0, row.Parts - (known.Parts * _scale)) : 0);
    }

    private double AboveOf(in TallyRow row, BottomTable<TallyRow>? before) =>
        Math.Max(0, row.Requests - (before is not null && before.TryFind(row.Hash, out var known) ? known.Requests * _scale : 0));

    private static double? UsualShareOf(ulong hash, BottomTable<TallyRow>? before, long all) =>
        before is null || !before.Tells(hash) ? null : before.TryFind(hash, out var known) ? known.Requests / (double)all : 0;
}
