using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>
/// <c>Idempotency-Key</c> on changes: who is not sure whether a request arrived sends it again with the same key, and gets the first answer; the
/// change is made once. Keys are each caller's own, and live in memory for <see cref="Life"/>. An answer of 500 or above is not kept: it is to be tried again.
/// </summary>
internal sealed class Repeats(TimeProvider time)
{
    public const string Header = "Idempotency-Key";

    /// <summary>Most answers kept; the oldest gives way.</summary>
    public const int Maximum = 512;

    /// <summary>Longest key.</summary>
    public const int MaximumKeyCharacters = 128;

    /// <summary>How long an answer is kept: a token's secret may stand in it.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Caller, string Key), Kept> _kept = [];
    private long _made;

    /// <summary>Runs the request, or gives the first answer again.</summary>
    public async Task Run(HttpContext http, Endpoint endpoint, ApiCaller caller, Func<Task> handle)
    {
        var given = http.Request.Headers[Header];
        if (endpoint.Method != "POST" || !endpoint.IsApi || given.Count == 0)
        {
            await handle();
            return;
        }

        var key = given.Count == 1 ? given[0] ?? "" : "";
        if (key.Length is 0 or > MaximumKeyCharacters || key.Any(static c => c is < '!' or > '~'))
        {
            await Problem.BadRequest($"{Header} is 1 to {MaximumKeyCharacters} visible characters").Write(http);
            return;
        }

        var request = await Fingerprint(http, endpoint);
        var (kept, isNew) = Take((caller.Name, key), request);
        if (kept is null)
            await Problem.KeyTaken.Write(http);
        else if (!isNew)
            await (kept.Answer is { } answer ? answer.Write(http) : Problem.StillRunning.Write(http));
        else
            await RunNew(http, (caller.Name, key), kept, handle);
    }

    private async Task RunNew(HttpContext http, (string, string) name, Kept kept, Func<Task> handle)
    {
        var wire = http.Response.Body;
        using var body = new MemoryStream();
        http.Response.Body = body;
        try
        {
            await handle();
        }
        finally
        {
            http.Response.Body = wire;
            lock (_lock)
            {
                if (http.Response.StatusCode >= StatusCodes.Status500InternalServerError || body.Length != (http.Response.ContentLength ?? body.Length))
                    _kept.Remove(name);
                else
                    kept.Answer = new KeptAnswer(http.Response.StatusCode, http.Response.ContentType, body.ToArray());
            }
        }

        await wire.WriteAsync(body.ToArray(), http.RequestAborted);
    }

    /// <summary>What was asked; the body can be read again afterwards.</summary>
    private static async Task<string> Fingerprint(HttpContext http, Endpoint endpoint)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;
        http.Request.Body = body;
        http.Response.RegisterForDispose(body);
        return $"{endpoint.Path} {Convert.ToHexStringLower(SHA256.HashData(body.ToArray()))}";
    }

    /// <summary>The place of this key; null: it was used for something else.</summary>
    private (Kept? Kept, bool IsNew) Take((string, string) name, string request)
    {
        var now = time.GetUtcNow();
        lock (_lock)
        {
            foreach (var old in _kept.Where(entry => entry.Value.At + Life <= now).Select(static entry => entry.Key).ToList())
                _kept.Remove(old);
            if (_kept.TryGetValue(name, out var known))
                return (known.Request == request ? known : null, false);
            if (_kept.Count >= Maximum)
                _kept.Remove(_kept.MinBy(static entry => entry.Value.Number).Key);
            var kept = new Kept(request, now, _made++);
            _kept.Add(name, kept);
            return (kept, true);
        }
    }

    private sealed class Kept(string request, DateTimeOffset at, long number)
    {
        public string Request => request;

        public DateTimeOffset At => at;

        public long Number => number;

        /// <summary>Null while the first request runs.</summary>
        public KeptAnswer? Answer { get; set; }
    }

    private sealed record KeptAnswer(int Status, string? MediaType, byte[] Body)
    {
        public Task Write(HttpContext http)
        {
            http.Response.StatusCode = Status;
            http.Response.ContentType = MediaType;
            http.Response.Headers.CacheControl = "no-store";
            return Status == StatusCodes.Status204NoContent ? Task.CompletedTask : Answer.Bytes(http, Body);
        }
    }
}
