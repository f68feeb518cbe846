using System.Globalization;
using System.Net;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Breakwater.Fuzz.Engine;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Fuzz.Oracles;

/// <summary>A second reader of log lines: plain lines of Combined by a regular expression, JSON by the runtime's document. What it reads, the decoder has to read the same.</summary>
internal static partial class NaiveLog
{
    /// <summary>Compares a line that is plain Combined: no user, no escapes.</summary>
    public static void Compare(ReadOnlySpan<byte> line, LogFormat[] combined)
    {
        var text = Encoding.Latin1.GetString(line).TrimEnd('\r');
        if (Combined().Match(text) is not { Success: true } match || !IPAddress.TryParse(match.Groups[1].Value, out var client) || client.ToString() != match.Groups[1].Value)
            return;
        if (!DateTimeOffset.TryParseExact(match.Groups[2].Value.Insert(24, ":"), "dd/MMM/yyyy:HH:mm:ss zzz", CultureInfo.InvariantCulture, DateTimeStyles.None, out var time)
            || time.Year is < 1970 or > 2261 || !char.IsAsciiLetterLower(match.Groups[2].Value[5]) || !char.IsAsciiLetterUpper(match.Groups[2].Value[3])
            || !char.IsAsciiLetterLower(match.Groups[2].Value[4]))
            return;
        var (bytes, request) = (line.ToArray(), default(LogRequest));
        FuzzFault.Same($"error of '{text}'", new LogDecoder(combined, TrustedProxies.None).Decode(bytes, ref request), LogError.None);
        FuzzFault.Same("client", request.Client.ToString(), client.ToString());
        FuzzFault.Same("time", request.TimeNanoseconds, (time.UtcTicks - DateTime.UnixEpoch.Ticks) * 100);
        FuzzFault.Same("request line", Text(bytes, request.Request), match.Groups[3].Value);
        FuzzFault.Same("status", request.Status, ushort.Parse(match.Groups[4].ValueSpan, CultureInfo.InvariantCulture));
        FuzzFault.Same("bytes", request.Bytes, match.Groups[5].Value == "-" ? 0 : ulong.Parse(match.Groups[5].ValueSpan, CultureInfo.InvariantCulture));
        FuzzFault.Same("referer", request.Knows(LogFields.Referer) ? Text(bytes, request.Referer) : "-", match.Groups[6].Value is "" ? "-" : match.Groups[6].Value);
        FuzzFault.Same("agent", request.Knows(LogFields.UserAgent) ? Text(bytes, request.UserAgent) : "-", match.Groups[7].Value is "" ? "-" : match.Groups[7].Value);
    }

    /// <summary>Compares a line of Envoy's JSON without escapes.</summary>
    public static void CompareJson(ReadOnlySpan<byte> line, LogFormat[] envoy)
    {
        if (line is not [(byte)'{', ..] || line.Contains((byte)'\\') || !System.Text.Unicode.Utf8.IsValid(line))
            return;
        var bytes = line.ToArray();
        using var document = Parse(bytes);
        // Which of two equal members counts, and arrays (their first value does), is not insisted on.
        if (document is null || document.RootElement.EnumerateObject().GroupBy(static member => member.Name, StringComparer.Ordinal).Any(static group => group.Count() > 1)
            || document.RootElement.EnumerateObject().Any(static member => member.Value.ValueKind == JsonValueKind.Array))
            return;
        var request = default(LogRequest);
        var error = new LogDecoder(envoy, TrustedProxies.None).Decode(bytes, ref request);
        FuzzFault.Holds(error is not (LogError.BadJson or LogError.Truncated or LogError.OtherFormat), $"valid JSON is {error}");
        if (error != LogError.None)
            return;
        FuzzFault.Same("method", request.Knows(LogFields.Method) ? Text(bytes, request.Method) : null, Member(document, "method"));
        FuzzFault.Same("user agent", request.Knows(LogFields.UserAgent), Member(document, "user-agent") is not null || Member(document, "user_agent") is not null);
        FuzzFault.Same("status", request.Knows(LogFields.Status) ? request.Status.ToString(CultureInfo.InvariantCulture) : null, Member(document, "response_code")?.TrimStart('0').PadLeft(1, '0'));
    }

    private static JsonDocument? Parse(byte[] line)
    {
        try
        {
            return JsonDocument.Parse(line);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private static string? Member(JsonDocument document, string name)
    {
        string? text = null;
        foreach (var member in document.RootElement.EnumerateObject().Where(member => member.NameEquals(name)))
            text = member.Value.ValueKind is JsonValueKind.String or JsonValueKind.Number ? Encoding.Latin1.GetString(Encoding.UTF8.GetBytes(member.Value.ToString())) : text;
        return text is "" or "-" or "-1" && (text != "-1" || name == "response_code") ? null : text;
    }

    private static string Text(byte[] line, LogText part) => Encoding.Latin1.GetString(part.In(line));

    [GeneratedRegex("""^([0-9a-f.:]+) - - \[([0-9]{2}/[A-Za-z]{3}/[0-9]{4}:[0-9:]{8} [+-][0-9]{4})\] "([^"\\]*)" ([0-9]{3}) ([0-9]{1,18}|-) "([^"\\]*)" "([^"\\]*)"$""")]
    private static partial Regex Combined();
}
