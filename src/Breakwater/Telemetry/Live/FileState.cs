namespace Breakwater.Telemetry.Live;

/// <summary>What tells a file from all others of the machine while it exists.</summary>
internal readonly record struct FileIdentity(ulong Device, ulong Inode);

/// <summary>A regular file at one moment.</summary>
/// <param name="Identity">Which file stands under the path.</param>
/// <param name="SizeBytes">Its size.</param>
/// <param name="ChangedNanoseconds">Time of its last write, since 1970-01-01 UTC.</param>
internal readonly record struct FileState(FileIdentity Identity, long SizeBytes, long ChangedNanoseconds)
{
    /// <summary>The file under a path; null: none, no regular one, or one that must not be looked at.</summary>
    public static unsafe FileState? Of(string path)
    {
        var status = default(LibC.FileStatus);
        if (LibC.Status(LibC.CurrentFolder, path, 0, LibC.BasicStatus, &status) != 0 || (status.Mode & LibC.FileTypeMask) != LibC.RegularFile)
            return null;
        return new FileState(
            new FileIdentity(((ulong)status.DeviceMajor << 32) | status.DeviceMinor, status.Inode), (long)status.Size,
            (status.ChangedSeconds * 1_000_000_000) + status.ChangedNanoseconds);
    }
}
