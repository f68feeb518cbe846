using System.Buffers.Binary;

namespace Breakwater.Wire.Pcap;

/// <summary>
/// A pcap record header (draft-ietf-opsawg-pcap §5): seconds, fraction, captured length, original length, in the file's byte order.
/// The modified format appends 8 octets: interface index, protocol, packet type, padding.
/// </summary>
internal readonly struct ClassicRecord
{
    public const int Length = 16;

    public readonly uint Seconds;
    public readonly uint Fraction;
    public readonly uint Captured;
    public readonly uint Original;

    public ClassicRecord(ReadOnlySpan<byte> bytes, bool bigEndian)
    {
        var header = bytes[..Length];
        Seconds = BinaryPrimitives.ReadUInt32LittleEndian(header);
        Fraction = BinaryPrimitives.ReadUInt32LittleEndian(header[4..]);
        Captured = BinaryPrimitives.ReadUInt32LittleEndian(header[8..]);
        Original = BinaryPrimitives.ReadUInt32LittleEndian(header[12..]);
        if (!bigEndian)
            return;
        Seconds = BinaryPrimitives.ReverseEndianness(Seconds);
        Fraction = BinaryPrimitives.ReverseEndianness(Fraction);
        Captured = BinaryPrimitives.ReverseEndianness(Captured);
        Original = BinaryPrimitives.ReverseEndianness(Original);
    }

    // Two captures of one file lie days apart at most; farther records are looked at more closely, not refused.
    private const uint NearSeconds = 7 * 86_400;

    /// <summary>True when the length may stand and the record says anything at all (a zero-filled tail does not).</summary>
    public bool IsPossible => Captured <= PcapLimits.CapturedBytes && (Captured | Original) != 0;

    /// <summary>True when every field is what a sound capture has next after a packet at <paramref name="lastSeconds"/>.</summary>
    public bool IsPlausible(uint lastSeconds, uint fractionsPerSecond) =>
        Captured <= PcapLimits.CapturedBytes && Captured <= Original && Original - 1 < MaximumOriginal
        && Fraction < fractionsPerSecond && Seconds - lastSeconds + NearSeconds <= 2 * NearSeconds;

    private const uint MaximumOriginal = 16 * 1024 * 1024;
}
