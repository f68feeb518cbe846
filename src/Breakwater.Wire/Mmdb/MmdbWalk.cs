using System.Buffers.Binary;

namespace Breakwater.Wire.Mmdb;

/// <summary>Reads a value with all that it contains into a sink.</summary>
internal static class MmdbWalk
{
    /// <summary>Walks the value at an offset. What was pushed before a fault stays valid; containers may then be left open.</summary>
    public static DecodeError Walk<TSink>(MmdbSection section, int at, ref TSink sink)
        where TSink : struct, IMmdbSink, allows ref struct
    {
        var budget = MmdbLimits.Values;
        return Walk(section, at, ref sink, ref budget, depth: 0, out _);
    }

    private static DecodeError Walk<TSink>(MmdbSection section, int at, ref TSink sink, ref int budget, int depth, out int next)
        where TSink : struct, IMmdbSink, allows ref struct
    {
        next = at;
        if (--budget < 0)
            return DecodeError.LimitReached;
        var error = section.Follow(at, out var value, out var stored);
        if (error != DecodeError.None)
            return error;
        next = stored.End;
        if (!value.IsContainer)
        {
            PushScalar(section, value, ref sink);
            return DecodeError.None;
        }

        if (depth == MmdbLimits.Depth)
            return DecodeError.TooDeep;
        error = WalkMembers(section, value, ref sink, ref budget, depth + 1, out var end);
        if (stored.Type != MmdbType.Pointer)
            next = end;
        return error;
    }

    private static DecodeError WalkMembers<TSink>(MmdbSection section, in MmdbValue container, ref TSink sink, ref int budget, int depth, out int next)
        where TSink : struct, IMmdbSink, allows ref struct
    {
        next = container.End;
        var isMap = container.Type == MmdbType.Map;
        if (isMap)
            sink.OnMap(container.Size);
        else
            sink.OnArray(container.Size);
        for (var i = 0; i < container.Size; i++)
        {
            var error = isMap ? PushKey(section, ref next, ref sink) : DecodeError.None;
            if (error == DecodeError.None)
                error = Walk(section, next, ref sink, ref budget, depth, out next);
            if (error != DecodeError.None)
                return error;
        }

        sink.OnEnd();
        return DecodeError.None;
    }

    private static DecodeError PushKey<TSink>(MmdbSection section, ref int at, ref TSink sink)
        where TSink : struct, IMmdbSink, allows ref struct
    {
        var error = section.Follow(at, out var key, out var stored);
        if (error != DecodeError.None)
            return error;
        if (key.Type != MmdbType.Utf8)
            return DecodeError.BadValue;
        sink.OnKey(section.Payload(key));
        at = stored.End;
        return DecodeError.None;
    }

    private static void PushScalar<TSink>(MmdbSection section, in MmdbValue value, ref TSink sink)
        where TSink : struct, IMmdbSink, allows ref struct
    {
        switch (value.Type)
        {
            case MmdbType.Utf8:
                sink.OnText(section.Payload(value));
                break;
            case MmdbType.Bytes:
                sink.OnBytes(section.Payload(value));
                break;
            case MmdbType.Boolean:
                sink.OnBoolean(value.Size == 1);
                break;
            case MmdbType.Int32:
                // Shorter ones are non-negative: the octets left out are zero.
                sink.OnSigned((int)section.Unsigned(value));
                break;
            case MmdbType.Double:
                sink.OnDouble(BinaryPrimitives.ReadDoubleBigEndian(section.Payload(value)));
                break;
            case MmdbType.Float:
                sink.OnFloat(BinaryPrimitives.ReadSingleBigEndian(section.Payload(value)));
                break;
            default:
                sink.OnUnsigned(value.Type, Unsigned128(section.Payload(value)));
                break;
        }
    }

    private static UInt128 Unsigned128(ReadOnlySpan<byte> octets)
    {
        UInt128 number = 0;
        foreach (var octet in octets)
            number = (number << 8) | octet;
        return number;
    }
}
