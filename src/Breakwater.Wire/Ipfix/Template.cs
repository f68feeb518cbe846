using System.Runtime.InteropServices;

namespace Breakwater.Wire.Ipfix;

/// <summary>What the records of a template describe.</summary>
public enum TemplateKind : byte
{
    /// <summary>Traffic: flows or sampled packets.</summary>
    Flow = 0,

    /// <summary>Facts about the exporter: an options template.</summary>
    Options,

    /// <summary>NAT and firewall events without counters (IE 230, 233; RFC 8158): not traffic.</summary>
    Event,
}

/// <summary>The layout of the records of one set id, as an exporter announced it. Immutable but for the state's own bookkeeping.</summary>
public sealed class Template
{
    private readonly FieldSpecifier[] _fields;

    // Fixed octets in front of each variable-length field, then those behind the last one; a single entry without any.
    private readonly int[] _fixedRuns;

    internal Template(ExportFormat format, uint domainId, ushort id, FieldSpecifier[] fields, bool isOptions, long receivedNanoseconds)
    {
        Format = format;
        DomainId = domainId;
        Id = id;
        _fields = fields;
        IsOptions = isOptions;
        while (ScopeCount < fields.Length && fields[ScopeCount].IsScope)
            ScopeCount++;
        ReceivedNanoseconds = receivedNanoseconds;
        _fixedRuns = FixedRuns(fields);
        foreach (var run in _fixedRuns)
            MinimumLength += run;
        MinimumLength += _fixedRuns.Length - 1;
        Kind = TemplateClass.Of(fields, isOptions);
        foreach (var field in fields)
            SamplingFields |= Ipfix.SamplingFields.Classify(field, format);
        RateOctets = HasVariableLength ? default : Ipfix.SamplingFields.RateOctets(fields, format);
    }

    /// <summary>NetFlow v9 or IPFIX.</summary>
    public ExportFormat Format { get; }

    /// <summary>Observation domain (IPFIX) or source id (NetFlow v9) that the template belongs to.</summary>
    public uint DomainId { get; }

    /// <summary>Template id, 256 and above: the set id of its data.</summary>
    public ushort Id { get; }

    /// <summary>The fields in wire order, scope fields first.</summary>
    public ReadOnlySpan<FieldSpecifier> Fields => _fields;

    /// <summary>How many of the first fields are scopes; above 0 in IPFIX options templates.</summary>
    public int ScopeCount { get; }

    /// <summary>True for an options template.</summary>
    public bool IsOptions { get; }

    /// <summary>What the records describe.</summary>
    public TemplateKind Kind { get; }

    /// <summary>True when a field carries its own length, so records differ in length.</summary>
    public bool HasVariableLength => _fixedRuns.Length > 1;

    /// <summary>Octets of the shortest record: of each record without variable-length fields. 0 for a template of zero-length fields.</summary>
    public int MinimumLength { get; }

    /// <summary>Arrival of the latest template datagram, nanoseconds since 1970-01-01 UTC; 0 when unknown.</summary>
    public long ReceivedNanoseconds { get; internal set; }

    /// <summary>True from a restart of the exporter, or an import, until the template is seen again.</summary>
    public bool IsStale { get; internal set; }

    /// <summary>When it was last announced, by <see cref="MessageClock"/>.</summary>
    internal long SeenNanoseconds { get; set; }

    /// <summary>Generation of its domain when it was last seen (see <see cref="Domain.Generation"/>).</summary>
    internal int Generation { get; set; }

    /// <summary>The sampling elements that its records carry.</summary>
    internal SamplingField SamplingFields { get; }

    /// <summary>Where the elements stand that tell a rate by themselves: from the first of them to the end of the last; empty without any, and
    /// for records of differing lengths.</summary>
    internal (int Offset, int Length) RateOctets { get; }

    /// <summary>What <see cref="FlowExtractor{TFlowSink}"/> reads; made with the first data set.</summary>
    internal FlowPlan Plan => field ??= FlowPlanBuilder.Build(this);

    /// <summary>True when a record's own fields decide which sampling rate holds.</summary>
    internal bool MayNameSampler => (SamplingFields & ~(SamplingField.Direction | SamplingField.Domain)) != 0;

    /// <summary>Length of the first record in <paramref name="rest"/>, or -1 when it is cut off.</summary>
    public int RecordLength(ReadOnlySpan<byte> rest)
    {
        var runs = _fixedRuns;
        var at = runs[0];
        for (var i = 1; i < runs.Length; i++)
        {
            if (!VariableLength.TryRead(rest, at, out var valueAt, out var length))
                return -1;
            at = valueAt + length + runs[i];
        }

        return at <= rest.Length ? at : -1;
    }

    /// <summary>True when both describe the same octets in the same order.</summary>
    internal bool HasLayout(ReadOnlySpan<FieldSpecifier> fields, bool isOptions) =>
        isOptions == IsOptions && fields.SequenceEqual(_fields);

    private static int[] FixedRuns(FieldSpecifier[] fields)
    {
        var runs = new List<int> { 0 };
        foreach (var field in fields)
        {
            if (field.IsVariable)
                runs.Add(0);
            else
                CollectionsMarshal.AsSpan(runs)[^1] += field.Length;
        }

        return [.. runs];
    }
}
