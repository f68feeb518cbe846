using System.IO.Compression;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>
/// Decompresses gzip and notices when it is cut off, which the runtime's own stream takes for its end: <see cref="GzipInput"/> adds a
/// member of known content, and unless that comes out last, the content before it was cut.
/// </summary>
internal sealed class GunzipStream : Stream
{
    private const int BufferBytes = 1 << 16;

    private readonly GZipStream _gzip;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private int _start;
    private int _end;
    private bool _ended;

    public GunzipStream(Stream inner) => _gzip = new GZipStream(new GzipInput([], inner), CompressionMode.Decompress);

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <summary>Reads decompressed bytes; 0 at the end.</summary>
    /// <exception cref="InvalidDataException">The compression is damaged or cut off; what came before was given.</exception>
    public override int Read(Span<byte> buffer)
    {
        var trailer = GzipInput.TrailerContent;
        while (!_ended && _end - _start <= trailer.Length)
            ReadMore();
        var count = Math.Min(buffer.Length, _end - _start - trailer.Length);
        if (count > 0)
        {
            _buffer.AsSpan(_start, count).CopyTo(buffer);
            _start += count;
            return count;
        }

        if (!_buffer.AsSpan(_start, _end - _start).SequenceEqual(trailer))
            throw new InvalidDataException("the compressed content is cut off");
        return 0;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _gzip.Dispose();
        base.Dispose(disposing);
    }

    private void ReadMore()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var count = _gzip.Read(_buffer, _end, _buffer.Length - _end);
        _ended = count == 0;
        _end += count;
    }
}
