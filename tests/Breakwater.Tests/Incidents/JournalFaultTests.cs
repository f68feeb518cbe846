using Breakwater.Detection;
using Breakwater.Incidents;

namespace Breakwater.Tests.Incidents;

/// <summary>Faults end by themselves, losses are told, and no fault of reading passes for an end.</summary>
public sealed class JournalFaultTests
{
    [Fact]
    public async Task Slow_OnAQuietNetwork_ExpiresWithoutFurtherWork()
    {
        using var folder = new ScratchFolder();
        var isSlow = true;
        var options = JournalTests.Options(folder) with
        {
            Reached = point =>
            {
                if (point == CrashPoint.BeforeCommit && Volatile.Read(ref isSlow))
                    Thread.Sleep(TimeSpan.FromSeconds(1.2));
            },
        };
        using var journal = new Journal(options, TimeProvider.System);
        journal.Start();
        journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "t", 0));
        await JournalTests.Until(() => journal.Health is { IsGood: false, Commits: > 1 });
        // Each probe is slow too: the fault stands.
        Assert.Contains("the last commit took", journal.Health.Fault, StringComparison.Ordinal);
        Volatile.Write(ref isSlow, false);
        await JournalTests.Until(() => journal.Health.IsGood);
        Assert.Equal(1, journal.Events.Published);
    }

    [Fact]
    public async Task Storage_ThatComesBack_WithNothingToKeep_IsGood()
    {
        using var folder = new ScratchFolder();
        var file = folder.File("f");
        File.WriteAllText(file, "no folder");
        using var journal = new Journal(JournalTests.Options(folder) with { Folder = Path.Combine(file, "storage") }, TimeProvider.System);
        journal.Start();
        Assert.False(journal.Health.IsGood);
        File.Delete(file);
        await JournalTests.Until(() => journal.Health.IsGood);
    }

    [Fact]
    public async Task Work_RefusedByAFullQueue_IsAGapOnceThereIsRoom()
    {
        using var folder = new ScratchFolder();
        using var stalled = new ManualResetEventSlim();
        using var reached = new ManualResetEventSlim();
        var options = JournalTests.Options(folder) with
        {
            Reached = point =>
            {
                if (point != CrashPoint.BeforeCommit)
                    return;
                reached.Set();
                stalled.Wait();
            },
        };
        using var journal = new Journal(options, TimeProvider.System);
        journal.Start();
        using var events = journal.Events.Open(after: null)!;
        journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "t", 0));
        Assert.True(reached.Wait(TimeSpan.FromSeconds(20)));
        for (var step = 0; step < Journal.QueueCapacity; step++)
            Assert.True(journal.TryAdd(new TrafficWork(Documents.Begin, TimeSpan.FromSeconds(1))));
        for (var step = 0; step < 7; step++)
            Assert.False(journal.TryAdd(Documents.Work(2, IncidentChangeKind.Opened, "u", 0)));
        stalled.Set();
        var entries = await JournalTests.Take(events, 2);
        Assert.Equal((EntryKind.Gap, """{"entriesLost":7}"""), (entries[1].Kind, entries[1].Data));
        Assert.Equal(7, journal.Health.Dropped);
    }

    [Fact]
    public async Task Work_WhileTheStorageFails_IsTakenAsItComes()
    {
        using var folder = new ScratchFolder();
        File.WriteAllText(folder.File(JournalStore.FileName), new string('x', 5_000));
        using var journal = JournalTests.Started(folder);
        for (var burst = 1; burst <= 2; burst++)
        {
            for (var key = 0; key < 5_000; key++)
                Assert.True(journal.TryAdd(new NoteWork(Documents.Begin, EntryKind.Health, "e", "{}")));
            await JournalTests.Until(() => journal.Health.Waiting == burst * 5_000);
        }
    }

    [Fact]
    public async Task Quiet_WhenChanged_CountsFromThen()
    {
        using var folder = new ScratchFolder();
        using (var before = JournalTests.Started(folder))
        {
            before.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "t", 0));
            await JournalTests.Until(() => before.Events.Published == 1);
        }
        using var journal = JournalTests.Started(folder);
        journal.TryAdd(new TrafficWork(Documents.Begin, TimeSpan.FromSeconds(20)));
        journal.TryAdd(new NoteWork(Documents.Begin, EntryKind.Health, "e", "{}"));
        await JournalTests.Until(() => journal.Events.Published == 3);
        Assert.True(Assert.Single(journal.Snapshot.Incidents).IsOpen);
        journal.Quiet = TimeSpan.FromSeconds(30);
        journal.TryAdd(new TrafficWork(Documents.Begin, TimeSpan.FromSeconds(15)));
        await JournalTests.Until(() => !journal.Snapshot.Incidents[0].IsOpen);
    }

    [Fact]
    public async Task Reader_WhenTheFileCannotBeRead_Ends_AndSkipsNothing()
    {
        using var folder = new ScratchFolder();
        var feed = new EventFeed(new JournalReader(folder.Path));
        feed.Begin(5);
        using var events = feed.Open(after: 2)!;
        feed.Publish([new JournalEntry(6, Documents.Begin, "k", "s", null, "{}")]);
        Assert.Empty(await JournalTests.Take(events, 1));
        // The twin: with nothing to replay, the same entry arrives.
        using var whole = feed.Open(after: 6)!;
        feed.Publish([new JournalEntry(7, Documents.Begin, "k", "s", null, "{}")]);
        Assert.Single(await JournalTests.Take(whole, 1));
    }

    [Fact]
    public void Retention_LooksUpByTime_AlsoInAFileOfVersionOne()
    {
        using var folder = new ScratchFolder();
        using (var connection = SqliteFile.OpenWriter(folder.File(JournalStore.FileName), "FULL"))
        {
            SqliteFile.Migrate(connection, JournalStore.Schema.AsSpan(0, 1));
            SqliteFile.Execute(connection, "INSERT INTO journal VALUES(41, 0, 'k', 's', NULL, '{}')");
        }
        using (var store = JournalStore.Open(folder.Path))
        {
            Assert.Equal(41, store.LastSequence);
            Assert.False(store.Forget(Documents.Begin));
        }
        Assert.Empty(new JournalReader(folder.Path).Entries(0, 10));
        using var reader = SqliteFile.OpenReader(folder.File(JournalStore.FileName));
        Assert.Equal(JournalStore.Schema.Length, SqliteFile.Number(reader, "PRAGMA user_version"));
        using var plan = reader.CreateCommand();
        plan.CommandText = "EXPLAIN QUERY PLAN " + JournalStore.ForgetEntries;
        plan.Parameters.AddWithValue("$before", 0L);
        plan.Parameters.AddWithValue("$rows", 1);
        var steps = new List<string>();
        using var rows = plan.ExecuteReader();
        while (rows.Read())
            steps.Add(rows.GetString(3));
        Assert.Contains(steps, step => step.Contains("journal_at (at<?)", StringComparison.Ordinal));
        Assert.DoesNotContain(steps, step => step.StartsWith("SCAN", StringComparison.Ordinal) || step.Contains("TEMP B-TREE", StringComparison.Ordinal));
    }
}
