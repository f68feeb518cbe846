using System.Buffers.Binary;

namespace Breakwater.Wire;

/// <summary>Big-endian cursor over one datagram. Never throws, allocates or reads past the end.</summary>
public ref struct WireReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>Bytes not yet read.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>The bytes not yet read.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>Reads one octet.</summary>
    public bool TryRead(out byte value)
    {
        if (_rest.IsEmpty)
        {
            value = 0;
            return false;
        }

        value = _rest[0];
        _rest = _rest[1..];
        return true;
    }

    /// <summary>Reads a 16-bit big-endian integer.</summary>
    public bool TryRead(out ushort value)
    {
        if (!BinaryPrimitives.TryReadUInt16BigEndian(_rest, out value))
            return false;
        _rest = _rest[sizeof(ushort)..];
        return true;
    }

    /// <summary>Reads a 32-bit big-endian integer.</summary>
    public bool TryRead(out uint value)
    {
        if (!BinaryPrimitives.TryReadUInt32BigEndian(_rest, out value))
            return false;
        _rest = _rest[sizeof(uint)..];
        return true;
    }

    /// <summary>Reads a 64-bit big-endian integer.</summary>
    public bool TryRead(out ulong value)
    {
        if (!BinaryPrimitives.TryReadUInt64BigEndian(_rest, out value))
            return false;
        _rest = _rest[sizeof(ulong)..];
        return true;
    }

    /// <summary>Skips <paramref name="lengthBytes"/>; false, and nothing skipped, when fewer remain or the length is negative.</summary>
    public bool TrySkip(int lengthBytes)
    {
        if ((uint)lengthBytes > (uint)_rest.Length)
            return false;
        _rest = _rest[lengthBytes..];
        return true;
    }

    /// <summary>Reads <paramref name="lengthBytes"/> as they are.</summary>
    public bool TryReadBytes(int lengthBytes, out ReadOnlySpan<byte> value)
    {
        value = default;
        if ((uint)lengthBytes > (uint)_rest.Length)
            return false;
        value = _rest[..lengthBytes];
        _rest = _rest[lengthBytes..];
        return true;
    }

    /// <summary>Cuts out a length-prefixed part, so an inner decoder cannot stray into its neighbour.</summary>
    public bool TryCut(int lengthBytes, out WireReader part)
    {
        part = default;
        if ((uint)lengthBytes > (uint)_rest.Length)
            return false;
        part = new WireReader(_rest[..lengthBytes]);
        _rest = _rest[lengthBytes..];
        return true;
    }
}
