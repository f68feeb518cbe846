using System.Text;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>One golden and the input files that it decodes, in order.</summary>
internal sealed record GoldenCase(string Tool, string Golden, IReadOnlyList<string> Inputs)
{
    private static readonly string[] s_captures = [".pcap", ".pcapng", ".pcap.gz", ".pcapng.gz"];

    /// <summary>Every golden below a folder, whatever the folders are called.</summary>
    public static IReadOnlyList<GoldenCase> Enumerate(string root) =>
    [
        .. Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
            .Select(Recognise).OfType<GoldenCase>(),
    ];

    private static GoldenCase? Recognise(string path)
    {
        var name = Path.GetFileName(path);
        var folder = Path.GetDirectoryName(path)!;
        if (name.EndsWith(".tshark.json", StringComparison.Ordinal))
            return new GoldenCase(GoldenTool.Tshark, path, [Capture(path[..^".tshark.json".Length])]);
        if (name == "expected.out")
            return new GoldenCase(GoldenTool.Telegraf, path, [.. Directory.EnumerateFiles(folder, "*.bin").Order(NaturalOrder.Instance)]);
        if (!name.StartsWith("output-flow-", StringComparison.Ordinal) || !name.EndsWith(".json", StringComparison.Ordinal))
            return null;
        // A scenario's folder holds another output of the capture in the folder above.
        var home = Captures(folder).Count > 0 ? folder : Path.GetDirectoryName(folder)!;
        return new GoldenCase(GoldenTool.Pmacct, path, Captures(home));
    }

    private static string Capture(string stem) =>
        s_captures.Select(e => stem + e).FirstOrDefault(File.Exists)
        ?? throw new FileNotFoundException("A golden without its capture.", stem);

    private static List<string> Captures(string folder) =>
    [
        .. Directory.EnumerateFiles(folder).Where(f => s_captures.Any(e => f.EndsWith(e, StringComparison.Ordinal)))
            .Order(NaturalOrder.Instance),
    ];

    /// <summary>Reads the golden.</summary>
    public GoldenExport Read() => Tool switch
    {
        GoldenTool.Tshark => TsharkFile.Read(Golden),
        GoldenTool.Telegraf => LineProtocolFile.Read(Golden),
        _ => PmacctFile.Read(Golden),
    };

    /// <summary>Numbers inside names count as numbers: part-2 before part-10.</summary>
    private sealed class NaturalOrder : IComparer<string>
    {
        public static readonly NaturalOrder Instance = new();

        public int Compare(string? x, string? y) => string.CompareOrdinal(Key(x!), Key(y!));

        private static string Key(string path)
        {
            var key = new StringBuilder();
            var digits = new StringBuilder();
            foreach (var c in path + "\0")
            {
                if (char.IsAsciiDigit(c))
                {
                    digits.Append(c);
                    continue;
                }

                key.Append(digits.ToString().PadLeft(digits.Length == 0 ? 0 : 20, '0')).Append(c);
                digits.Clear();
            }

            return key.ToString();
        }
    }
}
