using System.Buffers.Binary;

namespace Breakwater.Wire.Pcap;

/// <summary>
/// A pcap record header (draft-ietf-opsawg-pcap §5): seconds, fraction, captured length, original length, in the file's byte order.
/// The modified format appends 8 octets: interface index, protocol, packet type, padding.
/// </summary>
internal readonly struct ClassicRecord(ReadOnlySpan<byte> header, bool bigEndian)
{
    public const int Length = 16;

    public readonly uint Seconds = Read(header, bigEndian);
    public readonly uint Fraction = Read(header[4..], bigEndian);
    public readonly uint Captured = Read(header[8..], bigEndian);
    public readonly uint Original = Read(header[12..], bigEndian);

    // Two captures of one file lie days apart at most; farther records are looked at more closely, not refused.
    private const uint NearSeconds = 7 * 86_400;

    /// <summary>True when the length may stand and the record says anything at all (a zero-filled tail does not).</summary>
    public bool IsPossible => Captured <= PcapLimits.CapturedBytes && (Captured | Original) != 0;

    /// <summary>True when every field is what a sound capture has next after a packet at <paramref name="lastSeconds"/>.</summary>
    public bool IsPlausible(uint lastSeconds, uint fractionsPerSecond) =>
        Captured <= PcapLimits.CapturedBytes && Captured <= Original && Original - 1 < MaximumOriginal
        && Fraction < fractionsPerSecond && Seconds - lastSeconds + NearSeconds <= 2 * NearSeconds;

    private const uint MaximumOriginal = 16 * 1024 * 1024;

    private static uint Read(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
