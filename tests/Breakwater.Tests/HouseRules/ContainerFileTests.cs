namespace Breakwater.Tests.HouseRules;

/// <summary>
/// deploy/Containerfile as far as it can be judged without building it: what it copies is there, it does not run as root, and its health check asks
/// /healthz. No test builds it.
/// </summary>
public sealed class ContainerFileTests
{
    private static readonly string[] _root = ["", "0", "root"];

    [Fact]
    public void ContainerFile_KeepsTheRules() =>
        Rule.Holds(Faults(SourceTree.Read("deploy/Containerfile"), path => Path.Exists(Path.Combine(SourceTree.Root, path))));

    [Fact]
    public void Faults_PlantedOnes_AreFound()
    {
        const string planted = """
            # a comment
            FROM a AS build
            USER breakwater
            COPY src \
                gone ./
            COPY --from=other /x /x
            COPY ../etc/passwd /x
            ADD https://example.net/x /x
            FROM b
            COPY --from=build /x /x
            USER 0:10001
            HEALTHCHECK NONE
            """;
        Assert.Equal(
            [
                "COPY: there is no gone", "COPY: there is no stage other", "COPY: ../etc/passwd is outside", "ADD: copy what is here, fetch nothing",
                "the last stage runs as root", "the last stage has no health check on /healthz",
            ],
            Faults(planted, path => path == "src"));
        Assert.Equal(
            ["the last stage runs as root", "the last stage has no health check on /healthz"],
            Faults("FROM a\nUSER breakwater\nHEALTHCHECK CMD [\"curl\", \"http://localhost/healthz\"]\nFROM b", _ => true));
    }

    /// <param name="text">Of the file.</param>
    /// <param name="exists">Whether the checkout has a path.</param>
    private static List<string> Faults(string text, Func<string, bool> exists)
    {
        var faults = new List<string>();
        var stages = new HashSet<string>(StringComparer.Ordinal);
        var (user, isChecked) = ("", false);
        foreach (var words in Instructions(text))
        {
            switch (words[0])
            {
                case "FROM":
                    if (words is [_, _, "AS", var stage])
                        stages.Add(stage);
                    (user, isChecked) = ("", false);
                    break;
                case "USER":
                    user = words[1].Split(':')[0];
                    break;
                case "HEALTHCHECK":
                    isChecked = words.Any(static word => word.Contains("/healthz", StringComparison.Ordinal));
                    break;
                case "ADD":
                    faults.Add("ADD: copy what is here, fetch nothing");
                    break;
                case "COPY":
                    faults.AddRange(CopyFaults(words, stages, exists));
                    break;
            }
        }

        if (_root.Contains(user, StringComparer.Ordinal))
            faults.Add("the last stage runs as root");
        if (!isChecked)
            faults.Add("the last stage has no health check on /healthz");
        return faults;
    }

    private static IEnumerable<string> CopyFaults(string[] words, HashSet<string> stages, Func<string, bool> exists)
    {
        if (words.FirstOrDefault(static word => word.StartsWith("--from=", StringComparison.Ordinal)) is { } from)
            return stages.Contains(from["--from=".Length..]) ? [] : [$"COPY: there is no stage {from["--from=".Length..]}"];
        var sources = words[1..^1].Where(static word => !word.StartsWith("--", StringComparison.Ordinal));
        return sources.Select(source => source.StartsWith('/') || source.Contains("..", StringComparison.Ordinal) ? $"COPY: {source} is outside" : exists(source) ? "" : $"COPY: there is no {source}")
            .Where(static fault => fault.Length > 0);
    }

    /// <summary>Instructions without comments, continued lines joined.</summary>
    private static IEnumerable<string[]> Instructions(string text) => string.Join('\n', text.Split('\n').Where(static line => !line.TrimStart().StartsWith('#')))
        .Replace("\\\n", " ", StringComparison.Ordinal)
        .Split('\n')
        .Select(static line => line.Split(' ', StringSplitOptions.RemoveEmptyEntries))
        .Where(static words => words.Length > 1);
}
