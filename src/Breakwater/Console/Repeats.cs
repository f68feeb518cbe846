using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;

namespace Breakwater.Console;

/// <summary>
/// <c>Idempotency-Key</c> on changes: who is not sure whether a request arrived sends it again with the same key, and gets the first answer; the
/// change is made once. Keys are each caller's own. An answer is kept when its handler came to an end, and says neither that Breakwater failed
/// (500 and above) nor that something else was changed first (412): those are to be tried again.
/// </summary>
/// <param name="time">The clock.</param>
/// <param name="life">How long an answer is kept; null: <see cref="Life"/>.</param>
internal sealed class Repeats(TimeProvider time, TimeSpan? life = null)
{
    public const string Header = "Idempotency-Key";

    /// <summary>Most answers kept for one caller; its oldest gives way.</summary>
    public const int MaximumOfOneCaller = 64;

    /// <summary>Most answers kept; the oldest of the caller with the most gives way.</summary>
    public const int Maximum = 1_024;

    /// <summary>Longest key.</summary>
    public const int MaximumKeyCharacters = 128;

    /// <summary>How long an answer is kept: a token's secret may stand in it.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromMinutes(10);

    private readonly Lock _lock = new();
    private readonly Dictionary<(string Caller, string Key), Kept> _kept = [];
    private long _made;

    /// <summary>Answers kept, and requests that run.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _kept.Count;
        }
    }

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

        var request = await Fingerprint(http);
        var (kept, isNew) = Take((caller.Name, key), request);
        if (kept is null)
            await Problem.TooManyKeys.Write(http);
        else if (isNew)
            await RunNew(http, (caller.Name, key), kept, handle);
        else if (kept.Request != request)
            await Problem.KeyTaken.Write(http);
        else
            await (kept.Answer is { } answer ? answer.Write(http) : Problem.StillRunning.Write(http));
    }

    private async Task RunNew(HttpContext http, (string, string) name, Kept kept, Func<Task> handle)
    {
        var (wire, aborted) = (http.Response.Body, http.RequestAborted);
        using var body = new MemoryStream();
        KeptAnswer? answer = null;
        try
        {
            // The change is made to its end, whether or not the asker is still there: who comes back finds its answer.
            (http.Response.Body, http.RequestAborted) = (body, CancellationToken.None);
            await handle();
            answer = AnswerOf(http.Response, body);
        }
        finally
        {
            (http.Response.Body, http.RequestAborted) = (wire, aborted);
            Finish(name, kept, answer);
        }

        await wire.WriteAsync(body.ToArray(), aborted);
    }

    private static KeptAnswer? AnswerOf(HttpResponse response, MemoryStream body) =>
        response.StatusCode is StatusCodes.Status412PreconditionFailed or >= StatusCodes.Status500InternalServerError
            ? null : new KeptAnswer(response.StatusCode, response.ContentType, response.Headers.ETag.ToString(), body.ToArray());

    /// <summary>What was asked, all of it; the body can be read again afterwards.</summary>
    private static async Task<string> Fingerprint(HttpContext http)
    {
        var body = new MemoryStream();
        await http.Request.Body.CopyToAsync(body, http.RequestAborted);
        body.Position = 0;
        http.Request.Body = body;
        http.Response.RegisterForDispose(body);
        // No line of a request holds a line break.
        var head = Encoding.UTF8.GetBytes($"{http.Request.Path}{http.Request.QueryString}\n{http.Request.Headers.IfMatch}\n");
        return Convert.ToHexStringLower(SHA256.HashData([.. head, .. body.ToArray()]));
    }

    /// <summary>The place of this key; null: there is none, as too many requests run.</summary>
    private (Kept? Kept, bool IsNew) Take((string Caller, string Key) name, string request)
    {
        lock (_lock)
        {
            if (_kept.TryGetValue(name, out var known))
                return (known, false);
            if (!MakeRoom(name.Caller))
                return (null, false);
            var kept = new Kept(request, _made++);
            _kept.Add(name, kept);
            return (kept, true);
        }
    }

    /// <summary>Lets an answer give way where there are too many; false: all of them are still being made.</summary>
    private bool MakeRoom(string caller)
    {
        var isOwn = _kept.Keys.Count(name => name.Caller == caller) >= MaximumOfOneCaller;
        if (!isOwn && _kept.Count < Maximum)
            return true;
        var finished = _kept.Where(entry => entry.Value.Answer is not null && (!isOwn || entry.Key.Caller == caller))
            .GroupBy(static entry => entry.Key.Caller, StringComparer.Ordinal).MaxBy(static entries => entries.Count());
        return finished is not null && _kept.Remove(finished.MinBy(static entry => entry.Value.Number).Key);
    }

    private void Finish((string, string) name, Kept kept, KeptAnswer? answer)
    {
        lock (_lock)
        {
            kept.Answer = answer;
            if (answer is null)
                Remove(name, kept);
        }

        if (answer is not null)
            _ = Forget(name, kept);
    }

    /// <summary>An answer leaves by itself, be it that nobody asks for anything any more.</summary>
    private async Task Forget((string, string) name, Kept kept)
    {
        await Task.Delay(life ?? Life, time);
        lock (_lock)
            Remove(name, kept);
    }

    /// <summary>The key may be another request's by now.</summary>
    private void Remove((string, string) name, Kept kept)
    {
        if (_kept.GetValueOrDefault(name) == kept)
            _kept.Remove(name);
    }

    private sealed class Kept(string request, long number)
    {
        public string Request => request;

        public long Number => number;

        /// <summary>Null while the first request runs.</summary>
        public KeptAnswer? Answer { get; set; }
    }

    private sealed record KeptAnswer(int Status, string? MediaType, string Tag, byte[] Body)
    {
        public Task Write(HttpContext http)
        {
            http.Response.StatusCode = Status;
            http.Response.ContentType = MediaType;
            http.Response.Headers.CacheControl = "no-store";
            if (Tag.Length > 0)
                http.Response.Headers.ETag = Tag;
            return Status == StatusCodes.Status204NoContent ? Task.CompletedTask : Answer.Bytes(http, Body);
        }
    }
}
