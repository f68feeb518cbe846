namespace Breakwater.Fuzz.Oracles;

/// <summary>The records of a data set, cut by walking the template's fields; what is left is padding, or a record that is cut off.</summary>
internal sealed class NaiveRecords
{
    private readonly byte[] _body;
    private readonly NaiveField[] _fields;
    private readonly List<(int At, int Length)> _values;

    private NaiveRecords(NaiveTemplate template, byte[] body)
    {
        (_body, _fields) = (body, template.Fields);
        _values = new List<(int At, int Length)>(4 * _fields.Length);
    }

    /// <summary>Records that are there in full.</summary>
    public int Count { get; private set; }

    /// <summary>The octets of the records behind the first <paramref name="records"/>.</summary>
    public ReadOnlySpan<byte> After(int records) => _body.AsSpan(End(records)..End(Count));

    /// <summary>The value of a field of a record.</summary>
    public ReadOnlySpan<byte> Value(int record, int field)
    {
        var (at, length) = _values[(record * _fields.Length) + field];
        return _body.AsSpan(at, length);
    }

    /// <summary>Cuts a set.</summary>
    public static NaiveRecords Read(NaiveTemplate template, byte[] body)
    {
        var records = new NaiveRecords(template, body);
        var at = 0;
        while (at < body.Length && records.ReadOne(ref at))
            records.Count++;
        return records;
    }

    private int End(int records)
    {
        if (records == 0)
            return 0;
        var (at, length) = _values[(records * _fields.Length) - 1];
        return at + length;
    }

    private bool ReadOne(ref int at)
    {
        var place = at;
        foreach (var field in _fields)
        {
            var length = field.Length;
            if (length == 65535)
            {
                // RFC 7011 §7
                if (place >= _body.Length)
                    return false;
                length = _body[place++];
                if (length == 255)
                {
                    if (place + 2 > _body.Length)
                        return false;
                    length = NaiveExport.U16(_body, place);
                    place += 2;
                }
            }

            if (place + length > _body.Length)
                return false;
            _values.Add((place, length));
            place += length;
        }

        if (place == at)
            return false;
        at = place;
        return true;
    }
}
