namespace Breakwater.Wire.Pcap;

/// <summary>
/// What the decompressor reads: the octets looked at to recognise gzip, the rest of the caller's stream (which stays open), and then one
/// more gzip member of known content. The runtime's decompressor takes a member that is cut off for a finished one; whether the known
/// content comes out at the end tells the two apart.
/// </summary>
public sealed class GzipInput(byte[] prefix, Stream inner) : Stream
{
    /// <summary>What <see cref="Trailer"/> decompresses to.</summary>
    public static ReadOnlySpan<byte> TrailerContent => "end of capture"u8;

    /// <summary>RFC 1952 member with one stored block (RFC 1951 §3.2.4): 14 octets and their complement, the text, CRC-32, size.</summary>
    private static ReadOnlySpan<byte> Trailer =>
    [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 0xFF,
        1, 14, 0, 0xF1, 0xFF,
        (byte)'e', (byte)'n', (byte)'d', (byte)' ', (byte)'o', (byte)'f', (byte)' ',
        (byte)'c', (byte)'a', (byte)'p', (byte)'t', (byte)'u', (byte)'r', (byte)'e',
        0xD3, 0x2A, 0x69, 0x60, 14, 0, 0, 0,
    ];

    private int _position;
    private int _trailerPosition;

    /// <summary>True once the real content is used up: what is decompressed from then on is the trailer's, or rubbish.</summary>
    public bool IsInTrailer => _trailerPosition > 0;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    public override int Read(Span<byte> buffer)
    {
        var count = Take(prefix, ref _position, buffer);
        if (count == 0)
            count = inner.Read(buffer);
        return count > 0 ? count : Take(Trailer, ref _trailerPosition, buffer);
    }

    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static int Take(ReadOnlySpan<byte> from, ref int position, Span<byte> buffer)
    {
        var count = Math.Min(buffer.Length, from.Length - position);
        from.Slice(position, count).CopyTo(buffer);
        position += count;
        return count;
    }
}
