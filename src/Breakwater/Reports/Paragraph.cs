namespace Breakwater.Reports;

/// <summary>Sentences on lines that fit a terminal.</summary>
internal static class Paragraph
{
    /// <summary>Longest line, unless a single word is longer.</summary>
    public const int Columns = 96;

    /// <summary>Writes text behind <paramref name="head"/>; further lines are indented as far as the head is long.</summary>
    public static void Write(TextWriter output, string head, string text) => Write(output, head, new string(' ', head.Length), text);

    /// <summary>Writes text behind <paramref name="head"/>; further lines begin with <paramref name="indent"/>.</summary>
    public static void Write(TextWriter output, string head, string indent, string text)
    {
        var line = head;
        var isEmpty = true;
        foreach (var word in text.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        {
            if (!isEmpty && line.Length + 1 + word.Length > Columns)
            {
                output.WriteLine(line);
                (line, isEmpty) = (indent, true);
            }
            line += isEmpty ? word : " " + word;
            isEmpty = false;
        }
        output.WriteLine(line);
    }
}
