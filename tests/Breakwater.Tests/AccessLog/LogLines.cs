using System.Globalization;
using System.Text;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.AccessLog;

/// <summary>One line in each known format, and a request as text.</summary>
internal static class LogLines
{
    public const string CombinedFormat = "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"";

    /// <summary>Formats by name, each with lines of it and what they say.</summary>
    public static IReadOnlyList<(string Format, string Line, string Expected)> All { get; } =
    [
        ("combined", """192.0.2.7 - frank [10/Oct/2000:13:55:36 -0700] "GET /a.gif?x=1&y=2 HTTP/1.0" 200 2326 "http://www.example.com/start" "Mozilla/4.08 (X)" """.TrimEnd(),
            "2000-10-10T20:55:36.000000000Z 192.0.2.7 GET /a.gif ?x=1&y=2 HTTP/1.0 200 2326 ref=http://www.example.com/start ua=Mozilla/4.08 (X)"),
        ("main", """2001:db8::7 - - [10/Oct/2000:13:55:36 +0000] "POST / HTTP/2.0" 499 0 "-" "x" "198.51.100.9, 192.0.2.1" """.TrimEnd(),
            "2000-10-10T13:55:36.000000000Z 2001:db8::7 POST / HTTP/2.0 499 0 ua=x for=198.51.100.9, 192.0.2.1"),
        ("vhost_combined", """www.example.com:443 192.0.2.7 - - [10/Oct/2000:13:55:36 +0530] "GET / HTTP/1.1" 200 5 "-" "x" """.TrimEnd(),
            "2000-10-10T08:25:36.000000000Z 192.0.2.7 GET / HTTP/1.1 200 5 ua=x host=www.example.com:443"),
        ("common", """192.0.2.7 - - [29/Feb/2024:00:00:00 +0000] "GET / HTTP/1.0" 304 -""", "2024-02-29T00:00:00.000000000Z 192.0.2.7 GET / HTTP/1.0 304 0"),
        ("vhost_common", """www.example.com 192.0.2.7 - - [29/Feb/2024:00:00:00 +0000] "GET / HTTP/1.0" 200 7""",
            "2024-02-29T00:00:00.000000000Z 192.0.2.7 GET / HTTP/1.0 200 7 host=www.example.com"),
        ("haproxy", """Feb  6 12:14:14 lb haproxy[14389]: 198.51.100.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {www.example.com} {} "GET /index.html HTTP/1.1" """.TrimEnd(),
            "2009-02-06T12:14:14.655000000Z? 198.51.100.2 GET /index.html HTTP/1.1 200 2750 took=0.109 upstream=0.069"),
        ("envoy", """[2016-04-15T20:17:00.310Z] "POST /api/v1/locations HTTP/2" 204 - 154 0 226 100 "192.0.2.28" "nsq2http" "cc21d9b0" "locations" "tcp://198.51.100.1:80" """.TrimEnd(),
            "2016-04-15T20:17:00.310000000Z - POST /api/v1/locations HTTP/2 204 0 ua=nsq2http host=locations for=192.0.2.28 took=0.226 upstream=0.1"),
        ("caddy", """{"level":"info","ts":1693840791.25,"logger":"http.log.access.log0","request":{"remote_ip":"192.0.2.1","remote_port":"4","client_ip":"198.51.100.4","proto":"HTTP/2.0","method":"GET","host":"example.com","uri":"/a?b","headers":{"User-Agent":["curl/7"],"X-Forwarded-For":["198.51.100.4"]}},"duration":2.5e-06,"size":9,"status":200,"resp_headers":{"Server":["Caddy"]}}""",
            "2023-09-04T15:19:51.250000000Z 198.51.100.4 peer=192.0.2.1 GET /a ?b HTTP/2.0 200 9 ua=curl/7 host=example.com for=198.51.100.4 took=0.0000025"),
        ("traefik", """{"ClientAddr":"192.0.2.1:39496","ClientHost":"192.0.2.1","DownstreamContentSize":357,"DownstreamStatus":200,"Duration":357313,"OriginDuration":324669,"RequestAddr":"a.example","RequestMethod":"GET","RequestPath":"/x","RequestProtocol":"HTTP/1.1","StartUTC":"2021-12-08T14:02:43.587782192Z","request_User-Agent":"N\"i"}""",
            "2021-12-08T14:02:43.587782192Z 192.0.2.1 GET /x HTTP/1.1 200 357 ua=N\"i host=a.example took=0.000357313 upstream=0.000324669"),
        ("envoy_json", """2025-12-31T17:37:40.493035218+01:00 stdout F {":authority":"www.example.com","bytes_sent":121258,"downstream_remote_address":"[2001:db8::1]:59292","duration":11,"method":"GET","protocol":"HTTP/2","response_code":200,"start_time":"2025-12-31T16:37:40.479Z","user-agent":null,"x-envoy-origin-path":"/a","x-envoy-upstream-service-time":"7"}""",
            "2025-12-31T16:37:40.479000000Z 2001:db8::1 GET /a HTTP/2 200 121258 host=www.example.com took=0.011 upstream=0.007"),
        ("nginx_json", """{"time_iso8601":"2024-01-02T03:04:05+01:00","remote_addr":"192.0.2.3","request":"GET /\u0041 HTTP/1.1","status":"404","body_bytes_sent":"12","request_time":"0.012","upstream_response_time":"0.001, 0.002"}""",
            "2024-01-02T02:04:05.000000000Z 192.0.2.3 GET /A HTTP/1.1 404 12 took=0.012 upstream=0.003"),
        ("alb", """https 2023-04-26T12:23:00.186641Z app/a/49 192.0.2.100:44740 198.51.100.1:80 0.086 0.048 0.037 200 200 0 57 "GET https://www.example.com:443/robots.txt?a HTTP/1.1" "curl/7.46.0" ECDHE-RSA-AES128-GCM-SHA256 TLSv1.2 arn:aws:x "Root=1-5" "www.example.com" "arn:aws:acm" 1 2018-07-02T22:22:48.364000Z "forward" "-" """.TrimEnd(),
            "2023-04-26T12:23:00.186641000Z 192.0.2.100 GET /robots.txt ?a HTTP/1.1 200 57 ua=curl/7.46.0 host=www.example.com:443 took=0.171 upstream=0.048"),
        ("w3c", """2024-05-06 07:08:09 198.51.100.1 GET /default.htm a=b 80 - 192.0.2.9 Mozilla/5.0+(X) - 200 0 0 15""",
            "2024-05-06T07:08:09.000000000Z 192.0.2.9 GET /default.htm ?a=b 200 - ua=Mozilla/5.0+(X) took=0.015"),
    ];

