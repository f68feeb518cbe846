using System.Diagnostics;
using System.Net.Sockets;
using System.Text;
using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Detection.Web;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>The real nginx and HAProxy send their log by syslog, each in its own way; what was asked for is what is read.</summary>
public sealed class SyslogServerTests : IDisposable
{
    private const int Asked = 20;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("bw-");
    private Process? _server;

    public void Dispose()
    {
        if (_server is { HasExited: false })
            _server.Kill();
        _server?.WaitForExit();
        _server?.Dispose();
        _folder.Delete(recursive: true);
    }

    [Theory]
    [InlineData(nameof(SyslogTransport.Udp))]
    [InlineData(nameof(SyslogTransport.Unix))]
    [Trait("Tier", "daemon")]
    public void Nginx_SendsCombined_AllRequestsAreRead(string transport)
    {
        using var rig = new SyslogRig(Enum.Parse<SyslogTransport>(transport));
        var target = transport == "Udp" ? $"127.0.0.1:{rig.Port}" : $"unix:{rig.SocketPath}";
        var text = new StringBuilder($"daemon off;\nmaster_process off;\npid {_folder.FullName}/pid;\nerror_log {_folder.FullName}/error;\nevents {{}}\nhttp {{\n");
        foreach (var kind in (string[])["client_body", "proxy", "fastcgi", "uwsgi", "scgi"])
            text.Append($"{kind}_temp_path {_folder.FullName}/{kind};\n");
        text.Append($"access_log syslog:server={target},facility=local7,tag=nginx combined;\nset_real_ip_from unix:;\nreal_ip_header X-Real-IP;\nserver {{ listen unix:{Socket}; return 200 \"x\"; }}\n}}\n");
        Start("nginx", text.ToString(), path => ["-c", path, "-e", Path.Combine(_folder.FullName, "error")]);
        Ask(rig);
        rig.Await(Asked);
        AssertRead(rig, "combined", "198.51.100.7");
    }

    [Theory]
    [InlineData(nameof(SyslogTransport.Udp), "rfc3164")]
    [InlineData(nameof(SyslogTransport.Udp), "rfc5424")]
    [InlineData(nameof(SyslogTransport.Unix), "rfc3164")]
    [InlineData(nameof(SyslogTransport.Udp), "local")]
    [InlineData(nameof(SyslogTransport.Tcp), "rfc5424")]
    [Trait("Tier", "daemon")]
    public void HaProxy_SendsItsOwnFormat_AllRequestsAreRead(string transport, string format)
    {
        using var rig = new SyslogRig(Enum.Parse<SyslogTransport>(transport));
        // Over TCP HAProxy sends through a ring, with octet counts.
        var ring = transport == "Tcp" ? $"ring logs\n  format {format}\n  maxlen 8192\n  size 65536\n  timeout connect 5s\n  timeout server 10s\n  server one 127.0.0.1:{rig.Port} log-proto octet-count\n" : "";
        var target = transport switch
        {
            "Tcp" => "ring@logs",
            "Udp" => $"127.0.0.1:{rig.Port}",
            _ => rig.SocketPath,
        };
        Start("haproxy", $"global\n  maxconn 100\n{ring}defaults\n  mode http\n  log {target} format {format} local0\n  option httplog\n  timeout client 9s\n  timeout server 9s\n  timeout connect 9s\n"
            + $"frontend f\n  bind unix@{Socket} accept-proxy\n  http-request return status 200\n", static path => ["-db", "-f", path]);
        Ask(rig, "PROXY TCP4 198.51.100.7 198.51.100.1 4711 80\r\n");
        rig.Await(() => rig.Taken.Count(static line => line.Contains("GET ", StringComparison.Ordinal)) >= Asked);
        AssertRead(rig, "haproxy", "198.51.100.7");
    }

    private string Socket => Path.Combine(_folder.FullName, "asked");

    private static void AssertRead(SyslogRig rig, string format, string client)
    {
        var lines = new WebLines(new DetectorOptions(), []);
        var targets = new List<string>();
        lines.Taken = (ReadOnlySpan<byte> line, in LogRequest request) =>
        {
            Assert.Equal(client, request.Client.ToString());
            Assert.Equal(200, request.Status);
            targets.Add(Encoding.ASCII.GetString(request.Path.In(line)));
        };
        var log = lines.Open(0, new LogSource("syslog", -1));
        lines.Take(log, Encoding.Latin1.GetBytes(string.Join('\n', rig.Taken) + "\n"));
        // HAProxy's threads write in any order.
        Assert.Equal(Enumerable.Range(0, Asked).Select(static number => $"/item/{number}").Order(StringComparer.Ordinal), targets.Order(StringComparer.Ordinal));
        Assert.Equal(format, log.FormatName);
        Assert.Equal(0, rig.Counts.Unknown.Datagrams);
    }

    private void Ask(SyslogRig rig, string before = "")
    {
        for (var number = 0; number < Asked; number++)
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified) { ReceiveTimeout = 20_000 };
            for (var waited = Stopwatch.StartNew(); ; Thread.Sleep(20))
            {
                try
                {
                    socket.Connect(new UnixDomainSocketEndPoint(Socket));
                    break;
                }
                catch (SocketException) when (waited.Elapsed < TimeSpan.FromSeconds(60))
                {
                    Assert.False(_server!.HasExited, _server.HasExited ? _server.StandardError.ReadToEnd() : "");
                }
            }

            socket.Send(Encoding.ASCII.GetBytes($"{before}GET /item/{number} HTTP/1.1\r\nHost: www.example.com\r\nX-Real-IP: 198.51.100.7\r\nUser-Agent: made\r\nConnection: close\r\n\r\n"));
            var answer = new byte[4096];
            while (socket.Receive(answer) > 0)
            {
            }

            // A Unix socket holds ten datagrams, and servers do not wait.
            rig.Round();
        }
    }

    private void Start(string program, string configuration, Func<string, string[]> arguments)
    {
        WebRuleTests.Require(program);
        var path = Path.Combine(_folder.FullName, "configuration");
        File.WriteAllText(path, configuration);
        _server = Process.Start(new ProcessStartInfo(WebRuleTests.Find(program)!, arguments(path)) { RedirectStandardError = true })!;
    }
}
