using System.Collections.Immutable;

namespace Breakwater.Telemetry.Live;

/// <summary>How one input of logs does.</summary>
/// <param name="Name">As configured.</param>
/// <param name="UnreadBytes">Bytes of files that wait.</param>
/// <param name="LongLines">Lines that were too long.</param>
/// <param name="LostRests">Times that part of a log was gone before it was read.</param>
/// <param name="Fault">Why nothing comes from it; null: it can.</param>
/// <param name="Syslog">Counts of a syslog input; null for files.</param>
/// <param name="TooMany">Files that match, and are not read because there are too many.</param>
internal sealed record LogInputState(string Name, long UnreadBytes, long LongLines, long LostRests, string? Fault, SyslogCounts? Syslog, int TooMany = 0);

/// <summary>
/// Reads all logs that are configured, in one thread that its owner runs: looks at files ten times a second, takes syslog as it comes. Of logs that
/// lag, the one whose lines are oldest is read first, so that their times stay together.
/// </summary>
internal sealed class LogIntake : IDisposable
{
    private const int LookMilliseconds = 100;

    private readonly ImmutableArray<LogFollower> _followers;
    private readonly ImmutableArray<(SyslogLines Lines, ISyslogSocket Socket)> _sockets;
    private readonly List<LibC.PollEntry> _entries = [];
    private readonly ReceiveBatch _batch = new();
    private readonly byte[] _buffer = new byte[LiveLogLimits.ChunkBytes];
    private readonly LinesTaker _take;
    private readonly TimeProvider _time;
    private readonly LogPositions? _positions;
    private long _looked, _saved;
    private int _opened;

    /// <param name="sources">What is read.</param>
    /// <param name="positions">Keeps where reading stands; null: nothing does, and files are read from their begin.</param>
    /// <param name="take">Takes the lines.</param>
    /// <param name="time">The clock.</param>
    /// <exception cref="ListenException">An address cannot be listened on.</exception>
    public LogIntake(ImmutableArray<LogSource> sources, LogPositions? positions, LinesTaker take, TimeProvider time)
    {
        (_positions, _take, _time) = (positions, take, time);
        var sockets = new List<(SyslogLines, ISyslogSocket)>();
        try
        {
            foreach (var source in sources.Where(static source => source.Syslog is not null))
            {
                var lines = new SyslogLines(Open(source, source.Name), take);
                sockets.Add((lines, SyslogSockets.Open(source, lines)));
            }
        }
        catch
        {
            sockets.ForEach(static entry => entry.Item2.Dispose());
            _batch.Dispose();
            throw;
        }

        _sockets = [.. sockets];
        _followers = [.. sources.Where(static source => source.Pattern is not null).Select(source => new LogFollower(source, path => Open(source, path)))];
        var known = positions?.Load() ?? ImmutableDictionary<string, ImmutableArray<LogPosition>>.Empty;
        foreach (var follower in _followers)
            follower.Begin(known, fromStart: positions is null, _buffer);
        CaughtUpNanoseconds = Now;
    }

    /// <summary>Begin of the last look of which everything that was there then has been taken: no line that waits is older.</summary>
    public long CaughtUpNanoseconds { get; private set; }

    /// <summary>False while a file that is configured cannot be read: what is not seen is no sign of quiet.</summary>
    public bool SeesAll => _followers.All(static follower => follower.Fault is null);

    /// <summary>Where syslog is taken, with the ports that the kernel chose.</summary>
    public IEnumerable<System.Net.EndPoint> Addresses => _sockets.Select(static entry => entry.Socket.Address);

    /// <summary>The inputs as they are now. Only from the reading thread.</summary>
    public ImmutableArray<LogInputState> States =>
    [
        .. _followers.Select(static follower => new LogInputState(
            follower.Source.Name, follower.Logs.Sum(static log => log.UnreadBytes), follower.Logs.Sum(static log => log.Stream.LongLines),
            follower.Logs.Sum(static log => log.LostRests), follower.Fault, null, follower.TooMany)),
        .. _sockets.Select(static entry => new LogInputState(entry.Lines.Stream.Name, 0, 0, 0, null, entry.Socket.Counts)),
    ];

    /// <summary>Why positions are not kept; null: they are.</summary>
    public string? PositionFault { get; private set; }

    private long Now => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    /// <summary>One round: waits up to a tenth of a second for syslog, looks at the files, takes what there is for at most as long again.</summary>
    public void Round()
    {
        Wait();
        var (look, hasMore) = (Now, false);
        foreach (var (_, socket) in _sockets)
            hasMore |= socket.Receive(_batch, look);
        // Syslog may come in thousands of pieces a second.
        var isLook = _followers.IsEmpty || look - _looked >= LookMilliseconds * 1_000_000L / 2 || look < _looked;
        if (isLook)
            Look(look);
        while (Now - look < LookMilliseconds * 1_000_000L && ReadOldest(look))
        {
        }

        if (isLook && !hasMore && !HasUnread)
            CaughtUpNanoseconds = look;
        if (look - _saved < 1_000_000_000)
            return;
        _saved = look;
        Save();
    }

    /// <summary>Ends: nothing more is read, and where reading stands is kept.</summary>
    public void Dispose()
    {
        Save();
        foreach (var (_, socket) in _sockets)
            socket.Dispose();
        foreach (var follower in _followers)
            follower.Dispose();
        _batch.Dispose();
    }

    private void Look(long now)
    {
        _looked = now;
        foreach (var follower in _followers)
            follower.Look(now);
    }

    private bool HasUnread => _followers.Any(static follower => follower.Logs.Any(static log => log.UnreadBytes > 0));

    private void Save() => PositionFault = _positions?.Save(_followers.SelectMany(static follower => follower.Logs));

    private LogStream Open(LogSource source, string name) => new(_opened++, source, name);

    /// <summary>Takes a chunk of the log whose newest line is the oldest.</summary>
    private bool ReadOldest(long now)
    {
        FollowedLog? oldest = null;
        foreach (var follower in _followers)
        {
            foreach (var log in follower.Logs)
            {
                if (log.UnreadBytes > 0 && (oldest is null || log.Stream.NewestNanoseconds < oldest.Stream.NewestNanoseconds))
                    oldest = log;
            }
        }

        return oldest is not null && oldest.Read(_buffer, _take, now);
    }

    /// <summary>Waits until syslog comes, or files are to be looked at.</summary>
    private unsafe void Wait()
    {
        var due = HasUnread ? 0 : (int)Math.Clamp(((_looked - Now) / 1_000_000) + LookMilliseconds, 0, LookMilliseconds);
        _entries.Clear();
        foreach (var (_, socket) in _sockets)
            socket.AddTo(_entries);
        fixed (LibC.PollEntry* entries = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_entries))
            LibC.Poll(entries, (nuint)_entries.Count, due);
    }
}
