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
}
