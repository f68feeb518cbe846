using System.Collections.Frozen;
using System.Collections.Immutable;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>The exporters on the allow-list, by source address. What receivers read is an immutable table, swapped whole at a reload.</summary>
internal sealed class ExporterRegistry
{
    private FrozenDictionary<Address, LiveExporter> _byAddress = FrozenDictionary<Address, LiveExporter>.Empty;
    private ShedSigns _earlier;
    private int _level;

    public ExporterRegistry(IEnumerable<ExporterEntry> entries) => Reload(entries);

    /// <summary>All, by name.</summary>
    public ImmutableArray<LiveExporter> All { get; private set; } = [];

    /// <summary>1 in 2^level records of each exporter is kept. Changed only while no gate is open.</summary>
    public int ShedLevel
    {
        get => _level;
        set
        {
            _level = value;
            foreach (var exporter in All)
                exporter.Shedding.Level = value;
        }
    }

    /// <summary>What all exporters left out, those that are gone too. Only while no gate is open.</summary>
    public ShedSigns Shed => Sum(_earlier with { Level = _level }, All);

    /// <summary>Those that there are now, by address: another table after each reload.</summary>
    public FrozenDictionary<Address, LiveExporter> ByAddress => Volatile.Read(ref _byAddress);

    /// <summary>The exporter that sends from this address; null: it is none.</summary>
    public LiveExporter? Find(Address source) => ByAddress.GetValueOrDefault(source);

    /// <summary>
    /// Takes another list. Exporters that stay keep their templates, samplers and counts; one whose entry is different begins its counts anew with
    /// the templates and the last arrival that are known.
    /// </summary>
    public void Reload(IEnumerable<ExporterEntry> entries)
    {
        var exporters = new List<LiveExporter>();
        foreach (var entry in entries.DistinctBy(static entry => entry.Address))
        {
            var known = Find(entry.Address);
            if (known is null || known.Entry with { Interfaces = entry.Interfaces } != entry)
                known = Changed(entry, known);
            known.Interfaces = entry.Interfaces;
            exporters.Add(known);
        }

        _earlier = Sum(_earlier, All.Except(exporters));
        All = [.. exporters.OrderBy(static exporter => exporter.Entry.Name, StringComparer.Ordinal)];
        ShedLevel = _level;
        Volatile.Write(ref _byAddress, exporters.ToFrozenDictionary(static exporter => exporter.Entry.Address));
    }

    private static ShedSigns Sum(ShedSigns sum, IEnumerable<LiveExporter> exporters) => exporters.Select(static exporter => exporter.Shedding).Aggregate(
        sum,
        static (sum, shed) => sum with { Records = sum.Records + shed.Records, Packets = sum.Packets + shed.Packets, Variance = sum.Variance + shed.Variance });

    private static LiveExporter Changed(ExporterEntry entry, LiveExporter? earlier)
    {
        var exporter = new LiveExporter(entry);
        if (earlier is null)
            return exporter;
        lock (earlier.Gate)
            exporter.TakeOver(earlier);
        return exporter;
    }
}
