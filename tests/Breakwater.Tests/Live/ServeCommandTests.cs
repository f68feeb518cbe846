using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace Breakwater.Tests.Live;

/// <summary>The command as a process: it starts, reloads and stops by signals.</summary>
public sealed class ServeCommandTests : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("breakwater-serve-");

    private static readonly int ApiPort = FreePort();

    private string Config => Path.Combine(_folder.FullName, "breakwater.yaml");

    [Fact]
    public void Serve_TellsAnAttack_ReloadsAndStops()
    {
        var port = FreePort();
        File.WriteAllText(Config, $"version: 1\nlisten: {{telemetry: ['127.0.0.1:{port}'], api: '127.0.0.1:{ApiPort}'}}\nexporters: [{{name: edge, address: 127.0.0.1}}]\n");
        using var serve = new Serve(Config);
        serve.Await("listening on");
        using (var sender = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0)))
        {
            for (uint sequence = 0; sequence < 20; sequence++)
                sender.Send(Datagrams.NetFlow9(sequence, DateTimeOffset.UtcNow.ToUnixTimeMilliseconds() * 1_000_000, 30), new IPEndPoint(IPAddress.Loopback, port));
        }

        serve.Await("incident 1 opened: Attack on 203.0.113.80: ntp-amplification");
        File.WriteAllText(Config, "version: 1\nexporter: []\ndetection: {quiet: 1}\n");
        serve.Signal("HUP");
        serve.Await("not reloaded");
        Assert.Contains(serve.Lines, line => line.Contains("did you mean 'exporters'?", StringComparison.Ordinal));
        Assert.Contains(serve.Lines, line => line.Contains("the duration '1' has no unit", StringComparison.Ordinal));
        File.WriteAllText(Config, $"version: 1\nlisten: {{telemetry: ['127.0.0.1:{port}'], api: '127.0.0.1:{ApiPort}'}}\n");
        serve.Signal("HUP");
        serve.Await("breakwater: reloaded");
        serve.Signal("TERM");
        Assert.Equal(0, serve.Exit());
        Assert.Contains(serve.Lines, line => line.Contains("20 counted, 0 undecodable", StringComparison.Ordinal));
    }

    /// <summary>The API reads the file again as a signal does, answers with what came of it, and leaves it in the audit.</summary>
    [Fact]
    public async Task Serve_ReloadedOverTheApi_AnswersAndAudits()
    {
        var text = $"version: 1\nlisten: {{telemetry: ['127.0.0.1:{FreePort()}'], api: '127.0.0.1:{FreePort()}'}}\nstorage: {{folder: data}}\n";
        File.WriteAllText(Config, text);
        using var serve = new Serve(Config);
        serve.Await("pages and API on");
        using var client = Local(Path.Combine(_folder.FullName, "data", "api.sock"));
        var before = await client.GetAsync("/api/v1/config");
        File.WriteAllText(Config, text + "detection: {quiet: 1}\n");
        using (var refused = await client.PostAsync("/api/v1/config/reload", content: null))
        {
            Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.StatusCode);
            Assert.Contains("the duration '1' has no unit", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        }

        File.WriteAllText(Config, text + "detection: {quiet: 90s}\n");
        Assert.Equal(HttpStatusCode.OK, (await Reload(client, before.Headers.ETag!.ToString())).StatusCode);
        // What was seen then is not in force any more.
        Assert.Equal(HttpStatusCode.PreconditionFailed, (await Reload(client, before.Headers.ETag.ToString())).StatusCode);
        Assert.Contains("\"quietMilliseconds\":90000", await client.GetStringAsync("/api/v1/config"), StringComparison.Ordinal);
        var audit = "";
        for (var attempt = 0; attempt < 100 && !audit.Contains("audit.config-reloaded", StringComparison.Ordinal); attempt++)
            audit = await client.GetStringAsync("/api/v1/audit");
        Assert.Contains("audit.config-refused", audit, StringComparison.Ordinal);
        Assert.Contains("\"by\":\"local\"", audit, StringComparison.Ordinal);
        serve.Signal("TERM");
        Assert.Equal(0, serve.Exit());
    }

    private static HttpClient Local(string socket) => new(new SocketsHttpHandler
    {
        ConnectCallback = async (_, end) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), end);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost/"),
    };

    private static async Task<HttpResponseMessage> Reload(HttpClient client, string tag)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/config/reload");
        request.Headers.Add("If-Match", tag);
        return await client.SendAsync(request);
    }

    /// <summary>Sockets that share a port share its datagrams: a second process must not take half of them unnoticed.</summary>
    [Fact]
    public void Engine_OnThePortOfAnother_IsRefused()
    {
        using var rig = new LiveRig();
        var address = rig.Engine.DatagramAddresses.First();
        var settings = LiveRig.Defaults with { Listen = new Breakwater.Telemetry.Live.ListenAddresses([address], []) };
        var error = Assert.Throws<Breakwater.Telemetry.Live.ListenException>(() => new Breakwater.Live.LiveEngine(settings, TimeProvider.System));
        Assert.Contains(address.ToString(), error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Serve_AddressInUse_IsToldWithIt()
    {
        using var taken = new UdpClient(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)taken.Client.LocalEndPoint!).Port;
        File.WriteAllText(Config, $"version: 1\nlisten: {{telemetry: ['127.0.0.1:{port}'], api: '127.0.0.1:{ApiPort}'}}\n");
        using var serve = new Serve(Config);
        Assert.Equal(2, serve.Exit());
        Assert.Contains(serve.Lines, line => line.Contains($"cannot listen on 127.0.0.1:{port} (UDP)", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(true, "127.0.0.1", "another program listens there")]
    [InlineData(false, "192.0.2.1", "the address is none of this machine")]
    public void Serve_ApiAddressThatCannotBeUsed_IsASentence(bool isTaken, string address, string reason)
    {
        using var taken = new TcpListener(IPAddress.Loopback, 0);
        taken.Start();
        var port = isTaken ? ((IPEndPoint)taken.LocalEndpoint).Port : ApiPort;
        File.WriteAllText(Config, $"version: 1\nlisten: {{telemetry: ['127.0.0.1:{FreePort()}'], api: '{address}:{port}'}}\n");
        using var serve = new Serve(Config);
        Assert.Equal(2, serve.Exit());
        Assert.Contains(serve.Lines, line => line.StartsWith($"breakwater: cannot listen on {address}:{port} (TCP, 'listen.api'): {reason}", StringComparison.Ordinal));
        Assert.DoesNotContain(serve.Lines, line => line.Contains("Exception", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Serve_WithAStorageThatCannotBeMade_StartsAndSaysSo()
    {
        File.WriteAllText(Path.Combine(_folder.FullName, "file"), "no folder");
        var port = FreePort();
        File.WriteAllText(Config, $"version: 1\nlisten: {{telemetry: ['127.0.0.1:{FreePort()}'], api: '127.0.0.1:{port}'}}\nstorage: {{folder: file/storage}}\n");
        using var serve = new Serve(Config);
        serve.Await("pages and API on");
        serve.Await("cannot be");
        using var client = new HttpClient();
        using var answer = await client.GetAsync(new Uri($"http://127.0.0.1:{port}/readyz"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.Contains("\"storage\":false", (await answer.Content.ReadAsStringAsync()).Replace(" ", "", StringComparison.Ordinal), StringComparison.Ordinal);
        serve.Signal("TERM");
        Assert.Equal(0, serve.Exit());
    }

    public void Dispose() => _folder.Delete(recursive: true);

    /// <summary>A port of UDP and TCP that nothing has, below those that the kernel gives to whoever asks for any: no other test is given it meanwhile.</summary>
    private static int FreePort()
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            var port = Random.Shared.Next(20_000, 32_000);
            try
            {
                using var datagrams = new UdpClient(new IPEndPoint(IPAddress.Loopback, port));
                using var listener = new TcpListener(IPAddress.Loopback, port);
                listener.Start();
                return port;
            }
            catch (SocketException)
            {
                continue;
            }
        }

        throw new InvalidOperationException("found no free port");
    }

    private sealed class Serve : IDisposable
    {
        private static readonly TimeSpan _longest = TimeSpan.FromSeconds(60);
        private readonly Process _process;
        private readonly List<string> _lines = [];

        public Serve(string config)
        {
            _process = Process.Start(new ProcessStartInfo(Path.Combine(AppContext.BaseDirectory, "breakwater"), ["serve", "--config", config]) { RedirectStandardError = true })!;
            _process.ErrorDataReceived += (_, line) =>
            {
                lock (_lines)
                {
                    if (line.Data is not null)
                        _lines.Add(line.Data);
                    Monitor.PulseAll(_lines);
                }
            };
            _process.BeginErrorReadLine();
        }

        public List<string> Lines
        {
            get
            {
                lock (_lines)
                    return [.. _lines];
            }
        }

        public void Await(string text)
        {
            var watch = Stopwatch.StartNew();
            lock (_lines)
            {
                while (!_lines.Exists(line => line.Contains(text, StringComparison.Ordinal)))
                {
                    Assert.True(watch.Elapsed < _longest, $"'{text}' was not told: {string.Join('\n', _lines)}");
                    Monitor.Wait(_lines, TimeSpan.FromSeconds(1));
                }
            }
        }

        public void Signal(string name)
        {
            using var kill = Process.Start("kill", [$"-{name}", _process.Id.ToString(System.Globalization.CultureInfo.InvariantCulture)]);
            kill.WaitForExit();
        }

        public int Exit()
        {
            Assert.True(_process.WaitForExit(_longest), string.Join('\n', Lines));
            _process.WaitForExit(); // the rest of its output
            return _process.ExitCode;
        }

        public void Dispose()
        {
            if (!_process.HasExited)
                _process.Kill();
            _process.Dispose();
        }
    }
}
