using System.Collections.Immutable;
using System.IO.Compression;

namespace Breakwater.Telemetry.Live;

/// <summary>A file beside a log whose name begins with the log's.</summary>
/// <param name="Path">Its path.</param>
/// <param name="State">As of now.</param>
internal readonly record struct RotatedLog(string Path, FileState State)
{
    /// <summary>Compressed: read by unpacking it beside its begin.</summary>
    public bool IsPacked => Path.EndsWith(".gz", StringComparison.Ordinal);
}

/// <summary>Finds what a log was rotated to: a renamed file, a copy, or either one packed by gzip.</summary>
internal static class RotatedLogs
{
    /// <summary>Longest rest of a packed log that is unpacked, bytes.</summary>
    public const long MaximumUnpackedBytes = 1L << 30;

    /// <summary>Files beside a log whose names begin with its own (<c>access.log.1</c>, <c>access.log-20260101.gz</c>), the log itself left out.</summary>
    public static ImmutableArray<RotatedLog> Beside(string path)
    {
        var found = ImmutableArray.CreateBuilder<RotatedLog>();
        try
        {
            var folder = Path.GetDirectoryName(path);
            foreach (var sibling in Directory.EnumerateFiles(folder is { Length: > 0 } ? folder : ".", Path.GetFileName(path) + "*").Take(LiveLogLimits.Siblings))
            {
                if (Path.GetFileName(sibling) != Path.GetFileName(path) && FileState.Of(sibling) is { } state)
                    found.Add(new RotatedLog(sibling, state));
            }
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // The folder is gone: so is what was in it.
        }

        return found.ToImmutable();
    }

    /// <summary>True for names that a log is rotated to: its own, and behind it a number or date (<c>access.log.1</c>, <c>access.log-20260101</c>).</summary>
    public static bool IsNameOf(string path, string log) => path.Length > log.Length + 1 && path.StartsWith(log, StringComparison.Ordinal)
        && path[log.Length] is '.' or '-' or '_' && char.IsAsciiDigit(path[log.Length + 1]);

    /// <summary>The one that holds what stood before a position: under its inode, else by its first bytes, the newest first; null: none.</summary>
    public static RotatedLog? Find(ImmutableArray<RotatedLog> siblings, LogPosition position)
    {
        foreach (var sibling in siblings.OrderByDescending(sibling => sibling.State.Identity == position.Identity).ThenByDescending(static sibling => sibling.State.ChangedNanoseconds))
        {
            if (sibling.State.Identity == position.Identity && sibling.State.SizeBytes >= position.Offset && HasHead(sibling, position.Head))
                return sibling;
            if (position.Head.Length > 0 && (sibling.IsPacked || sibling.State.SizeBytes >= position.Offset) && HasHead(sibling, position.Head))
                return sibling;
        }

        return null;
    }

    /// <summary>Opens it where the position stands; a packed one is unpacked from there on into a file that nobody else sees.</summary>
    public static FollowedFile? Open(RotatedLog found, LogPosition position) => found.IsPacked
        ? OpenPacked(found, position.Offset)
        : FollowedFile.Open(found.Path, found.State.Identity, position.Offset, position.Head);

    private static bool HasHead(RotatedLog file, FileHead head)
    {
        try
        {
            using var handle = File.OpenHandle(file.Path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            if (!file.IsPacked)
                return head.IsOf(handle);
            using var packed = new GZipStream(new FileStream(handle, FileAccess.Read), CompressionMode.Decompress);
            var bytes = new byte[head.Length];
            return FileHead.Of(bytes.AsSpan(0, packed.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false))) == head;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return false;
        }
    }

    private static FollowedFile? OpenPacked(RotatedLog found, long offset)
    {
        try
        {
            using var packed = new GZipStream(File.OpenRead(found.Path), CompressionMode.Decompress);
            var buffer = new byte[LiveLogLimits.ChunkBytes];
            long at = 0;
            var name = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
            var options = new FileStreamOptions { Mode = FileMode.CreateNew, Access = FileAccess.Write };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            using (var rest = new FileStream(name, options))
            {
                for (int count; rest.Length < MaximumUnpackedBytes && (count = packed.Read(buffer)) > 0; at += count)
                {
                    if (at + count > offset)
                        rest.Write(buffer.AsSpan((int)Math.Max(0, offset - at), (int)Math.Min(count, at + count - offset)));
                }
            }

            var file = FollowedFile.Open(name, default, 0, default);
            File.Delete(name);
            return file;
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or InvalidDataException)
        {
            return null;
        }
    }
}
