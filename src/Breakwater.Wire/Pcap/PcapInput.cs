using System.IO.Compression;

namespace Breakwater.Wire.Pcap;

/// <summary>
/// The capture's bytes in one large buffer that moves over the stream: parsers work on <see cref="Available"/> and call
/// <see cref="Ensure"/> when it is too short. Gzip (RFC 1952, several members too) is found by its first octets and unpacked on the way.
/// </summary>
internal sealed class PcapInput : IDisposable
{
    // Decompression gives small portions, so that a fault loses at most this much of what was unpacked before it.
    private const int GzipPortionBytes = 512;

    // What one read brings is parsed while the cache next to the core still holds it; portions of the whole buffer's size would not fit there.
    private const int PortionBytes = 256 * 1024;

    private readonly PcapDamageLog _damage;
    private byte[] _buffer;
    private Stream _stream;
    private GZipStream? _gzip;
    private GzipInput? _gzipInput;
    private long _bufferOffset;
    private int _position;
    private int _end;
    private bool _ended;

    public PcapInput(Stream stream, PcapDamageLog damage, byte[] buffer)
    {
        _stream = stream;
        _damage = damage;
        _buffer = buffer;
    }

    /// <summary>A capture that is in memory as a whole: the buffer is the capture, and nothing is copied.</summary>
    public PcapInput(byte[] content, PcapDamageLog damage)
        : this(Stream.Null, damage, content) => (_end, _ended) = (content.Length, true);

    /// <summary>The bytes not yet consumed that are in memory, at most <see cref="PcapLimits.BufferBytes"/>: damage is looked through so far.</summary>
    public ReadOnlySpan<byte> Available => _buffer.AsSpan(_position, Math.Min(_end - _position, PcapLimits.BufferBytes));

    /// <summary>Offset of the first available byte in the decompressed content.</summary>
    public long Offset => _bufferOffset + _position;

    /// <summary>True once the stream has no more bytes than those available.</summary>
    public bool IsEnded => _ended && _end - _position <= PcapLimits.BufferBytes;

    public bool IsGzip => _gzip is not null;

    /// <summary>Looks at the first octets and starts decompression when they are gzip's. Called once, before anything is consumed.</summary>
    public void DetectGzip()
    {
        if (!Ensure(2) || _buffer[0] != 0x1F || _buffer[1] != 0x8B)
            return;
        _gzipInput = new GzipInput(_buffer.AsSpan(0, _end).ToArray(), _stream);
        _gzip = new GZipStream(_gzipInput, CompressionMode.Decompress, leaveOpen: false);
        if (_buffer.Length != PcapLimits.BufferBytes || _ended)
            _buffer = new byte[PcapLimits.BufferBytes]; // the capture itself is not written to
        _stream = _gzip;
        _end = 0;
        _ended = false;
    }

    /// <summary>Consumes bytes that are available.</summary>
    public void Advance(int count) => _position += count;

    /// <summary>Reads until at least <paramref name="count"/> bytes are available; false when the stream ends before.</summary>
    public bool Ensure(int count)
    {
        if (_end - _position >= count)
            return true;
        if (_ended)
            return false;
        MakeRoom();
        while (_end < count && _end < _buffer.Length && !_ended)
            ReadMore();
        return _end >= count;
    }

    /// <summary>Makes as many bytes available as the buffer holds, or all that are left.</summary>
    public void Fill() => Ensure(PcapLimits.BufferBytes);

    /// <summary>Consumes <paramref name="count"/> bytes, in memory or not; returns how many there were.</summary>
    public long Skip(long count)
    {
        var left = count;
        while (left > 0)
        {
            if (_end == _position && !Ensure(1))
                break;
            var step = (int)Math.Min(left, _end - _position);
            _position += step;
            left -= step;
        }

        return count - left;
    }

    public void Dispose() => _gzip?.Dispose();

    private void MakeRoom()
    {
        if (_position == 0)
            return;
        _buffer.AsSpan(_position, _end - _position).CopyTo(_buffer);
        _bufferOffset += _position;
        _end -= _position;
        _position = 0;
    }

    private void ReadMore()
    {
        var room = _buffer.AsSpan(_end, Math.Min(PortionBytes, _buffer.Length - _end));
        var count = _gzipInput is null ? _stream.Read(room) : ReadGzip(_gzipInput, room);
        _ended = count == 0;
        _end += count;
    }

    private int ReadGzip(GzipInput input, Span<byte> room)
    {
        var count = 0;
        try
        {
            count = _stream.Read(room[..Math.Min(room.Length, GzipPortionBytes)]);
            if (count > 0 && !input.IsInTrailer)
                return count;
        }
        catch (InvalidDataException)
        {
            if (!input.IsInTrailer)
            {
                _damage.Add(_bufferOffset + _end, DecodeError.BadValue, 0);
                return 0;
            }
        }

        if (!IsTrailer(room[..count]))
            _damage.Add(_bufferOffset + _end, DecodeError.Truncated, 0);
        return 0;
    }

    private bool IsTrailer(ReadOnlySpan<byte> first)
    {
        Span<byte> content = stackalloc byte[GzipInput.TrailerContent.Length + 1];
        if (first.Length > content.Length)
            return false;
        first.CopyTo(content);
        try
        {
            var rest = _stream.ReadAtLeast(content[first.Length..], content.Length - first.Length, throwOnEndOfStream: false);
            return content[..(first.Length + rest)].SequenceEqual(GzipInput.TrailerContent);
        }
        catch (InvalidDataException)
        {
            return false;
        }
    }
}
