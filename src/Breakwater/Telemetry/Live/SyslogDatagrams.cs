using System.Net.Sockets;

namespace Breakwater.Telemetry.Live;

/// <summary>Syslog over UDP (RFC 5426) and over a Unix socket of datagrams, as nginx and HAProxy send it: a message a datagram.</summary>
internal sealed class SyslogDatagrams : ISyslogSocket
{
    private readonly Socket _socket;
    private readonly LogSource _source;
    private readonly SyslogLines _lines;
    private readonly string? _path;
    private readonly SocketDrops _drops;

    /// <exception cref="SocketException">The address is not this machine's, or is in use.</exception>
    public SyslogDatagrams(LogSource source, SyslogLines lines)
    {
        (_source, _lines, _path) = (source, lines, source.Syslog!.Path);
        _socket = SyslogSockets.Bind(source.Syslog, SocketType.Dgram);
        _drops = new SocketDrops(_socket);
    }

    public SyslogCounts Counts { get; } = new();

    public System.Net.EndPoint Address => _socket.LocalEndPoint!;

    public void AddTo(List<LibC.PollEntry> entries) => entries.Add(new LibC.PollEntry { Descriptor = (int)_socket.Handle, Events = LibC.PollIn });

    public bool Receive(ReceiveBatch batch, long now)
    {
        var taken = 0;
        for (int count; taken < LiveLogLimits.DatagramsAtOnce && (count = batch.Receive((int)_socket.Handle)) > 0; taken += count)
        {
            for (var index = 0; index < count; index++)
                Take(batch, index, now);
        }

        Counts.KernelDrops += _drops.Take();
        _lines.Flush();
        return taken >= LiveLogLimits.DatagramsAtOnce;
    }

    public void Dispose()
    {
        _socket.Dispose();
        SyslogSockets.Remove(_path);
    }

    private void Take(ReceiveBatch batch, int index, long now)
    {
        if (_path is null && (!batch.TrySource(index, out var sender, out _) || !_source.Allows(sender)))
        {
            batch.TrySource(index, out sender, out _);
            Counts.CountUnknown(sender, now);
            return;
        }

        // A part of a line is no line: its end would be read as another value.
        if (batch.IsTruncated(index))
        {
            Counts.Broken++;
            return;
        }

        Counts.Messages++;
        _lines.Add(batch.Payload(index));
    }
}
