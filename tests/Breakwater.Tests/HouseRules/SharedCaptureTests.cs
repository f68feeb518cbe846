using System.Net;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Breakwater.Tests.HouseRules;

/// <summary>
/// The product knows nothing of the captures it is tested with: no name, address or length of them stands under src/. Tests may
/// name them; their allowed differences are keyed by format, element and tool.
/// </summary>
public sealed class SharedCaptureTests
{
    /// <summary>Shorter words and words of the trade occur by chance.</summary>
    private const int ShortestStem = 6;

    [Fact]
    public void Sources_HoldNoNameOrAddressOfASharedCapture()
    {
        var words = ForbiddenWords(SharedData.Root());
        Assert.True(words.Count > 100, $"only {words.Count} names and addresses were found in the shared data");
        Rule.Holds(Violations(SourceTree.Product(), words));
    }

    [Theory]
    [InlineData("// tuned for ddos-2024-planted.pcap", true)]
    [InlineData("if (name == \"ddos-2024-planted\") return;", true)]
    [InlineData("Address.Parse(\"10.99.1.7\")", true)]
    [InlineData("Address.Parse(\"110.99.1.7\")", false)]
    [InlineData("Address.Parse(\"10.99.1.77\")", false)]
    [InlineData("version 10.99.1.7.2", false)]
    [InlineData("a ddos-2024-planted-else", false)]
    public void Sources_PlantedName_IsFound(string text, bool found) =>
        Assert.Equal(found, Violations([new SourceFile("src/A.cs", text)], ["ddos-2024-planted", "10.99.1.7"]).Count > 0);

    [Fact]
    public void ForbiddenWords_OfAPlantedFolder_AreItsStemsAndTargetsOnly()
    {
        var folder = Directory.CreateTempSubdirectory("breakwater-rules-");
        try
        {
            File.WriteAllText(Path.Combine(folder.FullName, "planted-capture.pcap.gz"), "");
            File.WriteAllText(Path.Combine(folder.FullName, "tiny.pcap"), "");
            File.WriteAllText(Path.Combine(folder.FullName, "README.md"), "");
            const string truth = """{"files":[{"file":"x","target":"10.1.2.3","packets":7},{"file":"y","target":"192.0.2.1"},{"file":"z","target":null}]}""";
            File.WriteAllText(Path.Combine(folder.FullName, "TRUTH.json"), truth);
            Assert.Equal(["10.1.2.3", "planted-capture"], ForbiddenWords(folder.FullName).Order(StringComparer.Ordinal));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static HashSet<string> ForbiddenWords(string sharedData)
    {
        var words = new HashSet<string>(StringComparer.Ordinal);
        foreach (var path in Directory.EnumerateFiles(sharedData, "*", SearchOption.AllDirectories))
        {
            var stem = Stem(Path.GetFileName(path));
            if (stem.Length >= ShortestStem && stem is not ("README" or "LICENSE" or "expected") && !IsPlainWord(stem))
                words.Add(stem);
        }

        using var truth = JsonDocument.Parse(File.ReadAllText(Path.Combine(sharedData, "TRUTH.json")));
        foreach (var file in truth.RootElement.GetProperty("files").EnumerateArray())
        {
            if (file.TryGetProperty("target", out var target) && target.ValueKind == JsonValueKind.String)
                words.UnionWith(target.GetString()!.Split([' ', ',', ';', '/']).Where(IsForeignAddress));
        }

        return words;
    }

    /// <summary>"goaccess", "netflow9", "icmpv6": letters and a version are a word of the trade that any source may use.</summary>
    private static bool IsPlainWord(string stem) => stem.TrimEnd([.. "0123456789"]).All(char.IsAsciiLetter) && stem.Count(char.IsAsciiDigit) <= 1;

    /// <summary>Without its ending: <c>a.pcap.gz</c> is <c>a</c>; dots inside a name (<c>amp.UDP.x.pcap</c>) belong to it.</summary>
    private static string Stem(string name) =>
        Path.GetFileNameWithoutExtension(name.EndsWith(".gz", StringComparison.Ordinal) ? name[..^3] : name);

    /// <summary>An address that is in no documentation or benchmarking range.</summary>
    private static bool IsForeignAddress(string text)
    {
        if (!IPAddress.TryParse(text, out var address) || !text.AsSpan().ContainsAny('.', ':'))
            return false;
        string[] documentation = ["192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15", "2001:db8::/32", "127.0.0.0/8", "::1/128"];
        return !documentation.Any(range => IPNetwork.Parse(range).Contains(address));
    }

    private static List<string> Violations(IEnumerable<SourceFile> files, IEnumerable<string> words)
    {
        var patterns = words.Select(word => (Word: word, Pattern: new Regex($@"(?<![\w.:-]){Regex.Escape(word)}(?![\w:-]|\.\w*\d)", RegexOptions.CultureInvariant))).ToList();
        return
        [
            .. from file in files
               from entry in patterns
               where file.Text.Contains(entry.Word, StringComparison.Ordinal) && entry.Pattern.IsMatch(file.Text)
               select $"{file.Path}: {entry.Word}",
        ];
    }
}
