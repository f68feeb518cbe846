namespace Breakwater.Wire.AccessLog;

/// <summary>Cuts a stream into lines, in large reads. A line feed ends a line, and no other octet does.</summary>
/// <param name="stream">The log; stays the caller's.</param>
public sealed class LogLineReader(Stream stream)
{
    private readonly byte[] _buffer = new byte[LogLimits.BufferBytes];
    private int _start;
    private int _end;
    private bool _isEnded;
    private bool _isInsideCut;

    /// <summary>True when the line given last was longer than the limit; it was given as far as the limit goes.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Gives the next line, without its line feed; it stays valid until the next call.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        IsCut = false;
        if (_isInsideCut && !TrySkipRest())
            return false;
        var searched = 0;
        while (true)
        {
            var rest = _buffer.AsSpan(_start, _end - _start);
            var found = rest[searched..].IndexOf((byte)'\n');
            var length = found < 0 ? rest.Length : searched + found;
            if (length > LogLimits.LineBytes)
            {
                line = rest[..LogLimits.LineBytes];
                _start += LogLimits.LineBytes;
                IsCut = _isInsideCut = true;
                return true;
            }

            if (found >= 0 || _isEnded)
            {
                line = rest[..length];
                _start += found < 0 ? length : length + 1;
                return found >= 0 || length > 0;
            }

            searched = length;
            Fill();
        }
    }

    private bool TrySkipRest()
    {
        while (true)
        {
            var found = _buffer.AsSpan(_start, _end - _start).IndexOf((byte)'\n');
            _start = found < 0 ? _end : _start + found + 1;
            _isInsideCut = found < 0;
            if (!_isInsideCut)
                return true;
            if (_isEnded)
                return false;
            Fill();
        }
    }

    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = stream.Read(_buffer.AsSpan(_end));
        _isEnded = count == 0;
        _end += count;
    }
}
