namespace Breakwater.Wire.Ipfix;

/// <summary>Walks the fields of one record in wire order. Length prefixes of variable-length fields are not part of the value.</summary>
public ref struct FieldCursor(Template template, ReadOnlySpan<byte> record)
{
    private readonly ReadOnlySpan<FieldSpecifier> _fields = template.Fields;
    private readonly ReadOnlySpan<byte> _record = record;
    private int _next;
    private int _at;

    /// <summary>The next field and its octets; false at the end, and when the record is shorter than its template.</summary>
    public bool TryRead(out FieldSpecifier field, out ReadOnlySpan<byte> value)
    {
        field = default;
        value = default;
        if (_next >= _fields.Length)
            return false;
        field = _fields[_next];
        int valueAt = _at, length = field.Length;
        if (field.IsVariable)
        {
            if (!VariableLength.TryRead(_record, _at, out valueAt, out length))
                return false;
        }
        else if (length > _record.Length - valueAt)
        {
            return false;
        }

        value = _record.Slice(valueAt, length);
        _at = valueAt + length;
        _next++;
        return true;
    }
}
