using System.Runtime.CompilerServices;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection.Web;

/// <summary>What is added up of a span's requests, as plain numbers.</summary>
internal struct WebSums
{
    public long Requests, Pages, Writes, Logins, Queries, Referers, Tools, Crawlers, Browsers, BrowsersOnHttp1, Versioned;
    public long PartQueries, PartTools;
    public long NotFound, Denied, Limited, ServerErrors, Aborted, Bytes, Sized, Timed, Milliseconds, Slow, SlowMilliseconds;

    public readonly long Assets => Requests - Pages;

    public void Add(in WebSums other)
    {
        (Requests, Pages, Writes, Logins) = (Requests + other.Requests, Pages + other.Pages, Writes + other.Writes, Logins + other.Logins);
        (Queries, Referers, Tools, Crawlers) = (Queries + other.Queries, Referers + other.Referers, Tools + other.Tools, Crawlers + other.Crawlers);
        (Browsers, BrowsersOnHttp1, Versioned) = (Browsers + other.Browsers, BrowsersOnHttp1 + other.BrowsersOnHttp1, Versioned + other.Versioned);
        (PartQueries, PartTools) = (PartQueries + other.PartQueries, PartTools + other.PartTools);
        (NotFound, Denied, Limited) = (NotFound + other.NotFound, Denied + other.Denied, Limited + other.Limited);
        (ServerErrors, Aborted) = (ServerErrors + other.ServerErrors, Aborted + other.Aborted);
        (Bytes, Sized, Timed) = (Bytes + other.Bytes, Sized + other.Sized, Timed + other.Timed);
        (Milliseconds, Slow, SlowMilliseconds) = (Milliseconds + other.Milliseconds, Slow + other.Slow, SlowMilliseconds + other.SlowMilliseconds);
    }

    /// <summary>Takes in requests of these flags.</summary>
    public void AddFlags(WebFlags flags, long count)
    {
        long If(WebFlags any) => (flags & any) != 0 ? count : 0;
        Sized += If(WebFlags.Sized);
        Timed += If(WebFlags.Timed);
        if ((flags & WebFlags.Asset) != 0)
        {
            (PartQueries, PartTools) = (PartQueries + If(WebFlags.Query), PartTools + If(WebFlags.Tool));
            return;
        }

        (Pages, Queries, Writes) = (Pages + count, Queries + If(WebFlags.Query), Writes + If(WebFlags.Writes));
        (Logins, Referers, Tools, Crawlers) = (Logins + If(WebFlags.Login), Referers + If(WebFlags.Referer), Tools + If(WebFlags.Tool), Crawlers + If(WebFlags.Crawler));
        if ((flags & WebFlags.Browser) == 0)
            return;
        (Browsers, Versioned, BrowsersOnHttp1) = (Browsers + count, Versioned + If(WebFlags.Http1 | WebFlags.Http2), BrowsersOnHttp1 + If(WebFlags.Http1));
    }

    /// <summary>Takes in requests that were answered so.</summary>
    public void AddStatus(int status, long count)
    {
        NotFound += status == 404 ? count : 0;
        Denied += status is 401 or 403 ? count : 0;
        Limited += status == 429 ? count : 0;
        Aborted += status is 408 or 499 ? count : 0;
        ServerErrors += status is >= 500 and < 600 ? count : 0;
    }

    /// <summary>The requests of one client stand for those of so many.</summary>
    public void Scale(int weight)
    {
        var one = this;
        for (var doubled = 1; doubled < weight; doubled *= 2)
        {
            Add(in one);
            one = this;
        }
    }
}

/// <summary>All that is counted of one site over one span. Integers, maxima and samples by hash: no order of requests changes it.</summary>
/// <param name="seed">Seeds the hashes of clients and requests.</param>
internal sealed class WebTally(ulong seed)
{
    /// <summary>A request that takes longer is slow.</summary>
    public const int SlowMilliseconds = 10_000;

    private const int UrlPrecision = 12;
    private const int FlagValues = 1 << 12;
    private const int Statuses = 600;

    private readonly KeyedHash _hash = new(seed);

    // What the flags and the status alone tell is counted by their values, and added up when it is asked for.
    private readonly int[] _byFlags = new int[FlagValues];
    private readonly int[] _byStatus = new int[Statuses + 1];
    // As long as the table of clients forgets none, they are sketched when that is asked for, all at once.
    private readonly HyperLogLog _clientSketch = new(UrlPrecision);
    private bool _sketchesEach;
    private WebSums _sums;
    private int _unsettled;

    public ref WebSums Sums
    {
        get
        {
            if (_unsettled > 0)
                Settle();
            return ref _sums;
        }
    }

    /// <summary>As <see cref="WebSums.Bytes"/>, for what asks while it is counted: nothing is added up for it.</summary>
    public long Bytes => _sums.Bytes;

    /// <summary>Seconds that it covers.</summary>
    public int Seconds;

    /// <summary>Distinct clients.</summary>
    public HyperLogLog ClientSketch
    {
        get
        {
            SketchClients();
            return _clientSketch;
        }
    }

    /// <summary>Pages by path and query.</summary>
    public HyperLogLog Urls { get; } = new(UrlPrecision);

