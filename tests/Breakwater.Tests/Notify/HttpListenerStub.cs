using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Breakwater.Tests.Notify;

/// <summary>A request as it came.</summary>
internal sealed record HttpRequestSeen(string Line, Dictionary<string, string> Headers, byte[] Body);

/// <summary>A small HTTP server on loopback that answers as it is told: a status, or never.</summary>
internal sealed class HttpListenerStub : IAsyncDisposable
{
    public const int Never = 0;
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<int> _answers;
    private readonly List<HttpRequestSeen> _seen = [];
    private readonly Task _running;

    /// <param name="answers">One after the other; the last one for all that follow.</param>
    public HttpListenerStub(params int[] answers)
    {
        _answers = new Queue<int>(answers);
        _listener.Start();
        _running = Task.Run(Run);
    }

    public Uri Url => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture)}/hook?team=noc");

    public HttpRequestSeen[] Seen
    {
        get
        {
            lock (_seen)
                return [.. _seen];
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _running;
        _listener.Stop();
        _stop.Dispose();
    }

    private async Task Run()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
                serving.Add(Serve(await _listener.AcceptTcpClientAsync(_stop.Token)));
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task Serve(TcpClient client)
    {
        using (client)
        {
            try
            {
                var stream = client.GetStream();
                while (await Read(stream) is { } request)
                {
                    int answer;
                    lock (_seen)
                    {
                        _seen.Add(request);
                        answer = _answers.Count > 1 ? _answers.Dequeue() : _answers.Peek();
                    }

                    if (answer == Never)
                        await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider.System, _stop.Token);
                    await stream.WriteAsync(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"HTTP/1.1 {answer} X\r\nContent-Length: 0\r\nLocation: /elsewhere\r\n\r\n")), _stop.Token);
                }
            }
            catch (Exception error) when (error is IOException or OperationCanceledException or SocketException)
            {
                // The other end, or the test, is done.
            }
        }
    }

    private async Task<HttpRequestSeen?> Read(NetworkStream stream)
    {
        var (bytes, one) = (new List<byte>(), new byte[1]);
        while (bytes.Count < 4 || !bytes[^4..].SequenceEqual("\r\n\r\n"u8.ToArray()))
        {
            if (await stream.ReadAsync(one, _stop.Token) == 0)
                return null;
            bytes.Add(one[0]);
        }

        var lines = Encoding.ASCII.GetString([.. bytes]).Split("\r\n", StringSplitOptions.RemoveEmptyEntries);
        var headers = lines[1..].Select(static line => line.Split(": ", 2)).ToDictionary(static parts => parts[0], static parts => parts[1], StringComparer.OrdinalIgnoreCase);
        var body = new byte[int.Parse(headers["Content-Length"], CultureInfo.InvariantCulture)];
        await stream.ReadExactlyAsync(body, _stop.Token);
        return new HttpRequestSeen(lines[0], headers, body);
    }
}
