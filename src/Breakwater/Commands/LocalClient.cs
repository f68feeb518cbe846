using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection.Rules;

namespace Breakwater.Commands;

/// <summary>A running Breakwater as seen through its local socket, which knows this user by the kernel's word.</summary>
internal sealed class LocalClient : IDisposable
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(10);

    private readonly HttpClient _http;

    private LocalClient(string socket) => _http = new HttpClient(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellation) =>
        {
            var connection = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await connection.ConnectAsync(new UnixDomainSocketEndPoint(socket), cancellation);
            return new NetworkStream(connection, ownsSocket: true);
        },
    })
    {
        BaseAddress = new Uri("http://localhost/"),
        Timeout = _patience,
    };

    /// <summary>Null when the configuration is bad; its mistakes have been told.</summary>
    public static BreakwaterConfig? LoadConfig(string path) => LoadConfig(path, System.Console.Error.WriteLine);

    /// <summary>As above; mistakes are told line by line to <paramref name="line"/>.</summary>
    public static BreakwaterConfig? LoadConfig(string path, Action<string> line)
    {
        var loaded = ConfigLoader.Load(path, ConfigLoader.ProcessEnvironment(), DetectorNames.All);
        if (loaded.Config is null)
            CheckCommand.TellMistakes(path, loaded, line);
        return loaded.Config;
    }

    public static LocalClient To(BreakwaterConfig config) => new(Running.SocketPath(config));

    /// <summary>True when something answers there.</summary>
    public static bool IsRunning(BreakwaterConfig config) => File.Exists(Running.SocketPath(config)) && Connects(Running.SocketPath(config));

    /// <summary>The answer as a document.</summary>
    /// <exception cref="ClientException">No Breakwater runs there, or it says no.</exception>
    public JsonObject Get(string path) => Ask(HttpMethod.Get, path, null, null).Document;

    /// <summary>As above, with the tag of the document; null: it has none.</summary>
    public (JsonObject Document, string? Tag) GetTagged(string path) => Ask(HttpMethod.Get, path, null, null);

    /// <param name="path">Where.</param>
    /// <param name="body">What.</param>
    /// <param name="seen">The tag of the document as it was seen: when it is another one by now, nothing is changed; null: as asked.</param>
    public JsonObject Post(string path, JsonObject body, string? seen = null) => Ask(HttpMethod.Post, path, body, seen).Document;

    public void Dispose() => _http.Dispose();

    private (JsonObject Document, string? Tag) Ask(HttpMethod method, string path, JsonObject? body, string? seen)
    {
        try
        {
            using var request = new HttpRequestMessage(method, path) { Content = body is null ? null : JsonContent.Create(body) };
            if (seen is not null)
                request.Headers.IfMatch.ParseAdd(seen);
            using var answer = _http.SendAsync(request).GetAwaiter().GetResult();
            var text = answer.Content.ReadAsStringAsync().GetAwaiter().GetResult();
            var document = text.Length == 0 ? [] : JsonNode.Parse(text) as JsonObject ?? [];
            if (!answer.IsSuccessStatusCode)
                throw new ClientException((string?)document["detail"] ?? $"the answer is {(int)answer.StatusCode}");
            return (document, answer.Headers.ETag?.ToString());
        }
        catch (Exception error) when (error is HttpRequestException or TaskCanceledException or System.Text.Json.JsonException)
        {
            throw new ClientException($"no Breakwater answers on the local socket ({error.InnerException?.Message ?? error.Message}); is 'breakwater serve' running with this configuration?");
        }
    }

    private static bool Connects(string path)
    {
        try
        {
            using var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            socket.Connect(new UnixDomainSocketEndPoint(path));
            return true;
        }
        catch (SocketException)
        {
            return false;
        }
    }
}

/// <summary>A running Breakwater does not answer, or says no; the message is for the operator.</summary>
internal sealed class ClientException(string message) : Exception(message);
