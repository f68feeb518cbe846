using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Breakwater.Incidents;
using Breakwater.Live;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Breakwater.Console;

/// <summary>
/// <c>/events</c>: server-sent events (HTML Standard §9.2). An event's id is its sequence in the journal, so that a reader that comes back
/// with <c>Last-Event-ID</c> misses nothing and gets nothing twice. Seconds of traffic have no id: they are not kept as events.
/// </summary>
internal static class EventApi
{
    /// <summary>Events that wait for one slow connection; beyond it the connection ends.</summary>
    private const int OutgoingCapacity = 256;

    public static async Task Stream(HttpContext http, ApiContext api, ApiCaller caller)
    {
        long? after = null;
        if (http.Request.Headers["Last-Event-ID"] is [{ Length: > 0 } last])
        {
            if (!long.TryParse(last, NumberStyles.None, CultureInfo.InvariantCulture, out var sequence))
            {
                await Problem.BadRequest("Last-Event-ID is the id of an event").Write(http);
                return;
            }
            after = sequence;
        }
        if (!api.Streams.TryEnter(caller))
        {
            await Problem.TooManyReaders.Write(http);
            return;
        }
        try
        {
            await Stream(http, api, caller, after);
        }
        finally
        {
            api.Streams.Leave(caller);
        }
    }

    private static async Task Stream(HttpContext http, ApiContext api, ApiCaller caller, long? after)
    {
        using var reader = api.Journal.Events.Open(after);
        if (reader is null)
        {
            await Problem.TooManyReaders.Write(http);
            return;
        }
        http.Response.ContentType = "text/event-stream";
        http.Response.Headers.CacheControl = "no-store";
        http.Response.Headers["X-Accel-Buffering"] = "no";
        http.Features.Get<IHttpResponseBodyFeature>()?.DisableBuffering();
        // A stream is slow by nature; each send has its own time limit.
        http.Features.Get<Microsoft.AspNetCore.Server.Kestrel.Core.Features.IHttpMinResponseDataRateFeature>()?.MinDataRate = null;
        using var end = CancellationTokenSource.CreateLinkedTokenSource(http.RequestAborted, api.Stopping);
        try
        {
            await Send(http, api, ": breakwater\n\n", end.Token);
            await Run(http, api, caller, reader, end);
        }
        catch (Exception error) when (error is OperationCanceledException or IOException or ChannelClosedException)
        {
            // The reader went away, was too slow, or Breakwater stops.
        }
    }

    private static async Task Run(HttpContext http, ApiContext api, ApiCaller caller, EventReader reader, CancellationTokenSource end)
    {
        var outgoing = Channel.CreateBounded<string>(new BoundedChannelOptions(OutgoingCapacity) { SingleReader = true });
        var producers = new List<Task> { Produce(reader, caller, outgoing.Writer, end.Token), Idle(api, outgoing.Writer, end.Token) };
        if (Answer.Parameter(http, "traffic") == "1")
            producers.Add(ProduceTraffic(api, caller, outgoing.Writer, end.Token));
        try
        {
            await foreach (var text in outgoing.Reader.ReadAllAsync(end.Token))
            {
                // The gate asked once; a token may have been revoked since, a session ended.
                if (!caller.IsStillGood())
                    break;
                await Send(http, api, text, end.Token);
            }
        }
        finally
        {
            await end.CancelAsync();
            await Task.WhenAll(producers);
        }
    }

    private static async Task Produce(EventReader reader, ApiCaller caller, ChannelWriter<string> outgoing, CancellationToken end)
    {
        try
        {
            await foreach (var entry in reader.Read(end))
            {
                if (caller.Sees(entry))
                    await outgoing.WriteAsync(Format(entry), end);
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
        finally
        {
            outgoing.TryComplete();
        }
    }

    private static async Task ProduceTraffic(ApiContext api, ApiCaller caller, ChannelWriter<string> outgoing, CancellationToken end)
    {
        try
        {
            while (true)
            {
                var second = await api.History.Next.WaitAsync(end);
                outgoing.TryWrite(Format(second, caller, api.Time.GetUtcNow()));
            }
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    private static async Task Idle(ApiContext api, ChannelWriter<string> outgoing, CancellationToken end)
    {
        try
        {
            using var timer = new PeriodicTimer(api.EventIdleTime, api.Time);
            while (await timer.WaitForNextTickAsync(end))
                outgoing.TryWrite(": idle\n\n");
        }
        catch (OperationCanceledException)
        {
            // The end that was asked for.
        }
    }

    /// <summary>An entry as the API has it, in the stream and in lists.</summary>
    public static JsonObject Write(JournalEntry entry) => new()
    {
        ["id"] = entry.Sequence.ToString(CultureInfo.InvariantCulture),
        ["at"] = JournalTime.Format(entry.At),
        ["kind"] = entry.Kind,
        ["subject"] = entry.Subject,
        ["data"] = JsonNode.Parse(entry.Data),
    };

    internal static string Format(JournalEntry entry) =>
        string.Create(CultureInfo.InvariantCulture, $"id: {entry.Sequence}\ndata: {Write(entry).ToJsonString()}\n\n");

    internal static string Format(TrafficSecond second, ApiCaller caller, DateTimeOffset now)
    {
        var data = new JsonObject
        {
            ["id"] = null,
            ["at"] = JournalTime.Format(second.At),
            ["kind"] = "traffic",
            ["subject"] = null,
            ["data"] = new JsonObject
            {
                ["ageSeconds"] = Math.Round((now - second.At).TotalSeconds, 3),
                ["services"] = new JsonArray([.. second.Services.Where(service => caller.Sees(service.Name)).Select(ServiceApi.Write)]),
            },
        };
        return $"data: {data.ToJsonString()}\n\n";
    }

    /// <summary>Ends the connection when the reader does not take the text in time: what waits for it in the kernel would be held for ever.</summary>
    private static async Task Send(HttpContext http, ApiContext api, string text, CancellationToken end)
    {
        using var limit = new CancellationTokenSource(api.EventSendTime, api.Time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, end);
        try
        {
            await http.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(text), either.Token);
            await http.Response.Body.FlushAsync(either.Token);
        }
        finally
        {
            if (limit.IsCancellationRequested)
                http.Abort();
        }
        // A flush that is broken off may also return as if it had been done.
        limit.Token.ThrowIfCancellationRequested();
    }
}
