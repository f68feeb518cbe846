using System.Globalization;
using System.Text;
using Breakwater.Bench.Harness;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Bench.Workloads;

/// <summary>Lines of a Combined log in memory, read as a file is read, line by line. A request counts for its client.</summary>
internal sealed class LogWorkload : Workload
{
    private const int Lines = 2_000_000;
    private const int Clients = 50_000;
    private const int LinesPerSecond = 2_000;
    private const int VariedUrls = 100_000;
    private const int VariedClients = 200_000;
    private const int VariedLinesPerSecond = 20_000;

    private static readonly string[] _agents =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36",
        "Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0",
        "curl/8.5.0",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.2 Mobile/15E148 Safari/604.1",
        "python-requests/2.32",
    ];

    private static readonly string[] _paths =
        ["/", "/login", "/api/v1/slots", "/tickets/42", "/static/app.js", "/img/logo.png", "/search?q=visa", "/account", "/news/2026/11", "/favicon.ico"];

    private readonly byte[] _file;

    /// <param name="name">Name on the command line.</param>
    /// <param name="isVaried">True for 100,000 different URLs and agents from 200,000 clients in 100 seconds; false for ten paths and five agents of 50,000 clients in 1,000.</param>
    public LogWorkload(string name, bool isVaried)
    {
        Name = name;
        using var file = new MemoryStream(Lines * 230);
        var state = 0x5EEDUL;
        for (var index = 0; index < Lines; index++)
        {
            state = (state * 6_364_136_223_846_793_005UL) + 1_442_695_040_888_963_407UL;
            file.Write(Encoding.ASCII.GetBytes(Line(index, (uint)(state >> 33), isVaried)));
        }

        _file = file.ToArray();
    }

    public override string Name { get; }

    public override int? Goal => null;

    public override ReadOnlyMemory<byte> Bytes => _file;

    private protected override void Pass<TSink>(ref TSink sink)
    {
        using var stream = new MemoryStream(_file, writable: false);
        var reader = new LogLineReader(stream);
        var decoder = new LogDecoder([LogFormat.Known.First(static format => format.Name == "combined")], TrustedProxies.None);
        var before = GC.GetAllocatedBytesForCurrentThread();
        var request = default(LogRequest);
        var flow = default(FlowRecord);
        while (reader.TryRead(out var line))
        {
            if (decoder.Decode(line, ref request) != LogError.None)
                continue;
            flow.Destination = request.Client;
            flow.Bytes = request.Bytes + (ulong)(request.Path.Length + request.UserAgent.Length);
            flow.Packets = request.Status;
            sink.OnFlow(flow);
        }

        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - before;
    }

    private static string Line(int index, uint random, bool isVaried)
    {
        var client = Address.FromIPv4(0xC6120000u + (random % (uint)(isVaried ? VariedClients : Clients))); // 198.18.0.0 and on
        var time = DateTime.UnixEpoch.AddSeconds(1_700_000_000 + (index / (isVaried ? VariedLinesPerSecond : LinesPerSecond)));
        // Each client has one agent, and its answers one size.
        var (path, agentNumber, method) = (random / Clients, random / 1_000, random / 77);
        var url = isVaried ? string.Create(CultureInfo.InvariantCulture, $"/shop/item-{random % VariedUrls}?ref={random % 977}") : _paths[path % _paths.Length];
        var agent = isVaried ? string.Create(CultureInfo.InvariantCulture, $"{_agents[random % 4]} build/{random % VariedUrls}") : _agents[agentNumber % _agents.Length];
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{client} - - [{time:dd/MMM/yyyy:HH:mm:ss} +0000] \"{(!isVaried && method % 8 == 0 ? "POST" : "GET")} {url} HTTP/1.1\" {(random % 9 == 0 ? 404 : 200)} {random % 50_000} \"https://www.example.com/\" \"{agent}\"\n");
    }
}
