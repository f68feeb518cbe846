using System.Net;
using System.Net.Sockets;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry.Live;

/// <summary>Syslog over TCP and over Unix sockets of connections, framed by octet counts or line feeds (RFC 6587). Nobody waits for a slow sender.</summary>
internal sealed class SyslogConnections : ISyslogSocket
{
    private readonly Socket _listener;
    private readonly LogSource _source;
    private readonly SyslogLines _lines;
    private readonly string? _path;
    private readonly List<Connection> _connections = [];

    /// <exception cref="SocketException">The address is not this machine's, or is in use.</exception>
    public SyslogConnections(LogSource source, SyslogLines lines)
    {
        (_source, _lines, _path) = (source, lines, source.Syslog!.Path);
        _listener = SyslogSockets.Bind(source.Syslog, SocketType.Stream);
        _listener.Listen(LiveLogLimits.Connections);
    }

    public SyslogCounts Counts { get; } = new();

    public EndPoint Address => _listener.LocalEndPoint!;

    public void AddTo(List<LibC.PollEntry> entries)
    {
        entries.Add(new LibC.PollEntry { Descriptor = (int)_listener.Handle, Events = LibC.PollIn });
        foreach (var connection in _connections)
            entries.Add(new LibC.PollEntry { Descriptor = (int)connection.Socket.Handle, Events = LibC.PollIn });
    }

    public bool Receive(ReceiveBatch batch, long now)
    {
        while (TryAccept(now))
        {
        }

        var hasMore = false;
        for (var index = _connections.Count - 1; index >= 0; index--)
        {
            var state = _connections[index].Take(_lines, Counts);
            hasMore |= state == ConnectionState.HasMore;
            if (state != ConnectionState.Ended)
                continue;
            _connections[index].Dispose();
            _connections.RemoveAt(index);
        }

        _lines.Flush();
        return hasMore;
    }

    public void Dispose()
    {
        _listener.Dispose();
        _connections.ForEach(static connection => connection.Dispose());
        SyslogSockets.Remove(_path);
    }

    /// <summary>Takes a connection; the oldest one makes room.</summary>
    private bool TryAccept(long now)
    {
        Socket socket;
        try
        {
            socket = _listener.Accept();
        }
        catch (SocketException)
        {
            return false; // none waits, or it has gone away again
        }

        if (_path is null && (SenderOf(socket) is not { } sender || !_source.Allows(sender)))
        {
            Counts.CountUnknown(SenderOf(socket) ?? default, now);
            socket.Dispose();
            return true;
        }

        if (_connections.Count == LiveLogLimits.Connections)
        {
            var oldest = _connections.MinBy(static connection => connection.AcceptedNanoseconds)!;
            Counts.RefusedConnections++;
            _connections.Remove(oldest);
            oldest.Dispose();
        }

        socket.Blocking = false;
        _connections.Add(new Connection(socket, now));
        return true;
    }

    private static Address? SenderOf(Socket socket)
    {
        try
        {
            return socket.RemoteEndPoint is IPEndPoint { Address: var sender } && Wire.Address.TryRead(sender.GetAddressBytes(), out var read) ? read : null;
        }
        catch (SocketException)
        {
            return null;
        }
    }

    private enum ConnectionState
    {
        Waits,
        HasMore,
        Ended,
    }

    private sealed class Connection(Socket socket, long acceptedNanoseconds) : IDisposable
    {
        private const int ReadsAtOnce = 16;
        private readonly byte[] _buffer = new byte[2 * LiveLogLimits.LineBytes];
        private int _end;
        private bool _isInsideLongLine;

        public Socket Socket => socket;

        public long AcceptedNanoseconds => acceptedNanoseconds;

        public ConnectionState Take(SyslogLines lines, SyslogCounts counts)
        {
            for (var reads = 0; reads < ReadsAtOnce; reads++)
            {
                var count = socket.Receive(_buffer.AsSpan(_end), SocketFlags.None, out var error);
                if (error == SocketError.WouldBlock)
                    return ConnectionState.Waits;
                if (error != SocketError.Success || count == 0)
                {
                    // Nothing says that what stands unfinished is whole.
                    if (_end > 0 && !_isInsideLongLine)
                        counts.Broken++;
                    return ConnectionState.Ended;
                }

                _end += count;
                if (!Cut(lines, counts))
                    return ConnectionState.Ended;
            }

            return ConnectionState.HasMore;
        }

        public void Dispose() => socket.Dispose();

        /// <summary>False when this is no syslog.</summary>
        private bool Cut(SyslogLines lines, SyslogCounts counts)
        {
            var start = 0;
            while (start < _end)
            {
                var rest = _buffer.AsSpan(start, _end - start);
                if (_isInsideLongLine)
                {
                    var feed = rest.IndexOf((byte)'\n');
                    (_isInsideLongLine, start) = (feed < 0, feed < 0 ? _end : start + feed + 1);
                    continue;
                }

                var cut = SyslogFraming.Take(rest, LiveLogLimits.LineBytes, out var message, out var taken);
                if (cut == SyslogCut.Incomplete)
                    break;
                if (cut == SyslogCut.Message)
                    Add(message, lines, counts);
                else
                    counts.Broken++;
                if (cut == SyslogCut.NoSyslog)
                    return false;
                _isInsideLongLine = cut == SyslogCut.TooLong && message.IsEmpty;
                start += taken;
            }

            _buffer.AsSpan(start, _end - start).CopyTo(_buffer);
            _end -= start;
            return true;
        }

        private static void Add(ReadOnlySpan<byte> message, SyslogLines lines, SyslogCounts counts)
        {
            counts.Messages++;
            lines.Add(message);
        }
    }
}
