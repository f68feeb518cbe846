using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>
/// <c>BREAKWATER__section__key</c> sets a single value over the file's. Keys keep their spelling; lists, and what stands inside a list,
/// cannot be set. Variables with one underscore (<c>BREAKWATER_…</c>) are none of these.
/// </summary>
internal static class EnvironmentOverrides
{
    public const string Prefix = "BREAKWATER__";

    private const string Separator = "__";

    /// <summary>The tree with all variables applied, in the order of their names.</summary>
    public static ConfigNode Apply(ConfigNode tree, IReadOnlyDictionary<string, string> environment, ConfigMistakes mistakes)
    {
        foreach (var (name, value) in environment.OrderBy(static variable => variable.Key, StringComparer.Ordinal))
        {
            if (name.StartsWith(Prefix, StringComparison.Ordinal) && IsScalar(name, out var path, mistakes))
                tree = With(tree, path, new ScalarNode(ConfigPlace.Variable(name), value, IsPlain: true));
        }

        return tree;
    }

    /// <summary>Follows the name through the table of keys.</summary>
    private static bool IsScalar(string name, out string[] path, ConfigMistakes mistakes)
    {
        var place = ConfigPlace.Variable(name);
        path = name[Prefix.Length..].Split(Separator);
        var keys = RootKeys.All;
        for (var index = 0; index < path.Length; index++)
        {
            var key = keys.FirstOrDefault(Named(path[index]));
            switch (key)
            {
                case null:
                    var parent = string.Join('.', path[..index]);
                    mistakes.Add(place, ConfigSection.UnknownKey(path[index], parent), NearestName.Cure(path[index], ConfigSection.KnownNames(keys)));
                    return false;
                case UnsupportedKey:
                    mistakes.Add(place, $"'{key.Name}' is not supported by this version of Breakwater", "remove it until you use a version that has it");
                    return false;
                case SectionKey section when index < path.Length - 1:
                    keys = section.Keys;
                    break;
                case SectionKey section:
                    mistakes.Add(place, $"'{section.Name}' is a section", $"set one of its values, such as {name}{Separator}{section.Keys[0].Name}");
                    return false;
                case ScalarKey when index == path.Length - 1:
                    return true;
                case ScalarKey:
                    mistakes.Add(place, $"'{key.Name}' is a single value and has nothing under it", $"set {Prefix}{string.Join(Separator, path[..(index + 1)])}");
                    return false;
                default:
                    mistakes.Add(place, $"'{key.Name}' is a list, and variables set single values only", "write it in the file");
                    return false;
            }
        }

        return false;
    }

    private static Func<ConfigKey, bool> Named(string name) => key => key.Name == name;

    /// <summary>Where the file has something else than a section on the way, it stays: that is the mistake to tell.</summary>
    private static ConfigNode With(ConfigNode node, ReadOnlySpan<string> path, ScalarNode value)
    {
        if (path.IsEmpty)
            return value;
        if (node is not MapNode map)
            return node;
        var entry = map.Find(path[0]);
        var below = entry?.Value is null or ScalarNode { IsNull: true } ? new MapNode(value.Place, []) : entry.Value;
        return map.With(new MapEntry(path[0], entry?.KeyPlace ?? value.Place, With(below, path[1..], value)));
    }
}
