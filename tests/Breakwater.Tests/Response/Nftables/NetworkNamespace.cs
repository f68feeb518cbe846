using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>Sockets of this process inside a network namespace: a socket belongs to the namespace that its thread was in when it was made.</summary>
internal static partial class NetworkNamespace
{
    private const int NewNet = 0x40000000; // CLONE_NEWNET
    private const int FamilyPacket = 17; // AF_PACKET
    private const int Raw = 3; // SOCK_RAW

    /// <summary>Runs on a thread of its own inside the namespace; the thread ends with it.</summary>
    public static T Run<T>(string name, Func<T> action)
    {
        T result = default!;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var handle = File.OpenHandle("/var/run/netns/" + name);
                Assert.Equal(0, SetNamespace((int)handle.DangerousGetHandle(), NewNet));
                result = action();
            }
            catch (Exception error)
            {
                failure = error;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? result : throw new InvalidOperationException(failure.Message, failure);
    }

    /// <summary>Sends Ethernet frames out of a device of a namespace.</summary>
    public static FrameSender Frames(string name, string device) => Run(name, () => new FrameSender(device));

    [LibraryImport("libc", EntryPoint = "setns", SetLastError = true)]
    private static partial int SetNamespace(int descriptor, int kind);

    [LibraryImport("libc", EntryPoint = "socket", SetLastError = true)]
    private static partial int Socket(int family, int type, int protocol);

    [LibraryImport("libc", EntryPoint = "if_nametoindex", StringMarshalling = StringMarshalling.Utf8)]
    private static partial uint IndexOf(string device);

    [LibraryImport("libc", EntryPoint = "sendto", SetLastError = true)]
    private static partial nint SendTo(int socket, ReadOnlySpan<byte> frame, nint length, int flags, ReadOnlySpan<byte> address, int addressLength);

    /// <summary>A packet socket (packet(7)).</summary>
    internal sealed class FrameSender : IDisposable
    {
        private readonly SafeFileHandle _handle;
        private readonly byte[] _address = new byte[20]; // struct sockaddr_ll

        public FrameSender(string device)
        {
            _handle = new SafeFileHandle(NetworkNamespace.Socket(FamilyPacket, Raw, 0), ownsHandle: true);
            Assert.False(_handle.IsInvalid);
            BinaryPrimitives.WriteUInt16LittleEndian(_address, FamilyPacket);
            BinaryPrimitives.WriteInt32LittleEndian(_address.AsSpan(4), (int)IndexOf(device));
        }

        public void Send(ReadOnlySpan<byte> frame) => Assert.Equal(frame.Length, SendTo((int)_handle.DangerousGetHandle(), frame, frame.Length, 0, _address, _address.Length));

        public void Dispose() => _handle.Dispose();
    }
}
