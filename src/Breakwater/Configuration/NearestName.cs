using System.Collections.Immutable;

namespace Breakwater.Configuration;

/// <summary>Finds what somebody meant to write.</summary>
internal static class NearestName
{
    private const int LongestCompared = 40;

    /// <summary>"did you mean 'x'?", or what is known when nothing is near.</summary>
    public static string Cure(string text, ImmutableArray<string> known) =>
        Find(text, known) is { } near ? $"did you mean '{near}'?" : $"known here: {string.Join(", ", known)}";

    /// <summary>The known name with the fewest edits, the first of equals; null when more than a third of the name would change.</summary>
    public static string? Find(string text, ImmutableArray<string> known)
    {
        if (text.Length > LongestCompared)
            return null;
        string? nearest = null;
        var fewest = int.MaxValue;
        foreach (var name in known)
        {
            var edits = Edits(text, name);
            if (edits >= fewest || edits > Math.Max(1, Math.Max(text.Length, name.Length) / 3))
                continue;
            fewest = edits;
            nearest = name;
        }

        return nearest;
    }

    /// <summary>Optimal string alignment distance: insertions, deletions, replacements, and neighbours swapped; the case of letters is free.</summary>
    internal static int Edits(string left, string right)
    {
        var beforePrevious = new int[right.Length + 1];
        var previous = new int[right.Length + 1];
        var current = new int[right.Length + 1];
        for (var column = 0; column <= right.Length; column++)
            previous[column] = column;
        for (var row = 1; row <= left.Length; row++)
        {
            current[0] = row;
            for (var column = 1; column <= right.Length; column++)
            {
                var replaced = previous[column - 1] + (IsSame(left[row - 1], right[column - 1]) ? 0 : 1);
                current[column] = Math.Min(replaced, Math.Min(previous[column], current[column - 1]) + 1);
                if (row > 1 && column > 1 && IsSame(left[row - 1], right[column - 2]) && IsSame(left[row - 2], right[column - 1]))
                    current[column] = Math.Min(current[column], beforePrevious[column - 2] + 1);
            }

            (beforePrevious, previous, current) = (previous, current, beforePrevious);
        }

        return previous[right.Length];
    }

    private static bool IsSame(char left, char right) => char.ToLowerInvariant(left) == char.ToLowerInvariant(right);
}
