using System.Collections.Immutable;
using Breakwater.Detection.Sketches;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Detection.Web;

/// <summary>What web logs gave.</summary>
/// <param name="Incidents">In the order of their starts, then sites.</param>
/// <param name="Requests">Requests counted.</param>
/// <param name="Late">Requests that came too late to be counted.</param>
/// <param name="Untimed">Requests without a time or client, which bear on no verdict.</param>
/// <param name="Unreported">Incidents beyond the bound.</param>
/// <param name="Sites">Hosts that were judged by themselves, and one for all others.</param>
/// <param name="FirstNanoseconds">Time of the earliest request; null without one.</param>
/// <param name="LastNanoseconds">Time of the latest request.</param>
public sealed record WebResult(
    ImmutableArray<Incident> Incidents, long Requests, long Late, long Untimed, long Unreported, int Sites, long? FirstNanoseconds, long? LastNanoseconds)
{
    /// <summary>Requests to hosts that were judged together, since there were too many.</summary>
    public long Together { get; init; }
}

/// <summary>
/// Requests of web logs → incidents. Requests are counted in seconds of their own time; a second is over when lines of <see
/// cref="WebLimits.LateSeconds"/> later have come. What is counted in a second depends on no order; floats are made when a slice closes.
/// </summary>
public sealed partial class WebDetector
{
    private readonly ImmutableArray<string> _services;
    private DetectorOptions _options;
    private readonly WebShard[] _shards;
    private readonly WebNames[] _names;
    private readonly WaitingEntries[] _waitingEntries;
    private readonly SortedDictionary<ulong, WebSite> _sites = [];
    private readonly BottomTable<TallyRow> _waiting = new(WebLimits.WaitingSites);
    private readonly List<Incident> _incidents = [];
    private readonly WebSite _rest;
    private ulong _lastHash;
    private WebSite _lastSite;
    private long _oldest = long.MaxValue, _newest = long.MinValue, _slice = long.MinValue;
    private long _lineNanoseconds, _lineSecond;
    private long _requests, _together, _late, _untimed, _unreported;
    private long _first = long.MaxValue, _last = long.MinValue;
    private int _held, _lateRun, _next;

    /// <param name="options">All that changes verdicts.</param>
    /// <param name="services">Services that logs can belong to, by number.</param>
    public WebDetector(DetectorOptions options, ImmutableArray<string> services = default)
    {
        (_options, _services) = (options, services.IsDefault ? [] : services);
        // Under another seed than the one that tells clients apart: who is left out says nothing of it.
        _shedHash = new KeyedHash(options.Seed ^ 0x5EED_0F_5EDD_ED);
        _rest = _lastSite = new WebSite(null, null, options);
        _shards = [.. Enumerable.Range(0, Math.Max(1, options.Shards)).Select(_ => new WebShard(options.Seed, _services))];
        _names = Array.ConvertAll(_shards, static shard => shard.Names);
        _waitingEntries = Array.ConvertAll(_shards, static _ => new WaitingEntries());
    }

    /// <summary>Counts one request of a log.</summary>
    /// <param name="line">The line that its texts lie in.</param>
    /// <param name="request">The request.</param>
    /// <param name="service">Number of the service that the log belongs to; below 0: none.</param>
    public void Count(ReadOnlySpan<byte> line, in LogRequest request, int service = -1)
    {
        // No server logged anything before 1970.
        if (!request.Knows(LogFields.Time | LogFields.Client) || request.TimeNanoseconds < 0)
        {
            _untimed++;
            return;
        }

        // Most lines have the time of the one before.
        if (request.TimeNanoseconds != _lineNanoseconds)
            (_lineNanoseconds, _lineSecond) = (request.TimeNanoseconds, request.TimeNanoseconds / 1_000_000_000);
        var second = _lineSecond;
        if (second <= _newest && second >= _oldest)
            _lateRun = 0;
        else if (!Advance(ref second))
            return;
        if (_hasShed && IsLeftOut(in request, second))
            return;
        (_first, _last) = (Math.Min(_first, request.TimeNanoseconds), Math.Max(_last, request.TimeNanoseconds));
        var shard = _next;
        _next = shard + 1 == _shards.Length ? 0 : shard + 1;
        _shards[shard].Reduce(line, in request, service, out _waitingEntries[shard].Add(second));
        _requests++;
        if (_requests % WebLimits.RequestsBetweenNameLooks == 0)
            WebNames.Bound(_names);
        if (++_held >= WebLimits.PendingRequests)
            CountWaiting();
    }

