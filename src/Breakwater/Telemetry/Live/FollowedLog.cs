using System.Collections.Immutable;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// One log under its path, through rotation: the file that stands there now, and those that stood there before and are not read to their end.
/// Renamed files are known by their inode, copies by their first bytes.
/// </summary>
internal sealed class FollowedLog(string path, LogStream stream) : IDisposable
{
    /// <summary>A file that was rotated away and has not grown for so long is done with: servers write into it until they open the new one.</summary>
    public const long RotatedNanoseconds = 30_000_000_000;

    /// <summary>The oldest first.</summary>
    private readonly List<FollowedFile> _rotated = [];

    /// <summary>Where reading stood in files that are done with, should one come back.</summary>
    private readonly List<LogPosition> _done = [];
    private FollowedFile? _current;
    private long _missingSince;

    public string Path => path;

    public LogStream Stream => stream;

    /// <summary>Nothing stands under the path, and nothing more comes from what stood there.</summary>
    public bool IsMissing => _current is null && _rotated.Count == 0;

    /// <summary>Something stands under the path, whether it can be read or not; as of the last look.</summary>
    public bool Exists { get; private set; }

    /// <summary>Why it cannot be read; null: it can.</summary>
    public string? Fault { get; private set; }

    /// <summary>Times that what stood in the file was gone before it was read, and no copy of it was found.</summary>
    public long LostRests { get; private set; }

    /// <summary>Bytes that wait.</summary>
    public long UnreadBytes => (_current?.UnreadBytes ?? 0) + _rotated.Sum(static file => file.UnreadBytes);

    /// <summary>Where reading stands: the oldest file first.</summary>
    public ImmutableArray<LogPosition> Positions => [.. _rotated.Append(_current).OfType<FollowedFile>().Select(static file => file.Position)];

    /// <summary>True when the file is one of these, under whatever name.</summary>
    public bool Holds(FileIdentity identity) => _current?.Identity == identity || _rotated.Exists(file => file.Identity == identity);

    /// <summary>Goes on where an earlier run stood, with the files that came since.</summary>
    /// <returns>False when none of its files is there any more.</returns>
    public bool Resume(ImmutableArray<LogPosition> positions)
    {
        var now = FileState.Of(path);
        var siblings = RotatedLogs.Beside(path);
        long newest = long.MinValue;
        var isFound = false;
        foreach (var position in positions)
        {
            if (now is { } state && state.Identity == position.Identity && OpenAt(path, position) is { } same)
            {
                _current = same;
                isFound = true;
            }
            else if (RotatedLogs.Find(siblings, position) is { } found)
            {
                AddRotated(RotatedLogs.Open(found, position));
                (newest, isFound) = (Math.Max(newest, found.State.ChangedNanoseconds), true);
            }
        }

        if (!isFound || _current is not null)
            return isFound;
        // Files that were written and rotated away while nobody read.
        foreach (var sibling in siblings.Where(sibling => sibling.State.ChangedNanoseconds > newest && !sibling.IsPacked && RotatedLogs.IsNameOf(sibling.Path, path)).OrderBy(static sibling => sibling.State.ChangedNanoseconds))
            AddRotated(FollowedFile.Open(sibling.Path, sibling.State.Identity, 0, default));
        if (now is { } fresh)
            _current = FollowedFile.Open(path, fresh.Identity, 0, default);
        return true;
    }

    /// <summary>Takes up what stands under the path.</summary>
    /// <param name="fromEnd">Passes over what is there already.</param>
    /// <param name="buffer">For looking at it.</param>
    public void Begin(bool fromEnd, Span<byte> buffer)
    {
        if (FileState.Of(path) is not { } state || FollowedFile.Open(path, state.Identity, 0, default) is not { } file)
            return;
        _current = file;
        if (fromEnd)
            file.GoToEnd(buffer);
    }

    /// <summary>Looks what became of the files.</summary>
    public void Look(long now)
    {
        Fault = null;
        for (var index = _rotated.Count - 1; index >= 0; index--)
            LookRotated(index, now);
        var state = FileState.Of(path);
        Exists = state is not null;
        if (_current is { } current && state?.Identity != current.Identity && IsGone(state is null, now))
        {
            // Renamed or removed: what it has still to tell is told first.
            AddRotated(current);
            _current = null;
            LookRotated(_rotated.Count - 1, now);
        }

        if (state is not null)
            _missingSince = 0;
        if (_current is null && state is { } fresh)
            _current = ComeBack(fresh.Identity) ?? FollowedFile.Open(path, fresh.Identity, 0, default);
        if (_current is null)
            Fault = state is null ? "there is no such file" : "it must not be read";
        else if (!TryLook(_current, now))
            BeginAgain(_current, now);
    }

