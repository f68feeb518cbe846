namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Writes one IPFIX message (RFC 7011 §3) into a caller's buffer: templates, options templates, data with fields of any length.
/// <code>
/// var writer = new IpfixWriter(buffer, exportTimeSeconds, sequence, domainId);
/// writer.Template(256, fields);
/// writer.BeginData(256); writer.Integer(value, 4); writer.Variable(text); writer.EndRecord(); writer.EndSet();
/// if (writer.TryFinish(out var message)) …
/// </code>
/// </summary>
public ref struct IpfixWriter
{
    private SetWriter _sets;

    /// <summary>Begins a message.</summary>
    public IpfixWriter(Span<byte> buffer, uint exportTimeSeconds, uint sequence, uint domainId)
    {
        _sets = new SetWriter(buffer, ExportFormat.Ipfix);
        _sets.Out.Write((ushort)ExportFormat.Ipfix);
        _sets.Out.Write((ushort)0);
        _sets.Out.Write(exportTimeSeconds);
        _sets.Out.Write(sequence);
        _sets.Out.Write(domainId);
    }

    /// <summary>Data records so far: what the next message's sequence number grows by.</summary>
    public readonly int DataRecords => _sets.DataRecords;

    /// <summary>Octets that still fit.</summary>
    public readonly int Free => _sets.Out.Free;

    /// <summary>Announces a template (§3.4.1).</summary>
    public void Template(ushort id, scoped ReadOnlySpan<FieldSpecifier> fields) => _sets.Template(id, fields);

    /// <summary>Announces an options template (§3.4.2): its scope fields come first.</summary>
    public void OptionsTemplate(ushort id, scoped ReadOnlySpan<FieldSpecifier> fields) => _sets.OptionsTemplate(id, fields);

    /// <summary>Withdraws a template (§8.1); id 2 or 3 withdraws all.</summary>
    public void Withdraw(ushort id, bool isOptions = false) => _sets.Withdraw(id, isOptions);

    /// <summary>Begins a data set.</summary>
    public void BeginData(ushort templateId) => _sets.BeginData(templateId);

    /// <summary>Writes an integer with 1 to 8 octets (§6.2), or more: leading zeros.</summary>
    public void Integer(ulong value, int lengthBytes) => _sets.Integer(value, lengthBytes);

    /// <summary>Writes a value of fixed length as it stands.</summary>
    public void Octets(scoped ReadOnlySpan<byte> value) => _sets.Out.Write(value);

    /// <summary>Writes a value of variable length with its length in front (§7), in three octets when needed or wanted.</summary>
    public void Variable(scoped ReadOnlySpan<byte> value, bool longForm = false) => _sets.Variable(value, longForm);

    /// <summary>Ends a data record.</summary>
    public void EndRecord() => _sets.EndRecord();

    /// <summary>Ends the set, with this many octets of padding (§3.3.1).</summary>
    public void EndSet(int paddingBytes = 0) => _sets.EndSet(paddingBytes);

    /// <summary>The message; false when it did not fit.</summary>
    public bool TryFinish(out ReadOnlySpan<byte> message)
    {
        _sets.EndSet(0);
        message = default;
        if (_sets.Out.Overflowed || _sets.Out.Length > ushort.MaxValue)
            return false;
        _sets.Out.Patch(2, (ushort)_sets.Out.Length);
        message = _sets.Out.Written;
        return true;
    }
}
