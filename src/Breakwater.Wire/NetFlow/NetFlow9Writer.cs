using Breakwater.Wire.Ipfix;

namespace Breakwater.Wire.NetFlow;

/// <summary>Writes one NetFlow v9 export packet (RFC 3954) into a caller's buffer; used like <see cref="IpfixWriter"/>.</summary>
public ref struct NetFlow9Writer
{
    private SetWriter _sets;

    /// <summary>Begins a packet.</summary>
    public NetFlow9Writer(Span<byte> buffer, uint sysUptimeMilliseconds, uint unixSeconds, uint sequence, uint sourceId)
    {
        _sets = new SetWriter(buffer, ExportFormat.NetFlow9);
        _sets.Out.Write((ushort)ExportFormat.NetFlow9);
        _sets.Out.Write((ushort)0);
        _sets.Out.Write(sysUptimeMilliseconds);
        _sets.Out.Write(unixSeconds);
        _sets.Out.Write(sequence);
        _sets.Out.Write(sourceId);
    }

    /// <summary>Octets that still fit.</summary>
    public readonly int Free => _sets.Out.Free;

    /// <summary>Announces a template (§5.2).</summary>
    public void Template(ushort id, scoped ReadOnlySpan<FieldSpecifier> fields) => _sets.Template(id, fields);

    /// <summary>Announces an options template (§6.1): its scope fields come first, with scope types as ids.</summary>
    public void OptionsTemplate(ushort id, scoped ReadOnlySpan<FieldSpecifier> fields) => _sets.OptionsTemplate(id, fields);

    /// <summary>Begins a data flow set.</summary>
    public void BeginData(ushort templateId) => _sets.BeginData(templateId);

    /// <summary>Writes an integer.</summary>
    public void Integer(ulong value, int lengthBytes) => _sets.Integer(value, lengthBytes);

    /// <summary>Writes a value as it stands.</summary>
    public void Octets(scoped ReadOnlySpan<byte> value) => _sets.Out.Write(value);

    /// <summary>Ends a data record.</summary>
    public void EndRecord() => _sets.EndRecord();

    /// <summary>Ends the flow set, padded to 32 bits as §5.3 recommends, or not.</summary>
    public void EndSet(bool isPadded = true) => _sets.EndSet(isPadded ? _sets.Padding : 0);

    /// <summary>The packet, its count set to templates and records; false when it did not fit.</summary>
    public bool TryFinish(out ReadOnlySpan<byte> packet)
    {
        _sets.EndSet(_sets.Padding);
        packet = default;
        if (_sets.Out.Overflowed || _sets.Out.Length > ushort.MaxValue)
            return false;
        _sets.Out.Patch(2, (ushort)_sets.Records);
        packet = _sets.Out.Written;
        return true;
    }
}
