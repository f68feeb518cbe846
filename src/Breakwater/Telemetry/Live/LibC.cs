using System.Runtime.InteropServices;

namespace Breakwater.Telemetry.Live;

/// <summary>The three calls of Linux that .NET has no counterpart for. Layouts are those of 64-bit Linux (recvmmsg(2), poll(2), nanosleep(2)).</summary>
internal static unsafe partial class LibC
{
    public const int MessageTruncated = 0x20; // MSG_TRUNC
    public const int DontWait = 0x40; // MSG_DONTWAIT
    public const short PollIn = 0x001;
    public const short PollBroken = 0x008 | 0x010 | 0x020; // POLLERR, POLLHUP, POLLNVAL

    public const int SocketLevel = 1; // SOL_SOCKET
    public const int ReuseAddress = 2; // SO_REUSEADDR
    public const int ReusePort = 15; // SO_REUSEPORT
    public const int ReceiveBufferForced = 33; // SO_RCVBUFFORCE
    public const int MemoryInfo = 55; // SO_MEMINFO

    public const int InterNetwork = 2; // AF_INET
    public const int InterNetworkV6 = 10; // AF_INET6

    [StructLayout(LayoutKind.Sequential)]
    public struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    [StructLayout(LayoutKind.Sequential)]
    public struct MessageHeader
    {
        public byte* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public byte* Control;
        public nuint ControlLength;
        public int Flags;
    }

    /// <summary>struct mmsghdr.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct ReceivedMessage
    {
        public MessageHeader Header;
        public uint Length;
    }

    /// <summary>struct pollfd.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct PollEntry
    {
        public int Descriptor;
        public short Events;
        public short Returned;
    }

    /// <summary>struct timespec.</summary>
    [StructLayout(LayoutKind.Sequential)]
    public struct TimeSpecification
    {
        public long Seconds;
        public long Nanoseconds;
    }

    [LibraryImport("libc", EntryPoint = "recvmmsg", SetLastError = true)]
    public static partial int ReceiveMessages(int descriptor, ReceivedMessage* messages, uint count, int flags, TimeSpecification* timeout);

    [LibraryImport("libc", EntryPoint = "poll", SetLastError = true)]
    public static partial int Poll(PollEntry* entries, nuint count, int timeoutMilliseconds);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    public static partial int Sleep(TimeSpecification* request, TimeSpecification* remaining);
}
