using System.Globalization;
using Breakwater.Telemetry.Health;

namespace Breakwater.Response.Effect;

/// <summary>
/// Tells when a fall of what telemetry sees may be telemetry's own: an exporter that told something every second told nothing, datagrams were dropped, records were left out, or
/// nothing is judged any more. Asked once a second or so.
/// </summary>
internal sealed class TelemetryGaps
{
    /// <summary>Snapshots in a row with something new from an exporter, after which a second without is a gap.</summary>
    private const int Steady = 5;

    /// <summary>Questions in a row that meet the same snapshot: one is made every second.</summary>
    private const int MostOfOne = 4;

    private readonly Dictionary<string, (long Datagrams, int Streak)> _exporters = new(StringComparer.Ordinal);
    private HealthSnapshot _last = HealthSnapshot.Empty;
    private int _same;

    /// <summary>What happened since the last question; null: nothing that would make all clients fall.</summary>
    public string? Since(HealthSnapshot now)
    {
        if (now.At == _last.At)
            return ++_same >= MostOfOne && now.At != default ? "telemetry is not judged any more" : null;
        var before = _last.Account;
        var isFirst = _last.At == default;
        (_last, _same) = (now, 0);
        string? gap = null;
        foreach (var exporter in now.Exporters.Where(static exporter => exporter.Address is not null))
        {
            var known = _exporters.GetValueOrDefault(exporter.Name);
            if (exporter.Datagrams == known.Datagrams && known.Streak >= Steady)
                gap = $"{exporter.Name} told nothing for a second while it was watched";
            _exporters[exporter.Name] = (exporter.Datagrams, exporter.Datagrams > known.Datagrams ? known.Streak + 1 : 0);
        }

        if (isFirst)
            return null;
        if (now.Account.KernelDrops > before.KernelDrops)
            gap = string.Create(CultureInfo.InvariantCulture, $"{now.Account.KernelDrops - before.KernelDrops:N0} datagrams were dropped while it was watched");
        else if (now.Account.ShedRecords > before.ShedRecords)
            gap = "records were left out under overload while it was watched";
        return gap;
    }
}
