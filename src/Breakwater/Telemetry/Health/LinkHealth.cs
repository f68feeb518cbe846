using Breakwater.Telemetry.Live;

namespace Breakwater.Telemetry.Health;

/// <summary>One interface of an exporter, as of the last second.</summary>
/// <param name="IfIndex">As records and counters tell it.</param>
/// <param name="Name">ifName; null while unknown.</param>
/// <param name="Description">ifDescr or alias; null while unknown.</param>
/// <param name="Role">What it leads to.</param>
/// <param name="BitsPerSecond">Its speed, as configured or told; null while unknown.</param>
internal sealed record LinkHealth(uint IfIndex, string? Name, string? Description, InterfaceRole Role, ulong? BitsPerSecond)
{
    /// <summary>Traffic into the exporter here, bits per second; null while unknown.</summary>
    public double? InBitsPerSecond { get; init; }

    /// <summary>Traffic out of the exporter here.</summary>
    public double? OutBitsPerSecond { get; init; }

    /// <summary>The rates are those of its own counters (between the last two); else those of records (the last minute's).</summary>
    public bool IsCounted { get; init; }

    /// <summary>Part of its speed that comes in, 0-1 and a little above; null without a speed or a rate.</summary>
    public double? InLoad => InBitsPerSecond / BitsPerSecond;

    /// <summary>Part of its speed that goes out.</summary>
    public double? OutLoad => OutBitsPerSecond / BitsPerSecond;

    /// <summary>What a person calls it.</summary>
    public string Label => Name ?? HealthMonitor.Text($"interface {IfIndex}");
}