    /// <summary>Ends the logs: closes all that is open.</summary>
    public WebResult Finish()
    {
        CloseAll(isOver: false);
        var incidents = _incidents
            .OrderBy(static incident => incident.StartedNanoseconds).ThenBy(static incident => incident.Target.Service, StringComparer.Ordinal);
        var hasAny = _requests > 0;
        return new WebResult(
            [.. incidents], _requests, _late, _untimed, _unreported, hasAny ? _sites.Count + (_rest.IsAsked ? 1 : 0) : 0, hasAny ? _first : null, hasAny ? _last : null)
        {
            Together = _together,
        };
    }

    /// <summary>Moves the clock on, where the second is a new one; false for a line that comes too late.</summary>
    private bool Advance(ref long second)
    {
        if (second > _newest)
        {
            MoveTo(second);
        }
        else if (second < _oldest)
        {
            // What is known from its arrival on is counted there.
            if (IsLive && second >= _newest - WebLimits.LateSeconds)
            {
                (second, _lateRun) = (_oldest, 0);
                return true;
            }

            // Lines of a moment ago are late because much waited, and say nothing of the clock.
            if (second >= _newest - WebLimits.LateSeconds || ++_lateRun < WebLimits.LateRun)
            {
                _late++;
                return false;
            }

            // The log's clock was set back, or an earlier line lied: its time counts from here on.
            if (IsLive)
                SetBack(second);
            else
                CloseAll(isOver: true);
            BeginSlices(long.MinValue, second);
            (_oldest, _newest, _slice) = (second, second, long.MinValue);
        }

        _lateRun = 0;
        return true;
    }

    private void MoveTo(long second)
    {
        if (_newest == long.MinValue)
            _oldest = second;
        CloseUpTo(second - LateSeconds + 1);
        BeginSlices(_newest, second);
        _newest = second;
    }

    /// <summary>Closes and tells all that is open; the sites' clocks start anew.</summary>
    private void CloseAll(bool isOver)
    {
        if (_newest == long.MinValue)
            return;
        CloseUpTo(_newest + 1);
        CloseSlices(_slice + 1, _newest + 1);
        foreach (var site in Sites())
        {
            if (site.End() is { } surge)
                Report(site, surge, isOver);
        }

        (_oldest, _newest) = (long.MaxValue, long.MinValue);
    }

    /// <summary>Too much waits: seconds before the newest are closed early, and that one is counted as far as it goes.</summary>
    private void CountWaiting()
    {
        CloseUpTo(_newest);
        CloseSecond(_newest);
    }

    /// <summary>Counts all seconds before this one.</summary>
    private void CloseUpTo(long second)
    {
        for (; _oldest < second && _oldest <= _newest; _oldest++)
            CloseSecond(_oldest);
        _oldest = Math.Max(_oldest, Math.Min(second, long.MaxValue - 1));
    }

    private void CloseSecond(long second)
    {
        var slice = second / WebLimits.SliceSeconds;
        if (slice != _slice)
        {
            if (_slice != long.MinValue)
                CloseSlices(slice, (_slice + 1) * WebLimits.SliceSeconds);
            _slice = slice;
        }

        foreach (var entries in _waitingEntries)
        {
            for (var chunk = 0; chunk < entries.Chunks(second); chunk++)
                Count(entries.Chunk(second, chunk), second);
            _held -= entries.Count(second);
            entries.Clear(second);
        }

        AdmitSites();
    }

