using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Configuration.Import;

/// <summary>A host group: <c>hostgroup = NAME:NETWORK,NETWORK</c>, and its thresholds in keys that begin with its name.</summary>
/// <param name="Name">As a service can be called.</param>
/// <param name="Networks">At least one.</param>
/// <param name="Floors">Of its own; null: those of the file.</param>
internal sealed record FastNetMonGroup(string Name, ImmutableArray<Prefix> Networks, FastNetMonFloors? Floors)
{
    /// <summary>Keys that stand for the whole file and, after a group's name and _, for the group.</summary>
    public static readonly ImmutableArray<string> Settings =
    [
        "ban_for_pps", "ban_for_bandwidth", "ban_for_flows", "ban_for_tcp_pps", "ban_for_udp_pps", "ban_for_icmp_pps",
        "ban_for_tcp_bandwidth", "ban_for_udp_bandwidth", "ban_for_icmp_bandwidth",
        "threshold_pps", "threshold_mbps", "threshold_flows", "threshold_tcp_pps", "threshold_udp_pps", "threshold_icmp_pps",
        "threshold_tcp_mbps", "threshold_udp_mbps", "threshold_icmp_mbps",
    ];

    private const string Acting = "enable_ban";

    /// <summary>Most groups.</summary>
    public const int MaximumGroups = 256;

    public static ImmutableArray<FastNetMonGroup> ReadAll(FastNetMonFile file, ImportFindings findings)
    {
        var groups = ImmutableArray.CreateBuilder<FastNetMonGroup>();
        var names = new HashSet<string>(StringComparer.Ordinal) { FastNetMonNetworks.RestName };
        foreach (var value in file.Groups)
        {
            var colon = value.Text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
            {
                findings.Mistake(value.Place, $"'hostgroup': {ConfigMistakes.Quote(value.Text)} is no NAME:NETWORK,NETWORK");
                continue;
            }

            if (groups.Count == MaximumGroups)
            {
                findings.Mistake(value.Place, "'hostgroup': more than 256 groups");
                break;
            }

            var written = value.Text[..colon].Trim();
            var networks = value.Text[(colon + 1)..].Split(',').Select(part => FastNetMonFile.Network(value with { Text = part.Trim() }, findings)).OfType<Prefix>();
            if (!file.IsOn($"{written}_{Acting}", otherwise: true))
                findings.Note(file.PlaceOf($"{written}_{Acting}"), $"'{written}_{Acting}' off has no counterpart: scripts are called for every service");
            var floors = FastNetMonThresholds.Read(file, $"{written}_", findings, static _ => false);
            if (floors.IsEmpty)
                findings.Note(value.Place, $"no threshold of the group {ConfigMistakes.Quote(written)} is on: nobody of it was banned; its service has the floors of all others");
            groups.Add(new FastNetMonGroup(Named(written, value.Place, names, findings), [.. networks], floors.IsEmpty ? null : floors));
        }

        return groups.ToImmutable();
    }

    /// <summary>True for a setting of a group of the file; of a group that is commented out it says nothing.</summary>
    public static bool IsKey(string key, FastNetMonFile file) => Settings.Append(Acting).Any(setting =>
        key.Length > setting.Length + 1 && key.EndsWith($"_{setting}", StringComparison.Ordinal)
        && (file.Groups.Exists(group => group.Text.StartsWith($"{key[..^(setting.Length + 1)]}:", StringComparison.Ordinal)) || key.StartsWith("my_hosts_", StringComparison.Ordinal)));

    /// <summary>The name, made one that a service may have.</summary>
    private static string Named(string written, ImportPlace place, HashSet<string> taken, ImportFindings findings)
    {
        var kept = string.Concat(written.Take(NameValue.MaxCharacters - 8).Select(static letter => char.IsAsciiLetterOrDigit(letter) || letter is '-' or '_' ? letter : '-'));
        var name = char.IsAsciiLetter(kept[0]) ? kept : $"g-{kept}";
        for (var number = 2; !taken.Add(name); number++)
            name = string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{kept}-{number}");
        if (name != written)
            findings.Note(place, $"the group {ConfigMistakes.Quote(written)} is the service '{name}'");
        return name;
    }
}
