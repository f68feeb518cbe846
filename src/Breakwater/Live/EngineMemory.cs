using System.Collections.Immutable;
using Breakwater.Telemetry;
using Breakwater.Wire;

namespace Breakwater.Live;

/// <summary>Templates and samplers of one exporter and format (<see cref="Wire.Ipfix.ExporterState.Export"/>).</summary>
internal sealed record TemplateMemory(Address Exporter, InputKind Kind, byte[] Templates);

/// <summary>Names of the interfaces of one exporter (<see cref="Telemetry.Live.LinkTable.ExportNames"/>).</summary>
internal sealed record NameMemory(Address Exporter, byte[] Names);

/// <summary>What an engine knows that a restart should not lose.</summary>
/// <param name="Templates">By exporter and format; only what came over UDP: a TCP session begins with its templates (RFC 7011 §8).</param>
/// <param name="Baselines">What is usual (<see cref="Detection.Detector.ExportBaselines"/>).</param>
internal sealed record EngineMemory(ImmutableArray<TemplateMemory> Templates, byte[] Baselines)
{
    /// <summary>By exporter: without names, roles that go by them are not known before they are told again.</summary>
    public ImmutableArray<NameMemory> Names { get; init; } = [];
}
