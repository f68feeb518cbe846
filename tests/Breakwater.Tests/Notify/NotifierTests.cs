using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Notify;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Notify;

/// <summary>From the journal to the receivers: in order, grouped, and nobody waits for one that is dead.</summary>
[Trait("Tier", "daemon")]
public sealed class NotifierTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    [Fact]
    public async Task Receivers_ThatAreDeadOrHang_DelayNobody()
    {
        await using var good = new HttpListenerStub(200);
        await using var hanging = new HttpListenerStub(HttpListenerStub.Never);
        var config = new NotifyConfig { Group = TimeSpan.FromSeconds(1), Webhooks = [Webhook(good.Url), Webhook(hanging.Url), Webhook(new Uri("http://127.0.0.1:1/"))] };
        var journal = JournalTests.Started(_folder);
        var notifier = new Notifier(journal, () => config, TimeProvider.System);
        notifier.Start();
        Tell(journal, 1, IncidentChangeKind.Opened, "192.0.2.1");
        Tell(journal, 2, IncidentChangeKind.Opened, "192.0.2.2");
        var watch = Stopwatch.StartNew();
        await JournalTests.Until(() => good.Seen.Length == 1);
        Tell(journal, 1, IncidentChangeKind.Closed, "192.0.2.1");
        await JournalTests.Until(() => good.Seen.Length == 2);
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(8));
        Assert.Equal(["begin 192.0.2.1 192.0.2.2", "end 192.0.2.1"], good.Seen.Select(Said));
        await JournalTests.Until(() => notifier.Health.Any(static health => health.Fault?.StartsWith("cannot be reached", StringComparison.Ordinal) == true));
        Assert.Equal([2, 0, 0], new[] { good.Url, hanging.Url, new Uri("http://127.0.0.1:1/") }.Select(url => notifier.Health.Single(health => health.Path.StartsWith($"webhook {url.Scheme}://{url.Authority} #", StringComparison.Ordinal)).Calls));
        journal.Dispose();
        watch.Restart();
        await notifier.DisposeAsync();
        Assert.InRange(watch.Elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(9));
    }

    /// <summary>A delivery that breaks in a way nobody thought of is a fault of its receiver; the next one is tried all the same.</summary>
    [Fact]
    public async Task Delivery_ThatThrows_IsAFault_AndTheLaneLives()
    {
        using var abort = new CancellationTokenSource();
        var lane = new ReceiverLane(new Throwing(), TimeProvider.System, abort.Token);
        lane.Tell(ReceiverTests.Notice(NoticeKind.State));
        lane.Tell(ReceiverTests.Notice(NoticeKind.State));
        await JournalTests.Until(() => lane.Health.Calls == 2);
        Assert.Equal((1, null), (lane.Health.Failures, lane.Health.Fault));
        lane.Complete();
        await lane.Running;
    }

    [Fact]
    public async Task Reload_WithOtherReceivers_TellsThose()
    {
        await using var one = new HttpListenerStub(200);
        await using var two = new HttpListenerStub(200);
        var config = new NotifyConfig { Group = TimeSpan.FromSeconds(1), Webhooks = [Webhook(one.Url)] };
        var journal = JournalTests.Started(_folder);
        await using var notifier = new Notifier(journal, () => config, TimeProvider.System);
        using var end = journal;
        notifier.Start();
        Tell(journal, 1, IncidentChangeKind.Opened, "192.0.2.1");
        await JournalTests.Until(() => one.Seen.Length == 1);
        config = config with { Webhooks = [Webhook(two.Url)] };
        Tell(journal, 1, IncidentChangeKind.Closed, "192.0.2.1");
        await JournalTests.Until(() => two.Seen.Length == 1);
        Assert.Equal("end 192.0.2.1", Said(two.Seen[0]));
        Assert.Single(one.Seen);
    }

    /// <summary>Debian's Alertmanager: an attack is an active alert there, and no longer when it is over.</summary>
    [Fact]
    public async Task Alertmanager_ShowsTheAttackWhileItLasts()
    {
        var program = new[] { "/usr/bin/prometheus-alertmanager" }.FirstOrDefault(File.Exists);
        Assert.SkipUnless(program is not null, "prometheus-alertmanager absent: ./test installs it only as root");
        File.WriteAllText(_folder.File("am.yml"), "route: {receiver: none}\nreceivers: [{name: none}]\n");
        var port = FreePort();
        var start = new ProcessStartInfo(program!, [$"--config.file={_folder.File("am.yml")}", $"--storage.path={_folder.File("am")}", string.Create(CultureInfo.InvariantCulture, $"--web.listen-address=127.0.0.1:{port}"), "--cluster.listen-address="])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        process.ErrorDataReceived += static (_, _) => { };
        process.BeginErrorReadLine();
        try
        {
            var url = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{port}/"));
            using var http = new HttpClient { BaseAddress = url };
            await JournalTests.Until(() => Answers(http));
            var config = new NotifyConfig { Group = TimeSpan.FromSeconds(1), Alertmanagers = [url] };
            var journal = JournalTests.Started(_folder);
            await using var notifier = new Notifier(journal, () => config, TimeProvider.System);
            using var end = journal;
            notifier.Start();
            Tell(journal, 1, IncidentChangeKind.Opened, "192.0.2.1");
            await JournalTests.Until(() => Alerts(http) == 1);
            var alert = JsonNode.Parse(await http.GetStringAsync("api/v2/alerts"))![0]!;
            Assert.Equal(("BreakwaterAttack", "192.0.2.1", "Attack on 192.0.2.1."), ((string)alert["labels"]!["alertname"]!, (string)alert["labels"]!["target"]!, (string)alert["annotations"]!["summary"]!));
            Tell(journal, 1, IncidentChangeKind.Closed, "192.0.2.1");
            await JournalTests.Until(() => Alerts(http) == 0);
            Assert.Equal((0, null), (notifier.Health[0].Failures, notifier.Health[0].Fault));
        }
        finally
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    public void Dispose() => _folder.Dispose();

    private static int Alerts(HttpClient http) => JsonNode.Parse(http.GetStringAsync("api/v2/alerts?active=true").GetAwaiter().GetResult())!.AsArray().Count;

    private static bool Answers(HttpClient http)
    {
        try
        {
            return http.GetAsync("-/ready").GetAwaiter().GetResult().IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Said(HttpRequestSeen request)
    {
        var document = JsonNode.Parse(request.Body)!;
        return $"{(string)document["kind"]!} {string.Join(' ', document["incidents"]!.AsArray().Select(static incident => (string)incident!["target"]!))}";
    }

    private static void Tell(Journal journal, long key, IncidentChangeKind kind, string target)
    {
        var document = Documents.Of(target);
        document.Content["verdict"] = StateNames.Of(Verdict.Attack);
        Assert.True(journal.TryAdd(new IncidentWork(TimeProvider.System.GetUtcNow(), key, kind, document)));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private sealed class Throwing : IReceiver
    {
        private int _deliveries;

        public string Name => "throwing";

        public object Settings => this;

        public bool KeepsState => true;

        public Task<Delivery> Deliver(Notice notice, CancellationToken abort) => _deliveries++ == 0 ? throw new InvalidOperationException("at first") : Task.FromResult(Delivery.Done);
    }

    private WebhookConfig Webhook(Uri url)
    {
        File.WriteAllText(_folder.File("key"), "k");
        return new WebhookConfig(url, new SecretSource(true, _folder.File("key")));
    }
}
