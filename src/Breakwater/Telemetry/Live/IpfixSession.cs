using System.Buffers.Binary;
using System.Net.Sockets;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// One TCP connection of an exporter. Messages follow each other, cut by their length alone (RFC 7011 §10.4.1); templates hold for the
/// connection (§8). Its buffer holds one message and the beginning of the next.
/// </summary>
internal sealed class IpfixSession(Socket socket, LiveExporter exporter) : IDisposable
{
    /// <summary>Most connections at a time; each has a buffer of 128 KiB and a state of its own.</summary>
    public const int Maximum = 64;

    /// <summary>Most connections of one exporter: one per line card, and some that it has not noticed to be dead.</summary>
    public const int MaximumPerExporter = 8;

    /// <summary>A message that has begun is whole within this time.</summary>
    public static readonly TimeSpan SlowestMessage = TimeSpan.FromSeconds(10);

    /// <summary>
    /// From this on a connection may be dead, and gives its place to a new one of the same exporter. Shorter, an exporter with more line cards
    /// than places would lose its templates again and again.
    /// </summary>
    public static readonly TimeSpan ShortestIdle = TimeSpan.FromSeconds(30);

    private const int BufferBytes = 2 * ushort.MaxValue;
    private const int HeaderBytes = 16;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start, _end;

    public Socket Socket => socket;

    public LiveExporter Exporter => exporter;

    /// <summary>The exporter's port, which tells its connections apart.</summary>
    public ushort Port { get; init; }

    public ExporterState State { get; } = exporter.NewSession();

    /// <summary>When the first octets of the message came that is not yet whole.</summary>
    public long MessageTimestamp { get; set; }

    /// <summary>When something came last; at first when it was accepted.</summary>
    public long ReadTimestamp { get; set; }

    /// <summary>A message has begun and is not whole.</summary>
    public bool IsWithinMessage => _end > _start;

    /// <summary>Takes what waits in the socket.</summary>
    /// <returns>False when the connection is over.</returns>
    public bool Fill()
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        var count = socket.Receive(_buffer.AsSpan(_end), SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock)
            return true;
        _end += count;
        return error == SocketError.Success && count > 0;
    }

    /// <summary>The next whole message, valid until <see cref="Fill"/>.</summary>
    /// <param name="message">The message.</param>
    /// <param name="isBroken">What stands there is no IPFIX message: nothing behind it can be found.</param>
    public bool TryTake(out ReadOnlySpan<byte> message, out bool isBroken)
    {
        var waiting = _buffer.AsSpan(_start, _end - _start);
        message = default;
        isBroken = false;
        if (waiting.Length < 4)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(waiting[2..]);
        isBroken = BinaryPrimitives.ReadUInt16BigEndian(waiting) != (ushort)ExportFormat.Ipfix || length < HeaderBytes;
        if (isBroken || waiting.Length < length)
            return false;
        message = waiting[..length];
        _start += length;
        return true;
    }

    public void Dispose() => socket.Dispose();
}
