namespace Breakwater.Fuzz.Oracles;

/// <summary>A record: its tag and its octets.</summary>
internal sealed record NaiveSflowRecord(uint Tag, byte[] Body);

/// <summary>One sample as the slow reader sees it; the members that its type does not have are 0.</summary>
internal sealed class NaiveSflowSample
{
    public uint Tag { get; init; }
    public byte[] Body { get; init; } = [];

    /// <summary>False when the body is shorter than the members of its type.</summary>
    public bool IsWhole { get; set; } = true;
    public uint Sequence { get; set; }
    public uint SourceType { get; set; }
    public uint SourceIndex { get; set; }
    public uint Rate { get; set; }
    public uint Pool { get; set; }
    public uint Drops { get; set; }
    public (uint Format, uint Value) Input { get; set; }
    public (uint Format, uint Value) Output { get; set; }
    public uint Reason { get; set; }
    public List<NaiveSflowRecord> Records { get; } = [];
}

/// <summary>Reads sFlow version 5 as sflow_version_5.txt declares it in XDR (RFC 4506), word after word.</summary>
internal sealed class NaiveSflow
{
    private readonly byte[] _bytes;
    private int _at;
    private bool _ended;

    private NaiveSflow(byte[] bytes) => _bytes = bytes;

    public byte[] Agent { get; private set; } = [];
    public uint SubAgent { get; private set; }
    public uint Sequence { get; private set; }
    public uint Uptime { get; private set; }
    public uint Announced { get; private set; }
    public List<NaiveSflowSample> Samples { get; } = [];

    /// <summary>Reads a datagram; null when its header cannot be read.</summary>
    public static NaiveSflow? Read(byte[] datagram)
    {
        var reader = new NaiveSflow(datagram);
        if (reader.Word() != 5)
            return null;
        var type = reader.Word();
        if (type > 2)
            return null;
        reader.Agent = reader.Octets(type switch { 1 => 4, 2 => 16, _ => 0 });
        (reader.SubAgent, reader.Sequence, reader.Uptime, reader.Announced) = (reader.Word(), reader.Word(), reader.Word(), reader.Word());
        if (reader._ended)
            return null;
        for (uint i = 0; i < reader.Announced; i++)
        {
            var tag = reader.Word();
            var body = reader.Opaque(padded: false);
            if (reader._ended)
                break;
            reader.Samples.Add(ReadSample(tag, body));
        }

        return reader;
    }

    private static NaiveSflowSample ReadSample(uint tag, byte[] body)
    {
        var sample = new NaiveSflowSample { Tag = tag, Body = body };
        var reader = new NaiveSflow(body);
        switch (tag)
        {
            case 1:
            case 3:
                reader.FlowSample(sample, tag == 3);
                break;
            case 2:
            case 4:
                sample.Sequence = reader.Word();
                reader.Source(sample, tag == 4);
                break;
            case 5:
                sample.Sequence = reader.Word();
                reader.Source(sample, true);
                (sample.Drops, sample.Input, sample.Output, sample.Reason) = (reader.Word(), (0, reader.Word()), (0, reader.Word()), reader.Word());
                break;
            default:
                return sample;
        }

        var records = reader.Word();
        sample.IsWhole = !reader._ended;
        for (uint i = 0; sample.IsWhole && i < records; i++)
        {
            var record = reader.Word();
            var octets = reader.Opaque(padded: true);
            if (reader._ended)
                break;
            sample.Records.Add(new NaiveSflowRecord(record, octets));
        }

        return sample;
    }

    private void FlowSample(NaiveSflowSample sample, bool isExpanded)
    {
        sample.Sequence = Word();
        Source(sample, isExpanded);
        (sample.Rate, sample.Pool, sample.Drops) = (Word(), Word(), Word());
        sample.Input = Interface(isExpanded);
        sample.Output = Interface(isExpanded);
    }

    private void Source(NaiveSflowSample sample, bool isExpanded)
    {
        var first = Word();
        (sample.SourceType, sample.SourceIndex) = isExpanded ? (first, Word()) : (first / 0x1000000, first % 0x1000000);
    }

    private (uint Format, uint Value) Interface(bool isExpanded)
    {
        var first = Word();
        return isExpanded ? (first, Word()) : (first / 0x40000000, first % 0x40000000);
    }

    internal uint Word()
    {
        if (_ended || _at + 4 > _bytes.Length)
        {
            _ended = true;
            return 0;
        }

        var word = NaivePcap.Big32(_bytes, _at);
        _at += 4;
        return word;
    }

    // XDR opaque<>: a length, then the octets, padded to a multiple of 4. Some agents leave the padding of the last record away.
    private byte[] Opaque(bool padded)
    {
        var length = Word();
        if (_ended || length > _bytes.Length - _at)
        {
            _ended = true;
            return [];
        }

        var octets = Octets((int)length);
        if (padded && length % 4 != 0)
            _at = Math.Min(_bytes.Length, _at + 4 - (int)(length % 4));
        return octets;
    }

    private byte[] Octets(int length)
    {
        if (_ended || _at + length > _bytes.Length)
        {
            _ended = true;
            return [];
        }

        _at += length;
        return _bytes[(_at - length).._at];
    }
}
