using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>An exporter on the allow-list.</summary>
/// <param name="Name">What reports call it.</param>
/// <param name="Address">The address its datagrams come from.</param>
/// <param name="SamplingRate">The operator's rate for records that tell none; 0 without.</param>
internal sealed record ExporterEntry(string Name, Address Address, uint SamplingRate)
{
    /// <summary>Where its traffic is counted.</summary>
    public InterfaceRoles Interfaces { get; init; } = InterfaceRoles.None;
}
