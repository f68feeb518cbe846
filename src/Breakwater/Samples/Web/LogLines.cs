using System.Globalization;
using System.Text;

namespace Breakwater.Samples.Web;

/// <summary>Writes requests as nginx writes them: "combined", or as JSON with the host and the time that a request took.</summary>
internal static class LogLines
{
    /// <summary>Writes one line, with its line feed.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="hit">The request.</param>
    /// <param name="isTimed">True for JSON, false for Combined.</param>
    public static void Write(Stream output, in LogHit hit, bool isTimed)
    {
        var time = DateTime.UnixEpoch.AddMilliseconds((SampleRun.EpochNanoseconds / 1_000_000) + hit.Millisecond);
        var request = $"{hit.Method} {hit.Target} HTTP/{(hit.IsHttp1 ? "1.1" : "2.0")}";
        var line = isTimed
            ? string.Create(
                CultureInfo.InvariantCulture,
                $"{{\"remote_addr\":\"{hit.Client}\",\"time_iso8601\":\"{time:yyyy-MM-dd'T'HH:mm:ss}+00:00\",\"request\":\"{request}\",\"status\":{hit.Status},\"body_bytes_sent\":{hit.Bytes},\"request_time\":{hit.DurationMilliseconds / 1000.0:0.000},\"http_referer\":\"{hit.Referer}\",\"http_user_agent\":\"{hit.Agent}\",\"host\":\"www.example.com\"}}\n")
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{hit.Client} - - [{time:dd/MMM/yyyy:HH:mm:ss} +0000] \"{request}\" {hit.Status} {hit.Bytes} \"{hit.Referer}\" \"{hit.Agent}\"\n");
        output.Write(Encoding.ASCII.GetBytes(line));
    }
}
