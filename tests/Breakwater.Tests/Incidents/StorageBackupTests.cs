using Breakwater.Detection;
using Breakwater.Incidents;

namespace Breakwater.Tests.Incidents;

/// <summary>Backup while it runs, restore while it stands still.</summary>
public sealed class StorageBackupTests
{
    [Fact]
    public async Task Backup_OfARunningJournal_RestoresAsOfThen()
    {
        using var folder = new ScratchFolder();
        using var place = new ScratchFolder();
        var backup = place.File("b");
        using (var journal = JournalTests.Started(folder))
        {
            journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, "before", 0));
            await JournalTests.Until(() => journal.Events.Published == 1);
            Assert.Equal([JournalStore.FileName], StorageBackup.Backup(folder.Path, backup));
            journal.TryAdd(Documents.Work(2, IncidentChangeKind.Opened, "after", 1));
            await JournalTests.Until(() => journal.Events.Published == 2);
            Assert.Throws<StorageException>(() => StorageBackup.Restore(backup, folder.Path, ".old"));
        }
        Assert.Equal(2, new JournalReader(folder.Path).Entries(0, 10).Count);
        StorageBackup.Restore(backup, folder.Path, ".old");
        Assert.Equal("before", Assert.Single(new JournalReader(folder.Path).Incidents(null, 10)).Target);
        Assert.True(File.Exists(folder.File(JournalStore.FileName + ".old")));
    }

    [Fact]
    public void Restore_OfADamagedBackup_ChangesNothing()
    {
        using var folder = new ScratchFolder();
        using var backup = new ScratchFolder();
        using (JournalTests.Started(folder))
        {
        }
        File.WriteAllText(backup.File(JournalStore.FileName), new string('x', 10_000));
        var before = File.ReadAllBytes(folder.File(JournalStore.FileName));
        Assert.Throws<StorageException>(() => StorageBackup.Restore(backup.Path, folder.Path, ".old"));
        Assert.Equal(before, File.ReadAllBytes(folder.File(JournalStore.FileName)));
    }

    [Fact]
    public void Backup_IntoAFolderWithContent_IsRefused()
    {
        using var folder = new ScratchFolder();
        using var place = new ScratchFolder();
        using (JournalTests.Started(folder))
        {
        }
        File.WriteAllText(place.File("mine"), "x");
        Assert.Throws<StorageException>(() => StorageBackup.Backup(folder.Path, place.Path));
        Assert.Throws<StorageException>(() => StorageBackup.Backup(place.Path, folder.File("new")));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Restore_BrokenOffBetweenItsMoves_IsRefusedByAStart_AndCanBeDoneAgain(bool isMoved)
    {
        using var folder = new ScratchFolder();
        using var place = new ScratchFolder();
        var backup = await Kept(folder, place, "before", "after");
        var (file, copy) = (folder.File(JournalStore.FileName), folder.File(JournalStore.FileName + ".new"));
        // As a kill leaves it: the copy lies there whole, and the old file is moved away or not yet.
        File.Copy(file, copy);
        if (isMoved)
            File.Move(file, file + ".old");
        using (var refused = JournalTests.Started(folder))
        {
            Assert.Contains("run 'breakwater restore'", refused.Health.Fault, StringComparison.Ordinal);
            Assert.Equal(!isMoved, refused.Health.Fault!.Contains("remove", StringComparison.Ordinal));
        }
        Assert.Equal(!isMoved, File.Exists(file));
        StorageBackup.Restore(backup, folder.Path, ".again");
        Assert.False(File.Exists(copy));
        using var journal = JournalTests.Started(folder);
        Assert.True(journal.Health.IsGood);
        Assert.Equal("before", Assert.Single(journal.Snapshot.Incidents).Target);
        // Two were given before the restore; the third is the start's own word on the open incident.
        Assert.Equal(3, journal.Events.Published);
    }

    [Fact]
    public async Task Restore_KeepsRevocationsAndTheHighestSequence()
    {
        using var folder = new ScratchFolder();
        using var place = new ScratchFolder();
        var (lost, good) = (Token("lost"), Token("good"));
        var backup = place.File("b");
        using (var journal = JournalTests.Started(folder))
        {
            await Keep(journal, lost);
            await Keep(journal, good);
            StorageBackup.Backup(folder.Path, backup);
            await Keep(journal, lost with { RevokedAt = Documents.Begin });
            await Keep(journal, Token("young"));
        }
        StorageBackup.Restore(backup, folder.Path, ".old");
        using var store = JournalStore.Open(folder.Path);
        Assert.Equal([("good", null), ("lost", Documents.Begin)], store.Tokens().Select(token => (token.Id, token.RevokedAt)).Order());
        Assert.Equal(4, store.LastSequence);
        Assert.Equal(2, new JournalReader(folder.Path).Entries(0, 10).Count);
    }

    [Fact]
    public async Task Restore_OverADamagedJournal_SaysWhatIsNotCarriedOver()
    {
        using var folder = new ScratchFolder();
        using var place = new ScratchFolder();
        var backup = await Kept(folder, place, "before", "after");
        File.WriteAllText(folder.File(JournalStore.FileName), new string('x', 10_000));
        var warnings = new List<string>();
        StorageBackup.Restore(backup, folder.Path, ".old", warnings.Add);
        Assert.Contains("revoke them anew", Assert.Single(warnings), StringComparison.Ordinal);
        using var store = JournalStore.Open(folder.Path);
        Assert.True(store.LastSequence > 1_000_000_000);
    }

    /// <summary>A storage with two incidents, the first of them in a backup.</summary>
    private static async Task<string> Kept(ScratchFolder folder, ScratchFolder place, string first, string second)
    {
        var backup = place.File("b");
        using var journal = JournalTests.Started(folder);
        journal.TryAdd(Documents.Work(1, IncidentChangeKind.Opened, first, 0));
        await JournalTests.Until(() => journal.Events.Published == 1);
        StorageBackup.Backup(folder.Path, backup);
        journal.TryAdd(Documents.Work(2, IncidentChangeKind.Opened, second, 1));
        await JournalTests.Until(() => journal.Events.Published == 2);
        return backup;
    }

    private static AccessToken Token(string id) => new(id, id, id, Role.Viewer, [], Documents.Begin, null, null);

    private static async Task Keep(Journal journal, AccessToken token)
    {
        var done = new TaskCompletionSource<bool>(TaskCreationOptions.RunContinuationsAsynchronously);
        Assert.True(journal.TryAdd(new NoteWork(Documents.Begin, EntryKind.TokenCreated, token.Id, "{}") { Token = token, Done = done }));
        Assert.True(await done.Task);
    }
}
