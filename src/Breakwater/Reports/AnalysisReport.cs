using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Breakwater.Detection;
using Breakwater.Geo;
using Breakwater.Response.Price;

namespace Breakwater.Reports;

/// <summary>All that one run of <c>analyze</c> has to say; <see cref="ReportJson"/> and <see cref="ReportText"/> write it.</summary>
internal sealed record AnalysisReport
{
    /// <summary>Name and version of the report's schema.</summary>
    public const string Schema = "breakwater.report/1";

    public required DetectorOptions Options { get; init; }

    public required ImmutableArray<ReportInput> Inputs { get; init; }

    public required DetectionResult Result { get; init; }

    /// <summary>What would stop the attacks, by the identifiers of their incidents; no part of the verdicts.</summary>
    public ImmutableDictionary<string, FilterPlan> Plans { get; init; } = ImmutableDictionary<string, FilterPlan>.Empty;

    /// <summary>Everything read: flows, but also templates, options and counters, which no verdict can rest on.</summary>
    public required long RecordsRead { get; init; }

    /// <summary>What was not read or not judged, each in a sentence.</summary>
    public required ImmutableArray<string> Warnings { get; init; }

    /// <summary>False when part of the input bears on no verdict.</summary>
    public required bool Complete { get; init; }

    public required double ElapsedSeconds { get; init; }

    /// <summary>Breakwater's version.</summary>
    public static string Version { get; } = typeof(AnalysisReport).Assembly.GetName().Version?.ToString(3) ?? "0.0.0";

    /// <summary>Hash of the configuration file (<see cref="Configuration.BreakwaterConfig.Hash"/>); null when none was given.</summary>
    public string? FileHash { get; init; }

    /// <summary>The databases that name countries and networks; null: none.</summary>
    public GeoLookup? Geo { get; init; }

    /// <summary>SHA-256 of everything that was configured, lower-case hexadecimal; the seed, which a run draws for itself, is nothing that was.</summary>
    public string ConfigHash => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        (Options with { Seed = DetectorOptions.PublicSeed }).Canonical() + (FileHash is null ? "" : $"config={FileHash}\n"))));
}