    public const string IisFields = "#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken";

    public static LogDecoder Decoder(string format, params string[] trusted)
    {
        Assert.True(LogFormat.TryParse(format, out var parsed, out var fault), fault);
        Assert.True(TrustedProxies.TryParse(trusted, out var proxies));
        var decoder = new LogDecoder([parsed!], proxies);
        var request = default(LogRequest);
        if (format == "w3c")
            Assert.Equal(LogError.NoRequest, decoder.Decode(Encoding.UTF8.GetBytes(IisFields), ref request));
        return decoder;
    }

    /// <summary>What a line says, or its error.</summary>
    public static string Read(LogDecoder decoder, string line) => Read(decoder, Encoding.UTF8.GetBytes(line));

    public static string Read(LogDecoder decoder, byte[] line)
    {
        var request = default(LogRequest);
        var error = decoder.Decode(line, ref request);
        return error == LogError.None ? Tell(line, request) : error.ToString();
    }

    private static string Tell(byte[] line, LogRequest request)
    {
        var text = new StringBuilder();
        text.Append(request.Knows(LogFields.Time) ? Time(request.TimeNanoseconds) : "-").Append(request.Knows(LogFields.ZoneAssumed) ? "?" : "");
        text.Append(' ').Append(request.Knows(LogFields.Client) ? request.Client.ToString() : "-");
        if (request.Knows(LogFields.Peer) && request.Peer != request.Client)
            text.Append(" peer=").Append(request.Peer.ToString());
        if (request.Knows(LogFields.Request) && !request.Knows(LogFields.Method))
            text.Append(" [").Append(Text(line, request, request.Request)).Append(']');
        Add(" ", LogFields.Method, request.Method);
        Add(" ", LogFields.Path, request.Path);
        Add(" ?", LogFields.Query, request.Query);
        Add(" ", LogFields.Protocol, request.Protocol);
        text.Append(' ').Append(request.Knows(LogFields.Status) ? request.Status : "-");
        text.Append(' ').Append(request.Knows(LogFields.Bytes) ? request.Bytes : "-");
        Add(" ref=", LogFields.Referer, request.Referer);
        Add(" ua=", LogFields.UserAgent, request.UserAgent);
        Add(" host=", LogFields.Host, request.Host);
        Add(" for=", LogFields.ForwardedFor, request.ForwardedFor);
        if (request.Knows(LogFields.Duration))
            text.Append(" took=").Append(Seconds(request.DurationNanoseconds));
        if (request.Knows(LogFields.Upstream))
            text.Append(" upstream=").Append(Seconds(request.UpstreamNanoseconds));
        return text.ToString();

        void Add(string before, LogFields field, LogText part)
        {
            if (request.Knows(field))
                text.Append(before).Append(Text(line, request, part));
        }
    }

    public static string Text(byte[] line, LogRequest request, LogText part)
    {
        var destination = new byte[part.Length];
        return Encoding.UTF8.GetString(destination, 0, LogUnescape.Write(part.In(line), request.Escapes, destination));
    }

    public static string Time(long nanoseconds) =>
        string.Create(CultureInfo.InvariantCulture, $"{DateTime.UnixEpoch.AddTicks(nanoseconds / 100):yyyy-MM-ddTHH:mm:ss.fffffff}{nanoseconds % 100:D2}Z");

    private static string Seconds(long nanoseconds) => (nanoseconds / 1_000_000_000m).ToString("0.#########", CultureInfo.InvariantCulture);
}