    /// <summary>Counts entries of a second, those of one site that follow one another at once.</summary>
    private void Count(ReadOnlySpan<WebEntry> entries, long second)
    {
        var (isFull, weight) = (_sites.Count == WebLimits.Sites, WeightOf(second));
        while (!entries.IsEmpty)
        {
            var (hash, length) = (entries[0].Site, 1);
            while (length < entries.Length && entries[length].Site == hash)
                length++;
            var site = SiteOf(hash);
            site.Count(entries[..length], second, weight);
            entries = entries[length..];
            if (hash == 0 || !ReferenceEquals(site, _rest))
                continue;
            _waiting[hash].Requests += length;
            _together += isFull ? length : 0;
        }
    }

    /// <summary>Closes the slice that was going on, and passes over those without a line.</summary>
    private void CloseSlices(long next, long end)
    {
        var names = new WebNameView(_names);
        foreach (var site in Sites())
        {
            if (site.CloseSlice(_slice * WebLimits.SliceSeconds, end, names, HoldsIncidents, _origins) is { } ended)
                Report(site, ended, isOver: true);
            if (site.Pass(HoldsIncidents ? 0 : next - _slice - 1) is { } past)
                Report(site, past, isOver: true);
            Tell(site);
        }

        if (next * WebLimits.SliceSeconds / WebLimits.NameSeconds == _slice * WebLimits.SliceSeconds / WebLimits.NameSeconds)
            return;
        GivePlacesBack();
        _waiting.Clear();
        var limit = WebNames.LimitOf(_names);
        foreach (var shard in _shards)
            shard.RotateNames(limit);
    }

    private WebSite SiteOf(ulong hash)
    {
        if (hash == _lastHash)
            return _lastSite;
        (_lastHash, _lastSite) = (hash, hash != 0 && _sites.TryGetValue(hash, out var site) ? site : _rest);
        return _lastSite;
    }

    /// <summary>Where all places are taken: hosts that are hardly asked, or much less than one that waits, make room. What is usual for them is lost.</summary>
    private void GivePlacesBack()
    {
        if (_sites.Count == WebLimits.Sites)
        {
            var busiest = _waiting.Rows(out _).Select(static row => row.Requests).DefaultIfEmpty().Max();
            var fewest = Math.Max(WebLimits.SiteRequests, busiest / WebLimits.TimesBusier);
            foreach (var (hash, site) in _sites.ToArray())
            {
                if (site.Surge is null && site.Requests < fewest)
                    _sites.Remove(hash);
            }

            (_lastHash, _lastSite) = (0, _rest);
        }

        foreach (var site in _sites.Values)
            site.Requests = 0;
    }

    private IEnumerable<WebSite> Sites() => _sites.Values.Append(_rest);

    /// <summary>Hosts with enough requests are judged by themselves from now on, in the order of their hashes.</summary>
    private void AdmitSites()
    {
        if (_waiting.Count == 0 || _sites.Count == WebLimits.Sites)
            return;
        var names = new WebNameView(_names);
        foreach (var row in _waiting.Rows(out _))
        {
            if (row.Requests < WebLimits.SiteRequests || _sites.Count == WebLimits.Sites || _sites.ContainsKey(row.Hash) || names.Find(row.Hash) is not { } name)
                continue;
            var service = ServiceOf(row.Hash, name);
            _sites.Add(row.Hash, new WebSite(service?.Name == name && service?.HasHost == false ? null : name, service?.Name, _options));
            _lastHash = 0;
            _lastSite = _rest;
        }
    }

    private void Report(WebSite site, WebSurge surge, bool isOver)
    {
        if (!WebSite.IsReported(surge))
            return;
        var incident = surge.ToIncident(site.Name, site.Service, isOver, _origins);
        TellEnd(surge, incident);
        if (IsLive && _incidents.Count == WebLimits.Incidents)
            _incidents.RemoveRange(0, WebLimits.Incidents / 10);
        if (_incidents.Count < WebLimits.Incidents)
            _incidents.Add(incident);
        else
            _unreported++;
    }
}
