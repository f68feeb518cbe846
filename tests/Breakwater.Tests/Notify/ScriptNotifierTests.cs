using System.Collections.Immutable;
using System.Text.Json.Nodes;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Notify;
using Breakwater.Tests.Incidents;

namespace Breakwater.Tests.Notify;

/// <summary>Scripts are called for attacks, once at the begin and once at the end, and nobody waits for them.</summary>
[Trait("Tier", "daemon")]
public sealed class ScriptNotifierTests : IDisposable
{
    private readonly ScratchFolder _folder = new();

    private string Log => _folder.File("log");

    [Fact]
    public async Task Attack_BeginAndEnd_AreToldWithFastNetMonsArguments()
    {
        var script = Script("tell.sh", $"echo \"$# $1 $2 $3 $4 $(head -n 1)\" >>{Log}");
        await using (var rig = new Rig(_folder, [script]))
        {
            rig.Tell(1, IncidentChangeKind.Opened, "192.0.2.1", Verdict.Attack);
            rig.Tell(1, IncidentChangeKind.Updated, "192.0.2.1", Verdict.Attack);
            rig.Tell(1, IncidentChangeKind.Quieted, "192.0.2.1", Verdict.Attack);
            rig.Tell(1, IncidentChangeKind.Reopened, "192.0.2.1", Verdict.Attack);
            rig.Tell(1, IncidentChangeKind.Closed, "192.0.2.1", Verdict.Attack);
            await JournalTests.Until(() => rig.Health(script).Calls >= 2);
            Assert.Equal((2, 0, 0, null), rig.Health(script));
        }

        Assert.Equal(["4 192.0.2.1 incoming 20000 ban Attack on 192.0.2.1.", "4 192.0.2.1 incoming 20000 unban "], Lines());
    }

    /// <summary>A crowd is no attack: nothing is told of it. What becomes an attack is, and what becomes a crowd is over.</summary>
    [Fact]
    public async Task Verdict_Alone_Decides()
    {
        var script = Script("tell.sh", $"echo \"$1 $4\" >>{Log}");
        await using (var rig = new Rig(_folder, [script]))
        {
            rig.Tell(1, IncidentChangeKind.Opened, "192.0.2.1", Verdict.FlashCrowd);
            rig.Tell(2, IncidentChangeKind.Opened, "192.0.2.2", Verdict.Undetermined);
            rig.Tell(1, IncidentChangeKind.Closed, "192.0.2.1", Verdict.FlashCrowd);
            rig.Tell(2, IncidentChangeKind.Updated, "192.0.2.2", Verdict.Attack);
            rig.Tell(2, IncidentChangeKind.Updated, "192.0.2.2", Verdict.FlashCrowd);
            rig.Tell(2, IncidentChangeKind.Closed, "192.0.2.2", Verdict.FlashCrowd);
            await JournalTests.Until(() => Lines().Length >= 2);
        }

        Assert.Equal(["192.0.2.2 ban", "192.0.2.2 unban"], Lines());
    }

    [Fact]
    public async Task Script_ThatHangs_IsEndedWithItsChildren_AndKeepsNobody()
    {
        var hanging = Script("hang.sh", $"sleep 600 & echo $! >>{_folder.File("children")}\nwait");
        var other = Script("tell.sh", $"echo \"$1 $4\" >>{Log}");
        await using var rig = new Rig(_folder, [hanging, other], TimeSpan.FromSeconds(1));
        for (var key = 1; key <= 3; key++)
            rig.Tell(key, IncidentChangeKind.Opened, $"192.0.2.{key}", Verdict.Attack);
        // Neither the journal nor the other script waits: all is told before the first call of the hanging one ends.
        await JournalTests.Until(() => Lines().Length == 3);
        Assert.Equal(3, rig.Journal.Events.Published);
        Assert.Equal(0, rig.Health(hanging).Calls);
        await JournalTests.Until(() => rig.Health(hanging).Calls == 3);
        Assert.Equal((3, 3, 0, "ran longer than 1 s and was ended"), rig.Health(hanging));
        Assert.Equal((3, 0, 0, null), rig.Health(other));
        var children = await File.ReadAllLinesAsync(_folder.File("children"));
        Assert.Equal(3, children.Length);
        await JournalTests.Until(() => children.All(child => !File.Exists($"/proc/{child}/exe") || IsZombie(child)));
    }

    [Fact]
    public async Task Script_ThatFails_IsCounted_AndAGoodCallAfterwardsIsNoFault()
    {
        var failing = Script("fail.sh", $"[ -e {Log} ] || exit 7");
        var gone = Script("gone.sh", "exit 0");
        File.Delete(gone);
        await using var rig = new Rig(_folder, [failing, gone]);
        rig.Tell(1, IncidentChangeKind.Opened, "192.0.2.1", Verdict.Attack);
        await JournalTests.Until(() => rig.Health(failing).Calls == 1 && rig.Health(gone).Calls == 1);
        Assert.Equal((1, 1, 0, "ended with code 7"), rig.Health(failing));
        Assert.StartsWith("cannot be started: ", rig.Health(gone).Fault, StringComparison.Ordinal);
        await File.WriteAllTextAsync(Log, "");
        rig.Tell(1, IncidentChangeKind.Closed, "192.0.2.1", Verdict.Attack);
        await JournalTests.Until(() => rig.Health(failing).Calls == 2);
        Assert.Equal((2, 1, 0, null), rig.Health(failing));
    }

