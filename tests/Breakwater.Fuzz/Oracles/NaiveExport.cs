namespace Breakwater.Fuzz.Oracles;

/// <summary>One field of a template as the slow reader sees it.</summary>
internal readonly record struct NaiveField(int Id, uint Enterprise, int Length, bool IsScope);

/// <summary>A template's fields, and which of them tell what of its flows.</summary>
internal sealed class NaiveTemplate(bool isOptions, NaiveField[] fields)
{
    private NaiveBiflow? _biflow;

    public bool IsOptions { get; } = isOptions;
    public NaiveField[] Fields { get; } = fields;

    /// <summary>The flow of each record.</summary>
    public NaiveMembers Forward => field ??= NaiveMembers.OfForward(Fields);

    /// <summary>The second flow of a record that counts both directions.</summary>
    public NaiveMembers Reverse => field ??= NaiveMembers.OfReverse(Fields);

    /// <summary>Whether records count both directions.</summary>
    public NaiveBiflow Biflow => _biflow ??= NaiveMembers.CountsBoth(Fields);
}

/// <summary>A data set as it stands in a message.</summary>
/// <param name="SetId">Its id, 256 and above.</param>
/// <param name="Offset">Where its body begins in the message.</param>
/// <param name="Body">The octets behind its header, as many as are there.</param>
/// <param name="Template">What its id meant at this place; null when nothing is known.</param>
internal sealed record NaiveDataSet(int SetId, int Offset, ReadOnlyMemory<byte> Body, NaiveTemplate? Template);

/// <summary>What one message carries.</summary>
internal sealed class NaiveMessage(uint domain)
{
    public uint Domain { get; } = domain;
    public List<NaiveDataSet> DataSets { get; } = [];

    /// <summary>What the message said of each template id, in its order.</summary>
    public Dictionary<int, List<NaiveTemplate>> Meanings => field ??= [];

    /// <summary>True when there were template sets.</summary>
    public bool HasTemplates { get; set; }

    /// <summary>The data set whose body begins at a place; null when there is none.</summary>
    public NaiveDataSet? DataSetAt(int offset)
    {
        foreach (var set in DataSets)
        {
            if (set.Offset == offset)
                return set;
        }

        return null;
    }
}

/// <summary>
/// Reads NetFlow v9 (RFC 3954) and IPFIX (RFC 7011) messages with a plain list walk and remembers every template it ever saw: no
/// waiting, no eviction, no plans. Written from the RFCs.
/// </summary>
internal sealed class NaiveExport(bool isIpfix, int mostFields)
{
    private readonly Dictionary<(uint Domain, int Id), NaiveTemplate> _templates = [];

    /// <summary>Reads one message; null when its header cannot be read.</summary>
    public NaiveMessage? Read(byte[] datagram)
    {
        var header = isIpfix ? 16 : 20;
        if (datagram.Length < header || U16(datagram, 0) != (isIpfix ? 10 : 9))
            return null;
        var end = datagram.Length;
        if (isIpfix)
        {
            if (U16(datagram, 2) < header)
                return null;
            end = Math.Min(end, U16(datagram, 2));
        }

        var domain = U32(datagram, isIpfix ? 12 : 16);
        var message = new NaiveMessage(domain);
        var at = header;
        while (at + 4 <= end)
        {
            var (id, length) = (U16(datagram, at), U16(datagram, at + 2));
            if (length < 4)
                break;
            var setEnd = Math.Min(end, at + length);
            ReadSet(message, id, at + 4, datagram.AsMemory((at + 4)..setEnd));
            at = setEnd;
        }

        return message;
    }

    private void ReadSet(NaiveMessage message, int id, int offset, ReadOnlyMemory<byte> body)
    {
        if (id >= 256)
        {
            _templates.TryGetValue((message.Domain, id), out var template);
            message.DataSets.Add(new NaiveDataSet(id, offset, body, template));
        }
        else if (id == (isIpfix ? 2 : 0))
        {
            message.HasTemplates = true;
            ReadTemplates(message, body.Span);
        }
        else if (id == (isIpfix ? 3 : 1))
        {
            message.HasTemplates = true;
            ReadOptionsTemplates(message, body.Span);
        }
    }

    // RFC 7011 §3.4.1, RFC 3954 §5.2: id, field count, fields; over and over until padding.
    private void ReadTemplates(NaiveMessage message, ReadOnlySpan<byte> body)
    {
        var at = 0;
        while (at + 4 <= body.Length)
        {
            var (id, count) = (U16(body, at), U16(body, at + 2));
            at += 4;
            if (id == 0 && count == 0)
                return;
            if (count == 0)
                continue;
            if (ReadFields(body, ref at, count, 0) is not { } fields)
                return;
            Keep(message, id, new NaiveTemplate(false, fields));
        }
    }

    // RFC 7011 §3.4.2.2: id, field count, scope field count. RFC 3954 §6.1: id, scope length, option length, in octets.
    private void ReadOptionsTemplates(NaiveMessage message, ReadOnlySpan<byte> body)
    {
        var at = 0;
        while (at + 4 <= body.Length)
        {
            var (id, first) = (U16(body, at), U16(body, at + 2));
            if (isIpfix && first == 0)
            {
                if (id == 0)
                    return;
                at += 4;
                continue;
            }

            if (at + 6 > body.Length)
                return;
            var second = U16(body, at + 4);
            at += 6;
            if (id == 0 && first == 0 && second == 0)
                return;
            var (count, scopes) = isIpfix ? (first, second) : ((first + second) / 4, first / 4);
            if (isIpfix ? scopes > count : first % 4 != 0 || second % 4 != 0)
                return;
            if (ReadFields(body, ref at, count, scopes) is not { } fields)
                return;
            if (scopes > 0 || !isIpfix)
                Keep(message, id, new NaiveTemplate(true, fields));
        }
    }

    private NaiveField[]? ReadFields(ReadOnlySpan<byte> body, ref int at, int count, int scopes)
    {
        var fields = new List<NaiveField>();
        for (var i = 0; i < count; i++)
        {
            if (at + 4 > body.Length)
                return null;
            var (id, length) = (U16(body, at), U16(body, at + 2));
            at += 4;
            uint enterprise = 0;
            if (isIpfix && id >= 0x8000)
            {
                if (at + 4 > body.Length)
                    return null;
                id -= 0x8000;
                enterprise = U32(body, at);
                at += 4;
            }

            fields.Add(new NaiveField(id, enterprise, length, i < scopes));
        }

        return [.. fields];
    }

    private void Keep(NaiveMessage message, int id, NaiveTemplate template)
    {
        if (id < 256 || template.Fields.Length == 0 || template.Fields.Length > mostFields)
            return;
        if (!message.Meanings.TryGetValue(id, out var meanings))
            message.Meanings[id] = meanings = [];
        meanings.Add(template);
        _templates[(message.Domain, id)] = template;
    }

    /// <summary>What an id means now, in a domain; null when it was never told.</summary>
    public NaiveTemplate? Find(uint domain, int id) => _templates.GetValueOrDefault((domain, id));

    internal static int U16(ReadOnlySpan<byte> bytes, int at) => (bytes[at] << 8) | bytes[at + 1];

    internal static uint U32(ReadOnlySpan<byte> bytes, int at) => ((uint)U16(bytes, at) << 16) | (uint)U16(bytes, at + 2);
}
