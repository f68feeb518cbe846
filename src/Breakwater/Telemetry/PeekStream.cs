namespace Breakwater.Telemetry;

/// <summary>A forward-only stream whose first bytes can be looked at before they are read: standard input cannot seek.</summary>
internal sealed class PeekStream(Stream inner, int peekLength) : Stream
{
    private readonly byte[] _head = new byte[peekLength];
    private int _headLength = -1;
    private int _headRead;

    /// <summary>The first bytes of the stream, fewer when it is shorter.</summary>
    public ReadOnlySpan<byte> Peek()
    {
        if (_headLength < 0)
            _headLength = inner.ReadAtLeast(_head, _head.Length, throwOnEndOfStream: false);
        return _head.AsSpan(0, _headLength);
    }

    public override int Read(Span<byte> buffer)
    {
        if (_headRead >= _headLength)
            return inner.Read(buffer);
        var count = Math.Min(buffer.Length, _headLength - _headRead);
        _head.AsSpan(_headRead, count).CopyTo(buffer);
        _headRead += count;
        return count;
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inner.Dispose();
        base.Dispose(disposing);
    }
}
