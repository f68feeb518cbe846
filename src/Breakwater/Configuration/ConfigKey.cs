using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>When a change of a key in the file takes effect.</summary>
internal enum ConfigReload
{
    /// <summary>At the next reload, without a restart.</summary>
    Live,

    /// <summary>At the next start.</summary>
    Restart,
}

/// <summary>One key of the configuration: what the reader, the schema and the reference page know of it.</summary>
/// <param name="Meaning">What it is for, as a sentence without its full stop.</param>
internal abstract record ConfigKey(string Name, string Meaning)
{
    public bool IsRequired { get; init; }

    public ConfigReload Reload { get; init; } = ConfigReload.Live;

    /// <summary>What stands behind the key, for a message: "a name".</summary>
    public abstract string Form { get; }

    /// <summary>The value that an absent key has, as the file would spell it; null: none.</summary>
    public virtual string? DefaultText => null;
}

/// <summary>A key with a single value.</summary>
internal abstract record ScalarKey(string Name, string Meaning) : ConfigKey(Name, Meaning)
{
    public abstract ConfigValue AnyValue { get; }

    public override string Form => AnyValue.Kind;
}

internal sealed record ScalarKey<T>(string Name, ConfigValue<T> Value, string Meaning) : ScalarKey(Name, Meaning)
{
    private readonly T _default = default!;
    private readonly bool _hasDefault;

    public T Default
    {
        get => _default;
        init
        {
            _default = value;
            _hasDefault = true;
        }
    }

    public override ConfigValue AnyValue => Value;

    public override string? DefaultText => _hasDefault ? Value.Spell(_default) : null;
}

/// <summary>A key with a list of single values.</summary>
internal abstract record ListKey(string Name, string Meaning) : ConfigKey(Name, Meaning)
{
    public abstract ConfigValue AnyItem { get; }

    public override string Form => $"a list, each item {AnyItem.Kind}";
}

internal sealed record ListKey<T>(string Name, ConfigValue<T> Item, string Meaning) : ListKey(Name, Meaning)
{
    /// <summary>What an absent list is.</summary>
    public ImmutableArray<T> Default { get; init; } = [];

    public override ConfigValue AnyItem => Item;

    public override string? DefaultText => IsRequired ? null : $"[{string.Join(", ", Default.Select(Item.Spell))}]";
}

/// <summary>A key with keys of its own.</summary>
internal sealed record SectionKey(string Name, ImmutableArray<ConfigKey> Keys, string Meaning) : ConfigKey(Name, Meaning)
{
    /// <summary>Dotted path of the section whose values count where this one has none; null: the keys' own defaults do.</summary>
    public string? Inherits { get; init; }

    public override string Form => "a section";
}

/// <summary>A key with a list of sections.</summary>
internal sealed record SectionListKey(string Name, ImmutableArray<ConfigKey> Keys, string Meaning) : ConfigKey(Name, Meaning)
{
    public override string Form => "a list of sections";
}

/// <summary>A key of the configuration that this version does not read: it is refused, because it would not do what it says.</summary>
internal sealed record UnsupportedKey(string Name) : ConfigKey(Name, "Not supported by this version")
{
    public override string Form => "nothing";
}
