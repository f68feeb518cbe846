namespace Breakwater.Wire.Ipfix;

/// <summary>Cuts the octets of a data set into records. Stops at padding and at a record that is cut off.</summary>
public ref struct RecordCursor(Template template, ReadOnlySpan<byte> records)
{
    private readonly Template _template = template;
    private ReadOnlySpan<byte> _rest = records;

    /// <summary>What has not been cut yet; after the last record the padding.</summary>
    public readonly ReadOnlySpan<byte> Rest => _rest;

    /// <summary>The next record; false at the end.</summary>
    public bool TryRead(out ReadOnlySpan<byte> record)
    {
        record = default;
        if (_template.MinimumLength == 0 || _rest.Length < _template.MinimumLength)
            return false;
        var length = _template.HasVariableLength ? _template.RecordLength(_rest) : _template.MinimumLength;
        if (length <= 0)
            return false;
        record = _rest[..length];
        _rest = _rest[length..];
        return true;
    }
}
