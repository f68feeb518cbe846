using System.Globalization;
using System.Text;
using System.Text.RegularExpressions;

namespace Breakwater.Tests.AccessLog.Goldens;

/// <summary>CrowdSec's parser tests: a log, and assertions on the fields of each event that its parsers made.</summary>
internal static partial class CrowdSecCases
{
    private static readonly (string Theirs, string Ours)[] _names =
    [
        ("source_ip", "clientAddress"), ("http_status", "status"), ("http_verb", "method"), ("http_path", "target"), ("http_user_agent", "userAgent"),
        ("target_fqdn", "host"), ("timestamp", "time"),
    ];

    public static IEnumerable<ExpectedLog> All()
    {
        foreach (var folder in Directory.EnumerateDirectories(SharedData.Path("access-logs/crowdsec")).Order(StringComparer.Ordinal))
        {
            var (assertions, log) = (Path.Combine(folder, "parser.assert"), Directory.EnumerateFiles(folder, "*.log").FirstOrDefault());
            if (File.Exists(assertions) && log is not null && Requests(assertions) is { Count: > 0 } requests)
                yield return new ExpectedLog(log, File.ReadAllBytes(log), requests);
        }
    }

    // An event appears once for each parser that saw it: the last stage has the time too.
    private static List<ExpectedRequest> Requests(string path)
    {
        var events = new Dictionary<(string Stage, string Parser, int Index), Dictionary<string, string>>();
        foreach (var line in File.ReadLines(path))
        {
            if (Assertion().Match(line) is not { Success: true } match)
                continue;
            var key = (match.Groups[1].Value, match.Groups[2].Value, int.Parse(match.Groups[3].ValueSpan, CultureInfo.InvariantCulture));
            if (!events.TryGetValue(key, out var fields))
                events.Add(key, fields = new Dictionary<string, string>(StringComparer.Ordinal));
            fields[match.Groups[4].Value + "." + match.Groups[5].Value] = Unquote(match.Groups[6].Value);
        }

        var access = events.Where(static entry => entry.Value.GetValueOrDefault("Meta.log_type") == "http_access-log" && entry.Value.ContainsKey("Parsed.message")).ToList();
        var dated = access.Where(static entry => entry.Value.ContainsKey("Meta.timestamp")).ToList();
        return [.. (dated.Count > 0 ? dated : access).OrderBy(static entry => entry.Key.Index).DistinctBy(static entry => entry.Value["Parsed.message"]).Select(static entry => Expected(entry.Value))];
    }

    private static ExpectedRequest Expected(Dictionary<string, string> fields)
    {
        var expected = new Dictionary<string, string?>(StringComparer.Ordinal);
        foreach (var (theirs, ours) in _names)
        {
            if (fields.TryGetValue("Meta." + theirs, out var value))
                expected[ours] = value is "" or "-" ? null : ours == "time" ? Time(value) : value;
        }

        return new ExpectedRequest("CrowdSec", fields["Parsed.message"], expected);
    }

    private static string Time(string text) =>
        LogLines.Time((DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal).UtcTicks - DateTime.UnixEpoch.Ticks) * 100);

    // Go's strconv.Quote.
    private static string Unquote(string text)
    {
        var result = new StringBuilder();
        for (var at = 0; at < text.Length; at++)
        {
            if (text[at] != '\\')
            {
                result.Append(text[at]);
                continue;
            }

            at++;
            var digits = text[at] switch { 'x' => 2, 'u' => 4, _ => 0 };
            result.Append(text[at] switch
            {
                'n' => '\n',
                't' => '\t',
                'x' or 'u' => (char)int.Parse(text.AsSpan(at + 1, digits), NumberStyles.HexNumber, CultureInfo.InvariantCulture),
                var other => other,
            });
            at += digits;
        }

        return result.ToString();
    }

    [GeneratedRegex("""^results\["([^"]+)"\]\["([^"]+)"\]\[(\d+)\]\.Evt\.(Meta|Parsed)\["([^"]+)"\] == "(.*)"$""")]
    private static partial Regex Assertion();
}
