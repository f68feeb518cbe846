namespace Breakwater.Wire.Mmdb;

/// <summary>
/// Reads values of a data section or of the metadata, by their offset. Nothing outside the section is read; a pointer is followed once,
/// because the specification forbids a pointer to a pointer, so there are no loops but through containers, whose depth is bounded.
/// </summary>
internal readonly ref struct MmdbSection(ReadOnlySpan<byte> bytes)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>The octets of a scalar.</summary>
    public ReadOnlySpan<byte> Payload(MmdbValue value) => _bytes.Slice(value.At, value.Size);

    /// <summary>An unsigned integer of any width up to 64 bits; leading zero octets may be left out.</summary>
    public ulong Unsigned(MmdbValue value)
    {
        ulong number = 0;
        foreach (var octet in Payload(value))
            number = (number << 8) | octet;
        return number;
    }

    /// <summary>Reads the value at an offset as it stands; a pointer is not followed.</summary>
    public DecodeError Read(int at, out MmdbValue value)
    {
        // Control byte: 3 bits type, 5 bits size. Type 0: the next octet + 7 is the type. Size 29, 30, 31: 1, 2, 3 more octets.
        value = default;
        if ((uint)at > (uint)_bytes.Length)
            return DecodeError.BadValue;
        var reader = new WireReader(_bytes[at..]);
        if (!reader.TryRead(out byte control))
            return DecodeError.Truncated;
        var type = (MmdbType)(control >> 5);
        if (type == MmdbType.Pointer)
            return ReadPointer(control, ref reader, out value);
        if (type == MmdbType.Extended)
        {
            if (!reader.TryRead(out byte extended))
                return DecodeError.Truncated;
            if (extended is 0 or > MmdbType.Float - MmdbType.Map)
                return DecodeError.BadValue;
            type = (MmdbType)(extended + (byte)MmdbType.Map);
        }

        var size = control & 31;
        if (size >= 29 && !TryReadLongSize(ref reader, ref size))
            return DecodeError.Truncated;
        var error = CheckSize(type, size, reader.Remaining);
        if (error == DecodeError.None)
            value = new MmdbValue(type, size, _bytes.Length - reader.Remaining);
        return error;
    }

    /// <summary>Reads the value at an offset, or the one that a pointer there leads to.</summary>
    /// <param name="at">Offset in the section.</param>
    /// <param name="value">The value meant.</param>
    /// <param name="stored">What stands at the offset: the value or a pointer to it.</param>
    public DecodeError Follow(int at, out MmdbValue value, out MmdbValue stored)
    {
        var error = Read(at, out stored);
        value = stored;
        if (error != DecodeError.None || stored.Type != MmdbType.Pointer)
            return error;
        error = Read(stored.Size, out value);
        return error == DecodeError.None && value.Type == MmdbType.Pointer ? DecodeError.BadValue : error;
    }

    /// <summary>Passes over the value at an offset and all that it contains, without following pointers.</summary>
    /// <param name="at">Offset in the section.</param>
    /// <param name="budget">Values that may still be read; see <see cref="MmdbLimits.Values"/>.</param>
    /// <param name="next">Offset behind it.</param>
    public DecodeError Skip(int at, ref int budget, out int next)
    {
        next = at;
        for (var pending = 1L; pending > 0; pending--)
        {
            if (--budget < 0)
                return DecodeError.LimitReached;
            if (Read(next, out var value) is var error and not DecodeError.None)
                return error;
            pending += value.Members;
            next = value.End;
        }

        return DecodeError.None;
    }

    /// <summary>Looks for a key of a map; of equal keys the first counts.</summary>
    /// <param name="map">The map.</param>
    /// <param name="key">The key.</param>
    /// <param name="budget">As for <see cref="Skip"/>.</param>
    /// <param name="valueAt">Offset of its value; -1 when the map does not have it.</param>
    public DecodeError Find(MmdbValue map, ReadOnlySpan<byte> key, ref int budget, out int valueAt)
    {
        valueAt = -1;
        var at = map.End;
        for (var i = 0; i < map.Size; i++)
        {
            var error = Follow(at, out var name, out var stored);
            if (error != DecodeError.None)
                return error;
            if (name.Type != MmdbType.Utf8)
                return DecodeError.BadValue;
            if (Payload(name).SequenceEqual(key))
            {
                valueAt = stored.End;
                return DecodeError.None;
            }

            error = Skip(stored.End, ref budget, out at);
            if (error != DecodeError.None)
                return error;
        }

        return DecodeError.None;
    }

    /// <summary>Looks for a key of a map and reads its value; <see cref="MmdbType.Extended"/> (0) when the map does not have it.</summary>
    public DecodeError FindValue(MmdbValue map, ReadOnlySpan<byte> key, ref int budget, out MmdbValue value)
    {
        value = default;
        var error = Find(map, key, ref budget, out var at);
        return error != DecodeError.None || at < 0 ? error : Follow(at, out value, out _);
    }

    private DecodeError ReadPointer(byte control, ref WireReader reader, out MmdbValue value)
    {
        // 001SSVVV: the value's upper bits are VVV, S + 1 octets follow; the longest form takes its four octets alone.
        value = default;
        var octets = ((control >> 3) & 3) + 1;
        if (!reader.TryReadBytes(octets, out var rest))
            return DecodeError.Truncated;
        var target = octets == 4 ? 0L : control & 7;
        foreach (var octet in rest)
            target = (target << 8) | octet;
        target += octets switch { 2 => 2048, 3 => 526_336, _ => 0 };
        if (target >= _bytes.Length)
            return DecodeError.BadValue;
        value = new MmdbValue(MmdbType.Pointer, (int)target, _bytes.Length - reader.Remaining);
        return DecodeError.None;
    }

    private static bool TryReadLongSize(ref WireReader reader, ref int size)
    {
        var octets = size - 28;
        if (!reader.TryReadBytes(octets, out var rest))
            return false;
        var more = 0;
        foreach (var octet in rest)
            more = (more << 8) | octet;
        size = more + octets switch { 1 => 29, 2 => 285, _ => 65_821 };
        return true;
    }

    // Every member takes an octet at least, so a count is bounded by the octets left.
    private static DecodeError CheckSize(MmdbType type, int size, int remaining) => type switch
    {
        MmdbType.Utf8 or MmdbType.Bytes => size <= remaining ? DecodeError.None : DecodeError.Truncated,
        MmdbType.Map => size <= remaining / 2 ? DecodeError.None : DecodeError.BadCount,
        MmdbType.Array => size <= remaining ? DecodeError.None : DecodeError.BadCount,
        MmdbType.Boolean => size <= 1 ? DecodeError.None : DecodeError.BadValue,
        MmdbType.UInt16 => Scalar(size, size <= 2, remaining),
        MmdbType.UInt32 or MmdbType.Int32 => Scalar(size, size <= 4, remaining),
        MmdbType.UInt64 => Scalar(size, size <= 8, remaining),
        MmdbType.UInt128 => Scalar(size, size <= 16, remaining),
        MmdbType.Float => Scalar(size, size == 4, remaining),
        MmdbType.Double => Scalar(size, size == 8, remaining),
        _ => DecodeError.BadValue, // cache containers and end markers are no part of a database
    };

    private static DecodeError Scalar(int size, bool isSize, int remaining) =>
        !isSize ? DecodeError.BadLength : size <= remaining ? DecodeError.None : DecodeError.Truncated;
}
