using System.Text.RegularExpressions;

namespace Breakwater.Mutants;

/// <summary>One change of one place in a source file that a good test suite should notice.</summary>
/// <param name="File">Path from the repository's root.</param>
/// <param name="Line">1-based.</param>
/// <param name="Column">0-based offset of the change in its line.</param>
/// <param name="Before">What stands there.</param>
/// <param name="After">What stands there instead.</param>
internal sealed record Mutation(string File, int Line, int Column, string Before, string After);

/// <summary>Finds every place that can be changed: comparisons, arithmetic, logic, truths, constants.</summary>
internal static partial class Mutations
{
    private static readonly Regex[] Patterns = [Comparison(), Arithmetic(), Logic(), Truth(), Number()];

    public static IEnumerable<Mutation> Of(string file, string[] lines)
    {
        for (var index = 0; index < lines.Length; index++)
        {
            var code = WithoutComment(lines[index]);
            if (!IsStatement(code))
                continue;
            foreach (var pattern in Patterns)
            {
                foreach (Match match in pattern.Matches(code))
                {
                    if (!InsideString(code, match.Index))
                        yield return new Mutation(file, index + 1, match.Index, match.Value, Opposite(match.Value));
                }
            }
        }
    }

    private static string Opposite(string token) => token switch
    {
        " < " => " <= ",
        " <= " => " < ",
        " > " => " >= ",
        " >= " => " > ",
        " == " => " != ",
        " != " => " == ",
        " + " => " - ",
        " - " => " + ",
        " * " => " + ",
        " / " => " * ",
        " << " => " >> ",
        " >> " => " << ",
        " & " => " | ",
        " | " => " & ",
        " && " => " || ",
        " || " => " && ",
        " += " => " -= ",
        " -= " => " += ",
        " |= " => " &= ",
        "true" => "false",
        "false" => "true",
        "++" => "--",
        "--" => "++",
        _ => int.TryParse(token, out var number) ? (number + 1).ToString(System.Globalization.CultureInfo.InvariantCulture) : token,
    };

    private static string WithoutComment(string line)
    {
        var comment = line.IndexOf("//", StringComparison.Ordinal);
        return comment < 0 ? line : line[..comment];
    }

    // Attributes, usings, declarations of types and documentation hold nothing that runs.
    private static bool IsStatement(string line)
    {
        var text = line.TrimStart();
        return text.Length > 0 && !text.StartsWith('[') && !text.StartsWith("using ", StringComparison.Ordinal)
            && !text.StartsWith("namespace ", StringComparison.Ordinal) && !text.Contains("MethodImpl", StringComparison.Ordinal)
            && !Declaration().IsMatch(text);
    }

    private static bool InsideString(string line, int position) => line.AsSpan(0, position).Count('"') % 2 == 1;

    [GeneratedRegex(@" (?:<|<=|>|>=|==|!=) ", RegexOptions.None, 1000)]
    private static partial Regex Comparison();

    [GeneratedRegex(@" (?:\+|-|\*|/|<<|>>|\+=|-=) |\+\+|--", RegexOptions.None, 1000)]
    private static partial Regex Arithmetic();

    [GeneratedRegex(@" (?:&&|\|\||&|\||\|=) ", RegexOptions.None, 1000)]
    private static partial Regex Logic();

    [GeneratedRegex(@"\b(?:true|false)\b", RegexOptions.None, 1000)]
    private static partial Regex Truth();

    [GeneratedRegex(@"(?<![\w.])\d{1,5}(?![\w.])", RegexOptions.None, 1000)]
    private static partial Regex Number();

    [GeneratedRegex(@"\b(?:class|struct|interface|enum)\s+\w", RegexOptions.None, 1000)]
    private static partial Regex Declaration();
}
