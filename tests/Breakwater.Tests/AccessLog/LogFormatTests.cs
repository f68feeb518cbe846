using System.Globalization;
using System.Text;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.AccessLog;

public sealed class LogFormatTests
{
    [Theory]
    [InlineData(LogLines.CombinedFormat, "192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0\" 200 1 \"-\" \"x\"", "2000-10-10T13:55:36.000000000Z 192.0.2.7 GET / HTTP/1.0 200 1 ua=x")]
    [InlineData("%h %l %u %t \\\"%r\\\" %>s %b \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\" %D", "192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0\" 200 1 \"-\" \"x\" 1500", "2000-10-10T13:55:36.000000000Z 192.0.2.7 GET / HTTP/1.0 200 1 ua=x took=0.0015")]
    [InlineData("%v:%p %a %{c}a %{msec}t %m %U %H %s %O %{ms}T", "h.example:80 198.51.100.1 192.0.2.1 1700000000123 PUT /x HTTP/1.1 201 99 12", "2023-11-14T22:13:20.123000000Z 198.51.100.1 peer=192.0.2.1 PUT /x HTTP/1.1 201 99 host=h.example took=0.012")]
    [InlineData("$msec|${remote_addr}|$request_method|$request_uri|$status|$bytes_sent|$request_time|$upstream_response_time|$host", "1700000000.500|192.0.2.1|GET|/a?b|200|7|0.250|0.1, 0.05 : -|www.example.com", "2023-11-14T22:13:20.500000000Z 192.0.2.1 GET /a ?b 200 7 host=www.example.com took=0.25 upstream=0.15")]
    [InlineData("$remote_addr $time_iso8601 $status", "client.example 2024-01-02T03:04:05-02:30 404", "2024-01-02T05:34:05.000000000Z - 404 -")]
    [InlineData("%400,501{User-agent}i %{%Y-%m-%dT%H:%M:%S%z}t %%", "x 2024-01-02T03:04:05+0000 %", "2024-01-02T03:04:05.000000000Z - - - ua=x")]
    public void Format_AsAString_ReadsItsLines(string format, string line, string expected) => Assert.Equal(expected, LogLines.Read(LogLines.Decoder(format), line));

    [Fact]
    public void Format_AsAString_WantsItsLinesWhole()
    {
        Assert.Equal("OtherFormat", LogLines.Read(LogLines.Decoder("$remote_addr $status;"), "192.0.2.1 200; more"));
        Assert.Equal("- 192.0.2.1 200 -", LogLines.Read(LogLines.Decoder("$remote_addr $status;"), "192.0.2.1 200;"));
    }

    [Theory]
    [InlineData("plain text", "a format has fields, which begin with $ (nginx) or % (Apache)")]
    [InlineData("$", "a $ that no variable's name follows")]
    [InlineData("${status", "a $ that no variable's name follows")]
    [InlineData("$status$request", "two fields need a character between them, or nobody knows where the first ends")]
    [InlineData("%", "a % that no directive's letter follows")]
    [InlineData("%{Referer", "a { that is not closed")]
    [InlineData("%{Referer}^", "a % that no directive's letter follows")]
    [InlineData("%{%c}t", "the time %{%c}t is not read; use %t, %{sec}t, %{msec}t, %{usec}t or %{%Y-%m-%dT%H:%M:%S%z}t")]
    public void Format_ThatIsNone_HasItsReason(string format, string reason)
    {
        Assert.False(LogFormat.TryParse(format, out var parsed, out var fault));
        Assert.Null(parsed);
        Assert.Equal(reason, fault);
    }

    [Fact]
    public void Format_BeyondItsLimits_IsRefused()
    {
        Assert.False(LogFormat.TryParse(new string('$', 5_000), out _, out var fault));
        Assert.Equal("a format has at most 4096 characters", fault);
        Assert.False(LogFormat.TryParse(string.Join(' ', Enumerable.Repeat("$status", 129)), out _, out fault));
        Assert.Equal("a format has at most 128 fields", fault);
        Assert.True(LogFormat.TryParse(string.Join(' ', Enumerable.Repeat("$status", 128)), out _, out _));
    }

    [Theory]
    [InlineData("$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\" \"$http_x_forwarded_for\" $request_time $host")]
    [InlineData("%h %l %u %t \"%r\" %>s %B \"%{Referer}i\" \"%{User-Agent}i\" \"%{X-Forwarded-For}i\" %T %V")]
    public void Line_WrittenInAFormat_IsReadBack(string format)
    {
        var random = new Random(20_26);
        var decoder = LogLines.Decoder(format);
        for (var round = 0; round < 5_000; round++)
        {
            var time = DateTimeOffset.FromUnixTimeSeconds(random.NextInt64(0, 9_000_000_000)).ToOffset(TimeSpan.FromMinutes(15 * random.Next(-48, 57)));
            var client = random.Next(2) == 0 ? $"192.0.2.{random.Next(256)}" : $"2001:db8::{random.Next(65_536):x}";
            var (path, query, status, bytes) = ("/" + Word(random), Word(random), random.Next(100, 600), random.NextInt64(1L << 50));
            var (referer, agent, chain) = (Word(random), Word(random), "198.51.100." + random.Next(256));
            var zone = (time.Offset < TimeSpan.Zero ? "-" : "+") + time.Offset.ToString("hhmm", CultureInfo.InvariantCulture);
            var stamp = string.Create(CultureInfo.InvariantCulture, $"{time:dd/MMM/yyyy:HH:mm:ss} {zone}");
            var line = string.Create(CultureInfo.InvariantCulture, $"{client} - {Plain(random)} [{stamp}] \"GET {Escape(path)}?{Escape(query)} HTTP/1.1\" {status} {bytes} \"{Escape(referer)}\" \"{Escape(agent)}\" \"{chain}\" 0.25 www.example.com");
            var expected = string.Create(CultureInfo.InvariantCulture, $"{LogLines.Time(time.ToUnixTimeSeconds() * 1_000_000_000)} {client} GET {path} ?{query} HTTP/1.1 {status} {bytes} ref={referer} ua={agent} host=www.example.com for={chain} took=0.25");
            Assert.Equal(expected.Replace("2001:db8::0", "2001:db8::", StringComparison.Ordinal), LogLines.Read(decoder, line));
        }
    }

    // Any character that a client can send, spaces and quotes too, but not what ends a path.
    private static string Word(Random random)
    {
        var text = new StringBuilder("x");
        for (var length = random.Next(20); length > 0; length--)
            text.Append(random.Next(6) == 0 ? " \"\\\t\0\u007fé€[]{}$%#"[random.Next(15)] : (char)('a' + random.Next(26)));
        return text.Append('x').ToString();
    }

    private static string Plain(Random random) => random.Next(3) switch { 0 => "-", 1 => "john doe", _ => "a [b" };

    private static string Escape(string text) => string.Concat(text.Select(static character => character switch
    {
        '"' => "\\\"",
        '\\' => "\\\\",
        '\t' => "\\t",
        < ' ' or '\u007f' => string.Create(CultureInfo.InvariantCulture, $"\\x{(int)character:X2}"),
        _ => character.ToString(),
    }));
}
