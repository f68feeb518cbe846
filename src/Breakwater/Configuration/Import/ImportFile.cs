using System.Text;

namespace Breakwater.Configuration.Import;

/// <summary>Lines of a text file of somebody else's.</summary>
internal static class ImportFile
{
    /// <summary>A longer file is refused.</summary>
    public const int MaximumBytes = 1024 * 1024;

    /// <summary>Lines that are not empty and no comment, trimmed, with their numbers; null: it cannot be read, which is told.</summary>
    /// <param name="path">Which file.</param>
    /// <param name="place">Where it is named.</param>
    /// <param name="findings">Gets the mistake.</param>
    public static List<(string Text, ImportPlace Place)>? Read(string path, ImportPlace place, ImportFindings findings)
    {
        try
        {
            using var file = File.OpenRead(path);
            var bytes = new byte[MaximumBytes + 1];
            var length = file.ReadAtLeast(bytes, bytes.Length, throwOnEndOfStream: false);
            if (length > MaximumBytes)
            {
                findings.Mistake(place, $"{ConfigMistakes.Quote(path)} is longer than 1 MiB, and no such list");
                return null;
            }

            return Lines(path, Encoding.UTF8.GetString(bytes, 0, length));
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            findings.Mistake(place, $"{ConfigMistakes.Quote(path)} cannot be read: {error.Message.TrimEnd('.')}");
            return null;
        }
    }

    internal static List<(string Text, ImportPlace Place)> Lines(string path, string text)
    {
        var lines = new List<(string, ImportPlace)>();
        var number = 0;
        foreach (var range in text.AsSpan().TrimStart('\uFEFF').Split('\n'))
        {
            number++;
            var line = text.AsSpan().TrimStart('\uFEFF')[range].Trim();
            if (line.Length > 0 && line[0] != '#')
                lines.Add((line.ToString(), new ImportPlace(path, number)));
        }

        return lines;
    }
}
