using Breakwater.Wire;
using Breakwater.Wire.AccessLog;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>A set whose records could not be read.</summary>
/// <param name="Exporter">Who sent it.</param>
/// <param name="ObservationDomainId">Domain or source id.</param>
/// <param name="SetId">Set id.</param>
/// <param name="LengthBytes">Octets behind the set header.</param>
/// <param name="Reason">Why.</param>
internal readonly record struct UndecodableSet(
    string Exporter, uint ObservationDomainId, ushort SetId, int LengthBytes, UndecodableReason Reason);

/// <summary>One input of a run.</summary>
internal sealed class InputSummary(string path)
{
    private long _first = long.MaxValue, _last = long.MinValue;

    public string Path { get; } = path;

    public InputKind Kind { get; set; }

    /// <summary>Packets, and records of telemetry, that were read from it.</summary>
    public long Records { get; set; }

    /// <summary>Bytes of the file that were read, before decompression.</summary>
    public long Bytes { get; set; }

    /// <summary>Arrival of the first packet, nanoseconds since 1970-01-01 UTC; null when the file has no time.</summary>
    public long? FirstSeenNanoseconds => _first <= _last ? _first : null;

    public long? LastSeenNanoseconds => _first <= _last ? _last : null;

    /// <summary>Datagrams and packets that could not be read to their end, and damaged places.</summary>
    public long DecodeErrors { get; set; }

    /// <summary>Of an access log: its lines, with those that are no requests.</summary>
    public long Lines { get; set; }

    /// <summary>Of an access log: its formats, the usual one first.</summary>
    public string? LogFormats { get; set; }

    /// <summary>Of an access log: lines without a request, by reason.</summary>
    public long[] LinesWithout { get; } = new long[Enum.GetValues<LogError>().Length];

    /// <summary>Damaged places of the file, by offset in the decompressed content.</summary>
    public IReadOnlyList<PcapDamage> Damage { get; set; } = [];

    /// <summary>Why the file could not be opened or recognised; null when it could.</summary>
    public string? Failure { get; set; }

    /// <summary>The file while it is being read, for progress; null before and after.</summary>
    public InputFile? Reading { get; set; }

    public void Saw(long nanoseconds)
    {
        _first = Math.Min(_first, nanoseconds);
        _last = Math.Max(_last, nanoseconds);
    }
}

/// <summary>What a run read, and what it could not.</summary>
internal sealed class DecodeSummary
{
    /// <summary>Most undecodable sets that are listed one by one; the rest is counted per exporter.</summary>
    public const int MaximumListedSets = 10_000;

    private readonly List<UndecodableSet> _undecodableSets = [];

    public List<InputSummary> Inputs { get; } = [];

    public IReadOnlyList<Exporter> Exporters { get; set; } = [];

    /// <summary>Datagrams of exporters beyond the bound.</summary>
    public long RefusedDatagrams { get; set; }

    /// <summary>In the order in which they were given up.</summary>
    public IReadOnlyList<UndecodableSet> UndecodableSets => _undecodableSets;

    public long Packets { get; set; }

    public long TelemetryRecords => Exporters.Sum(static exporter => exporter.Records);

    /// <summary>Template records.</summary>
    public long Templates { get; private set; }

    /// <summary>Requests of access logs.</summary>
    public long Requests { get; set; }

    /// <summary>Packets, flows, options, counters, events, template records and requests.</summary>
    public long RecordsRead => Packets + TelemetryRecords + Templates + Requests;

    public void CountTemplate(TemplateChange change)
    {
        if (change is TemplateChange.Added or TemplateChange.Refreshed or TemplateChange.Redefined)
            Templates++;
    }

    public void Add(Exporter exporter, UndecodableSet set)
    {
        exporter.UndecodableSets++;
        if (_undecodableSets.Count < MaximumListedSets)
            _undecodableSets.Add(set);
    }

    /// <summary>What a person wants to know after the records, on standard error.</summary>
    public void WriteTo(TextWriter writer) => SummaryText.Write(this, writer);
}
