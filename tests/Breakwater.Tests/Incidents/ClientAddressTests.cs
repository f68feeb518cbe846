using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Commands;
using Breakwater.Detection;
using Breakwater.Incidents;
using Breakwater.Tests.Configuration;
using Breakwater.Tests.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Incidents;

/// <summary>Addresses of clients are kept for the configured days, then only their keyed hashes; all on a clock that the test moves.</summary>
public sealed class ClientAddressTests
{
    private const string Client = "198.51.100.77";

    [Fact]
    public async Task Addresses_OlderThanTheDays_AreHidden_YoungerOnesStay()
    {
        using var folder = new ScratchFolder();
        var time = new ManualTime(JournalTime.ToNanoseconds(Documents.Begin));
        using (var journal = new Journal(JournalTests.Options(folder) with { ClientAddresses = TimeSpan.FromDays(7) }, time))
        {
            journal.Start();
            journal.TryAdd(Step(1, IncidentChangeKind.Opened, "192.0.2.1", time));
            journal.TryAdd(Step(1, IncidentChangeKind.Closed, "192.0.2.1", time));
            await JournalTests.Until(() => journal.Events.Published == 2);

            time.Move(TimeSpan.FromDays(6));
            await Round(journal, time, 3);
            Assert.Equal([true, true, true], Shown(journal, folder));

            time.Move(TimeSpan.FromDays(2));
            journal.TryAdd(Step(2, IncidentChangeKind.Opened, "192.0.2.2", time));
            await Round(journal, time, 5);
            await JournalTests.Until(() => !Shown(journal, folder).Contains(true));
            var hidden = (string?)JsonNode.Parse(journal.Snapshot.Incidents.Single(static incident => incident.Target == "192.0.2.1").Json)!["sources"]!["top"]![0]!["address"];
            Assert.Equal(journal.AddressKey.Hide(Address.Parse(Client)), hidden);
            Assert.StartsWith(AddressKey.Prefix, hidden, StringComparison.Ordinal);
            // The other incident is of today.
            Assert.Contains(Client, journal.Snapshot.Incidents.Single(static incident => incident.Target == "192.0.2.2").Json, StringComparison.Ordinal);
            Assert.Contains(Client, new JournalReader(folder.Path).Entries(3, 10).Single(static entry => entry.Kind == EntryKind.Active).Data, StringComparison.Ordinal);
            time.Move(TimeSpan.FromDays(8));
            await Round(journal, time, 6);
            await JournalTests.Until(() => new JournalReader(folder.Path).Entries(0, 10).TrueForAll(static entry => !entry.Data.Contains(Client, StringComparison.Ordinal)));
        }

        // Nor does it stand in pages that are free.
        Assert.DoesNotContain(Client, Encoding.Latin1.GetString(File.ReadAllBytes(folder.File(JournalStore.FileName))), StringComparison.Ordinal);
    }

    /// <summary>A command that writes into a storage that stands still keeps to the configured days, as the engine does.</summary>
    [Theory]
    [InlineData("365d", true)]
    [InlineData("30d", false)]
    public void TokenCommand_HidesByTheConfiguredDays(string days, bool isShown)
    {
        using var folder = new ScratchFolder();
        var time = new ManualTime(JournalTime.ToNanoseconds(TimeProvider.System.GetUtcNow()) - (60 * 86_400_000_000_000));
        using (var journal = new Journal(JournalTests.Options(folder), time))
        {
            journal.Start();
            journal.TryAdd(Step(1, IncidentChangeKind.Opened, "192.0.2.1", time));
            journal.TryAdd(Step(1, IncidentChangeKind.Closed, "192.0.2.1", time));
        }

        var config = Configurations.Good($"version: 1\nretention: {{clientAddresses: {days}}}\nstorage: {{folder: '{folder.Path}'}}\n");
        Assert.NotEmpty(TokenCommand.Make(config, new JsonObject { ["name"] = "x", ["role"] = "viewer" }));
        Assert.Equal(isShown, new JournalReader(folder.Path).Incident(IncidentId.Of(1))!.Json.Contains(Client, StringComparison.Ordinal));
    }

    /// <summary>A damaged row is hidden whole, counted, and no reason to end; the rows beside it are treated as ever.</summary>
    [Fact]
    public async Task Row_ThatIsNoJson_GivesWayToANote_AndIsCounted()
    {
        using var folder = new ScratchFolder();
        var time = new ManualTime(JournalTime.ToNanoseconds(Documents.Begin));
        using (var journal = new Journal(JournalTests.Options(folder), time))
        {
            journal.Start();
            journal.TryAdd(new NoteWork(time.GetUtcNow(), EntryKind.LoggedIn, "test", "{\"address\": " + Client));
            journal.TryAdd(Step(1, IncidentChangeKind.Opened, "192.0.2.1", time));
        }

        using (var connection = SqliteFile.OpenWriter(folder.File(JournalStore.FileName), "FULL"))
            SqliteFile.Execute(connection, "UPDATE incidents SET json = 'no JSON'");
        time.Move(TimeSpan.FromDays(8));
        using (var journal = new Journal(JournalTests.Options(folder) with { ClientAddresses = TimeSpan.FromDays(7) }, time))
        {
            journal.Start();
            Assert.Equal(0, journal.Health.UnreadableRows);
            journal.TryAdd(new NoteWork(time.GetUtcNow(), EntryKind.LoggedIn, "test", "{}"));
            await JournalTests.Until(() => journal.Health.UnreadableRows > 0);
            Assert.True(journal.Health.IsGood);
        }

        var entries = new JournalReader(folder.Path).Entries(0, 10);
        Assert.Equal(ClientAddresses.Unreadable, entries[0].Data);
        Assert.DoesNotContain(entries, static entry => entry.Data.Contains(Client, StringComparison.Ordinal));
    }

