using Microsoft.Win32.SafeHandles;

namespace Breakwater.Telemetry.Live;

/// <summary>Where reading of a file stands: what tells that it is the same file later, and the begin of the first line that was not taken.</summary>
/// <param name="Identity">Device and inode.</param>
/// <param name="Offset">Bytes.</param>
/// <param name="Head">Its first bytes.</param>
internal readonly record struct LogPosition(FileIdentity Identity, long Offset, FileHead Head);

/// <summary>
/// One open file of a log. Reading stands at the begin of a line: what has no line feed yet is read again when there is more, so a position is all
/// that has to be kept.
/// </summary>
internal sealed class FollowedFile(SafeFileHandle handle, FileIdentity identity, long offset, FileHead head) : IDisposable
{
    private bool _isInsideLongLine;
    private long _tried;

    public FileIdentity Identity => identity;

    /// <summary>Begin of the first line that was not taken.</summary>
    public long Offset { get; private set; } = offset;

    public FileHead Head { get; private set; } = head;

    /// <summary>Size as of the last look.</summary>
    public long SizeBytes { get; private set; }

    /// <summary>When it was last seen to grow; the caller's clock, nanoseconds.</summary>
    public long GrewNanoseconds { get; private set; }

    /// <summary>When it was found to be rotated away; 0: it was not.</summary>
    public long RotatedNanoseconds { get; set; }

    public LogPosition Position => new(Identity, Offset, Head);

    /// <summary>Bytes that were not tried yet: an unfinished line is tried once at each length.</summary>
    public long UnreadBytes => Math.Max(0, SizeBytes - Math.Max(Offset, _tried));

    /// <summary>Opens a file; null when it cannot be.</summary>
    public static FollowedFile? Open(string path, FileIdentity identity, long offset, FileHead head)
    {
        try
        {
            // Who writes it may rename, empty or delete it meanwhile.
            return new FollowedFile(File.OpenHandle(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete), identity, offset, head);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            return null;
        }
    }

    /// <summary>Looks how large it is now.</summary>
    /// <returns>False when it was emptied or written anew: what was read is not in it any more.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool Look(long now)
    {
        var size = RandomAccess.GetLength(handle);
        // Emptied and filled to the same size again, it is another one.
        if (size < Offset || !Head.IsOf(handle))
            return false;
        if (Head.Length < FileHead.MaximumBytes)
            Head = FileHead.Of(handle, Math.Min(size, FileHead.MaximumBytes));
        if (size > SizeBytes)
            GrewNanoseconds = now;
        SizeBytes = size;
        return true;
    }

    /// <summary>Goes to the begin, or to the end of the last whole line, of what is there now.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    public void GoToEnd(Span<byte> buffer)
    {
        var size = RandomAccess.GetLength(handle);
        var start = Math.Max(0, size - buffer.Length);
        var count = RandomAccess.Read(handle, buffer, start);
        var last = buffer[..count].LastIndexOf((byte)'\n');
        Offset = last < 0 ? start : start + last + 1;
        _isInsideLongLine = last < 0 && start > 0;
    }

    /// <summary>Takes the next whole lines, as many as fit into the buffer.</summary>
    /// <param name="stream">Gets the lines that are too long.</param>
    /// <param name="buffer">At least twice as long as the longest line.</param>
    /// <param name="isLast">Nothing more will be written: the rest is a line, with or without line feed.</param>
    /// <param name="take">Takes the lines.</param>
    /// <returns>True when some bytes were looked at for the first time.</returns>
    /// <exception cref="IOException">It cannot be read.</exception>
    public bool Read(LogStream stream, Span<byte> buffer, bool isLast, LinesTaker take)
    {
        var count = RandomAccess.Read(handle, buffer[..^1], Offset);
        var isNew = Offset + count > _tried;
        _tried = Offset + count;
        var bytes = buffer[..count];
        var skipped = 0;
        if (_isInsideLongLine)
        {
            var end = bytes.IndexOf((byte)'\n');
            (skipped, _isInsideLongLine) = (end < 0 ? count : end + 1, end < 0);
        }

        var last = bytes[skipped..].LastIndexOf((byte)'\n');
        var length = last + 1;
        if (last < 0 && count - skipped > LiveLogLimits.LineBytes)
        {
            stream.LongLines++;
            (_isInsideLongLine, skipped) = (true, count);
        }
        else if (isLast && skipped + length < count && count < buffer.Length - 1)
        {
            buffer[count] = (byte)'\n';
            length = count + 1 - skipped;
        }

        if (length > 0)
            take(stream, buffer.Slice(skipped, length));
        var done = Math.Min(count, skipped + length);
        Offset += done;
        return isNew || done > 0;
    }

    public void Dispose() => handle.Dispose();
}
