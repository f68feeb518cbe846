namespace Breakwater.Wire.Ipfix;

/// <summary>Writes the sets that NetFlow v9 and IPFIX share, into a caller's buffer. Overflow is a flag, never an exception.</summary>
internal ref struct SetWriter(Span<byte> buffer, ExportFormat format)
{
    private const ushort EnterpriseBit = 0x8000;

    internal WireWriter Out = new(buffer);
    private int _setAt = -1;
    private ushort _setId;

    /// <summary>Template records and data records so far.</summary>
    internal int Records { get; private set; }

    internal int DataRecords { get; private set; }

    internal void Template(ushort id, scoped ReadOnlySpan<FieldSpecifier> fields)
    {
        BeginSet(format == ExportFormat.Ipfix ? (ushort)2 : (ushort)0, joins: true);
        Out.Write(id);
        Out.Write((ushort)fields.Length);
        WriteFields(fields);
        Records++;
    }

    internal void OptionsTemplate(ushort id, scoped ReadOnlySpan<FieldSpecifier> fields)
    {
        var scopes = 0;
        while (scopes < fields.Length && fields[scopes].IsScope)
            scopes++;
        var isIpfix = format == ExportFormat.Ipfix;
        BeginSet(isIpfix ? (ushort)3 : (ushort)1, joins: true);
        Out.Write(id);
        Out.Write((ushort)(isIpfix ? fields.Length : scopes * 4));
        Out.Write((ushort)(isIpfix ? scopes : (fields.Length - scopes) * 4));
        WriteFields(fields);
        Records++;
    }

    internal void Withdraw(ushort id, bool isOptions)
    {
        BeginSet(isOptions ? (ushort)3 : (ushort)2, joins: true);
        Out.Write(id);
        Out.Write((ushort)0);
    }

    internal void BeginData(ushort templateId) => BeginSet(templateId, joins: false);

    internal void EndRecord()
    {
        Records++;
        DataRecords++;
    }

    internal void Integer(ulong value, int lengthBytes)
    {
        for (var shift = (lengthBytes - 1) * 8; shift >= 0; shift -= 8)
            Out.Write(shift < 64 ? (byte)(value >> shift) : (byte)0);
    }

    internal void Variable(scoped ReadOnlySpan<byte> value, bool longForm)
    {
        if (longForm || value.Length >= 255)
        {
            Out.Write((byte)255);
            Out.Write((ushort)value.Length);
        }
        else
        {
            Out.Write((byte)value.Length);
        }

        Out.Write(value);
    }

    internal void EndSet(int paddingBytes)
    {
        if (_setAt < 0)
            return;
        Out.WriteZeros(paddingBytes);
        if (!Out.Overflowed)
            Out.Patch(_setAt + 2, (ushort)(Out.Length - _setAt));
        _setAt = -1;
    }

    // Octets that bring the set to a multiple of four.
    internal readonly int Padding => _setAt < 0 ? 0 : -(Out.Length - _setAt) & 3;

    private void BeginSet(ushort id, bool joins)
    {
        if (joins && _setAt >= 0 && _setId == id)
            return;
        EndSet(0);
        _setAt = Out.Length;
        _setId = id;
        Out.Write(id);
        Out.Write((ushort)0);
    }

    private void WriteFields(scoped ReadOnlySpan<FieldSpecifier> fields)
    {
        foreach (var field in fields)
        {
            var isEnterprise = format == ExportFormat.Ipfix && field.EnterpriseNumber != 0;
            Out.Write(isEnterprise ? (ushort)(field.Id | EnterpriseBit) : field.Id);
            Out.Write(field.Length);
            if (isEnterprise)
                Out.Write(field.EnterpriseNumber);
        }
    }
}
