using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Mime;

namespace Breakwater.Notify;

/// <summary>Posts JSON: no redirects, no proxy of the environment, no cookies; of the answer nothing but its status is read.</summary>
internal static class HttpPost
{
    private const int LeastServerFault = 500;

    private static readonly HttpClient _client = new(new SocketsHttpHandler
    {
        AllowAutoRedirect = false,
        UseProxy = false,
        UseCookies = false,
        PooledConnectionLifetime = TimeSpan.FromMinutes(5),
        MaxConnectionsPerServer = 4,
        MaxResponseHeadersLength = 16,
    })
    {
        // Each attempt has its own end.
        Timeout = Timeout.InfiniteTimeSpan,
    };

    public static async Task<Delivery> Send(Uri url, byte[] json, IEnumerable<(string Name, string Value)> headers, CancellationToken end)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, url) { Content = new ByteArrayContent(json) };
        request.Content.Headers.ContentType = new MediaTypeHeaderValue(MediaTypeNames.Application.Json);
        request.Headers.UserAgent.Add(new ProductInfoHeaderValue("breakwater", null));
        foreach (var (name, value) in headers)
            request.Headers.Add(name, value);
        using var answer = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, end);
        if (answer.IsSuccessStatusCode)
            return Delivery.Done;
        var fault = string.Create(CultureInfo.InvariantCulture, $"answers {(int)answer.StatusCode}");
        return (int)answer.StatusCode >= LeastServerFault || answer.StatusCode is HttpStatusCode.RequestTimeout or HttpStatusCode.TooManyRequests ? Delivery.Later(fault) : Delivery.Never(fault);
    }
}
