using System.Text;

namespace Breakwater.Fuzz.Seeds;

/// <summary>Lines of all formats, and format strings.</summary>
internal static class LogSeeds
{
    private const string Combined = "192.0.2.7 - - [10/Oct/2000:13:55:36 -0700] \"GET /a.gif?x=1 HTTP/1.0\" 200 2326 \"http://www.example.com/\" \"Mozilla/4.08\"";

    private static readonly string[] _files =
    [
        $"{Combined}\n{Combined.Replace("GET", "\\x16\\x03\\\"", StringComparison.Ordinal)}\n2001:db8::1 - a b [10/Oct/2000:13:55:36 +0000] \"-\" 400 - \"-\" \"-\"\n",
        $"{Combined} \"198.51.100.1, 192.0.2.9\"\nwww.example.com:80 {Combined}\n<34>Oct 11 22:14:15 host nginx: {Combined}\r\n",
        $"<165>1 2003-10-11T22:14:15.003Z h app - - [a@1 b=\"c]\"] {Combined}\n192.0.2.1 - - [29/Feb/2024:00:00:00 +0000] \"GET / HTTP/1.0\" 304 -\n",
        "Feb  6 12:14:14 lb haproxy[14389]: 198.51.100.2:33317 [06/Feb/2009:12:14:14.655] http-in static/srv1 10/0/30/69/109 200 2750 - - ---- 1/1/1/1/0 0/0 {www.example.com} \"GET /index.html HTTP/1.1\"\n",
        "[2016-04-15T20:17:00.310Z] \"POST /api HTTP/2\" 204 - 154 0 226 100 \"192.0.2.28\" \"nsq2http\" \"cc21\" \"locations\" \"tcp://198.51.100.1:80\"\n",
        """{"level":"info","ts":1693840791.25,"logger":"http.log.access","request":{"remote_ip":"192.0.2.1","client_ip":"198.51.100.4","proto":"HTTP/2.0","method":"GET","host":"example.com","uri":"/a?b","headers":{"User-Agent":["curl/7"]}},"duration":2.5e-06,"size":9,"status":200}""",
        """{"ClientAddr":"192.0.2.1:39496","ClientHost":"192.0.2.1","DownstreamContentSize":357,"DownstreamStatus":200,"Duration":357313,"RequestMethod":"GET","RequestPath":"/x","StartUTC":"2021-12-08T14:02:43.587782192Z"}""",
        """{":authority":"www.example.com","bytes_sent":121258,"downstream_remote_address":"[2001:db8::1]:59292","duration":11,"method":"GET","protocol":"HTTP/2","response_code":200,"start_time":"2025-12-31T16:37:40.479Z","user-agent":null,"path":"/a","more":[1,{"a":[]},true]}""",
        "https 2023-04-26T12:23:00.186641Z app/a/49 192.0.2.100:44740 198.51.100.1:80 0.086 0.048 0.037 200 200 0 57 \"GET https://www.example.com:443/robots.txt HTTP/1.1\" \"curl\" - - - \"Root\" \"www.example.com\"\n",
        "#Software: IIS\r\n#Fields: date time cs-method cs-uri-stem cs-uri-query c-ip cs(User-Agent) sc-status time-taken\r\n2024-05-06 07:08:09 GET /default.htm a=b 192.0.2.9 Mozilla/5.0+(X) 200 15\r\n",
    ];

    private static readonly string[] _formats =
    [
        "$remote_addr - $remote_user [$time_local] \"$request\" $status $body_bytes_sent \"$http_referer\" \"$http_user_agent\"\n" + Combined,
        "%h %l %u %t \\\"%r\\\" %>s %b \\\"%{Referer}i\\\" \\\"%{User-Agent}i\\\"\n" + Combined,
        "${msec}|$upstream_response_time|$request_uri\n1700000000.5|0.1, 0.2|/a?b",
        "%{msec}t %!200a %{ms}T %{%Y-%m-%dT%H:%M:%S%z}t\n1700000000123 192.0.2.1 5 2024-01-02T03:04:05+0000",
    ];

    /// <summary>Made by hand, and the shared logs where they are present and short enough.</summary>
    public static IEnumerable<byte[]> Files(int mostBytes)
    {
        foreach (var file in _files)
            yield return Encoding.UTF8.GetBytes(file);
        if (Repository.SharedData is not { } root || !Directory.Exists(Path.Combine(root, "access-logs")))
            yield break;
        foreach (var path in Directory.EnumerateFiles(Path.Combine(root, "access-logs"), "*.log", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (new FileInfo(path).Length <= mostBytes)
                yield return File.ReadAllBytes(path);
        }
    }

    public static IEnumerable<byte[]> Formats() => _formats.Select(Encoding.UTF8.GetBytes);
}
