namespace Breakwater.Wire.Ipfix;

/// <summary>
/// What one exporter's stream means: templates, samplers, waiting sets and sequences per domain. The caller makes one per exporter
/// (keyed by address, or address and port) and per session over TCP, and uses it from one thread at a time. Bounded by its limits.
/// </summary>
public sealed partial class ExporterState
{
    // Estimates from above of an object with its place in tables and lists, on 64 bits; a test measures real growth below the bound.
    private const int TemplateBytes = 1536;
    private const int FieldBytes = 64;
    private const int DomainBytes = 384;
    private const int SamplerBytes = 160;
    private const int WaitingSetBytes = 384;
    private const int FixedBytes = 64 * 1024;

    private ExporterCounters _counters;

    /// <summary>Makes an empty state.</summary>
    public ExporterState(ExporterLimits? limits = null)
    {
        Limits = limits ?? ExporterLimits.Default;
        Domains = new DomainTable(Math.Max(Limits.MaxDomains, 1));
        Templates = new TemplateTable(Math.Max(Limits.MaxTemplates, 1), Math.Max(Limits.MaxTemplateFields, MaxFieldsPerTemplate));
        Samplers = new SamplerTable(Domains, Limits);
        Waiting = new WaitingSets(Math.Max(Limits.MaxWaitingSets, 1), Math.Max(Limits.MaxWaitingBytes, 1));
        ParsedFields = new FieldSpecifier[MaxFieldsPerTemplate];
    }

    /// <summary>The bounds that were given.</summary>
    public ExporterLimits Limits { get; }

    /// <summary>What happened so far.</summary>
    public ref readonly ExporterCounters Counters => ref _counters;

    /// <summary>Templates known now.</summary>
    public int TemplateCount => Templates.Count;

    /// <summary>Sets that wait for a template now.</summary>
    public int WaitingSetCount => Waiting.Count;

    /// <summary>Octets of the sets that wait.</summary>
    public int WaitingBytes => Waiting.Bytes;

    /// <summary>
    /// Most bytes that this state can hold, whatever is sent, counted from the limits. Compiled plans are shared by the process and
    /// bounded apart.
    /// </summary>
    public long MemoryBoundBytes => FixedBytes
        + ((long)Math.Max(Limits.MaxTemplates, 1) * TemplateBytes)
        + (Math.Max(Limits.MaxTemplateFields, MaxFieldsPerTemplate) * (long)FieldBytes)
        + ((long)Math.Max(Limits.MaxDomains, 1) * DomainBytes)
        + ((long)Math.Max(Limits.MaxSamplers, 1) * SamplerBytes)
        + ((long)Math.Max(Limits.MaxWaitingSets, 1) * WaitingSetBytes)
        + Math.Max(Limits.MaxWaitingBytes, 1)
        + (MaxFieldsPerTemplate * (long)FieldBytes);

    internal int MaxFieldsPerTemplate => Math.Clamp(Limits.MaxFieldsPerTemplate, 1, ushort.MaxValue);

    internal DomainTable Domains { get; }

    internal TemplateTable Templates { get; }

    internal SamplerTable Samplers { get; }

    internal WaitingSets Waiting { get; }

    /// <summary>Scratch of the template reader: no allocation for templates that are only refreshed.</summary>
    internal FieldSpecifier[] ParsedFields { get; }

    internal ref ExporterCounters Count => ref _counters;

    internal void Note(in SequenceEvent sequenceEvent)
    {
        switch (sequenceEvent.Kind)
        {
            case SequenceKind.Loss:
                _counters.Lost += sequenceEvent.Missing;
                break;
            case SequenceKind.Ambiguous:
                _counters.AmbiguousLost += sequenceEvent.Missing;
                break;
            case SequenceKind.Reset:
                _counters.Resets++;
                break;
            case SequenceKind.Late:
                _counters.LateMessages++;
                break;
        }
    }

    /// <summary>The template with this id, for tools; null when unknown.</summary>
    public Template? FindTemplate(ExportFormat format, uint domainId, ushort id) => Templates.Find(TemplateTable.Key(format, domainId, id));

    /// <summary>
    /// Forgets sequences and clocks, so that datagrams read for templates first can be read again for their records. Templates,
    /// samplers and waiting sets stay.
    /// </summary>
    public void ForgetSequences() => Domains.ForgetSequences();

    /// <summary>
    /// Reports every set that still waits: with a template now known it is delivered, else it is undecodable. Call at the end of the input.
    /// </summary>
    public void Flush<TSink>(ref TSink sink)
        where TSink : struct, ISetSink, allows ref struct
    {
        while (Waiting.TryTakeOldest(long.MaxValue, out var set))
            SetWalker.GiveUp(set, UndecodableReason.NoTemplate, this, ref sink);
    }
}
