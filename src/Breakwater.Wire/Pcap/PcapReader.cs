namespace Breakwater.Wire.Pcap;

/// <summary>
/// Reads the packets of a pcap or pcapng capture, plain or gzip, from a stream that the caller opened and keeps. Memory is bounded by
/// <see cref="PcapLimits"/>, nothing is allocated per packet. Damage is located in <see cref="Damage"/>, and reading goes on behind it.
/// </summary>
public sealed class PcapReader : IDisposable
{
    private readonly PcapInput _input;
    private ClassicPcap? _classic;
    private Pcapng? _pcapng;
    private bool _started;

    /// <summary>Nothing is read until the first call of <see cref="TryRead"/> or <see cref="Open"/>.</summary>
    public PcapReader(Stream stream)
        : this(stream, new byte[PcapLimits.BufferBytes])
    {
    }

    /// <summary>Reads a capture that is in memory as a whole, without a copy of it. It must not change meanwhile.</summary>
    public PcapReader(byte[] capture)
    {
        ArgumentNullException.ThrowIfNull(capture);
        _input = new PcapInput(capture, Damage);
    }

    /// <summary>Reads through a buffer of <see cref="PcapLimits.BufferBytes"/> that the caller gives again and again (many small files).</summary>
    internal PcapReader(Stream stream, byte[] buffer)
    {
        ArgumentNullException.ThrowIfNull(stream);
        ArgumentOutOfRangeException.ThrowIfNotEqual(buffer.Length, PcapLimits.BufferBytes);
        _input = new PcapInput(stream, Damage, buffer);
    }

    /// <summary>What could not be read so far.</summary>
    public PcapDamageLog Damage { get; } = new();

    /// <summary>Known after <see cref="Open"/> or the first read.</summary>
    public PcapFormat Format => _classic is not null ? PcapFormat.Pcap : _pcapng is not null ? PcapFormat.Pcapng : PcapFormat.Unknown;

    /// <summary>True when the content is gzip-compressed; all offsets then count decompressed bytes.</summary>
    public bool IsGzip => _input.IsGzip;

    /// <summary>Why nothing can be read: <see cref="DecodeError.Truncated"/> (fewer bytes than a file header), <see cref="DecodeError.BadVersion"/>,
    /// <see cref="DecodeError.Unsupported"/> (no capture). None for a capture, damaged or not.</summary>
    public DecodeError Error { get; private set; }

    /// <summary>Offset of the next unread byte, in the decompressed content.</summary>
    public long Offset => _input.Offset;

    /// <summary>True when bytes begin like a capture or like gzip (four octets suffice).</summary>
    public static bool Recognizes(ReadOnlySpan<byte> prefix) =>
        prefix is [0x1F, 0x8B, ..] || ClassicPcap.Recognizes(prefix) || Pcapng.Recognizes(prefix);

    /// <summary>Reads the file header; done by the first <see cref="TryRead"/> when not called before.</summary>
    /// <returns>The same as <see cref="Error"/>.</returns>
    public DecodeError Open()
    {
        if (_started)
            return Error;
        _started = true;
        _input.DetectGzip();
        _input.Ensure(4);
        if (ClassicPcap.Recognizes(_input.Available))
            Error = ClassicPcap.TryOpen(_input, Damage, out _classic);
        else if (Pcapng.Recognizes(_input.Available))
            _pcapng = new Pcapng(_input, Damage);
        else
            Error = _input.Available.Length < 4 ? DecodeError.Truncated : DecodeError.Unsupported;
        return Error;
    }

    /// <summary>
    /// Reads the next packet. To tell damage from data it looks at the header of the packet after it, so on a pipe a packet
    /// appears when its successor has begun.
    /// </summary>
    /// <returns>False at the end of the capture.</returns>
    /// <exception cref="IOException">The caller's stream failed.</exception>
    public bool TryRead(out PcapPacket packet)
    {
        if (_classic is { } classic)
            return classic.TryRead(out packet);
        if (_pcapng is { } pcapng)
            return pcapng.TryRead(out packet);
        packet = default;
        return !_started && Open() == DecodeError.None && TryRead(out packet);
    }

    /// <summary>Frees the decompressor; the caller's stream stays open.</summary>
    public void Dispose() => _input.Dispose();
}
