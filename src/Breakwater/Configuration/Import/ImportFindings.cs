using System.Collections.Immutable;

namespace Breakwater.Configuration.Import;

/// <summary>What an import finds on its way: mistakes, after which nothing is written, and what is otherwise in Breakwater than it was.</summary>
internal sealed class ImportFindings
{
    /// <summary>Findings of a kind that are kept; further ones are counted.</summary>
    public const int MaximumKept = 200;

    private readonly List<ImportFinding> _mistakes = [];
    private readonly List<ImportFinding> _notes = [];

    public bool HasMistakes => _mistakes.Count > 0;

    /// <summary>In the order of files and lines.</summary>
    public ImmutableArray<ImportFinding> Mistakes => Ordered(_mistakes);

    public ImmutableArray<ImportFinding> Notes => Ordered(_notes);

    /// <summary>Mistakes and notes that are only counted.</summary>
    public int LeftOut { get; private set; }

    /// <summary>Something that is no FastNetMon configuration.</summary>
    public void Mistake(ImportPlace place, string sentence) => Keep(_mistakes, place, sentence);

    /// <summary>Something that has no counterpart, or another one than might be thought.</summary>
    public void Note(ImportPlace place, string sentence) => Keep(_notes, place, sentence);

    private void Keep(List<ImportFinding> findings, ImportPlace place, string sentence)
    {
        if (findings.Count < MaximumKept)
            findings.Add(new ImportFinding(place, ConfigMistakes.Printable(sentence)));
        else
            LeftOut++;
    }

    private static ImmutableArray<ImportFinding> Ordered(List<ImportFinding> findings) =>
        [.. findings.OrderBy(static finding => finding.Place.File, StringComparer.Ordinal).ThenBy(static finding => finding.Place.Line)];
}

/// <param name="File">As it was named.</param>
/// <param name="Line">From 1; 0 for the file as a whole.</param>
internal readonly record struct ImportPlace(string File, int Line)
{
    public override string ToString() => Line == 0 ? File : string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{File}:{Line}");
}

/// <param name="Place">Where.</param>
/// <param name="Sentence">What, without its full stop.</param>
internal sealed record ImportFinding(ImportPlace Place, string Sentence)
{
    public override string ToString() => $"{Place}: {Sentence}";
}
