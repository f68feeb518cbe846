namespace Breakwater.Reports;

/// <summary>
/// Texts as logs hold them. Servers escape what would end a field (nginx and Apache <c>\x22</c> or <c>\"</c>, HAProxy <c>#22</c>, JSON <c>\u0022</c>),
/// and what no terminal should show was replaced: the header that was sent is not this text, letter by letter.
/// </summary>
internal static class LoggedText
{
    /// <summary>False where the header that was sent may have been another text.</summary>
    public static bool IsExact(string text) => text.AsSpan().IndexOfAny('?', '\\', '#') < 0;

    /// <summary>A regular expression of the headers that a log would have held so.</summary>
    public static string Pattern(string text)
    {
        var pattern = new System.Text.StringBuilder();
        for (var at = 0; at < text.Length;)
        {
            var (part, length) = Part(text.AsSpan(at));
            pattern.Append(part);
            at += length;
        }

        return pattern.ToString();
    }

    /// <summary>One octet as a regular expression; the question mark stands for any that was replaced.</summary>
    public static string Octet(char letter) => letter switch
    {
        '?' => ".",
        _ when char.IsAsciiLetterOrDigit(letter) || letter is '/' or '-' or '_' or '~' or ' ' or ',' or ':' or ';' or '=' or '@' or '%' or '&' or '!' => letter.ToString(),
        _ => $"\\x{(int)letter:x2}",
    };

    private static (string Pattern, int Length) Part(ReadOnlySpan<char> text) => text switch
    {
        ['\\', 'x', var high, var low, ..] when IsHexadecimal(high, low) => ($"\\x{high}{low}", 4),
        ['#', var high, var low, ..] when IsHexadecimal(high, low) => ($"(#{high}{low}|\\x{high}{low})", 3),

        // A character of JSON is as many octets as UTF-8 makes of it.
        ['\\', 'u', var a, var b, var c, var d, ..] when IsHexadecimal(a, b) && IsHexadecimal(c, d) => (".{1,4}", 6),
        ['\\', 't' or 'n' or 'r' or 'b' or 'f' or 'v', ..] => ("[\\x07-\\x0d]", 2),
        ['\\', not ('x' or 'u') and var letter, ..] => (Octet(letter), 2),

        // What is left of an escape at the end of a text that was cut.
        ['\\', ..] => (".*", text.Length),
        [var letter, ..] => (Octet(letter), 1),
        [] => ("", 1),
    };

    private static bool IsHexadecimal(char high, char low) => char.IsAsciiHexDigit(high) && char.IsAsciiHexDigit(low);
}
