using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>A value with the place it was read from, for checks that join several values.</summary>
internal readonly record struct Placed<T>(T Value, ConfigPlace Place);

/// <summary>
/// One section of the file, read against the keys it may have. Opening it tells unknown, unsupported and missing keys; reading a value
/// tells what is wrong with it and goes on with the default, so that all mistakes are found at once.
/// </summary>
internal sealed class ConfigSection
{
    private readonly MapNode? _map;
    private readonly string _path;
    private readonly ConfigMistakes _mistakes;

    private ConfigSection(MapNode? map, string path, ConfigMistakes mistakes)
    {
        _map = map;
        _path = path;
        _mistakes = mistakes;
    }

    /// <param name="path">The section in dotted form, for messages; empty for the file itself.</param>
    public static ConfigSection Open(ConfigNode? node, string path, ImmutableArray<ConfigKey> keys, ConfigMistakes mistakes)
    {
        var map = node as MapNode;
        if (map is not null)
            CheckKeys(map, path, keys, mistakes);
        else if (node is not null and not RefusedNode)
            mistakes.Add(node.Place, $"{NameOf(path)} is {node.Kind}, and a section is needed", $"write keys with values under it: {Names(keys)}");
        return new ConfigSection(map, path, mistakes);
    }

    /// <summary>Where the section stands; null when it is absent, or no section.</summary>
    public ConfigPlace? Place => _map?.Place;

    public T Read<T>(ScalarKey<T> key) => Read(key, key.Default);

    /// <summary>The key's value, or another one when it is absent or wrong.</summary>
    public T Read<T>(ScalarKey<T> key, T fallback) => TryRead(key, out var read) ? read.Value : fallback;

    /// <summary>True when the key is there, whatever its value.</summary>
    public bool Has(ConfigKey key) => Find(key) is not null;

    /// <summary>True when the key is there and its value is good.</summary>
    public bool TryRead<T>(ScalarKey<T> key, out Placed<T> read)
    {
        read = default;
        if (Find(key) is not { } node || !TryReadScalar(node, $"'{PathOf(key)}'", key.Value, out var value))
            return false;
        read = new Placed<T>(value, node.Place);
        return true;
    }

    /// <summary>The good items of a list, in the order of the file.</summary>
    public List<Placed<T>> ReadList<T>(ListKey<T> key)
    {
        var good = new List<Placed<T>>();
        foreach (var item in Items(key, key.Item.Kind, key.IsRequired))
        {
            if (TryReadScalar(item, $"an item of '{PathOf(key)}'", key.Item, out var value))
                good.Add(new Placed<T>(value, item.Place));
        }

        return good;
    }

    public ConfigSection ReadSection(SectionKey key) => Open(Find(key), PathOf(key), key.Keys, _mistakes);

    public IEnumerable<ConfigSection> ReadSections(SectionListKey key)
    {
        foreach (var item in Items(key, $"a section with {Names(key.Keys)}", isRequired: false))
            yield return Open(item, $"{PathOf(key)}[]", key.Keys, _mistakes);
    }

    private static void CheckKeys(MapNode map, string path, ImmutableArray<ConfigKey> keys, ConfigMistakes mistakes)
    {
        var byName = keys.ToDictionary(static key => key.Name, StringComparer.Ordinal);
        foreach (var entry in map.Entries)
        {
            if (!byName.TryGetValue(entry.Key, out var key))
                mistakes.Add(entry.KeyPlace, UnknownKey(entry.Key, path), NearestName.Cure(entry.Key, KnownNames(keys)));
            else if (key is UnsupportedKey)
                mistakes.Add(entry.KeyPlace, $"'{key.Name}' is not supported by this version of Breakwater", "remove it until you use a version that has it");
        }

        foreach (var key in keys)
        {
            if (key.IsRequired && map.Find(key.Name) is null)
                mistakes.Add(map.Place, $"{NameOf(path)} has no '{key.Name}'", $"add '{key.Name}: …' with {key.Form}");
        }
    }

    internal static string UnknownKey(string key, string path) =>
        path.Length == 0 ? $"unknown key {ConfigMistakes.Quote(key)}" : $"unknown key {ConfigMistakes.Quote(key)} in '{path}'";

    /// <summary>Unsupported keys are not proposed: they would only be the next mistake.</summary>
    internal static ImmutableArray<string> KnownNames(ImmutableArray<ConfigKey> keys) =>
        [.. keys.Where(static key => key is not UnsupportedKey).Select(static key => key.Name)];

    private static string Names(ImmutableArray<ConfigKey> keys) => string.Join(", ", KnownNames(keys));

    private static string NameOf(string path) => path.Length == 0 ? "the file" : $"'{path}'";

    private bool TryReadScalar<T>(ConfigNode node, string name, ConfigValue<T> kind, out T value)
    {
        value = default!;
        switch (node)
        {
            case RefusedNode:
                return false;
            case ScalarNode { IsNull: true }:
                _mistakes.Add(node.Place, $"{name} has no value", $"write {kind.Kind} ({kind.Range}), or remove it");
                return false;
            case ScalarNode scalar:
                if (kind.Read(scalar.Text, out value) is not { } fault)
                    return true;
                _mistakes.Add(node.Place, $"{name}: {fault.What}", fault.Cure);
                return false;
            default:
                _mistakes.Add(node.Place, $"{name} is {node.Kind}, and {kind.Kind} is needed", $"write one value: {kind.Range}");
                return false;
        }
    }

    private ImmutableArray<ConfigNode> Items(ConfigKey key, string itemKind, bool isRequired)
    {
        switch (Find(key))
        {
            case ListNode { Items.Length: 0 } list when isRequired:
                _mistakes.Add(list.Place, $"'{PathOf(key)}' is empty", $"write at least one item: {itemKind}");
                return [];
            case ListNode list:
                return list.Items;
            case null or RefusedNode:
                return [];
            case ScalarNode { IsNull: true } empty:
                _mistakes.Add(empty.Place, $"'{PathOf(key)}' has no value", "write a list with '- ' before each item, [] for none, or remove it");
                return [];
            case var other:
                _mistakes.Add(other.Place, $"'{PathOf(key)}' is {other.Kind}, and a list is needed", $"write '- ' before each item: {itemKind}");
                return [];
        }
    }

    private ConfigNode? Find(ConfigKey key) => _map?.Find(key.Name)?.Value;

    private string PathOf(ConfigKey key) => _path.Length == 0 ? key.Name : $"{_path}.{key.Name}";
}