    /// <summary>Takes the next chunk, of the oldest file first.</summary>
    /// <returns>True when there was one.</returns>
    public bool Read(Span<byte> buffer, LinesTaker take, long now)
    {
        foreach (var file in _rotated)
        {
            if (file.UnreadBytes > 0 && TryRead(file, buffer, isLast: false, take))
                return true;
        }

        // What stands last in a file that is done with is a line without its end.
        while (_rotated is [var oldest, ..] && now - Math.Max(oldest.GrewNanoseconds, oldest.RotatedNanoseconds) > RotatedNanoseconds)
        {
            _rotated.RemoveAt(0);
            TryRead(oldest, buffer, isLast: true, take);
            Keep(oldest.Position);
            oldest.Dispose();
        }

        return _current is { UnreadBytes: > 0 } current && TryRead(current, buffer, isLast: false, take);
    }

    /// <summary>Takes what stands unfinished at the end; nothing more is expected.</summary>
    public void ReadRest(Span<byte> buffer, LinesTaker take)
    {
        foreach (var file in _rotated.Append(_current).OfType<FollowedFile>())
            TryRead(file, buffer, isLast: true, take);
    }

    public void Dispose()
    {
        _current?.Dispose();
        _rotated.ForEach(static file => file.Dispose());
    }

    /// <summary>A file that vanishes may come back in a moment, under the same inode.</summary>
    private bool IsGone(bool isMissing, long now)
    {
        if (!isMissing)
            return true;
        if (_missingSince == 0)
            _missingSince = now;
        return now - _missingSince > RotatedNanoseconds;
    }

    /// <summary>A file that was here before (a mount that came back, a rename undone) goes on where reading stood in it.</summary>
    private FollowedFile? ComeBack(FileIdentity identity)
    {
        if (_rotated.Find(file => file.Identity == identity) is { } rotated)
        {
            _rotated.Remove(rotated);
            rotated.RotatedNanoseconds = 0;
            return rotated;
        }

        var index = _done.FindLastIndex(position => position.Identity == identity && position.Head.Length > 0);
        if (index < 0)
            return null;
        var known = _done[index];
        _done.RemoveAt(index);
        return OpenAt(path, known);
    }

    private void Keep(LogPosition position)
    {
        _done.Add(position);
        if (_done.Count > LiveLogLimits.RotatedFiles)
            _done.RemoveAt(0);
    }

    private void LookRotated(int index, long now)
    {
        var file = _rotated[index];
        if (file.RotatedNanoseconds == 0)
            file.RotatedNanoseconds = now;
        if (TryLook(file, now))
            return;
        _rotated.RemoveAt(index);
        file.Dispose();
    }

    private static bool TryLook(FollowedFile file, long now)
    {
        try
        {
            return file.Look(now);
        }
        catch (IOException)
        {
            return false;
        }
    }

    private bool TryRead(FollowedFile file, Span<byte> buffer, bool isLast, LinesTaker take)
    {
        try
        {
            return file.Read(stream, buffer, isLast, take);
        }
        catch (IOException error)
        {
            Fault = error.Message;
            return false;
        }
    }

    /// <summary>Emptied, or written anew (copytruncate): the rest of what stood there is in its copy.</summary>
    private void BeginAgain(FollowedFile emptied, long now)
    {
        var position = emptied.Position;
        emptied.Dispose();
        _current = null;
        if (position.Head.Length > 0 && RotatedLogs.Find(RotatedLogs.Beside(path), position with { Identity = default }) is { } copy)
            AddRotated(RotatedLogs.Open(copy, position));
        else if (position.Offset > 0)
            LostRests++;
        if (FileState.Of(path) is { } state)
            _current = FollowedFile.Open(path, state.Identity, 0, default);
        foreach (var file in _rotated.Append(_current).OfType<FollowedFile>())
            _ = TryLook(file, now);
    }

    private static FollowedFile? OpenAt(string path, LogPosition position)
    {
        var file = FollowedFile.Open(path, position.Identity, position.Offset, position.Head);
        if (file is null || TryLook(file, 0))
            return file;
        file.Dispose();
        return null;
    }

    private void AddRotated(FollowedFile? file)
    {
        if (file is null)
            return;
        _rotated.Add(file);
        if (_rotated.Count <= LiveLogLimits.RotatedFiles)
            return;
        LostRests += _rotated[0].UnreadBytes > 0 ? 1 : 0;
        _rotated[0].Dispose();
        _rotated.RemoveAt(0);
    }
}
