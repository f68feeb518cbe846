using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Geo;

namespace Breakwater.Reports;

/// <summary>A country or network, and its part of an incident's senders.</summary>
/// <param name="Code">Two letters, or <c>AS64496</c>.</param>
/// <param name="Share">Of the sampled senders, those of unknown origin included; 0-1.</param>
/// <param name="Name">The organisation behind a network; null when unknown.</param>
internal readonly record struct OriginShare(string Code, double Share, string? Name);

/// <summary>Where an incident's senders are by the operator's databases: explains, never accuses, and bears on no verdict.</summary>
internal static class SourceOrigins
{
    /// <summary>Most entries of a list.</summary>
    public const int Most = 10;

    /// <summary>Countries by senders, largest first; null when no database tells countries.</summary>
    public static ImmutableArray<OriginShare>? Countries(Incident incident, GeoLookup? geo) => geo is { HasCountries: true }
        ? Ranked(incident, source => geo.TryCountry(source.Address, out var country) ? (country.ToString(), null) : null)
        : null;

    /// <summary>Autonomous systems by senders, largest first; null when no database tells them.</summary>
    public static ImmutableArray<OriginShare>? Systems(Incident incident, GeoLookup? geo) => geo is { HasSystems: true }
        ? Ranked(incident, source => geo.TryAsn(source.Address, out var number, out string? name)
            ? (string.Create(CultureInfo.InvariantCulture, $"AS{number}"), name) : null)
        : null;

    private static ImmutableArray<OriginShare> Ranked(Incident incident, Func<SampledSource, (string Code, string? Name)?> originOf)
    {
        double senders = incident.SourceSample.Length;
        return [.. incident.SourceSample
            .Select(originOf)
            .OfType<(string Code, string? Name)>()
            .GroupBy(static origin => origin.Code, StringComparer.Ordinal)
            .Select(group => new OriginShare(group.Key, Math.Round(group.Count() / senders, 4), group.First().Name))
            .OrderByDescending(static origin => origin.Share)
            .ThenBy(static origin => origin.Code, StringComparer.Ordinal)
            .Take(Most)];
    }
}
