namespace Breakwater.Detection.Web;

/// <summary>One host of the logs, or all that have none of their own: its slices, its usual, and its surge when there is one.</summary>
/// <param name="name">The host; null where the logs name none, or too many.</param>
/// <param name="service">The service that its log belongs to; null: none.</param>
/// <param name="options">Settings; others may come later (<see cref="Take"/>).</param>
internal sealed class WebSite(string? name, string? service, DetectorOptions options)
{
    /// <summary>Connections held by slow requests from which on they are looked at.</summary>
    public const double SlowFloor = 100;

    /// <summary>Requests to log in, a second, from which on they are looked at.</summary>
    private const double LoginFloor = 10;

    /// <summary>Pages of one client in a slice from which on it is a busy one.</summary>
    private const int BusyPages = 50;

    /// <summary>Slices in a row with a busy client that finds what it asks for: half a minute of it is no burst of a scanner.</summary>
    private const int BusySlices = 6;

    private const double TimesUsual = 2;
    private const double Deviations = 6;
    private const int GenerationSlices = 120;
    private const int RecentSeconds = 128;
    private const int LongestPauseSlices = 60;
    private const int AdoptedSeconds = 300;
    private const long Second = 1_000_000_000;

    private DetectorOptions _options = options;
    private readonly WebUsual _usual = new();
    private readonly KnownNetworks _known = new(options.Seed);
    private readonly long[] _seconds = new long[RecentSeconds];
    private readonly long[] _bytes = new long[RecentSeconds];
    private WebTally _slice = new(options.Seed), _recent = new(options.Seed), _older = new(options.Seed);

    // The last slices are learned with a delay: a surge may have begun in them, below what is told from chance.
    private WebTally _last = new(options.Seed), _last2 = new(options.Seed);
    private long _firstSecond = long.MinValue, _lastSecond;
    private int _recentSlices, _busySlices, _weight = 1;

    /// <summary>The host; null where the logs name none, or too many.</summary>
    public string? Name { get; } = name;

    /// <summary>The service that its log belongs to; null: none.</summary>
    public string? Service { get; } = service;

    public WebSurge? Surge { get; private set; }

    /// <summary>Requests of this generation of names.</summary>
    public long Requests { get; set; }

    /// <summary>True once there was a request.</summary>
    public bool IsAsked { get; private set; }

    /// <summary>Counts requests of one second of the slice that is going on.</summary>
    public void Count(ReadOnlySpan<WebEntry> entries, long second, int weight)
    {
        if (_firstSecond == long.MinValue)
            (_firstSecond, IsAsked) = (second, true);
        if (second != _lastSecond)
            StartSecond(second);
        var bytesBefore = _slice.Bytes;
        _slice.Count(entries, (int)second);
        Requests += entries.Length * weight;
        _seconds[second % RecentSeconds] += entries.Length * weight;
        _bytes[second % RecentSeconds] += (_slice.Bytes - bytesBefore) * weight;
        if (weight > 1)
            _weight = weight;
    }

    /// <summary>Closes the slice. Returns the surge that has ended with it.</summary>
    /// <param name="start">The slice's first second.</param>
    /// <param name="end">The second after its last.</param>
    /// <param name="names">Texts behind hashes.</param>
    /// <param name="isHeld">Part of the logs could not be read: what is not seen is no sign of quiet.</param>
    /// <param name="origins">Countries and systems of clients; null: unknown.</param>
    public WebSurge? CloseSlice(long start, long end, WebNameView names, bool isHeld, ClientOrigins? origins)
    {
        if (_firstSecond == long.MinValue)
            return null;
        _slice.Seconds = (int)Math.Max(0, end - Math.Max(start, _firstSecond));
        var weight = _weight;
        if (weight > 1)
            _slice.Sums.Scale(weight);
        _weight = 1;
        var sampleLimit = SampleLimitAfter(_slice.Sample);
        var isAbove = IsAbove(Surge is null ? 1 : 0.5);
        if (Surge is null && isAbove)
            Open(Math.Max(start, _firstSecond));
        if (Surge is null)
            Learn(end);
        else if (Surge.Weight < weight)
            Surge.Weight = weight;
        if (Surge is not null)
            Follow(start, end, isAbove, names, isHeld, origins);
        var ended = EndSurge();
        BeginSlice(sampleLimit);
        return ended;
    }

