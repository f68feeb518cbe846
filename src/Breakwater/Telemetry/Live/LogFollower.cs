using System.Collections.Immutable;
using System.IO.Enumeration;

namespace Breakwater.Telemetry.Live;

/// <summary>The logs of one input: a path, or a pattern whose files come and go. Looks every 100 ms; new names are looked for every second.</summary>
internal sealed class LogFollower(LogSource source, Func<string, LogStream> open) : IDisposable
{
    private const long NamesNanoseconds = 1_000_000_000;

    private readonly List<FollowedLog> _logs = [];
    private string? _folderFault;
    private long _lookedForNames;
    private bool _hasBegun;

    public LogSource Source => source;

    public IReadOnlyList<FollowedLog> Logs => _logs;

    /// <summary>Why not all of it is read; null: all is. A file of a pattern that is gone is no fault.</summary>
    public string? Fault => _folderFault ?? (_logs.Count == 0 ? "there is no such file" : _logs.Find(log => log.Fault is not null && !IsGone(log)) switch
    {
        null => null,
        { } log when IsPattern => $"{Path.GetFileName(log.Path)}: {log.Fault}",
        { } log => log.Fault,
    });

    /// <summary>Files that match, and are not followed because there are too many.</summary>
    public int TooMany { get; private set; }

    /// <summary>Begins: goes on where an earlier run stood; of logs without a position what is there already is passed over.</summary>
    /// <param name="positions">By path.</param>
    /// <param name="fromStart">Reads from the begin instead of passing over.</param>
    /// <param name="buffer">For looking at files.</param>
    public void Begin(ImmutableDictionary<string, ImmutableArray<LogPosition>> positions, bool fromStart, Span<byte> buffer)
    {
        foreach (var path in Matching().Union(positions.Keys.Where(Matches), StringComparer.Ordinal))
        {
            if (Add(path) is not { } log || (positions.TryGetValue(path, out var known) && log.Resume(known)))
                continue;
            log.Begin(fromEnd: !fromStart && !positions.ContainsKey(path), buffer);
        }

        _hasBegun = true;
    }

    /// <summary>Looks what became of the files, and for new ones.</summary>
    public void Look(long now)
    {
        if (_hasBegun && now - _lookedForNames >= NamesNanoseconds)
        {
            _lookedForNames = now;
            // A log that is configured by its name is waited for.
            if (IsPattern)
                _logs.RemoveAll(log => IsGone(log) && Drop(log));
            TooMany = 0;
            foreach (var path in Matching())
            {
                if (!_logs.Exists(log => log.Path == path) && FileState.Of(path) is { } state && !(IsPattern && IsRotated(path, state)))
                    Add(path);
            }
        }

        foreach (var log in _logs)
            log.Look(now);
    }

    public void Dispose() => _logs.ForEach(static log => log.Dispose());

    private bool IsGone(FollowedLog log) => IsPattern && log.IsMissing && !log.Exists;

    private static bool Drop(FollowedLog log)
    {
        log.Dispose();
        return true;
    }

    private FollowedLog? Add(string path)
    {
        if (_logs.Count >= LiveLogLimits.FilesOfAPattern)
        {
            TooMany++;
            return null;
        }

        var log = new FollowedLog(path, open(path));
        _logs.Add(log);
        return log;
    }

    /// <summary>A file that was read under another name already: renamed, copied or packed.</summary>
    private bool IsRotated(string path, FileState state) => path.EndsWith(".gz", StringComparison.Ordinal) || _logs.Exists(log => log.Holds(state.Identity)
        || RotatedLogs.IsNameOf(path, log.Path));

    private bool IsPattern => Path.GetFileName(source.Pattern!).AsSpan().IndexOfAny('*', '?') >= 0;

    private bool Matches(string path) => IsPattern
        ? Path.GetDirectoryName(path) == Path.GetDirectoryName(source.Pattern) && FileSystemName.MatchesSimpleExpression(Path.GetFileName(source.Pattern), Path.GetFileName(path), ignoreCase: false)
        : path == source.Pattern;

    private IEnumerable<string> Matching()
    {
        if (!IsPattern)
            return [source.Pattern!];
        try
        {
            var all = Directory.EnumerateFiles(Path.GetDirectoryName(source.Pattern)!, Path.GetFileName(source.Pattern)!)
                .Where(static path => !path.EndsWith(".gz", StringComparison.Ordinal)).Take(LiveLogLimits.Siblings).Order(StringComparer.Ordinal).ToList();
            // access.log.1 is what access.log was.
            _folderFault = null;
            return all.Where(path => !all.Exists(other => RotatedLogs.IsNameOf(path, other)));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            _folderFault = error is DirectoryNotFoundException ? "there is no such folder" : "its folder cannot be listed";
            return [];
        }
    }
}
