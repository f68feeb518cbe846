namespace Breakwater.Wire.Pcap;

/// <summary>A part of a capture that could not be read.</summary>
/// <param name="Offset">Where it begins, in the (decompressed) content.</param>
/// <param name="Error">What is wrong there.</param>
/// <param name="LengthBytes">How many bytes were passed over; for a last packet that is cut off, how many bytes of its record are there.</param>
public readonly record struct PcapDamage(long Offset, DecodeError Error, long LengthBytes);

/// <summary>The first <see cref="Limit"/> damages of one capture, and the number of all of them.</summary>
public sealed class PcapDamageLog
{
    /// <summary>How many damages are kept; the rest is only counted.</summary>
    public const int Limit = 100;

    private readonly List<PcapDamage> _first = [];

    /// <summary>The first damages, in the order in which they were met.</summary>
    public IReadOnlyList<PcapDamage> First => _first;

    /// <summary>All damages, kept or not.</summary>
    public long Count { get; private set; }

    internal void Add(long offset, DecodeError error, long lengthBytes)
    {
        Count++;
        if (_first.Count < Limit)
            _first.Add(new PcapDamage(offset, error, lengthBytes));
    }
}
