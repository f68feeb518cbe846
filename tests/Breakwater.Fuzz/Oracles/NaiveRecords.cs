namespace Breakwater.Fuzz.Oracles;

/// <summary>The records of a data set, cut by walking the template's fields; what is left is padding, or a record that is cut off.</summary>
internal sealed class NaiveRecords
{
    private readonly List<(int At, int Length)> _values = [];
    private ReadOnlyMemory<byte> _body;
    private NaiveField[] _fields = [];

    /// <summary>Records that are there in full.</summary>
    public int Count { get; private set; }

    /// <summary>The octets of the records behind the first <paramref name="records"/>.</summary>
    public ReadOnlySpan<byte> After(int records) => _body.Span[End(records)..End(Count)];

    /// <summary>The value of a field of a record.</summary>
    public ReadOnlySpan<byte> Value(int record, int field)
    {
        var (at, length) = _values[(record * _fields.Length) + field];
        return _body.Span.Slice(at, length);
    }

    /// <summary>Cuts another set.</summary>
    public void Cut(NaiveTemplate template, ReadOnlyMemory<byte> body)
    {
        (_body, _fields, Count) = (body, template.Fields, 0);
        _values.Clear();
        var octets = body.Span;
        for (var at = 0; at < octets.Length && ReadOne(octets, ref at);)
            Count++;
    }

    private int End(int records)
    {
        if (records == 0)
            return 0;
        var (at, length) = _values[(records * _fields.Length) - 1];
        return at + length;
    }

    private bool ReadOne(ReadOnlySpan<byte> body, ref int at)
    {
        var place = at;
        foreach (var field in _fields)
        {
            var length = field.Length;
            if (length == 65535)
            {
                // RFC 7011 §7
                if (place >= body.Length)
                    return false;
                length = body[place++];
                if (length == 255)
                {
                    if (place + 2 > body.Length)
                        return false;
                    length = NaiveExport.U16(body, place);
                    place += 2;
                }
            }

            if (place + length > body.Length)
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
