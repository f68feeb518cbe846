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
    private readonly KeyedHash _hash = new(seed);

    public WebSums Sums;

    /// <summary>Seconds that it covers.</summary>
    public int Seconds;

    public HyperLogLog ClientSketch { get; } = new(UrlPrecision);

    /// <summary>Pages by path and query.</summary>
    public HyperLogLog Urls { get; } = new(UrlPrecision);

    /// <summary>Those of pages with a query.</summary>
    public HyperLogLog QueryUrls { get; } = new(UrlPrecision);

    /// <summary>Parts of pages with a query.</summary>
    public HyperLogLog PartQueryUrls { get; } = new(UrlPrecision);

    public BottomTable<ClientRow> Clients { get; } = new(WebLimits.Clients);

    public BottomTable<TallyRow> Groups { get; } = new(WebLimits.Groups);

    public BottomTable<TallyRow> Agents { get; } = new(WebLimits.Agents);

    public BottomTable<RequestRow> Sample { get; } = new(WebLimits.SampledRequests);

    public void Count(in WebEntry entry, int second)
    {
        Sums.Requests++;
        var client = _hash.Of(entry.Client);
        ClientSketch.Add(client);
        Clients[client].Count(in entry, second);
        if (entry.IsPage)
            CountPage(in entry);
        else
            CountPart(in entry);
        CountStatus(in entry);
        // All that rules look at is part of the key: which of two requests came last changes nothing.
        var request = KeyedHash.With(KeyedHash.With(client ^ entry.Url, (ulong)second ^ entry.Agent), ((ulong)entry.Flags << 8) | (uint)(entry.Status / 100));
        if (!Sample.Keeps(request))
            return;
        ref var row = ref Sample[request];
        row.Entry = entry;
        row.Requests++;
    }

    /// <summary>A part of a page: what is measured of it when hardly anything else is asked for.</summary>
    private void CountPart(in WebEntry entry)
    {
        ref var agent = ref Agents[entry.Agent];
        agent.Parts++;
        agent.Parent = (ulong)(entry.Flags & WebFlags.Browser);
        Sums.PartTools += Bit(in entry, WebFlags.Tool);
        if (!entry.Has(WebFlags.Query))
            return;
        Sums.PartQueries++;
        PartQueryUrls.Add(entry.Url * 0x9E37_79B9_7F4A_7C15UL);
    }

    private void CountPage(in WebEntry entry)
    {
        Sums.Pages++;
        Urls.Add(entry.Url * 0x9E37_79B9_7F4A_7C15UL);
        ref var group = ref Groups[entry.Group];
        group.Requests++;
        group.Parent = entry.Parent;
        ref var agent = ref Agents[entry.Agent];
        agent.Requests++;
        agent.Parent = (ulong)(entry.Flags & WebFlags.Browser);
        if (entry.Has(WebFlags.Query))
        {
            Sums.Queries++;
            QueryUrls.Add(entry.Url * 0x9E37_79B9_7F4A_7C15UL);
        }

        Sums.Writes += Bit(in entry, WebFlags.Writes);
        Sums.Logins += Bit(in entry, WebFlags.Login);
        Sums.Referers += Bit(in entry, WebFlags.Referer);
        Sums.Tools += Bit(in entry, WebFlags.Tool);
        Sums.Crawlers += Bit(in entry, WebFlags.Crawler);
        if (!entry.Has(WebFlags.Browser))
            return;
        Sums.Browsers++;
        Sums.Versioned += Bit(in entry, WebFlags.Http1 | WebFlags.Http2);
        Sums.BrowsersOnHttp1 += Bit(in entry, WebFlags.Http1);
    }

    private void CountStatus(in WebEntry entry)
    {
        if (entry.Status >= 400)
        {
            Sums.NotFound += entry.Status == 404 ? 1 : 0;
            Sums.Denied += entry.Status is 401 or 403 ? 1 : 0;
            Sums.Limited += entry.Status == 429 ? 1 : 0;
            Sums.Aborted += entry.Status is 408 or 499 ? 1 : 0;
            Sums.ServerErrors += entry.Status is >= 500 and < 600 ? 1 : 0;
        }

        if (entry.Has(WebFlags.Sized))
            (Sums.Sized, Sums.Bytes) = (Sums.Sized + 1, Sums.Bytes + entry.Bytes);
        if (!entry.Has(WebFlags.Timed))
            return;
        (Sums.Timed, Sums.Milliseconds) = (Sums.Timed + 1, Sums.Milliseconds + entry.Milliseconds);
        // A long download is slow for its size: less than a kilobyte a second is what a slow attack has.
        if (entry.Milliseconds >= SlowMilliseconds && entry.Bytes < entry.Milliseconds)
            (Sums.Slow, Sums.SlowMilliseconds) = (Sums.Slow + 1, Sums.SlowMilliseconds + entry.Milliseconds);
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
        (Sums, Seconds) = (default, 0);
        ClientSketch.Clear();
        Urls.Clear();
        QueryUrls.Clear();
        PartQueryUrls.Clear();
        Clients.Clear();
        Groups.Clear();
        Agents.Clear();
        Sample.Clear();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Bit(in WebEntry entry, WebFlags flags) => (entry.Flags & flags) != 0 ? 1 : 0;
}