    /// <summary>The surge that is over; null while it goes on.</summary>
    private WebSurge? EndSurge()
    {
        if (Surge is not { } ended || (ended.QuietSlices * WebLimits.SliceSeconds < _options.QuietSeconds && !IsOrdinary(ended)))
            return null;
        Surge = null;
        // What went on from the log's first line without a sign of an attack is what is usual here.
        if (IsOrdinary(ended))
            Adopt(ended);
        return ended;
    }

    /// <summary>Other settings from now on; what is known stays.</summary>
    public void Take(DetectorOptions options) => _options = options;

    /// <summary>A pause in the log: slices without requests. A long one is a log that stops, and says nothing of what is usual.</summary>
    /// <returns>The surge that has ended with it.</returns>
    public WebSurge? Pass(long slices)
    {
        if (Surge is not { } surge)
        {
            if (slices <= 0 || slices > LongestPauseSlices || !IsAsked)
                return null;
            for (var slice = 0; slice < slices; slice++)
                _usual.Learn(default);
            _recent.Seconds += (int)slices * WebLimits.SliceSeconds;
            return null;
        }

        surge.QuietSlices += (int)Math.Min(slices, WebLimits.UsualSlices);
        if (surge.QuietSlices * WebLimits.SliceSeconds < _options.QuietSeconds)
            return null;
        Surge = null;
        _slice.Clear();
        return surge;
    }

    /// <summary>The log ends, or its clock was set back: the clock starts anew, and what is usual stays.</summary>
    /// <returns>The surge that was going on.</returns>
    public WebSurge? End()
    {
        var surge = Surge;
        Surge = null;
        StartClock();
        return surge;
    }

    /// <summary>The log's clock was set back while it is read live: the clock starts anew, and what goes on does not end.</summary>
    public void SetBack(long second)
    {
        StartClock();
        Surge?.SetBack(second * Second);
    }

    /// <summary>Whether an incident of this surge is worth a word: without knowledge of the time before, only what looks like an attack is.</summary>
    public static bool IsReported(WebSurge surge) => surge.Verdict is { } verdict
        && (verdict.Measures.HasBefore || verdict.Card.Score >= WebCard.Open || verdict.Verdict == Verdict.Attack);

    /// <summary>What goes on from the first line for some minutes and is no attack is what the site serves, whatever it looks like.</summary>
    private static bool IsOrdinary(WebSurge surge) => surge.Verdict is { Verdict: not Verdict.Attack, Measures.HasBefore: false }
        && surge.During.Seconds >= (IsReported(surge) ? AdoptedSeconds : WebUsual.FewestSlices * WebLimits.SliceSeconds);

    /// <summary>
    /// Begins a slice. Its sample takes up no more than will be kept of it: in a surge what that one tells, so that nothing is lost; else half as much again as the last slice told.
    /// </summary>
    private void BeginSlice(ulong sampleLimit)
    {
        _slice.Clear();
        _slice.Sample.KeepUpTo(Surge is { } surge ? surge.During.Sample.ToldLimit : sampleLimit);
    }

    /// <summary>What the next sample may leave out, after one that was full; after another nothing.</summary>
    private static ulong SampleLimitAfter(BottomTable<RequestRow> sample)
    {
        if (sample.Count < WebLimits.SampledRequests)
            return ulong.MaxValue;
        var told = sample.ToldLimit;
        return told + Math.Min(told / 2, ulong.MaxValue - told);
    }

    private void StartClock()
    {
        (_firstSecond, _lastSecond, _busySlices) = (long.MinValue, 0, 0);
        Array.Clear(_seconds);
        Array.Clear(_bytes);
        _slice.Clear();
    }

    private void StartSecond(long second)
    {
        for (var skipped = Math.Max(_lastSecond + 1, second - RecentSeconds + 1); skipped <= second; skipped++)
            _seconds[skipped % RecentSeconds] = _bytes[skipped % RecentSeconds] = 0;
        _lastSecond = second;
    }

    private bool IsAbove(double part)
    {
        ref readonly var sums = ref _slice.Sums;
        double seconds = Math.Max(1, _slice.Seconds);
        var rate = sums.Requests / seconds;
        if (rate >= part * _options.Floors.Requests && (!_usual.IsKnown || (rate >= (1 + (part * (TimesUsual - 1))) * _usual.RequestsPerSecond && _usual.Deviations(sums.Requests) >= part * Deviations)))
            return true;
        var slow = sums.SlowMilliseconds / (1000 * seconds);
        if (slow >= part * SlowFloor && slow >= 4 * part * _usual.SlowConnections)
            return true;
        var logins = sums.Logins / seconds;
        if (logins >= part * LoginFloor && logins >= 4 * part * _usual.LoginsPerSecond && sums.Writes >= sums.Logins / 4)
            return true;
        return IsBusy(part);
    }