    [Fact]
    public void Key_IsTheOwnersAlone_AndOutlivesTheProcess_ButNotItsDays()
    {
        using var folder = new ScratchFolder();
        var time = new ManualTime(JournalTime.ToNanoseconds(Documents.Begin));
        var address = Address.Parse(Client);
        var first = new AddressKey(folder.Path, time).Hide(address);
        Assert.Equal(first, new AddressKey(folder.Path, time).Hide(address));
        Assert.NotEqual(first, new AddressKey(folder.Path, time).Hide(Address.Parse("198.51.100.78")));
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(folder.File(AddressKey.FileName)));
        var key = File.ReadAllBytes(folder.File(AddressKey.FileName));
        var running = new AddressKey(folder.Path, time);
        Assert.Equal(first, running.Hide(address));
        time.Move(AddressKey.Life);
        Assert.NotEqual(first, running.Hide(address));
        Assert.Equal(running.Hide(address), new AddressKey(folder.Path, time).Hide(address));
        // The key of before is nowhere: what it hid cannot be tried out any more.
        Assert.DoesNotContain(Convert.ToHexString(key[8..]), Directory.GetFiles(folder.Path).Select(static file => Convert.ToHexString(File.ReadAllBytes(file))).Aggregate("", string.Concat), StringComparison.Ordinal);
    }

    [Fact]
    public void Folder_ThatCannotBeWritten_GivesAKeyOfTheProcess()
    {
        var time = new ManualTime(JournalTime.ToNanoseconds(Documents.Begin));
        var key = new AddressKey("/proc/none", time);
        Assert.Equal(key.Hide(Address.Parse(Client)), key.Hide(Address.Parse(Client)));
        Assert.NotEqual(key.Hide(Address.Parse(Client)), new AddressKey("/proc/none", time).Hide(Address.Parse(Client)));
    }

    [Theory]
    [InlineData("""{"sources":{"top":[]}}""")]
    [InlineData("""{"sources":{"top":[{"address":"hidden-0011"}]}}""")]
    [InlineData("""{"note":"x"}""")]
    [InlineData("[1]")]
    public void DocumentWithoutAddresses_IsLeftAlone(string json)
    {
        using var folder = new ScratchFolder();
        Assert.Null(ClientAddresses.Hidden(json, new AddressKey(folder.Path, TimeProvider.System)));
    }

    [Theory]
    [InlineData("no JSON")]
    [InlineData("""{"sources":5}""")]
    [InlineData("""{"sources":{"top":[{"address":5}]}}""")]
    [InlineData("""{"sources":{"top":[]},"sources":{"top":[]}}""")]
    public void Text_OfAnotherForm_IsUnreadable(string json)
    {
        using var folder = new ScratchFolder();
        Assert.Equal(ClientAddresses.Unreadable, ClientAddresses.Hidden(json, new AddressKey(folder.Path, TimeProvider.System)));
    }

    /// <summary>In journal, table of incidents and memory: whether the first incident's client can still be read there.</summary>
    private static bool[] Shown(Journal journal, ScratchFolder folder)
    {
        var reader = new JournalReader(folder.Path);
        return
        [
            reader.Entries(0, 2).Exists(static entry => entry.Data.Contains(Client, StringComparison.Ordinal)),
            reader.Incident(IncidentId.Of(1))!.Json.Contains(Client, StringComparison.Ordinal),
            journal.Snapshot.Incidents.Single(static incident => incident.Target == "192.0.2.1").Json.Contains(Client, StringComparison.Ordinal),
        ];
    }

    /// <summary>The writer goes round when it is given something to write.</summary>
    private static async Task Round(Journal journal, ManualTime time, long sequence)
    {
        journal.TryAdd(new NoteWork(time.GetUtcNow(), EntryKind.LoggedIn, "test", "{}"));
        await JournalTests.Until(() => journal.Events.Published == sequence);
    }

    private static IncidentWork Step(long key, IncidentChangeKind kind, string target, ManualTime time)
    {
        var document = Documents.Of(target);
        document.Content["sources"]!["top"]!.AsArray().Add(new JsonObject { ["address"] = Client, ["packets"] = 7 });
        return new IncidentWork(time.GetUtcNow(), key, kind, document);
    }
}
