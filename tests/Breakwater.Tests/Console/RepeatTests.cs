using System.Text;
using Breakwater.Console;
using Breakwater.Incidents;
using Breakwater.Tests.Incidents;
using Microsoft.AspNetCore.Http;
using Endpoint = Breakwater.Console.Endpoint;

namespace Breakwater.Tests.Console;

/// <summary>Answers that are kept for an Idempotency-Key: which, of what, how many, how long.</summary>
public sealed class RepeatTests
{
    private static readonly Endpoint _endpoint = new("POST", "/api/v1/x/{id}", Role.Admin, EndpointScope.Whole, "", static (_, _, _) => Task.CompletedTask);

    [Fact]
    public async Task Handler_ThatThrows_KeepsNothing()
    {
        var repeats = new Repeats(TimeProvider.System);
        await Assert.ThrowsAsync<InvalidOperationException>(() => Run(repeats, Request(), static _ => throw new InvalidOperationException()));
        Assert.Equal(0, repeats.Count);
        Assert.Equal((201, "made"), await Answered(repeats, Request()));
    }

    /// <summary>The change goes on without its asker, who finds the answer on coming back.</summary>
    [Fact]
    public async Task AskerWhoLeaves_FindsTheAnswer_AndNothingIsMadeTwice()
    {
        var repeats = new Repeats(TimeProvider.System);
        using var leaving = new CancellationTokenSource();
        var request = Request();
        request.RequestAborted = leaving.Token;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => Run(repeats, request, async http =>
        {
            await leaving.CancelAsync();
            http.Response.StatusCode = 201;
            await Answer.Bytes(http, "first"u8.ToArray());
        }));
        var again = Request();
        await Run(repeats, again, static _ => throw new InvalidOperationException("made again"));
        Assert.Equal((201, "first"), Read(again));
    }

    [Theory]
    [InlineData("/api/v1/x/2", "", "", "{}")]
    [InlineData("/api/v1/x/1", "?a=2", "", "{}")]
    [InlineData("/api/v1/x/1", "?a=1", "\"t\"", "{}")]
    [InlineData("/api/v1/x/1", "?a=1", "", "[]")]
    public async Task AnotherRequest_WithTheKey_IsRefused(string path, string query, string match, string body)
    {
        var repeats = new Repeats(TimeProvider.System);
        Assert.Equal(201, (await Answered(repeats, Request(query: "?a=1"))).Status);
        Assert.Equal(422, (await Answered(repeats, Request(path: path, query: query, match: match, body: body))).Status);
        Assert.Equal((201, "made"), await Answered(repeats, Request(query: "?a=1")));
    }

    [Fact]
    public async Task Tag_IsPartOfTheAnswer()
    {
        var repeats = new Repeats(TimeProvider.System);
        await Run(repeats, Request(), static http =>
        {
            http.Response.Headers.ETag = "\"one\"";
            return Answer.Bytes(http, default);
        });
        var again = Request();
        await Run(repeats, again, static _ => throw new InvalidOperationException("made again"));
        Assert.Equal("\"one\"", again.Response.Headers.ETag.ToString());
    }

    [Theory]
    [InlineData(412, true)]
    [InlineData(503, true)]
    [InlineData(400, false)]
    public async Task AnswerToBeTriedAgain_IsNotKept(int status, bool isMadeAgain)
    {
        var repeats = new Repeats(TimeProvider.System);
        await Run(repeats, Request(), http =>
        {
            http.Response.StatusCode = status;
            return Task.CompletedTask;
        });
        Assert.Equal(isMadeAgain ? 201 : status, (await Answered(repeats, Request())).Status);
    }

    /// <summary>One caller's many keys push out its own answers, none of another, and none that is being made.</summary>
    [Fact]
    public async Task ManyKeys_AreTheCallersOwn_AndNoneThatRunsGivesWay()
    {
        var repeats = new Repeats(TimeProvider.System);
        Assert.Equal(201, (await Answered(repeats, Request(), "other")).Status);
        var end = new TaskCompletionSource();
        var running = Run(repeats, Request("running"), _ => end.Task);
        for (var key = 0; key < 2 * Repeats.MaximumOfOneCaller; key++)
            Assert.Equal(201, (await Answered(repeats, Request($"k-{key}"))).Status);
        Assert.Equal(Repeats.MaximumOfOneCaller + 1, repeats.Count);
        Assert.Equal(409, (await Answered(repeats, Request("running"))).Status);
        end.SetResult();
        await running;
        var kept = Request();
        await Run(repeats, kept, static _ => throw new InvalidOperationException("made again"), "other");
        Assert.Equal((201, "made"), Read(kept));
    }

    [Fact]
    public async Task KeysThatAllRun_LeaveNoPlace()
    {
        var repeats = new Repeats(TimeProvider.System);
        var end = new TaskCompletionSource();
        var running = Enumerable.Range(0, Repeats.MaximumOfOneCaller).Select(key => Run(repeats, Request($"k-{key}"), _ => end.Task)).ToList();
        Assert.Equal(503, (await Answered(repeats, Request("more"))).Status);
        end.SetResult();
        await Task.WhenAll(running);
        Assert.Equal(201, (await Answered(repeats, Request("more"))).Status);
    }

    /// <summary>A secret leaves memory without another request.</summary>
    [Fact]
    public async Task Answer_LeavesByItself()
    {
        var repeats = new Repeats(TimeProvider.System, TimeSpan.FromMilliseconds(200));
        await Answered(repeats, Request());
        await JournalTests.Until(() => repeats.Count == 0);
        // The twin: one that lives long is there.
        repeats = new Repeats(TimeProvider.System);
        await Answered(repeats, Request());
        await Task.Delay(TimeSpan.FromMilliseconds(400), TimeProvider.System, TestContext.Current.CancellationToken);
        Assert.Equal(1, repeats.Count);
    }

    private static DefaultHttpContext Request(string key = "k", string path = "/api/v1/x/1", string query = "", string match = "", string body = "{}")
    {
        var http = new DefaultHttpContext();
        http.Request.Method = "POST";
        http.Request.Path = path;
        http.Request.QueryString = new QueryString(query);
        http.Request.Headers[Repeats.Header] = key;
        http.Request.Headers.IfMatch = match;
        http.Request.Body = new MemoryStream(Encoding.UTF8.GetBytes(body));
        http.Response.Body = new MemoryStream();
        return http;
    }

    private static Task Run(Repeats repeats, HttpContext http, Func<HttpContext, Task> handle, string caller = "caller") =>
        repeats.Run(http, _endpoint, new ApiCaller(caller, Role.Admin, []), () => handle(http));

    private static async Task<(int Status, string Body)> Answered(Repeats repeats, HttpContext http, string caller = "caller")
    {
        await Run(repeats, http, static http =>
        {
            http.Response.StatusCode = 201;
            return Answer.Bytes(http, "made"u8.ToArray());
        }, caller);
        return Read(http);
    }

    private static (int Status, string Body) Read(HttpContext http) => (http.Response.StatusCode, Encoding.UTF8.GetString(((MemoryStream)http.Response.Body).ToArray()));
}
