using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>A value as it stands in the file, before anybody knows what it means.</summary>
internal abstract record ConfigNode(ConfigPlace Place)
{
    /// <summary>What it is, for a message.</summary>
    public abstract string Kind { get; }
}

/// <summary>A single value. A plain (unquoted) one may be YAML's null; a number has no meaning yet.</summary>
internal sealed record ScalarNode(ConfigPlace Place, string Text, bool IsPlain) : ConfigNode(Place)
{
    public override string Kind => IsNull ? "nothing" : "a single value";

    /// <summary>YAML 1.2 §10.3.2: empty, <c>~</c>, <c>null</c>, <c>Null</c>, <c>NULL</c>.</summary>
    public bool IsNull => IsPlain && Text is "" or "~" or "null" or "Null" or "NULL";
}

internal sealed record ListNode(ConfigPlace Place, ImmutableArray<ConfigNode> Items) : ConfigNode(Place)
{
    public override string Kind => "a list";
}

/// <summary>Keys are unique.</summary>
internal sealed record MapNode(ConfigPlace Place, ImmutableArray<MapEntry> Entries) : ConfigNode(Place)
{
    public override string Kind => "a section";

    public MapEntry? Find(string key)
    {
        foreach (var entry in Entries)
        {
            if (entry.Key == key)
                return entry;
        }

        return null;
    }

    /// <summary>The same section with one value replaced or added.</summary>
    public MapNode With(MapEntry entry) => Find(entry.Key) is { } old
        ? this with { Entries = Entries.Replace(old, entry) }
        : this with { Entries = Entries.Add(entry) };
}

internal sealed record MapEntry(string Key, ConfigPlace KeyPlace, ConfigNode Value);

/// <summary>What is no part of the accepted YAML; its mistake is told already, so its meaning is not asked for.</summary>
internal sealed record RefusedNode(ConfigPlace Place) : ConfigNode(Place)
{
    public override string Kind => "something refused";
}
