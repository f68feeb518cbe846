using System.Runtime.InteropServices;

namespace Breakwater.Telemetry.Live;

/// <summary>What tells files apart, for which .NET has no counterpart: statx(2), whose layout is the same on every Linux.</summary>
internal static unsafe partial class LibC
{
    public const int CurrentFolder = -100; // AT_FDCWD
    public const uint BasicStatus = 0x7FF; // STATX_BASIC_STATS
    public const int FileTypeMask = 0xF000; // S_IFMT
    public const int RegularFile = 0x8000; // S_IFREG

    /// <summary>struct statx, as far as it is read.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 256)]
    public struct FileStatus
    {
        [FieldOffset(28)]
        public ushort Mode;

        [FieldOffset(32)]
        public ulong Inode;

        [FieldOffset(40)]
        public ulong Size;

        [FieldOffset(112)]
        public long ChangedSeconds;

        [FieldOffset(120)]
        public uint ChangedNanoseconds;

        [FieldOffset(136)]
        public uint DeviceMajor;

        [FieldOffset(140)]
        public uint DeviceMinor;
    }

    [LibraryImport("libc", EntryPoint = "statx", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Status(int folder, string path, int flags, uint mask, FileStatus* status);
}
