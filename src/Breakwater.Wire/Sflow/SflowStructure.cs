using System.Buffers.Binary;
using System.Collections.Frozen;

namespace Breakwater.Wire.Sflow;

/// <summary>Where a structure's tag counts: the same number means different things in flow and counter records.</summary>
public enum SflowRecordKind : byte
{
    /// <summary>Record of a flow sample or a discarded packet (flow_data).</summary>
    Flow = 0,

    /// <summary>Record of a counter sample (counter_data).</summary>
    Counter,
}

/// <summary>A structure as its specification defines it: a name and named fields. All known ones stand in <see cref="SflowStructureTable"/>.</summary>
public sealed class SflowStructure
{
    private static readonly FrozenDictionary<(SflowRecordKind Kind, uint Tag), SflowStructure> Known =
        SflowStructureTable.Rows.ToFrozenDictionary(
            row => (row.Kind, row.Format),
            row => new SflowStructure(row.Kind, new SflowTag(row.Format), row.Name, SflowFieldParser.Parse(row.Fields)));

    private SflowStructure(SflowRecordKind kind, SflowTag tag, string name, IReadOnlyList<SflowField> fields) =>
        (Kind, Tag, Name, Fields) = (kind, tag, name, fields);

    public SflowRecordKind Kind { get; }

    public SflowTag Tag { get; }

    /// <summary>The specification's name.</summary>
    public string Name { get; }

    public IReadOnlyList<SflowField> Fields { get; }

    /// <summary>All structures that are known by name.</summary>
    public static IEnumerable<SflowStructure> All => Known.Values.OrderBy(s => s.Kind).ThenBy(s => s.Tag.Value);

    /// <summary>The structure of a record; null for one that is not known.</summary>
    public static SflowStructure? Find(SflowRecordKind kind, SflowTag tag) => Known.GetValueOrDefault((kind, tag.Value));

    /// <summary>Gives each field of a record's body to the sink. Bytes behind the last known field belong to a newer definition and are left.</summary>
    /// <returns>The first fault (a body that is too short, a count or length that it cannot hold); fields before it were given.</returns>
    public DecodeError Read<TSink>(ReadOnlySpan<byte> body, ref TSink sink)
        where TSink : struct, ISflowFieldSink, allows ref struct => ReadFields(Fields, ref body, ref sink);

    private static DecodeError ReadFields<TSink>(IReadOnlyList<SflowField> fields, ref ReadOnlySpan<byte> rest, ref TSink sink)
        where TSink : struct, ISflowFieldSink, allows ref struct
    {
        for (var i = 0; i < fields.Count; i++)
        {
            var field = fields[i];
            if (rest.Length < field.MinimumBytes)
                return DecodeError.Truncated;
            var error = field.Type == SflowFieldType.Array ? ReadArray(field, ref rest, ref sink) : ReadField(field, ref rest, ref sink);
            if (error != DecodeError.None)
                return error;
        }

        return DecodeError.None;
    }

    private static DecodeError ReadArray<TSink>(SflowField field, ref ReadOnlySpan<byte> rest, ref TSink sink)
        where TSink : struct, ISflowFieldSink, allows ref struct
    {
        var count = BinaryPrimitives.ReadUInt32BigEndian(rest);
        rest = rest[4..];
        var smallest = 0;
        foreach (var element in field.Elements)
            smallest += element.MinimumBytes;
        if (count > (uint)rest.Length / (uint)smallest)
            return DecodeError.BadCount;
        var error = DecodeError.None;
        sink.OnArrayBegin(field, (int)count);
        for (; count > 0 && error == DecodeError.None; count--)
        {
            sink.OnElementBegin(field);
            error = ReadFields(field.Elements, ref rest, ref sink);
            sink.OnElementEnd(field);
        }

        sink.OnArrayEnd(field);
        return error;
    }

    private static DecodeError ReadField<TSink>(SflowField field, ref ReadOnlySpan<byte> rest, ref TSink sink)
        where TSink : struct, ISflowFieldSink, allows ref struct
    {
        var error = TryReadValue(field.Type, ref rest, out var value);
        if (error == DecodeError.None)
            sink.OnField(field, value);
        return error;
    }

    private static DecodeError TryReadValue(SflowFieldType type, ref ReadOnlySpan<byte> rest, out SflowValue value)
    {
        value = default;
        switch (type)
        {
            case SflowFieldType.UInt32 or SflowFieldType.Float:
                value = new SflowValue { Number = BinaryPrimitives.ReadUInt32BigEndian(rest) };
                rest = rest[4..];
                return DecodeError.None;
            case SflowFieldType.Int32:
                value = new SflowValue { Number = (ulong)BinaryPrimitives.ReadInt32BigEndian(rest) };
                rest = rest[4..];
                return DecodeError.None;
            case SflowFieldType.UInt64:
                value = new SflowValue { Number = BinaryPrimitives.ReadUInt64BigEndian(rest) };
                rest = rest[8..];
                return DecodeError.None;
            case SflowFieldType.Mac:
                value = new SflowValue { Bytes = rest[..6] };
                rest = rest[8..];
                return DecodeError.None;
            case SflowFieldType.IPv4:
                return TakeAddress(4, ref rest, out value);
            case SflowFieldType.IPv6:
                return TakeAddress(16, ref rest, out value);
            case SflowFieldType.Opaque4:
                return TakeBytes(4, ref rest, out value);
            case SflowFieldType.Opaque16:
                return TakeBytes(16, ref rest, out value);
            default:
                return ReadPrefixed(type, ref rest, out value);
        }
    }

    /// <summary>The types whose first word tells how long they are.</summary>
    private static DecodeError ReadPrefixed(SflowFieldType type, ref ReadOnlySpan<byte> rest, out SflowValue value)
    {
        var prefix = BinaryPrimitives.ReadUInt32BigEndian(rest);
        rest = rest[4..];
        if (type != SflowFieldType.Address)
            return TakeBytes(prefix, ref rest, out value);
        value = default;
        return prefix switch
        {
            0 => DecodeError.None,
            1 => TakeAddress(4, ref rest, out value),
            2 => TakeAddress(16, ref rest, out value),
            _ => DecodeError.BadValue,
        };
    }

    private static DecodeError TakeAddress(int length, ref ReadOnlySpan<byte> rest, out SflowValue value)
    {
        value = default;
        if (rest.Length < length)
            return DecodeError.Truncated;
        value = new SflowValue { HasAddress = Address.TryRead(rest[..length], out var address), Address = address };
        rest = rest[length..];
        return DecodeError.None;
    }

    private static DecodeError TakeBytes(uint length, ref ReadOnlySpan<byte> rest, out SflowValue value)
    {
        value = default;
        if (length > (uint)rest.Length)
            return DecodeError.BadLength;
        value = new SflowValue { Bytes = rest[..(int)length] };

        // The padding of the last field may be missing.
        rest = rest[Math.Min(rest.Length, ((int)length + 3) & ~3)..];
        return DecodeError.None;
    }
}
