using Breakwater.Detection;
using Breakwater.Detection.Sketches;
using Breakwater.Detection.Web;
using Breakwater.Live;
using Breakwater.Telemetry.Live;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Top;

/// <summary>What the view counts by.</summary>
internal enum TopPanel
{
    Paths,
    Clients,
    Agents,
    Statuses,
    Hosts,
}

/// <summary>All that is counted of a stream of requests, in bounded memory, and what detection says of it. One thread at a time.</summary>
internal sealed class TopTally
{
    /// <summary>Seconds whose rate is shown.</summary>
    public const int RateSeconds = 128;

    private const int ClientPrecision = 14;

    private readonly WebLines _lines;
    private readonly TopTable[] _tables = [.. Enum.GetValues<TopPanel>().Select(static _ => new TopTable())];
    private readonly HyperLogLog _clients = new(ClientPrecision);
    private readonly KeyedHash _hash;
    private readonly long[] _rates = new long[RateSeconds];
    private readonly SortedDictionary<long, Incident> _open = [];
    private readonly List<IncidentChange> _changes = [];
    private long _second = long.MinValue;

    /// <param name="seed">Of the hashes, <see cref="DetectorOptions.PublicSeed"/> for a file of which the same is to be shown everywhere.</param>
    public TopTally(ulong seed)
    {
        _lines = new WebLines(new DetectorOptions { Seed = seed }, []) { Taken = Count };
        _hash = new KeyedHash(seed ^ 0x70B);
    }

    public long Lines => _lines.Lines;

    public long Unreadable => _lines.Unreadable;

    public long Requests { get; private set; }

    public long Bytes { get; private set; }

    /// <summary>Answers by the hundreds of their status; 0: without one.</summary>
    public long[] Statuses { get; } = new long[6];

    /// <summary>Different clients, about.</summary>
    public double Clients => _clients.Estimate();

    /// <summary>The newest line's second, as the log tells it; null before the first.</summary>
    public long? NewestSecond => _second == long.MinValue ? null : _second;

    /// <summary>Most requests of one second.</summary>
    public long PeakPerSecond { get; private set; }

    /// <summary>Incidents that are open, the oldest first.</summary>
    public IEnumerable<Incident> Open => _open.Values;

    /// <summary>Incidents that are over.</summary>
    public int Closed { get; private set; }

    /// <summary>The incident that was found last; null: none.</summary>
    public Incident? Last { get; private set; }

    public TopTable this[TopPanel panel] => _tables[(int)panel];

    /// <summary>A log whose lines come.</summary>
    public WebLog OpenLog(LogSource source) => _lines.Open(0, source);

    /// <summary>Counts whole lines.</summary>
    public void Take(WebLog log, ReadOnlySpan<byte> lines)
    {
        _lines.Take(log, lines);
        TakeChanges();
    }

    /// <summary>The clock of a log that is followed: without it the last seconds would wait for a line.</summary>
    public void PassTo(long second)
    {
        _lines.Detector.Pass(second);
        MoveTo(second);
        TakeChanges();
    }

    /// <summary>Time has passed on the terminal's clock.</summary>
    public void Pass(double seconds)
    {
        foreach (var table in _tables)
            table.Pass(seconds);
    }

    /// <summary>No line follows: the verdict is the last one.</summary>
    public void Finish()
    {
        var result = _lines.Detector.Finish();
        TakeChanges();
        foreach (var incident in result.Incidents.Where(static incident => incident.State != IncidentState.Closed))
            _open[long.MaxValue - _open.Count] = Last = incident;
    }

    /// <summary>Requests of the last seconds that are over, the oldest first.</summary>
    public ulong[] Rates(int seconds)
    {
        var rates = new ulong[seconds];
        for (var index = 0; index < seconds && _second != long.MinValue; index++)
            rates[index] = (ulong)_rates[Place(_second - seconds + index)];
        return rates;
    }

    private static int Place(long second) => (int)(((second % RateSeconds) + RateSeconds) % RateSeconds);

    private void TakeChanges()
    {
        _changes.Clear();
        _lines.Detector.TakeChanges(_changes);
        foreach (var change in _changes)
        {
            Last = change.Incident;
            if (change.Kind != IncidentChangeKind.Closed)
                _open[change.Key] = change.Incident;
            else if (_open.Remove(change.Key))
                Closed++;
        }
    }

    private void Count(ReadOnlySpan<byte> line, in LogRequest request)
    {
        Requests++;
        var bytes = request.Knows(LogFields.Bytes) ? (long)Math.Min(request.Bytes, long.MaxValue / 2) : 0;
        Bytes += bytes;
        Statuses[Math.Min(request.Status / 100, 5)]++;
        if (request.Knows(LogFields.Time))
            CountSecond(request.TimeNanoseconds / 1_000_000_000);
        Span<byte> text = stackalloc byte[WebLimits.NameBytes];
        var length = PathShape.Fold(request.Knows(LogFields.Path) ? request.Path.In(line) : "(no request)"u8, text, out _);
        Add(TopPanel.Paths, text[..length], bytes, in request);
        if (request.Knows(LogFields.Client))
        {
            _clients.Add(_hash.Of(request.Client));
            Add(TopPanel.Clients, text[..NetworkText(request.Client, text)], bytes, in request);
        }

        Add(TopPanel.Agents, request.Knows(LogFields.UserAgent) ? request.UserAgent.In(line) : "(none)"u8, bytes, in request);
        Span<byte> status = stackalloc byte[32];
        var method = request.Knows(LogFields.Method) ? request.Method.In(line) : "-"u8;
        method[..Math.Min(method.Length, 16)].CopyTo(status[4..]);
        status[3] = (byte)' ';
        System.Buffers.Text.Utf8Formatter.TryFormat(request.Status, status[..3], out _, new System.Buffers.StandardFormat('D', 3));
        Add(TopPanel.Statuses, status[..(4 + Math.Min(method.Length, 16))], bytes, in request);
        Add(TopPanel.Hosts, request.Knows(LogFields.Host) ? request.Host.In(line) : "(not logged)"u8, bytes, in request);
    }

    private static int NetworkText(Wire.Address client, Span<byte> text) =>
        System.Text.Encoding.ASCII.GetBytes(new Prefix(client.Masked(client.IsIPv4 ? 24 : 48), client.IsIPv4 ? 24 : 48).ToString(), text);

    private void Add(TopPanel panel, ReadOnlySpan<byte> key, long bytes, in LogRequest request)
    {
        var row = _tables[(int)panel][key];
        row.Requests++;
        row.Bytes += bytes;
        if (request.Status >= 400)
            row.Errors++;
        if (request.Knows(LogFields.Duration))
            row.Milliseconds += request.DurationNanoseconds / 1_000_000;
    }

    private void MoveTo(long second)
    {
        if (_second != long.MinValue && second <= _second)
            return;
        for (var begun = Math.Max(_second == long.MinValue ? second : _second + 1, second - RateSeconds + 1); begun <= second; begun++)
            _rates[Place(begun)] = 0;
        _second = second;
    }

    private void CountSecond(long second)
    {
        MoveTo(second);
        if (second <= _second - RateSeconds)
            return;
        PeakPerSecond = Math.Max(PeakPerSecond, ++_rates[Place(second)]);
    }
}
