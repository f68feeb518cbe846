using System.Net;
using System.Net.Sockets;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// One UDP socket of one receiving thread. Several are bound to one address (SO_REUSEPORT): the kernel gives each sender's address and port
/// to one of them.
/// </summary>
internal sealed class DatagramSocket : IDisposable
{
    /// <summary>What is asked of the kernel for waiting datagrams: a tick of judging at 300,000 datagrams of 1,500 bytes a second.</summary>
    public const int WantedBufferBytes = 64 * 1024 * 1024;

    // A busy exporter's datagrams, and what the kernel counts for one of 1,500 bytes at most.
    private const long DatagramsPerSecond = 100_000;
    private const long BytesPerDatagram = 4352;

    private readonly Socket _socket;
    private readonly SocketDrops _drops;

    /// <exception cref="SocketException">The address is not this machine's, or is in use.</exception>
    public DatagramSocket(IPEndPoint address, int bufferBytes = WantedBufferBytes)
    {
        _socket = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        _drops = new SocketDrops(_socket);
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                _socket.DualMode = false; // 0.0.0.0 and :: can then be listened to side by side
            Set(LibC.ReusePort, 1);
            SetBuffer(bufferBytes);
            _socket.Bind(address);
        }
        catch
        {
            _socket.Dispose();
            throw;
        }
    }

    public int Descriptor => (int)_socket.Handle;

    public IPEndPoint LocalAddress => (IPEndPoint)_socket.LocalEndPoint!;

    /// <summary>What the kernel granted, bytes; it counts its own overhead too.</summary>
    public int BufferBytes => _socket.ReceiveBufferSize;

    /// <summary>How long 100,000 datagrams a second take to fill half of the buffer.</summary>
    public long HalfFilledNanoseconds => BufferBytes / 2 * 1_000_000_000L / (DatagramsPerSecond * BytesPerDatagram);

    /// <inheritdoc cref="SocketDrops.Take"/>
    public uint NewDrops() => _drops.Take();

    public void Dispose() => _socket.Dispose();

    private void SetBuffer(int bytes)
    {
        try
        {
            Set(LibC.ReceiveBufferForced, bytes);
        }
        catch (SocketException)
        {
            _socket.ReceiveBufferSize = bytes; // without the privilege, as much as net.core.rmem_max allows
        }
    }

    private void Set(int option, int value) => _socket.SetRawSocketOption(LibC.SocketLevel, option, BitConverter.GetBytes(value));
}
