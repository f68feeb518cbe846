using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Samples.Web;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Made logs and what detection says of them.</summary>
internal static class WebLogs
{
    private static readonly LogFormat[] _formats = [.. LogFormat.Known.Where(static format => format.Name is "combined" or "nginx_json")];

    /// <summary>The lines of a scenario.</summary>
    public static List<string> Lines(LogScenario scenario)
    {
        using var log = new MemoryStream();
        foreach (var hit in LogTraffic.Of(scenario))
            LogLines.Write(log, in hit, isTimed: scenario.Flood is { HoldSeconds: > 0 });
        return [.. Encoding.ASCII.GetString(log.GetBuffer(), 0, (int)log.Length).Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    public static WebResult Detect(IEnumerable<string> lines, DetectorOptions? options = null, Func<Address, ClientOrigin>? origins = null)
    {
        var detector = new WebDetector(options ?? new DetectorOptions());
        detector.Take(origins);
        var decoder = new LogDecoder(_formats, TrustedProxies.None);
        var request = default(LogRequest);
        foreach (var line in lines)
        {
            var bytes = Encoding.Latin1.GetBytes(line);
            if (decoder.Decode(bytes, ref request) == LogError.None)
                detector.Count(bytes, in request);
        }

        return detector.Finish();
    }

    public static WebResult Detect(LogScenario scenario) => Detect(Lines(scenario));

    /// <summary>A line in Combined; second 0 is 2026-01-01T00:00:00Z.</summary>
    public static string Line(int second, string client, string target, string agent = "Mozilla/5.0 (X11; Linux x86_64) made", int status = 200) =>
        $"{client} - - [{DateTime.UnixEpoch.AddSeconds(1_767_225_600 + second):dd/MMM/yyyy:HH:mm:ss} +0000] \"GET {target} HTTP/1.1\" {status} 100 \"-\" \"{agent}\"";
}
