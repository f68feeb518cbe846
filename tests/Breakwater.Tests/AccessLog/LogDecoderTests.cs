using System.Text;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.AccessLog;

public sealed class LogDecoderTests
{
    public static TheoryData<string, string, string> Lines
    {
        get
        {
            var data = new TheoryData<string, string, string>();
            foreach (var (format, line, expected) in LogLines.All)
                data.Add(format, line, expected);
            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Line_OfAKnownFormat_SaysWhatStandsInIt(string format, string line, string expected)
    {
        Assert.Equal(expected, LogLines.Read(LogLines.Decoder(format), line));
        Assert.Equal(expected, LogLines.Read(LogLines.Decoder(format), line + "\r"));
    }

    [Theory]
    [MemberData(nameof(Lines))]
    public void Line_IsRecognizedByItsContent(string format, string line, string expected)
    {
        var head = format == "w3c" ? LogLines.IisFields + "\r\n" + line : line;
        var found = LogRecognition.Find(Encoding.UTF8.GetBytes("\n" + head + "\n"));
        Assert.Equal(format, found[0].Name);
        Assert.NotEmpty(expected);
    }

    [Fact]
    public void Known_EachHasALine() =>
        Assert.Equal(LogFormat.Known.Where(static format => format.Rank < 3).Select(static format => format.Name).Order(), LogLines.All.Select(static line => line.Format).Order());

    [Theory]
    [MemberData(nameof(Lines))]
    public void Line_CutAtEveryLength_NeverReachesPastItsEnd(string format, string line, string expected)
    {
        var bytes = Encoding.UTF8.GetBytes(line);
        var decoder = LogLines.Decoder(format);
        for (var length = 0; length < bytes.Length; length++)
        {
            var cut = bytes[..length]; // an array of its own: a text that reached further would throw
            var said = LogLines.Read(decoder, cut);
            // The last field of some formats has no mark of its end, and known formats may have more fields than are known.
            if (said.Contains(' ', StringComparison.Ordinal))
                Assert.StartsWith(said[..20], expected, StringComparison.Ordinal);
        }

        Assert.Equal(expected, LogLines.Read(decoder, bytes));
    }

    [Theory]
    [InlineData("combined", "", "NoRequest")]
    [InlineData("combined", "  \t", "NoRequest")]
    [InlineData("combined", "# a comment", "NoRequest")]
    [InlineData("combined", "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200", "Truncated")]
    [InlineData("combined", "192.0.2.7 - - [31/Feb/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1 \"-\" \"-\"", "BadTime")]
    [InlineData("combined", "192.0.2.7 - - [10/Oct/2000:25:55:36 -0700] \"GET / HTTP/1.0\" 200 1 \"-\" \"-\"", "BadTime")]
    [InlineData("combined", "192.0.2.777 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 1 \"-\" \"-\"", "BadAddress")]
    [InlineData("combined", "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 2000 1 \"-\" \"-\"", "BadNumber")]
    [InlineData("combined", "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET / HTTP/1.0\" 200 9999999999999999999 \"-\" \"-\"", "BadNumber")]
    [InlineData("caddy", "{\"ts\":1,\"request\":{\"method\":\"GET\"}", "Truncated")]
    [InlineData("caddy", "{\"ts\":1,\"request\":{\"method\":\"GET\"}}}", "BadJson")]
    [InlineData("caddy", "{\"ts\":1,\"request\":{\"method\":GET}}", "BadJson")]
    [InlineData("caddy", "{\"ts\":1 \"request\":2}", "BadJson")]
    [InlineData("caddy", "{\"ts\":1,\"msg\":\"started\"}", "NoRequest")]
    [InlineData("caddy", "{\"ts\":1,\"logger\":\"http.log.error\",\"request\":{\"method\":\"GET\"}}", "NoRequest")]
    [InlineData("haproxy", "192.0.2.1:5 [04/Apr/2024:14:30:18.885] f b/s 0/0/0/169 404 1 - - ---- 5/6/9/1/0 0/0 \"GET / HTTP/1.1\"", "BadNumber")]
    public void Line_ThatIsNoRequest_HasItsReason(string format, string line, string reason) => Assert.Equal(reason, LogLines.Read(LogLines.Decoder(format), line));

    [Fact]
    public void Json_DeeperThanTheLimit_IsTooDeep()
    {
        var decoder = LogLines.Decoder("caddy");
        Assert.Equal("TooDeep", LogLines.Read(decoder, "{\"a\":" + new string('[', 5_000)));
        var deep = string.Concat("{\"a\":", new string('[', 63), new string(']', 63), ",\"ts\":1,\"request\":{\"method\":\"GET\"}}");
        Assert.Equal("1970-01-01T00:00:01.000000000Z - GET - -", LogLines.Read(decoder, deep));
    }

    [Theory]
    [InlineData("\\x16\\x03\\x01\\x02", "[\u0016\u0003\u0001\u0002]")]
    [InlineData("", "[]")]
    [InlineData("-", "[-]")]
    [InlineData("GET /a b HTTP/1.1", "GET /a b HTTP/1.1")]
    [InlineData("GET /", "GET /")]
    [InlineData("get / HTTP/1.1", "[get / HTTP/1.1]")]
    [InlineData("GET http://www.example.com/x?y HTTP/1.1", "GET /x ?y HTTP/1.1")]
    [InlineData("GET http://www.example.com HTTP/1.1", "GET  HTTP/1.1")]
    [InlineData("OPTIONS * HTTP/1.1", "OPTIONS * HTTP/1.1")]
    [InlineData("GET /?q=http://a/?b HTTP/1.1", "GET / ?q=http://a/?b HTTP/1.1")]
    [InlineData("GET /\\\"x HTTP/1.1", "GET /\"x HTTP/1.1")]
    [InlineData("GET /\\\" 200 1 \\\"-\\\" \\\"x HTTP/1.1", "GET /\" 200 1 \"-\" \"x HTTP/1.1")]
    [InlineData("GET /\\x22 200 1 \\x22-\\x22 HTTP/1.1", "GET /\" 200 1 \"-\" HTTP/1.1")]
    [InlineData("GET /\"unescaped\" HTTP/1.1", "GET /\"unescaped\" HTTP/1.1")]
    public void RequestLine_OfAnyOctets_IsOneField(string request, string expected)
    {
        var said = LogLines.Read(LogLines.Decoder("combined"), $"192.0.2.7 - - [10/Oct/2000:13:55:36 +0000] \"{request}\" 404 5 \"-\" \"x\"");
        var host = request.Contains("http://www", StringComparison.Ordinal) ? " host=www.example.com" : "";
        Assert.Equal($"2000-10-10T13:55:36.000000000Z 192.0.2.7 {expected} 404 5 ua=x{host}", said);
    }

    [Fact]
    public void User_WithBracketsAndSpaces_DoesNotMoveTheTime()
    {
        const string Line = "192.0.2.7 - a [01/Jan/1999:00:00:00 +0000] b [x [10/Oct/2000:13:55:36 +0000] \"GET / HTTP/1.0\" 200 1 \"-\" \"-\"";
        Assert.Equal("2000-10-10T13:55:36.000000000Z 192.0.2.7 GET / HTTP/1.0 200 1", LogLines.Read(LogLines.Decoder("combined"), Line));
        // Further than the limit it is not looked for.
        Assert.Equal("BadTime", LogLines.Read(LogLines.Decoder("combined"), Line.Replace("b [x", string.Concat(Enumerable.Repeat("b [x", 20)), StringComparison.Ordinal)));
    }

    [Fact]
    public void Fields_OfAW3cLog_MayChangeInTheFile()
    {
        var decoder = LogLines.Decoder("w3c");
        const string CloudFront = "2019-12-04\t21:02:31\tLAX1\t392\t192.0.2.24\tGET\td1.example.net\t/index.html\t200\t-\tMozilla/5.0%20(X)\ta=b\t0.001";
        Assert.NotEqual("x", LogLines.Read(decoder, CloudFront));
        Assert.Equal("NoRequest", LogLines.Read(decoder, "#Fields: date time x-edge-location sc-bytes c-ip cs-method cs(Host) cs-uri-stem sc-status cs(Referer) cs(User-Agent) cs-uri-query time-taken"));
        Assert.Equal("2019-12-04T21:02:31.000000000Z 192.0.2.24 GET /index.html ?a=b 200 392 ua=Mozilla/5.0%20(X) host=d1.example.net took=0.001", LogLines.Read(decoder, CloudFront));
        Assert.Equal("NoRequest", LogLines.Read(decoder, "#Fields: " + string.Join(' ', Enumerable.Repeat("date", 5_000))));
        Assert.Equal("OtherFormat", LogLines.Read(decoder, CloudFront));
    }

    [Fact]
    public void Formats_MixedInOneFile_AreAllFound()
    {
        string[] lines = [LogLines.All[2].Line, LogLines.All[0].Line, LogLines.All[0].Line, LogLines.All[7].Line, "no request at all"];
        var found = LogRecognition.Find(Encoding.UTF8.GetBytes(string.Join('\n', lines)));
        Assert.Equal(["caddy", "combined", "vhost_combined"], found.Select(static format => format.Name));
        // Common reads lines of Combined too, with less in them: it comes after, however many lines it reads.
        string[] mostly = [LogLines.All[3].Line, LogLines.All[3].Line, LogLines.All[0].Line];
        Assert.Equal(["combined", "common"], LogRecognition.Find(Encoding.UTF8.GetBytes(string.Join('\n', mostly))).Select(static format => format.Name));
        Assert.Empty(LogRecognition.Find("no request at all\nnor here\n"u8));
    }

    [Fact]
    public void Decode_AnyKnownFormat_AllocatesNothing()
    {
        foreach (var (format, line, _) in LogLines.All)
        {
            var (decoder, bytes, request) = (LogLines.Decoder(format, "192.0.2.0/24"), Encoding.UTF8.GetBytes(line), default(LogRequest));
            // The runtime may pay for its own work (compiling anew) once; what allocates per line does so in each of the three.
            var least = long.MaxValue;
            for (var attempt = 0; attempt < 3; attempt++)
            {
                var before = GC.GetAllocatedBytesForCurrentThread();
                for (var round = 0; round < 1_000; round++)
                    decoder.Decode(bytes, ref request);
                least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
            }

            Assert.Equal(0, least);
        }
    }

    [Fact]
    public void Decode_AFieldsLine_Allocates()
    {
        // The twin: the same measure sees a plan being made.
        var (decoder, bytes, request) = (LogLines.Decoder("w3c"), Encoding.UTF8.GetBytes(LogLines.IisFields), default(LogRequest));
        var before = GC.GetAllocatedBytesForCurrentThread();
        decoder.Decode(bytes, ref request);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before > 0);
    }
}