    /// <summary>One client sends half of all at half of the floor, or walks on and on through what there is.</summary>
    private bool IsBusy(double part)
    {
        ref readonly var sums = ref _slice.Sums;
        uint most = 0;
        if (sums.Pages >= part * BusyPages)
        {
            foreach (ref readonly var row in _slice.Clients.Told(out _))
                most = Math.Max(most, row.Pages);
        }

        if (most < part * BusyPages)
        {
            _busySlices = 0;
            return false;
        }

        long top = 0;
        for (var second = Math.Max(_firstSecond, _lastSecond - WebLimits.SliceSeconds + 1); second <= _lastSecond; second++)
            top = Math.Max(top, _seconds[second % RecentSeconds]);
        if (most * 2 >= sums.Pages && top >= part * _options.Floors.Requests / 2)
            return true;
        _busySlices = sums.NotFound * 2 > sums.Requests ? 0 : _busySlices + 1;
        return _busySlices >= part * BusySlices;
    }

    private void Open(long start)
    {
        var before = new WebTally(_options.Seed);
        if (_usual.IsKnown)
        {
            before.Merge(_older);
            before.Merge(_recent);
        }

        Surge = new WebSurge(start * Second, before, _options.Seed);
        _last.Clear();
        _last2.Clear();
    }

    private void Follow(long start, long end, bool isAbove, WebNameView names, bool isHeld, ClientOrigins? origins)
    {
        var surge = Surge!;
        surge.QuietSlices = isAbove ? 0 : surge.QuietSlices + (isHeld ? 0 : 1);
        if (!isAbove)
            return;
        surge.During.Merge(_slice);
        for (var second = start; second < end; second++)
        {
            if (second <= _lastSecond && _lastSecond - second < RecentSeconds && _seconds[second % RecentSeconds] > 0)
                surge.CountSecond(second, _seconds[second % RecentSeconds], _bytes[second % RecentSeconds]);
        }

        surge.LastNanoseconds = _lastSecond * Second;
        var day = (int)(end / 86_400);
        var known = _known.ShareOf(surge.During.Clients.Told(out _), day);
        surge.Judge(new WebMeasures(surge.During, surge.Before, known, RiseSeconds(surge.StartedNanoseconds / Second), origins), end * Second, names, _options.Floors.Requests);
    }

    private void Learn(long end)
    {
        _usual.Learn(in _slice.Sums);
        if (_busySlices > 0)
            return;
        _known.Learn(_last2, (int)(end / 86_400));
        _recent.Merge(_last2);
        _last2.Clear();
        (_slice, _last, _last2) = (_last2, _slice, _last);
        if (++_recentSlices < GenerationSlices)
            return;
        _older.Clear();
        (_older, _recent, _recentSlices) = (_recent, _older, 0);
    }

    private void Adopt(WebSurge surge)
    {
        var slices = surge.During.Seconds / WebLimits.SliceSeconds;
        var mean = surge.During.Sums;
        (mean.Requests, mean.Logins, mean.SlowMilliseconds) = (mean.Requests / slices, mean.Logins / slices, mean.SlowMilliseconds / slices);
        for (var slice = 0; slice < slices; slice++)
            _usual.Learn(in mean);
        _known.Learn(surge.During, (int)(_lastSecond / 86_400));
        _recent.Merge(surge.During);
    }

    /// <summary>From a fifth to four fifths of the plateau; null while the rate still rises, and without a usual to rise from.</summary>
    private int? RiseSeconds(long start)
    {
        if (!_usual.IsKnown)
            return null;
        var from = Math.Max(start - 30, _lastSecond - RecentSeconds + 4);
        double top = 0;
        for (var second = from + 2; second <= _lastSecond; second++)
            top = Math.Max(top, Mean(second));
        var low = _usual.RequestsPerSecond;
        long? fifth = null, fourFifths = null;
        for (var second = from; second <= _lastSecond; second++)
        {
            var height = (_seconds[second % RecentSeconds] - low) / Math.Max(1, top - low);
            if (height >= 0.2)
                fifth ??= second;
            if (height >= 0.8)
                fourFifths ??= second;
        }

        var rise = (fourFifths - fifth) ?? 0;
        return fourFifths is { } reached && _lastSecond - reached >= (2 * rise) + 3 ? (int)rise : null;
    }

    private double Mean(long second) => (_seconds[second % RecentSeconds] + _seconds[(second - 1) % RecentSeconds] + _seconds[(second - 2) % RecentSeconds]) / 3.0;
}
