using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>One mistake of a configuration: where, what is wrong, and what to do instead.</summary>
internal sealed record ConfigMistake(ConfigPlace Place, string What, string Cure)
{
    public override string ToString() => $"{Place}: {What}; {Cure}";
}

/// <summary>Collects every mistake of one reading. Their number is bounded by the size of the file (<see cref="YamlTree.MaxBytes"/>).</summary>
internal sealed class ConfigMistakes
{
    private const int ShownCharacters = 60;

    private readonly List<ConfigMistake> _mistakes = [];

    public bool IsEmpty => _mistakes.Count == 0;

    public void Add(ConfigPlace place, string what, string cure) => _mistakes.Add(new ConfigMistake(place, what, cure));

    /// <summary>All of them, in the order of the file.</summary>
    public ImmutableArray<ConfigMistake> InOrder() => [.. _mistakes.OrderBy(static mistake => mistake.Place)];

    /// <summary>Text of the file as a message may show it: short, on one line, and nothing a terminal would obey.</summary>
    public static string Quote(string text)
    {
        var isLong = text.Length > ShownCharacters;
        var shown = Printable(isLong ? text[..ShownCharacters] : text);
        return isLong ? $"'{shown}…'" : $"'{shown}'";
    }

    /// <summary>Text on one line, with nothing that a terminal would obey.</summary>
    public static string Printable(string text) => string.Create(text.Length, text, static (span, source) =>
    {
        for (var index = 0; index < span.Length; index++)
            span[index] = IsPrintable(source[index]) ? source[index] : '\uFFFD';
    });

    private static bool IsPrintable(char character) => char.GetUnicodeCategory(character) is not (
        System.Globalization.UnicodeCategory.Control or System.Globalization.UnicodeCategory.Format or System.Globalization.UnicodeCategory.Surrogate
        or System.Globalization.UnicodeCategory.LineSeparator or System.Globalization.UnicodeCategory.ParagraphSeparator
        or System.Globalization.UnicodeCategory.OtherNotAssigned or System.Globalization.UnicodeCategory.PrivateUse);
}
