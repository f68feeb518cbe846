using System.Buffers.Binary;

namespace Breakwater.Wire;

/// <summary>
/// Big-endian writer over a caller's buffer: the encoders' counterpart of <see cref="WireReader"/>.
/// Once something does not fit, nothing more is written and <see cref="Overflowed"/> stays true.
/// </summary>
public ref struct WireWriter(Span<byte> buffer)
{
    private readonly Span<byte> _buffer = buffer;

    /// <summary>Bytes written so far.</summary>
    public int Length { get; private set; }

    /// <summary>True when a write did not fit; the output is then not to be used.</summary>
    public bool Overflowed { get; private set; }

    /// <summary>Bytes that still fit.</summary>
    public readonly int Free => Overflowed ? 0 : _buffer.Length - Length;

    /// <summary>What was written so far.</summary>
    public readonly ReadOnlySpan<byte> Written => _buffer[..Length];

    /// <summary>Writes one octet.</summary>
    public void Write(byte value)
    {
        if (TryTake(1, out var place))
            place[0] = value;
    }

    /// <summary>Writes a 16-bit integer in network order.</summary>
    public void Write(ushort value)
    {
        if (TryTake(sizeof(ushort), out var place))
            BinaryPrimitives.WriteUInt16BigEndian(place, value);
    }

    /// <summary>Writes a 32-bit integer in network order.</summary>
    public void Write(uint value)
    {
        if (TryTake(sizeof(uint), out var place))
            BinaryPrimitives.WriteUInt32BigEndian(place, value);
    }

    /// <summary>Writes a 64-bit integer in network order.</summary>
    public void Write(ulong value)
    {
        if (TryTake(sizeof(ulong), out var place))
            BinaryPrimitives.WriteUInt64BigEndian(place, value);
    }

    /// <summary>Writes bytes as they are.</summary>
    public void Write(scoped ReadOnlySpan<byte> value)
    {
        if (TryTake(value.Length, out var place))
            value.CopyTo(place);
    }

    /// <summary>Writes <paramref name="count"/> zero octets.</summary>
    public void WriteZeros(int count)
    {
        if (TryTake(count, out var place))
            place.Clear();
    }

    /// <summary>Overwrites a 16-bit integer at an earlier position (a length or count known only later).</summary>
    public readonly void Patch(int position, ushort value) => BinaryPrimitives.WriteUInt16BigEndian(_buffer[position..], value);

    /// <summary>Overwrites a 32-bit integer at an earlier position.</summary>
    public readonly void Patch(int position, uint value) => BinaryPrimitives.WriteUInt32BigEndian(_buffer[position..], value);

    private bool TryTake(int count, out Span<byte> place)
    {
        if (Overflowed || (uint)count > (uint)(_buffer.Length - Length))
        {
            Overflowed = true;
            place = default;
            return false;
        }

        place = _buffer.Slice(Length, count);
        Length += count;
        return true;
    }
}
