using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using System.Text;
using Breakwater.Detection.Sketches;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Detection.Web;

/// <summary>Reduces lines to entries. One thread each; shards share nothing.</summary>
internal sealed class WebShard(ulong seed, ImmutableArray<string> services)
{
    // As many as the nearer caches of a processor hold: to look a text over again is quicker than to fetch from farther away.
    private const int Recent = 2_048;
    private readonly RecentTexts<PathWords> _paths = new(Recent);
    private readonly RecentTexts<PathWords> _groups = new(Recent);
    private readonly RecentTexts<WebFlags> _agents = new(Recent);
    private readonly ImmutableArray<(ulong Hash, byte[] Name)> _services = [.. services.Select(name => (TextHash.Of(Encoding.ASCII.GetBytes(name), seed), Encoding.ASCII.GetBytes(name)))];
    private ulong _host;
    private WebFlags _noAgent = WebFlags.Tool;

    /// <summary>Texts of hosts, path groups and agents.</summary>
    public WebNames Names { get; } = new();

    /// <summary>Forgets texts of long ago; those that come again are remembered again.</summary>
    /// <param name="limit">The largest hash whose text is told; the others are forgotten at once.</param>
    public void RotateNames(ulong limit)
    {
        Names.Rotate(limit);
        _paths.Clear();
        _groups.Clear();
        _agents.Clear();
        _host = 0;
    }

    /// <summary>The request as numbers.</summary>
    /// <param name="line">The line that its texts lie in.</param>
    /// <param name="request">The request; its client and time must be known.</param>
    /// <param name="service">Number of the service of its log; below 0: none.</param>
    /// <param name="entry">Gets the numbers.</param>
    [MethodImpl(MethodImplOptions.NoInlining)] // as long as a method should be: a caller's loop has no room for it
    public void Reduce(ReadOnlySpan<byte> line, in LogRequest request, int service, out WebEntry entry)
    {
        entry = default;
        (entry.Client, entry.Status) = (request.Client, request.Status);
        var agent = request.Knows(LogFields.UserAgent) ? request.UserAgent.In(line) : default;
        if (request.Knows(LogFields.UserAgent))
            entry.Agent = TextHash.Of(agent, seed);

        // What is no request at all is a group of its own.
        var path = request.Knows(LogFields.Path) ? request.Path.In(line) : "(no request)"u8;
        entry.Url = TextHash.Of(path, seed);
        var host = request.Knows(LogFields.Host) ? request.Host.In(line) : default;
        if (service >= 0 || !host.IsEmpty)
            entry.Site = SiteOf(host, service);
        if (request.Knows(LogFields.Method) && request.Method.In(line) is [(byte)'P', (byte)'O' or (byte)'U' or (byte)'A', ..] or [(byte)'D', ..])
            entry.Flags |= WebFlags.Writes;
        if (request.Knows(LogFields.Referer))
            entry.Flags |= WebFlags.Referer;
        if (request.Knows(LogFields.Protocol) && request.Protocol.In(line) is [_, _, _, _, _, var major, ..])
            entry.Flags |= major is (byte)'1' or (byte)'0' ? WebFlags.Http1 : WebFlags.Http2;
        if (request.Knows(LogFields.Bytes))
            (entry.Bytes, entry.Flags) = ((uint)Math.Min(request.Bytes, uint.MaxValue), entry.Flags | WebFlags.Sized);
        if (request.Knows(LogFields.Duration))
            (entry.Milliseconds, entry.Flags) = ((uint)Math.Min(request.DurationNanoseconds / 1_000_000, uint.MaxValue), entry.Flags | WebFlags.Timed);
        var query = request.Knows(LogFields.Query) ? request.Query.In(line) : default;
        ReducePath(path, query, ref entry);
        ref var family = ref FamilyOf(entry.Agent, out var isKnown);
        if (!isKnown)
        {
            family = AgentFamily.Of(agent);
            Names.Add(entry.Agent, agent);
        }

        entry.Flags |= family;
    }

    private ulong SiteOf(ReadOnlySpan<byte> host, int service)
    {
        Span<byte> lower = stackalloc byte[WebLimits.NameBytes];
        // Of a name and its port the name alone; an IPv6 address keeps its brackets.
        var colon = host.LastIndexOf((byte)':');
        if (colon > 0 && host[^1] != ']')
            host = host[..colon];
        if (host.Length > lower.Length || Ascii.ToLower(host, lower, out var length) != System.Buffers.OperationStatus.Done)
            length = 0;
        ReadOnlySpan<byte> name = lower[..length];
        var hash = length == 0 ? 0 : TextHash.Of(name, seed);
        if (service >= 0)
        {
            hash = HashIn(hash, _services[service].Hash);
            if (length == 0)
                name = _services[service].Name;
        }

        if (hash != 0 && hash != _host)
        {
            _host = hash;
            Names.Add(hash, name);
        }

        return hash;
    }

    /// <summary>A host of a service, or (0) all of the service whose host is not logged.</summary>
    internal static ulong HashIn(ulong host, ulong service) => host == 0 ? service : KeyedHash.With(host, service);

    private void ReducePath(ReadOnlySpan<byte> path, ReadOnlySpan<byte> query, ref WebEntry entry)
    {
        ref var known = ref _paths.Find(entry.Url, out var isKnown);
        if (!isKnown)
            known = WordsOf(path);
        (entry.Group, entry.Parent, entry.Flags) = (known.Group, known.Parent, entry.Flags | known.Flags);
        if (query.IsEmpty)
            return;
        entry.Url = KeyedHash.With(entry.Url, TextHash.Of(query, seed));
        entry.Flags |= WebFlags.Query;
    }

    [SkipLocalsInit] // of a group nothing is read that was not written
    private PathWords WordsOf(ReadOnlySpan<byte> path)
    {
        Span<byte> group = stackalloc byte[WebLimits.NameBytes];
        var length = PathShape.Fold(path, group, out var parent);
        var groupHash = TextHash.Of(group[..length], seed);
        ref var words = ref _groups.Find(groupHash, out var isKnown);
        if (!isKnown)
        {
            words = new PathWords(groupHash, TextHash.Of(group[..parent], ~seed), PathShape.IsLogin(group[..length]) ? WebFlags.Login : WebFlags.None);
            Names.Add(groupHash, group[..length]);
            group[parent] = (byte)'*';
            Names.Add(words.Parent, group[..(parent + 1)]);
        }

        return words.Flags == WebFlags.None && PathShape.IsAsset(path) ? words with { Flags = WebFlags.Asset } : words;
    }

    /// <summary>The place for an agent's family; without an agent it is a tool's.</summary>
    private ref WebFlags FamilyOf(ulong agent, out bool isKnown)
    {
        if (agent == 0)
        {
            isKnown = true;
            return ref _noAgent;
        }

        return ref _agents.Find(agent, out isKnown);
    }

    /// <summary>What is known of a path from the last time.</summary>
    private readonly record struct PathWords(ulong Group, ulong Parent, WebFlags Flags);
}
