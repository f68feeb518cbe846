using Breakwater.Detection;
using Breakwater.Incidents;

namespace Breakwater.Tests.Incidents;

/// <summary>The journal: nothing is published before it is kept, nothing is lost over restarts, and a storage that fails is said to.</summary>
public sealed class JournalTests
{
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(20);

    [Fact]
    public async Task Entry_WhenPublished_IsInTheFile()
    {
        using var folder = new ScratchFolder();
        using var journal = Started(folder);
        using var events = journal.Events.Open(after: null)!;
        for (var key = 1; key <= 50; key++)
            Assert.True(journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, $"t{key}", key)));
        var reader = new JournalReader(folder.Path);
        foreach (var entry in await Take(events, 50))
            Assert.Equal(entry, Assert.Single(reader.Entries(entry.Sequence - 1, 1)));
        Assert.Equal(50, journal.Snapshot.Incidents.Length);
        Assert.All(journal.Snapshot.Incidents, incident => Assert.True(incident.IsSaved));
    }

    [Fact]
    public async Task Sequence_OverRestarts_GrowsWithoutHoles()
    {
        using var folder = new ScratchFolder();
        for (var run = 0; run < 3; run++)
        {
            using var journal = Started(folder);
            Assert.True(journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, $"run{run}", run)));
            Assert.True(journal.TryAdd(Documents.Work(1, IncidentChangeKind.Closed, $"run{run}", run)));
            await Until(() => journal.Snapshot.Incidents.Any(incident => incident.Target == $"run{run}" && !incident.IsOpen));
        }
        var entries = new JournalReader(folder.Path).Entries(0, 100);
        Assert.Equal(Enumerable.Range(1, 6).Select(number => (long)number), entries.Select(entry => entry.Sequence));
        Assert.Equal(3, new JournalReader(folder.Path).Incidents(null, 10).Count);
    }

    [Fact]
    public async Task Reader_FromAnySequence_GetsTheRestOnceAndThenWhatComes()
    {
        using var folder = new ScratchFolder();
        using var journal = Started(folder);
        for (var key = 1; key <= 1_200; key++)
            journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, $"t{key}", 0));
        await Until(() => journal.Events.Published == 1_200);
        using var events = journal.Events.Open(after: 100)!;
        for (var key = 1_201; key <= 1_300; key++)
            journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, $"t{key}", 0));
        Assert.Equal(Enumerable.Range(101, 1_200).Select(number => (long)number), (await Take(events, 1_200)).Select(entry => entry.Sequence));
    }

    [Fact]
    public async Task Reader_ThatIsTooSlow_IsCutOff_AndAnotherIsNot()
    {
        using var folder = new ScratchFolder();
        var feed = new EventFeed(new JournalReader(folder.Path));
        using var slow = feed.Open(after: null)!;
        var entries = Enumerable.Range(1, EventFeed.ReaderCapacity + 1).Select(number => new JournalEntry(number, Documents.Begin, "k", "s", null, "{}")).ToArray();
        feed.Publish(entries.AsSpan(0, EventFeed.ReaderCapacity));
        Assert.Equal(1, feed.Readers);
        using var quick = feed.Open(after: null)!;
        feed.Publish(entries.AsSpan(EventFeed.ReaderCapacity));
        Assert.Equal(1, feed.Readers);
        var left = new List<JournalEntry>();
        await foreach (var entry in slow.Read(CancellationToken.None))
            left.Add(entry);
        Assert.Equal(EventFeed.ReaderCapacity, left.Count);
        Assert.Single(await Take(quick, 1));
    }

    [Fact]
    public async Task Storage_ThatCannotBeOpened_IsToldAndIncidentsGoOn_UntilItCan()
    {
        using var folder = new ScratchFolder();
        var file = folder.File(JournalStore.FileName);
        File.WriteAllText(file, "this is no database, and long enough to be read as a page of one" + new string('x', 5_000));
        using var journal = Started(folder);
        Assert.Contains("damaged", journal.Health.Fault, StringComparison.Ordinal);
        using var events = journal.Events.Open(after: null)!;
        journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "t", 0));
        await Until(() => journal.Snapshot.Incidents.Length == 1);
        Assert.False(journal.Snapshot.Incidents[0].IsSaved);
        Assert.Equal(0, journal.Events.Published);
        Assert.NotNull(journal.Health.Since);

        File.Delete(file);
        Assert.Single(await Take(events, 1));
        Assert.True(journal.Health.IsGood);
        Assert.True(Assert.Single(journal.Snapshot.Incidents).IsSaved);
    }

    [Fact]
    public async Task Storage_ThatStalls_IsCalledSlow_AndNobodyWaitsForIt()
    {
        using var folder = new ScratchFolder();
        using var stalled = new ManualResetEventSlim();
        var options = Options(folder) with { Reached = point => _ = point == CrashPoint.BeforeCommit && stalled.Wait(_patience) };
        using var journal = new Journal(options, TimeProvider.System);
        journal.Start();
        using var events = journal.Events.Open(after: null)!;
        Assert.True(journal.Health.IsGood);
        journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "t", 0));
        await Until(() => !journal.Health.IsGood);
        Assert.Contains("slow", journal.Health.Fault, StringComparison.Ordinal);
        Assert.Equal(0, journal.Events.Published);
        // A thousand more are taken while the disk stands still.
        for (var key = 2; key <= 1_001; key++)
            Assert.True(journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, $"t{key}", 0)));
        stalled.Set();
        Assert.Equal(1_001, (await Take(events, 1_001)).Count);
        journal.TryAdd(Documents.Work(1, IncidentChangeKind.Updated, "t", 1));
        await Until(() => journal.Health.IsGood && journal.Events.Published == 1_002);
    }

    [Fact]
    public void Storage_OfAnotherWriter_IsNotTouched()
    {
        using var folder = new ScratchFolder();
        using var first = Started(folder);
        Assert.True(first.Health.IsGood);
        using var second = Started(folder);
        Assert.Contains("another Breakwater", second.Health.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Storage_OfANewerVersion_IsRefused()
    {
        using var folder = new ScratchFolder();
        using (var journal = Started(folder))
            Assert.True(journal.Health.IsGood);
        using (var connection = SqliteFile.OpenWriter(folder.File(JournalStore.FileName), "FULL"))
            SqliteFile.Execute(connection, "PRAGMA user_version=99");
        using var refused = Started(folder);
        Assert.Contains("schema version 99", refused.Health.Fault, StringComparison.Ordinal);
    }

    [Fact]
    public void Migration_StepByStep_KeepsWhatIsThere()
    {
        using var folder = new ScratchFolder();
        var file = folder.File("m.db");
        using (var connection = SqliteFile.OpenWriter(file, "FULL"))
        {
            SqliteFile.Migrate(connection, ["CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(7)"]);
            SqliteFile.Migrate(connection, ["CREATE TABLE t(a INTEGER); INSERT INTO t VALUES(7)", "ALTER TABLE t ADD COLUMN b INTEGER DEFAULT 3"]);
            Assert.Equal(10, SqliteFile.Number(connection, "SELECT a + b FROM t"));
            Assert.Equal(2, SqliteFile.Number(connection, "PRAGMA user_version"));
        }
    }

    [Fact]
    public void Queue_WhenFull_DropsAndCounts()
    {
        using var folder = new ScratchFolder();
        // Not started: nobody takes anything out.
        using var journal = new Journal(Options(folder), TimeProvider.System);
        for (var key = 0; key < Journal.QueueCapacity; key++)
            Assert.True(journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, "t", 0)));
        Assert.False(journal.TryAdd(Documents.Work(0, IncidentChangeKind.Opened, "t", 0)));
        Assert.Equal(1, journal.Health.Dropped);
    }

    [Fact]
    public async Task Retention_OldAndClosed_GoesAndTheSequenceStays()
    {
        using var folder = new ScratchFolder();
        using (var journal = Started(folder))
        {
            journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "closed", 0));
            journal.TryAdd(Documents.Work(1, IncidentChangeKind.Closed, "closed", 1));
            journal.TryAdd(Documents.Work(2, IncidentChangeKind.Opened, "open", 2));
            await Until(() => journal.Events.Published == 3);
        }
        using (var store = JournalStore.Open(folder.Path))
        {
            Assert.False(store.Forget(Documents.Begin.AddDays(-1)));
            Assert.Equal(3, new JournalReader(folder.Path).Entries(0, 10).Count);
            store.Forget(Documents.Begin.AddDays(1));
        }
        var left = Assert.Single(new JournalReader(folder.Path).Entries(0, 10));
        Assert.Equal((3L, IncidentId.Of(3)), (left.Sequence, left.Subject));
        using var again = JournalStore.Open(folder.Path);
        Assert.Equal(3, again.LastSequence);
    }

    internal static JournalOptions Options(ScratchFolder folder) => Options(folder.Path);

    internal static JournalOptions Options(string folder) => new(folder, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(10), TimeSpan.FromDays(36_500))
    {
        ClientAddresses = TimeSpan.FromDays(36_500),
    };

    internal static Journal Started(ScratchFolder folder)
    {
        var journal = new Journal(Options(folder), TimeProvider.System);
        journal.Start();
        return journal;
    }

    internal static async Task Until(Func<bool> condition)
    {
        using var end = new CancellationTokenSource(_patience);
        while (!condition())
            await Task.Delay(TimeSpan.FromMilliseconds(10), TimeProvider.System, end.Token);
    }

    internal static async Task<List<JournalEntry>> Take(EventReader events, int count)
    {
        using var end = new CancellationTokenSource(_patience);
        var taken = new List<JournalEntry>();
        await foreach (var entry in events.Read(end.Token))
        {
            taken.Add(entry);
            if (taken.Count == count)
                return taken;
        }
        return taken;
    }
}
