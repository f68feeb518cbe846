using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Configuration.Import;

/// <summary>
/// Networks as services: a service for each host group, and one for all other networks. Services share no address, and what is on the white list
/// belongs to none.
/// </summary>
internal static class FastNetMonNetworks
{
    /// <summary>The service of all networks that are in no group.</summary>
    public const string RestName = "networks";

    public static ImmutableArray<ImportedService> Services(
        FastNetMonFile file, ImportOptions options, ImmutableArray<FastNetMonGroup> groups, ImportFindings findings, out ImmutableArray<Prefix> allow)
    {
        var networks = Listed(file, "networks_list_path", options.Networks, isNeeded: true, findings);
        var white = Listed(file, "white_list_path", options.WhiteList, isNeeded: false, findings);
        allow = [];
        var grouped = groups.SelectMany(static (group, number) => group.Networks.Select(network => (Network: network, Group: number))).ToList();
        if (networks.Count + white.Count + grouped.Count > PrefixSet.MaximumNetworks)
        {
            findings.Mistake(file.PlaceOf("networks_list_path"), $"more than {PrefixSet.MaximumNetworks} networks in all lists together");
            return [];
        }

        List<Prefix> own = [.. networks.Concat(grouped.Select(static entry => entry.Network))];
        allow = [.. white.Select(static entry => entry).Where(entry => !own.Exists(network => network.Contains(entry.Network) || entry.Contains(network.Network))).Distinct()
            .OrderBy(static network => network.Network).ThenBy(static network => network.Length)];
        if (allow.Length < white.Distinct().Count())
            findings.Note(file.PlaceOf("white_list_path"), "own networks of the white list belong to no service: they are not watched, as before");
        if (!allow.IsEmpty)
            findings.Note(file.PlaceOf("white_list_path"), "networks of the white list that are not your own stand in 'allow': sources that are never acted upon");

        var services = ImmutableArray.CreateBuilder<ImportedService>();
        for (var number = 0; number < groups.Length; number++)
            Add(services, groups[number].Name, groups[number].Floors, GroupRest(number, groups[number], grouped, white), file, findings);
        Add(services, RestName, null, PrefixSet.Without(networks, [.. white, .. grouped.Select(static entry => entry.Network)]), file, findings);
        if (services.Sum(static service => service.Addresses.Length) > PrefixSet.MaximumNetworks)
            TellTooMany(file, findings);
        return services.ToImmutable();
    }

    /// <summary>Narrower networks of other groups are theirs; of equal ones the first group has it.</summary>
    private static ImmutableArray<Prefix>? GroupRest(int number, FastNetMonGroup group, List<(Prefix Network, int Group)> grouped, List<Prefix> white)
    {
        var rest = ImmutableArray.CreateBuilder<Prefix>();
        foreach (var network in group.Networks)
        {
            var others = grouped.Where(entry => entry.Group != number && network.Contains(entry.Network.Network)
                && (entry.Network.Length > network.Length || (entry.Network == network && entry.Group < number))).Select(static entry => entry.Network);
            if (PrefixSet.Without([network], [.. others, .. white]) is not { } left)
                return null;
            rest.AddRange(left);
            if (rest.Count > PrefixSet.MaximumNetworks)
                return null;
        }

        return PrefixSet.Without(rest, []);
    }

    private static void Add(
        ImmutableArray<ImportedService>.Builder services, string name, FastNetMonFloors? floors, ImmutableArray<Prefix>? rest, FastNetMonFile file, ImportFindings findings)
    {
        if (rest is not { } addresses)
            TellTooMany(file, findings);
        else if (!addresses.IsEmpty)
            services.Add(new ImportedService(name, addresses, floors));
    }

    private static void TellTooMany(FastNetMonFile file, ImportFindings findings) =>
        findings.Mistake(file.PlaceOf("networks_list_path"), $"networks without groups and white list are more than {PrefixSet.MaximumNetworks}: write the services by hand");

    /// <summary>The networks of a list, a line each.</summary>
    private static List<Prefix> Listed(FastNetMonFile file, string key, string? given, bool isNeeded, ImportFindings findings)
    {
        var networks = new List<Prefix>();
        var path = given ?? file.Text(key);
        if (path is null)
        {
            if (isNeeded)
                findings.Note(file.PlaceOf(key), $"'{key}' is not there: no service is protected until you name one under 'services'");
            return networks;
        }

        // FastNetMon goes on without a white list.
        if (given is null && !isNeeded && !File.Exists(path))
        {
            findings.Note(file.PlaceOf(key), $"there is no file {ConfigMistakes.Quote(path)} on this machine: nothing is left out (--white-list names another)");
            return networks;
        }

        var place = given is null ? file.PlaceOf(key) : new ImportPlace(given, 0);
        foreach (var (text, at) in ImportFile.Read(path, place, findings) ?? [])
        {
            if (FastNetMonFile.Network(new FastNetMonValue(text, at), findings) is { } network)
                networks.Add(network);
        }

        return networks;
    }
}
