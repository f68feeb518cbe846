using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Breakwater.Tests.AccessLog.Goldens;

/// <summary>fail2ban's cases, the honeynet's labels, and natural logs read by a regular expression.</summary>
internal static partial class OtherGoldens
{
    private static readonly TimeZoneInfo _zurich = TimeZoneInfo.FindSystemTimeZoneById("Europe/Zurich");

    /// <summary>fail2ban: before each line a comment with the host and the local time in Zurich that its filter finds.</summary>
    public static IEnumerable<ExpectedLog> Fail2ban()
    {
        foreach (var path in Directory.EnumerateFiles(SharedData.Path("access-logs/fail2ban")).Order(StringComparer.Ordinal))
        {
            var requests = new List<ExpectedRequest>();
            string? golden = null;
            foreach (var line in File.ReadLines(path))
            {
                if (line.StartsWith("# failJSON:", StringComparison.Ordinal))
                    golden = line["# failJSON:".Length..];
                else if (golden is not null && line.Length > 0 && line[0] != '#')
                    (requests, golden) = (Add(requests, golden, line), null);
            }

            yield return new ExpectedLog(path, File.ReadAllBytes(path), requests);
        }
    }

    /// <summary>The honeynet's labels: a row for each request, with its parts.</summary>
    public static IEnumerable<ExpectedLog> Honeynet()
    {
        var rows = File.ReadLines(SharedData.Path("labelled-eval/sotm34/http_access_labels.csv")).Skip(1).Select(static row => Cell().Matches(row).Select(static match => match.Groups[1].Value + match.Groups[2].Value).ToArray())
            .ToLookup(static cells => (cells[0], cells[1], cells[2]));
        foreach (var path in Directory.EnumerateFiles(SharedData.Path("labelled-eval/sotm34"), "access_log.*").Order(StringComparer.Ordinal))
        {
            var requests = new List<ExpectedRequest>();
            var seen = new Dictionary<(string, string, string), int>();
            foreach (var line in File.ReadLines(path))
            {
                if (Combined().Match(line) is not { Success: true } match)
                    continue;
                var time = ParseTime(match.Groups[2].Value);
                var label = time.AddMinutes(287).DateTime; // the labels' own clock
                var key = (label.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture), label.ToString("HH:mm:ss", CultureInfo.InvariantCulture), match.Groups[1].Value);
                var number = seen[key] = seen.GetValueOrDefault(key) + 1;
                if (rows[key].ElementAtOrDefault(number - 1) is not { } cells)
                    continue;
                requests.Add(new ExpectedRequest("UAHL labels", line, new Dictionary<string, string?>(StringComparer.Ordinal)
                {
                    ["clientAddress"] = cells[2],
                    ["method"] = Known(cells[3]),
                    ["target"] = Known(cells[4]),
                    ["protocol"] = Known(cells[5]),
                    ["status"] = cells[6].Trim('\''),
                    ["bytes"] = cells[7],
                    ["referer"] = Known(cells[8]),
                    ["userAgent"] = Known(cells[9]),
                }));
            }

            yield return new ExpectedLog(path, File.ReadAllBytes(path), requests);
        }
    }

    /// <summary>Logs in Combined that nobody made for a test, read by a regular expression.</summary>
    public static IEnumerable<ExpectedLog> Natural()
    {
        string[] paths = [.. Directory.EnumerateFiles(SharedData.Path("access-logs/elastic")), .. Directory.EnumerateFiles(SharedData.Path("labelled-eval/sotm34"), "access_log.*")];
        foreach (var path in paths.Order(StringComparer.Ordinal))
        {
            var requests = File.ReadLines(path, Encoding.Latin1).Select(static line => (line, Combined().Match(line))).Where(static entry => entry.Item2.Success)
                .Select(static entry => new ExpectedRequest("regular expression", entry.line, Parts(entry.Item2)));
            yield return new ExpectedLog(path, File.ReadAllBytes(path), [.. requests]);
        }
    }

    private static List<ExpectedRequest> Add(List<ExpectedRequest> requests, string golden, string line)
    {
        using var document = JsonDocument.Parse(golden);
        var root = document.RootElement;
        // The filters of error logs stand beside those of access logs.
        if (!root.GetProperty("match").GetBoolean() || !root.TryGetProperty("time", out var stamp) || line.Contains("[client ", StringComparison.Ordinal) || line.Contains(" client: ", StringComparison.Ordinal)
            || line.Contains("[error]", StringComparison.Ordinal) || !line.Contains('"', StringComparison.Ordinal))
            return requests;
        var local = DateTime.Parse(stamp.GetString()!, CultureInfo.InvariantCulture);
        var time = TimeZoneInfo.ConvertTimeToUtc(DateTime.SpecifyKind(local, DateTimeKind.Unspecified), _zurich);
        requests.Add(new ExpectedRequest("fail2ban", line, new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["clientAddress"] = root.GetProperty("host").GetString(),
            ["time"] = LogLines.Time((time.Ticks - DateTime.UnixEpoch.Ticks) * 100),
        }));
        return requests;
    }

    private static Dictionary<string, string?> Parts(Match match) => new(StringComparer.Ordinal)
    {
        ["clientAddress"] = match.Groups[1].Value,
        ["time"] = LogLines.Time((ParseTime(match.Groups[2].Value).UtcTicks - DateTime.UnixEpoch.Ticks) * 100),
        ["status"] = match.Groups[4].Value,
        ["bytes"] = match.Groups[5].Value is "-" ? "0" : match.Groups[5].Value,
        ["referer"] = Known(match.Groups[6].Value),
        ["userAgent"] = Known(match.Groups[7].Value),
    };

    private static string? Known(string text) => text is "-" or "" ? null : text;

    private static DateTimeOffset ParseTime(string text) => DateTimeOffset.ParseExact(text.Insert(text.Length - 2, ":"), "dd/MMM/yyyy:HH:mm:ss zzz", CultureInfo.InvariantCulture);

    [GeneratedRegex("""^(\S+) \S+ \S+ \[([^\]]+)\] "(.*)" (\d+) (\d+|-) "((?:[^"\\]|\\.)*)" "((?:[^"\\]|\\.)*)"$""")]
    private static partial Regex Combined();

    [GeneratedRegex("""(?:^|,)(?:"((?:[^"]|"")*)"|([^,]*))""")]
    private static partial Regex Cell();
}
