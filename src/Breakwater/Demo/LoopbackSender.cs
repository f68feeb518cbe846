using System.Net;
using System.Net.Sockets;

namespace Breakwater.Demo;

/// <summary>A stream whose every write is one UDP datagram to this machine itself. There is no way to name another one.</summary>
internal sealed class LoopbackSender : Stream
{
    private readonly Socket _socket;
    private long _refused;

    /// <param name="from">The exporter's address: 127.0.0.0/8.</param>
    /// <param name="to">The collector: on loopback too.</param>
    /// <exception cref="ArgumentException">One of them is not on loopback.</exception>
    public LoopbackSender(IPAddress from, IPEndPoint to)
    {
        if (!IPAddress.IsLoopback(from) || !IPAddress.IsLoopback(to.Address))
            throw new ArgumentException("the demo sends on loopback only");
        _socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        _socket.Bind(new IPEndPoint(from, 0));
        _socket.Connect(to);
    }

    public override bool CanRead => false;

    public override bool CanSeek => false;

    public override bool CanWrite => true;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Datagrams that nobody took.</summary>
    public long Refused => _refused;

    public override void Write(ReadOnlySpan<byte> buffer)
    {
        try
        {
            _socket.Send(buffer);
        }
        catch (SocketException)
        {
            // The collector is just stopping: the datagram is lost, as with any router.
            _refused++;
        }
    }

    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _socket.Dispose();
        base.Dispose(disposing);
    }
}
