using System.Net.Sockets;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// What the kernel drops because a socket's buffer is full, by its own count (SO_MEMINFO, Linux 4.12). Asked for by the caller, and not sent along with each datagram (SO_RXQ_OVFL):
/// that costs every one a look, and tells of drops only when another comes after them.
/// </summary>
internal sealed class SocketDrops(Socket socket)
{
    // SK_MEMINFO_DROPS, the last of nine numbers.
    private const int Numbers = 9, Drops = 8;
    private uint _last;
    private bool _isUntold;

    /// <summary>Datagrams dropped since the last call, or since the socket was opened; the kernel counts modulo 2³². 0 where the kernel does not tell (some that containers run on).</summary>
    public uint Take()
    {
        if (_isUntold)
            return 0;
        Span<byte> memory = stackalloc byte[Numbers * sizeof(uint)];
        try
        {
            _isUntold = socket.GetRawSocketOption(LibC.SocketLevel, LibC.MemoryInfo, memory) < memory.Length;
        }
        catch (Exception error) when (error is SocketException or ObjectDisposedException)
        {
            // What cannot be asked for, now or after the end, must not stop who asks.
            _isUntold = true;
        }

        if (_isUntold)
            return 0;
        var total = BitConverter.ToUInt32(memory[(Drops * sizeof(uint))..]);
        (var added, _last) = (total - _last, total);
        return added;
    }
}
