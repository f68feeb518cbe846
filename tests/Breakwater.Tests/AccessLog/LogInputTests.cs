using System.IO.Compression;
using System.Text;
using System.Text.Json;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry;

namespace Breakwater.Tests.AccessLog;

/// <summary>Access logs as inputs of commands.</summary>
public sealed class LogInputTests : IDisposable
{
    private const string Line = "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /a%20b?x=\\x22 HTTP/1.0\" 200 2326 \"-\" \"a\\\"b\"";
    private const string Json = """{"recordType":"request","format":"combined","time":"2000-10-10T20:55:36Z","timeZoneAssumed":false,"clientAddress":"192.0.2.7","peerAddress":"192.0.2.7","method":"GET","path":"/a%20b","query":"x=\"","protocol":"HTTP/1.0","requestLine":null,"status":200,"bytes":2326,"referer":null,"userAgent":"a\"b","host":null,"forwardedFor":null,"durationSeconds":null,"upstreamSeconds":null}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("breakwater-logs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Decode_ALog_PrintsAJsonLinePerRequest(bool json)
    {
        var (output, summary, errors) = Decode(Write("a.log", Line + "\n"), InputOptions.Default, json);
        Assert.Equal(Json + "\n", output);
        Assert.Equal(1, summary.RecordsRead);
        Assert.Equal("a.log (log, combined): 1 requests in 1 lines\n", errors);
    }

    [Fact]
    public void Decode_ACompressedLog_IsTheSame()
    {
        var path = Path.Combine(_folder, "a.gz");
        using (var gzip = new GZipStream(File.Create(path), CompressionLevel.Fastest))
            gzip.Write(Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat(Line + "\n", 30_000))));
        var (output, summary, _) = Decode(path, InputOptions.Default, json: true);
        Assert.Equal(30_000, summary.Requests);
        Assert.Equal(30_000, output.Split('\n', StringSplitOptions.RemoveEmptyEntries).Count(static line => line == Json));
    }

    [Fact]
    public void Decode_BadLines_AreCountedByReasonAndStopNothing()
    {
        var path = Write("bad.log", $"{Line}\n\0\u0001garbage\n\n{Line[..40]}\n{new string('x', 70_000)}\n{Line.Replace("10/Oct", "32/Oct", StringComparison.Ordinal)}\n{Line}");
        var (output, summary, errors) = Decode(path, InputOptions.Default, json: true);
        Assert.Equal(Json + "\n" + Json + "\n", output);
        Assert.Equal(4, summary.Inputs[0].DecodeErrors);
        Assert.Equal(
            """
            bad.log (log, combined): 2 requests in 7 lines
            bad.log: 1 lines without a request: empty, directives, messages of the server
            bad.log: 2 lines without a request: they end too early
            bad.log: 1 lines without a request: no time where it should stand, or one that does not exist
            bad.log: 1 lines without a request: longer than 65,536 bytes

            """,
            errors);
    }

    [Fact]
    public void Decode_InjectedText_StaysInItsRecord()
    {
        // What a client sends: line ends, quotes, brackets, whole log lines. Servers escape it; what they write is one line.
        var agent = "x\\n" + Line.Replace("\\", "\\\\", StringComparison.Ordinal).Replace("\"", "\\\"", StringComparison.Ordinal) + "\\x0a\\x00";
        var (output, summary, _) = Decode(Write("a.log", Line.Replace("a\\\"b", agent, StringComparison.Ordinal) + "\n"), InputOptions.Default, json: true);
        Assert.Equal(1, summary.Requests);
        using var document = JsonDocument.Parse(output);
        Assert.Equal($"x\n{Line}\n\0", document.RootElement.GetProperty("userAgent").GetString());
        Assert.Equal(1, output.Count(static character => character == '\n'));
    }

    [Fact]
    public void Decode_WithAFormat_ReadsWhatIsNotRecognized()
    {
        var path = Write("own.log", "200|192.0.2.1|0.5\n");
        var (output, summary, errors) = Decode(path, InputOptions.Default, json: true);
        Assert.Equal((0, ""), (summary.RecordsRead, output));
        Assert.Contains("its format with --log-format", errors, StringComparison.Ordinal);
        (_, summary, errors) = Decode(path, InputOptions.Create("log", [], [], false), json: true);
        Assert.Equal(0, summary.RecordsRead);
        Assert.Equal("own.log: none of its first lines is a request in a format that is known by content; give its format with --log-format\n", errors);
        (output, summary, _) = Decode(path, InputOptions.Create(null, [], [], false, logFormat: "$status|$remote_addr|$request_time"), json: true);
        Assert.Equal(1, summary.RecordsRead);
        Assert.Contains("\"clientAddress\":\"192.0.2.1\"", output, StringComparison.Ordinal);
        Assert.Contains("\"durationSeconds\":0.5", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Decode_ALimit_StopsBothFormats()
    {
        var path = Write("a.log", string.Concat(Enumerable.Repeat(Line + "\n", 9)));
        using var output = new MemoryStream();
        Assert.Equal(4, DecodeRun.Run([path], InputOptions.Default, output, json: true, 4).Requests);
        Assert.Equal(4, DecodeRun.Run([path], InputOptions.Default, output, json: false, 4).Requests);
    }

    [Fact]
    public void Analyze_ALog_IsJudged()
    {
        var report = AnalyzeRun.Run([Write("a.log", Line + "\nnone\n")], InputOptions.Default, new DetectorOptions(), TimeProvider.System);
        Assert.Equal((1, 1), (report.RecordsRead, report.Result.Records));
        Assert.Equal("log", Assert.Single(report.Inputs).Kind);
        Assert.EndsWith("a.log: 1 of 2 lines are no requests that can be read; decode tells why", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.False(report.Complete);
    }

    private (string Output, DecodeSummary Summary, string Errors) Decode(string path, InputOptions options, bool json)
    {
        using var output = new MemoryStream();
        using var errors = new StringWriter();
        var summary = DecodeRun.Run([path], options, output, json, long.MaxValue);
        summary.WriteTo(errors);
        return (Encoding.UTF8.GetString(output.ToArray()), summary, errors.ToString().Replace(_folder + Path.DirectorySeparatorChar, "", StringComparison.Ordinal));
    }

    private string Write(string name, string text)
    {
        var path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
