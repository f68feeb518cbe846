using System.Globalization;
using System.Text;

namespace Breakwater.Samples.Web;

/// <summary>Writes requests as nginx writes them with <c>log_format</c> "combined" and, behind it, the host and the time a request took.</summary>
internal static class LogLines
{
    /// <summary>The format, as nginx and <c>--log-format</c> take it.</summary>
    public const string TimedFormat = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" $host $request_time";

    /// <summary>Writes one line, with its line feed.</summary>
    /// <param name="output">Where to.</param>
    /// <param name="hit">The request.</param>
    /// <param name="isTimed">True for <see cref="TimedFormat"/>, false for plain Combined.</param>
    public static void Write(Stream output, in LogHit hit, bool isTimed)
    {
        var time = DateTime.UnixEpoch.AddMilliseconds((SampleRun.EpochNanoseconds / 1_000_000) + hit.Millisecond);
        output.Write(Encoding.ASCII.GetBytes(string.Create(
            CultureInfo.InvariantCulture,
            $"{hit.Client} - - [{time:dd/MMM/yyyy:HH:mm:ss} +0000] \"{hit.Method} {hit.Target} HTTP/{(hit.IsHttp1 ? "1.1" : "2.0")}\" {hit.Status} {hit.Bytes} \"{hit.Referer}\" \"{hit.Agent}\"")));
        if (isTimed)
            output.Write(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $" www.example.com {hit.DurationMilliseconds / 1000.0:0.000}")));
        output.WriteByte((byte)'\n');
    }
}