    /// <summary>What waits is bounded; the end of Breakwater ends what runs.</summary>
    [Fact]
    public async Task Script_ThatHangsInAFlood_DropsCalls_AndTheEndEndsIt()
    {
        var hanging = Script("hang.sh", "exec sleep 600");
        var rig = new Rig(_folder, [hanging], TimeSpan.FromMinutes(10));
        for (var key = 1; key <= ScriptLane.MaximumWaiting + 50; key++)
            rig.Tell(key, IncidentChangeKind.Opened, $"t{key}", Verdict.Attack);
        await JournalTests.Until(() => rig.Health(hanging).Dropped >= 49);
        Assert.Equal(0, rig.Health(hanging).Calls);
        await rig.DisposeAsync();
        var health = rig.Health(hanging);
        Assert.Equal((1, 1, "was ended, because Breakwater stops"), (health.Calls, health.Failures, health.Fault));
        Assert.Equal(ScriptLane.MaximumWaiting + 49, health.Dropped);
    }

    [Fact]
    public async Task Attack_FromBeforeARestart_IsToldToBeOver()
    {
        var script = Script("tell.sh", $"echo \"$1 $3 $4\" >>{Log}");
        await using (var rig = new Rig(_folder, [script]))
        {
            rig.Tell(1, IncidentChangeKind.Opened, "192.0.2.1", Verdict.Attack);
            await JournalTests.Until(() => Lines().Length == 1);
        }

        await using (var rig = new Rig(_folder, [script]))
        {
            rig.Tell(9, IncidentChangeKind.Updated, "192.0.2.1", Verdict.Attack);
            rig.Tell(9, IncidentChangeKind.Closed, "192.0.2.1", Verdict.Attack);
            await JournalTests.Until(() => Lines().Length >= 2);
        }

        Assert.Equal(["192.0.2.1 20000 ban", "192.0.2.1 20000 unban"], Lines());
    }

    [Fact]
    public async Task Reload_WithOtherScripts_CallsThose()
    {
        var (one, two) = (Script("one.sh", $"echo \"one $1 $4\" >>{Log}"), Script("two.sh", $"echo \"two $1 $4\" >>{Log}"));
        await using (var rig = new Rig(_folder, []))
        {
            rig.Tell(1, IncidentChangeKind.Opened, "192.0.2.1", Verdict.Attack);
            await JournalTests.Until(() => rig.Journal.Events.Published == 1);
            rig.Config = new NotifyConfig { Scripts = [one] };
            // It was open before there was anybody to tell: it is told with its next step.
            rig.Tell(1, IncidentChangeKind.Updated, "192.0.2.1", Verdict.Attack);
            await JournalTests.Until(() => Lines().Length == 1);
            rig.Config = new NotifyConfig { Scripts = [two] };
            rig.Tell(1, IncidentChangeKind.Closed, "192.0.2.1", Verdict.Attack);
            await JournalTests.Until(() => Lines().Length == 2);
        }

        Assert.Equal(["one 192.0.2.1 ban", "two 192.0.2.1 unban"], Lines());
    }

    [Fact]
    public async Task Script_Environment_HoldsNothingOfOurs()
    {
        Assert.NotNull(Environment.GetEnvironmentVariable("PATH"));
        Environment.SetEnvironmentVariable("BREAKWATER_PLANTED_SECRET", "1");
        var script = Script("env.sh", $"env >{Log}.new; pwd >>{Log}.new; mv {Log}.new {Log}");
        await using var rig = new Rig(_folder, [script]);
        rig.Tell(1, IncidentChangeKind.Opened, "192.0.2.1", Verdict.Attack);
        await JournalTests.Until(() => File.Exists(Log));
        Assert.Contains("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", Lines());
        Assert.Contains("/", Lines());
        Assert.DoesNotContain(Lines(), line => line.StartsWith("BREAKWATER_", StringComparison.Ordinal) || line.StartsWith("HOME=", StringComparison.Ordinal));
    }

    public void Dispose() => _folder.Dispose();

    private string[] Lines() => File.Exists(Log) ? File.ReadAllLines(Log) : [];

    private string Script(string name, string body)
    {
        var path = _folder.File(name);
        File.WriteAllText(path, $"#!/bin/sh\n{body}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        return path;
    }

    private static bool IsZombie(string process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/stat").Contains(") Z ", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return true;
        }
    }

    /// <summary>A journal and its notifier.</summary>
    private sealed class Rig : IAsyncDisposable
    {
        private readonly ScriptNotifier _notifier;
        private int _second;

        public Rig(ScratchFolder folder, ImmutableArray<string> scripts, TimeSpan? limit = null)
        {
            Config = new NotifyConfig { Scripts = scripts, TimeLimit = limit ?? TimeSpan.FromSeconds(30) };
            Journal = JournalTests.Started(folder);
            _notifier = new ScriptNotifier(Journal, () => Config, TimeProvider.System);
            _notifier.Start();
        }

        public Journal Journal { get; }

        public NotifyConfig Config { get; set; }

        public void Tell(long key, IncidentChangeKind kind, string target, Verdict verdict)
        {
            var document = Documents.Of(target, verdict: verdict);
            document.Content["verdict"] = StateNames.Of(verdict);
            document.Content["peak"] = new JsonObject { ["packetsPerSecond"] = new JsonObject { ["value"] = 20_000 } };
            Assert.True(Journal.TryAdd(new IncidentWork(Documents.Begin.AddSeconds(_second++), key, kind, document)));
        }

        public (long Calls, long Failures, long Dropped, string? Fault) Health(string script) =>
            _notifier.Health.FirstOrDefault(health => health.Path == script) is { } health ? (health.Calls, health.Failures, health.Dropped, health.Fault) : default;

        public async ValueTask DisposeAsync()
        {
            Journal.Dispose();
            await _notifier.DisposeAsync();
        }
    }
}
