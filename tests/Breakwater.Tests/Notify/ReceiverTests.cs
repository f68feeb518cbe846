using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Notify;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Notify;

/// <summary>Receivers as they are, on loopback: what arrives, and what is said when it does not.</summary>
[Trait("Tier", "daemon")]
public sealed class ReceiverTests : IDisposable
{
    private static readonly DateTimeOffset _at = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);
    private readonly ScratchFolder _folder = new();

    /// <summary>The signature is what another implementation computes from the secret, the time and the body; with another secret, time or body it is another.</summary>
    [Fact]
    public async Task Webhook_IsSigned_AndSaysWhatHappened()
    {
        await using var server = new HttpListenerStub(204);
        var receiver = new WebhookReceiver(new WebhookConfig(server.Url, Secret("s3cret\n")), TimeProvider.System);
        Assert.Equal(Delivery.Done, await receiver.Deliver(Notice(NoticeKind.Begin), CancellationToken.None));
        var request = Assert.Single(server.Seen);
        Assert.Equal("POST /hook?team=noc HTTP/1.1", request.Line);
        var (time, signature) = (request.Headers[WebhookReceiver.TimestampHeader], request.Headers[WebhookReceiver.SignatureHeader]);
        byte[] signed = [.. Encoding.ASCII.GetBytes(time + "."), .. request.Body];
        Assert.Equal("v1=" + Convert.ToHexStringLower(HMACSHA256.HashData("s3cret"u8, signed)), signature);
        Assert.NotEqual(signature, WebhookReceiver.Sign("s3cres"u8.ToArray(), time, request.Body));
        Assert.NotEqual(signature, WebhookReceiver.Sign("s3cret"u8.ToArray(), time + "0", request.Body));
        Assert.InRange(DateTimeOffset.FromUnixTimeSeconds(long.Parse(time, CultureInfo.InvariantCulture)), TimeProvider.System.GetUtcNow().AddMinutes(-1), TimeProvider.System.GetUtcNow().AddMinutes(1));
        var document = JsonNode.Parse(request.Body)!;
        Assert.Equal(("breakwater.notice/1", "begin", "n-1"), ((string)document["schema"]!, (string)document["kind"]!, (string)document["id"]!));
        Assert.Equal(("inc-1", "203.0.113.7", "inbound", "shop"), ((string)document["incidents"]![0]!["id"]!, (string)document["incidents"]![0]!["target"]!, (string)document["incidents"]![0]!["direction"]!, (string)document["incidents"]![0]!["service"]!));
        Assert.Equal("n-1", request.Headers["Idempotency-Key"]);
        Assert.StartsWith("webhook http://127.0.0.1:" + server.Url.Port.ToString(CultureInfo.InvariantCulture) + " #", receiver.Name, StringComparison.Ordinal);
        Assert.DoesNotContain("hook", receiver.Name[7..], StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(302, "answers 302", true)]
    [InlineData(404, "answers 404", true)]
    [InlineData(429, "answers 429", false)]
    [InlineData(503, "answers 503", false)]
    public async Task Webhook_ThatSaysNo_IsAFault_AndARedirectIsNotFollowed(int status, string fault, bool isFinal)
    {
        await using var server = new HttpListenerStub(status);
        var receiver = new WebhookReceiver(new WebhookConfig(server.Url, Secret("x")), TimeProvider.System);
        Assert.Equal(new Delivery(fault, isFinal), await receiver.Deliver(Notice(NoticeKind.Begin), CancellationToken.None));
        Assert.Single(server.Seen);
    }

    [Fact]
    public async Task Webhook_WithoutItsSecret_GetsNothing()
    {
        await using var server = new HttpListenerStub(204);
        var receiver = new WebhookReceiver(new WebhookConfig(server.Url, new SecretSource(true, _folder.File("gone"))), TimeProvider.System);
        var delivery = await receiver.Deliver(Notice(NoticeKind.Begin), CancellationToken.None);
        Assert.Equal($"gets nothing unsigned: the secret '{_folder.File("gone")}' cannot be read", delivery.Fault);
        Assert.Empty(server.Seen);
    }

    /// <summary>Two faults and then an answer: the same notice, with the same key, three times; then the next one.</summary>
    [Fact]
    public async Task Lane_OfAReceiverThatComesBack_TriesAgainInOrder()
    {
        await using var server = new HttpListenerStub(500, 503, 200);
        using var abort = new CancellationTokenSource();
        var lane = new ReceiverLane(new WebhookReceiver(new WebhookConfig(server.Url, Secret("x")), TimeProvider.System), TimeProvider.System, abort.Token);
        lane.Tell(Notice(NoticeKind.Begin, "n-1"));
        lane.Tell(Notice(NoticeKind.End, "n-2"));
        lane.Complete();
        await lane.Running;
        Assert.Equal(["n-1", "n-1", "n-1", "n-2"], server.Seen.Select(static request => request.Headers["Idempotency-Key"]));
        Assert.Equal((2, 0, 0, null), (lane.Health.Calls, lane.Health.Failures, lane.Health.Dropped, lane.Health.Fault));
    }

    /// <summary>Nobody answers: what waits is bounded, what finds no place is counted, and the end comes when it is asked for.</summary>
    [Fact]
    public async Task Lane_OfAReceiverThatHangs_DropsAndCounts()
    {
        await using var server = new HttpListenerStub(HttpListenerStub.Never);
        using var abort = new CancellationTokenSource();
        var lane = new ReceiverLane(new WebhookReceiver(new WebhookConfig(server.Url, Secret("x")), TimeProvider.System), TimeProvider.System, abort.Token);
        lane.Tell(Notice(NoticeKind.Begin));
        await JournalTests.Until(() => server.Seen.Length == 1);
        for (var i = 0; i < ReceiverLane.MaximumWaiting + 30; i++)
            lane.Tell(Notice(NoticeKind.Begin));
        Assert.Equal(30, lane.Health.Dropped);
        lane.Complete();
        await abort.CancelAsync();
        await lane.Running;
        Assert.Equal((1, "was ended, because Breakwater stops"), (lane.Health.Failures, lane.Health.Fault));
    }

    [Theory]
    [InlineData("udp")]
    [InlineData("tcp")]
    [InlineData("unix")]
    public async Task Syslog_GetsALineOfRfc5424(string transport)
    {
        using var socket = transport switch
        {
            "unix" => new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified),
            "tcp" => new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp),
            _ => new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp),
        };
        socket.Bind(transport == "unix" ? new UnixDomainSocketEndPoint(_folder.File("log")) : new IPEndPoint(IPAddress.Loopback, 0));
        var text = transport == "unix" ? $"unix:{_folder.File("log")}" : string.Create(CultureInfo.InvariantCulture, $"{transport}://127.0.0.1:{((IPEndPoint)socket.LocalEndPoint!).Port}");
        Assert.Null(new SyslogTargetValue().Read(text, out var target));
        var receiver = new SyslogReceiver(target, "edge.example.net", 77, TimeProvider.System);
        if (transport == "tcp")
            socket.Listen();
        var delivering = receiver.Deliver(Notice(NoticeKind.Begin), CancellationToken.None);
        var buffer = new byte[4096];
        using var from = transport == "tcp" ? await socket.AcceptAsync() : null;
        var length = await (from ?? socket).ReceiveAsync(buffer);
        Assert.Equal(Delivery.Done, await delivering);
        const string line = "<25>1 2026-01-02T03:04:05.000Z edge.example.net breakwater 77 begin [breakwater@32473 incident=\"inc-1\" target=\"203.0.113.7\" service=\"shop\"] \uFEFFAttack on 203.0.113.7 — a \"flood\" ].";
        Assert.Equal(transport == "tcp" ? $"{Encoding.UTF8.GetByteCount(line)} {line}" : line, Encoding.UTF8.GetString(buffer, 0, length));
    }

    /// <summary>A filter that hurts is no attack: a warning, and an alert of another name, with the filter's id; an attack has neither.</summary>
    [Theory]
    [InlineData(true, "<28>", "BreakwaterFilterHurts", "mit-7", 60)]
    [InlineData(false, "<25>", "BreakwaterAttack", null, 4)]
    public async Task FilterThatHurts_IsAWarning(bool hurts, string priority, string alert, string? mitigation, int minutes)
    {
        var notice = Notice(hurts ? NoticeKind.Hurt : NoticeKind.Begin);
        if (hurts)
            notice = notice with { Items = [notice.Items[0] with { Mitigation = "{\"id\":\"mit-7\"}", StartedAt = _at }] };
        var line = Encoding.UTF8.GetString(new SyslogReceiver(new SyslogTarget(CollectorTransport.Udp, "127.0.0.1", 514), "h", 1, TimeProvider.System).Line(notice, notice.Items[0]));
        Assert.StartsWith(priority, line, StringComparison.Ordinal);
        await using var server = new HttpListenerStub(200);
        Assert.Equal(Delivery.Done, await new AlertmanagerReceiver(server.Url, TimeProvider.System).Deliver(notice, CancellationToken.None));
        var told = JsonNode.Parse(Assert.Single(server.Seen).Body)![0]!;
        Assert.Equal((alert, mitigation, "inc-1"), ((string?)told["labels"]!["alertname"], (string?)told["labels"]!["mitigation"], (string?)told["labels"]!["incident"]));
        Assert.Equal(_at.AddMinutes(minutes), DateTimeOffset.Parse((string)told["endsAt"]!, CultureInfo.InvariantCulture));
    }

    [Fact]
    public void Syslog_OfALongOrForgedSentence_IsOneLine()
    {
        var receiver = new SyslogReceiver(new SyslogTarget(CollectorTransport.Udp, "127.0.0.1", 514), "a host", 1, TimeProvider.System);
        var item = Notice(NoticeKind.End).Items[0] with { Sentence = "x\n<0>1 forged " + new string('ü', 3_000), Service = "a\"]b" };
        var line = receiver.Line(Notice(NoticeKind.End), item);
        Assert.InRange(line.Length, SyslogReceiver.MaximumLineBytes - 1, SyslogReceiver.MaximumLineBytes);
        var text = new UTF8Encoding(false, throwOnInvalidBytes: true).GetString(line);
        Assert.StartsWith("<29>1 2026-01-02T03:04:05.000Z - breakwater 1 end [breakwater@32473 incident=\"inc-1\" target=\"203.0.113.7\" service=\"a\\\"\\]b\"] \uFEFFx <0>1 forged üü", text, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', text);
    }

    [Fact]
    public async Task Receivers_ThatAreNotThere_AreWorthAnotherAttempt()
    {
        var gone = Notice(NoticeKind.Begin);
        foreach (var receiver in new IReceiver[]
        {
            new WebhookReceiver(new WebhookConfig(new Uri("http://127.0.0.1:1/"), Secret("x")), TimeProvider.System),
            new SyslogReceiver(new SyslogTarget(CollectorTransport.Tcp, "127.0.0.1", 1), "h", 1, TimeProvider.System),
            new SyslogReceiver(new SyslogTarget(CollectorTransport.Unix, _folder.File("absent"), 0), "h", 1, TimeProvider.System),
            new AlertmanagerReceiver(new Uri("http://127.0.0.1:1/"), TimeProvider.System),
            new MailReceiver(new MailConfig { Server = new MailServer("127.0.0.1", 1), From = "a@example.net", To = ["b@example.net"] }, TimeProvider.System),
        })
        {
            var delivery = await receiver.Deliver(gone, CancellationToken.None);
            Assert.StartsWith("cannot be reached: ", delivery.Fault, StringComparison.Ordinal);
            Assert.False(delivery.IsFinal);
        }
    }

    public void Dispose() => _folder.Dispose();

    internal static Notice Notice(NoticeKind kind, string id = "n-1") => new(id, kind, _at,
        [new NoticeItem("inc-1", "203.0.113.7", true, "shop", "Attack on 203.0.113.7 — a \"flood\" ].", _at.AddMinutes(-1), "{\"id\":\"inc-1\",\"verdict\":\"attack\"}")]);

    private SecretSource Secret(string text)
    {
        var path = _folder.File("secret");
        File.WriteAllText(path, text);
        return new SecretSource(true, path);
    }
}
