namespace Breakwater.Telemetry.Live;

/// <summary>Collects messages as lines. A line feed inside of a message is none of the log's: it becomes a space.</summary>
internal sealed class SyslogLines(LogStream stream, LinesTaker take)
{
    private readonly byte[] _lines = new byte[LiveLogLimits.ChunkBytes];
    private int _length;

    public LogStream Stream => stream;

    /// <summary>Adds a message without its frame; what ends it (line feed, NUL) is passed over.</summary>
    public void Add(ReadOnlySpan<byte> message)
    {
        message = message.TrimEnd("\0\r\n"u8);
        message = message[..Math.Min(message.Length, LiveLogLimits.LineBytes + 1)];
        if (message.IsEmpty)
            return;
        if (_length + message.Length + 1 > _lines.Length)
            Flush();
        var line = _lines.AsSpan(_length, message.Length);
        message.CopyTo(line);
        line.Replace((byte)'\n', (byte)' ');
        _length += message.Length;
        _lines[_length++] = (byte)'\n';
    }

    /// <summary>Hands on what was collected.</summary>
    public void Flush()
    {
        if (_length == 0)
            return;
        take(stream, _lines.AsSpan(0, _length));
        _length = 0;
    }
}