    /// <summary>Those of pages with a query.</summary>
    public HyperLogLog QueryUrls { get; } = new(UrlPrecision);

    /// <summary>Parts of pages with a query.</summary>
    public HyperLogLog PartQueryUrls { get; } = new(UrlPrecision);

    public BottomTable<ClientRow> Clients { get; } = new(WebLimits.Clients);

    public BottomTable<TallyRow> Groups { get; } = new(WebLimits.Groups);

    public BottomTable<TallyRow> Agents { get; } = new(WebLimits.Agents);

    public BottomTable<RequestRow> Sample { get; } = new(WebLimits.SampledRequests, 2 * WebLimits.SampledRequests);

    /// <summary>Counts requests of one second.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // inlined into what closes seconds, the compiler would call what this is made of
    public void Count(ReadOnlySpan<WebEntry> entries, int second)
    {
        if (!Clients.HasRoom(entries.Length))
            SketchClients();
        foreach (ref readonly var entry in entries)
        {
            var client = _hash.Of(entry.Client);
            Count(in entry, second, client, RequestOf(in entry, client, second));
        }
    }

    private void Count(in WebEntry entry, int second, ulong client, ulong request)
    {
        _unsettled++;
        _byFlags[(int)entry.Flags & (FlagValues - 1)]++;
        _byStatus[Math.Min((int)entry.Status, Statuses)]++;
        if (_sketchesEach)
            _clientSketch.Add(client);
        Clients[client].Count(in entry, second);
        if (entry.IsPage)
            CountPage(in entry);
        else
            CountPart(in entry);
        CountSize(in entry);
        if (!Sample.Keeps(request))
            return;
        ref var row = ref Sample[request];
        row.Entry = entry;
        row.Requests++;
    }

    // All that rules look at is part of the key: which of two requests came last changes nothing.
    private static ulong RequestOf(in WebEntry entry, ulong client, int second) =>
        KeyedHash.With(KeyedHash.With(client ^ entry.Url, (ulong)second ^ entry.Agent), ((ulong)entry.Flags << 8) | (uint)(entry.Status / 100));

    /// <summary>A part of a page: what is measured of it when hardly anything else is asked for.</summary>
    private void CountPart(in WebEntry entry)
    {
        ref var agent = ref Agents[entry.Agent];
        agent.Parts++;
        agent.Parent = (ulong)(entry.Flags & WebFlags.Browser);
        if (entry.Has(WebFlags.Query))
            PartQueryUrls.Add(entry.Url * 0x9E37_79B9_7F4A_7C15UL);
    }

    private void CountPage(in WebEntry entry)
    {
        var url = entry.Url * 0x9E37_79B9_7F4A_7C15UL;
        Urls.Add(url);
        if (entry.Has(WebFlags.Query))
            QueryUrls.Add(url);
        ref var group = ref Groups[entry.Group];
        group.Requests++;
        group.Parent = entry.Parent;
        ref var agent = ref Agents[entry.Agent];
        agent.Requests++;
        agent.Parent = (ulong)(entry.Flags & WebFlags.Browser);
    }

    private void CountSize(in WebEntry entry)
    {
        // What is not logged is 0 here.
        _sums.Bytes += entry.Bytes;
        _sums.Milliseconds += entry.Milliseconds;
        // A long download is slow for its size: less than a kilobyte a second is what a slow attack has.
        if (entry.Milliseconds >= SlowMilliseconds && entry.Bytes < entry.Milliseconds)
            (_sums.Slow, _sums.SlowMilliseconds) = (_sums.Slow + 1, _sums.SlowMilliseconds + entry.Milliseconds);
    }

    /// <summary>Sketches all clients so far; from now on each is sketched as it comes, whether or not the table keeps it.</summary>
    private void SketchClients()
    {
        if (_sketchesEach)
            return;
        _sketchesEach = true;
        _clientSketch.Add(Clients.Hashes);
    }

    private void Settle()
    {
        _sums.Requests += _unsettled;
        _unsettled = 0;
        for (var flags = 0; flags < FlagValues; flags++)
        {
            if (_byFlags[flags] > 0)
                _sums.AddFlags((WebFlags)flags, _byFlags[flags]);
        }

        for (var status = 400; status < Statuses; status++)
            _sums.AddStatus(status, _byStatus[status]);
        Array.Clear(_byFlags);
        Array.Clear(_byStatus);
    }

    public void Merge(WebTally other)
    {
        Sums.Add(in other.Sums);
        Seconds += other.Seconds;
        ClientSketch.Merge(other.ClientSketch);
        Urls.Merge(other.Urls);
        QueryUrls.Merge(other.QueryUrls);
        PartQueryUrls.Merge(other.PartQueryUrls);
        Clients.Merge(other.Clients);
        Groups.Merge(other.Groups);
        Agents.Merge(other.Agents);
        Sample.Merge(other.Sample);
    }

    public void Clear()
    {
        if (_unsettled > 0)
            Settle();
        (_sums, Seconds) = (default, 0);
        _clientSketch.Clear();
        _sketchesEach = false;
        Urls.Clear();
        QueryUrls.Clear();
        PartQueryUrls.Clear();
        Clients.Clear();
        Groups.Clear();
        Agents.Clear();
        Sample.Clear();
    }
}
