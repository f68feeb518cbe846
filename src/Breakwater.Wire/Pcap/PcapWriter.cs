using System.Buffers.Binary;
using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Pcap;

/// <summary>Writes a pcap capture (draft-ietf-opsawg-pcap) to a stream that the caller keeps. Writes are small: give a buffered stream.</summary>
public sealed class PcapWriter
{
    private const uint Magic = 0xA1B2C3D4;
    private const uint NanosecondMagic = 0xA1B23C4D;

    private readonly Stream _stream;
    private readonly bool _bigEndian;
    private readonly bool _nanoseconds;

    /// <summary>Writes the file header.</summary>
    public PcapWriter(Stream stream, LinkType link, bool bigEndian = false, bool nanoseconds = false, int snapLength = PcapLimits.CapturedBytes)
    {
        ArgumentNullException.ThrowIfNull(stream);
        (_stream, _bigEndian, _nanoseconds) = (stream, bigEndian, nanoseconds);
        Span<byte> header = stackalloc byte[24];
        header.Clear();
        Put(header, nanoseconds ? NanosecondMagic : Magic);
        Put(header[4..], (ushort)2);
        Put(header[6..], (ushort)4);
        Put(header[16..], (uint)snapLength);
        Put(header[20..], (uint)link);
        stream.Write(header);
    }

    /// <summary>Writes one packet. The time is cut to the file's resolution; pcap holds the years 1970 to 2106.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The packet or its time does not fit into the format.</exception>
    public void Write(ReadOnlySpan<byte> data, int originalLength, long timestampNanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, PcapLimits.CapturedBytes);
        ArgumentOutOfRangeException.ThrowIfNegative(timestampNanoseconds);
        var (seconds, nanoseconds) = Math.DivRem(timestampNanoseconds, 1_000_000_000);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(seconds, uint.MaxValue);
        Span<byte> header = stackalloc byte[ClassicRecord.Length];
        Put(header, (uint)seconds);
        Put(header[4..], (uint)(_nanoseconds ? nanoseconds : nanoseconds / 1000));
        Put(header[8..], (uint)data.Length);
        Put(header[12..], (uint)originalLength);
        _stream.Write(header);
        _stream.Write(data);
    }

    private void Put(Span<byte> place, uint value)
    {
        if (_bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(place, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(place, value);
    }

    private void Put(Span<byte> place, ushort value)
    {
        if (_bigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(place, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(place, value);
    }
}
