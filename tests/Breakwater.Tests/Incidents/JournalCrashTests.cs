using System.Diagnostics;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Incidents;

namespace Breakwater.Tests.Incidents;

/// <summary>
/// kill -9 of a real process that writes the journal, at named points and at random times: what it had published is there, once, and the next
/// process goes on from there. BREAKWATER_CRASHES says how many random times (10 when absent).
/// </summary>
public sealed class JournalCrashTests
{
    private const string FolderVariable = "BREAKWATER_JOURNAL_FOLDER";
    private const string PointVariable = "BREAKWATER_JOURNAL_POINT";
    private const int CommitsBeforeThePoint = 5;
    private static readonly TimeSpan _patience = TimeSpan.FromSeconds(60);

    [Theory]
    [Trait("Tier", "daemon")]
    [InlineData(nameof(CrashPoint.TransactionBegun))]
    [InlineData(nameof(CrashPoint.EntriesWritten))]
    [InlineData(nameof(CrashPoint.BeforeCommit))]
    [InlineData(nameof(CrashPoint.Committed))]
    [InlineData(nameof(CrashPoint.Published))]
    public void Kill_AtANamedPoint_LosesAndDoublesNothing(string point)
    {
        using var folder = new ScratchFolder();
        var published = 0;
        for (var run = 0; run < 2; run++)
        {
            using var child = StartChild(folder, point);
            Assert.True(child.WaitForExit(_patience), "the child did not reach the point");
            // 128 + SIGKILL: it ended there, and not in another way.
            Assert.Equal(137, child.ExitCode);
            published = Check(folder, published);
        }
        Assert.True(published > 0);
    }

    [Fact]
    [Trait("Tier", "daemon")]
    public void Kill_AtRandomTimes_LosesAndDoublesNothing()
    {
        using var folder = new ScratchFolder();
        var seed = Environment.TickCount;
        var random = new Random(seed);
        var times = int.Parse(Environment.GetEnvironmentVariable("BREAKWATER_CRASHES") ?? "10", CultureInfo.InvariantCulture);
        var published = 0;
        for (var run = 0; run < times; run++)
        {
            using var child = StartChild(folder, "");
            var before = published;
            SpinWait.SpinUntil(() => Lines(folder).Count > before || child.HasExited, _patience);
            child.WaitForExit(TimeSpan.FromMilliseconds(random.Next(0, 120)));
            Assert.False(child.HasExited, $"seed {seed}, run {run}: the child ended by itself");
            child.Kill();
            child.WaitForExit();
            published = Check(folder, published);
        }
        TestContext.Current.TestOutputHelper?.WriteLine($"{times} kills, seed {seed}: {published} published entries, none missing or doubled");
    }

    /// <summary>The twin: a journal that lacks a published entry, or has it in another form, is found.</summary>
    [Theory]
    [InlineData("DELETE FROM journal WHERE sequence = 3")]
    [InlineData("UPDATE journal SET subject = 'inc-0000zzzz' WHERE sequence = 3")]
    public async Task Check_OfADamagedJournal_Fails(string damage)
    {
        using var folder = new ScratchFolder();
        using (var journal = JournalTests.Started(folder))
        {
            using var events = journal.Events.Open(after: null)!;
            for (var key = 1; key <= 5; key++)
                journal.TryAdd(Documents.Work(key, IncidentChangeKind.Opened, $"t{key}", key));
            await File.WriteAllLinesAsync(folder.File("published"), (await JournalTests.Take(events, 5)).Select(Line));
        }
        Assert.Equal(5, Check(folder, 0));
        using (var connection = SqliteFile.OpenWriter(folder.File(JournalStore.FileName), "FULL"))
            SqliteFile.Execute(connection, damage);
        Assert.ThrowsAny<Xunit.Sdk.XunitException>(() => Check(folder, 0));
    }

    /// <summary>No test by itself: what the killed process does.</summary>
    [Fact(Explicit = true)]
    public async Task Child()
    {
        var folder = Environment.GetEnvironmentVariable(FolderVariable);
        Assert.SkipWhen(folder is null, "only as a child of the other tests");
        var point = Environment.GetEnvironmentVariable(PointVariable);
        var commits = 0;
        var options = new JournalOptions(folder!, TimeSpan.FromSeconds(60), TimeSpan.FromMinutes(10), TimeSpan.FromDays(36_500))
        {
            ClientAddresses = TimeSpan.FromDays(36_500),
            Reached = reached =>
            {
                if (reached.ToString() == point && ++commits > CommitsBeforeThePoint)
                    Process.GetCurrentProcess().Kill();
            },
        };
        using var journal = new Journal(options, TimeProvider.System);
        using var events = journal.Events.Open(after: null)!;
        journal.Start();
        var telling = Task.Run(async () =>
        {
            await using var file = new FileStream(Path.Combine(folder!, "published"), FileMode.Append, FileAccess.Write, FileShare.Read, bufferSize: 0);
            await foreach (var entry in events.Read(CancellationToken.None))
                file.Write(System.Text.Encoding.UTF8.GetBytes(Line(entry) + "\n"));
        });
        for (var key = 1; ; key++)
        {
            foreach (var kind in new[] { IncidentChangeKind.Opened, IncidentChangeKind.Updated, IncidentChangeKind.Quieted, IncidentChangeKind.Closed })
                journal.TryAdd(Documents.Work(key, kind, $"p{Environment.ProcessId}-{key}", key));
            await Task.Delay(TimeSpan.FromMilliseconds(2), TimeProvider.System);
            if (telling.IsCompleted)
                await telling;
        }
    }

    private static Process StartChild(ScratchFolder folder, string point)
    {
        var program = Path.ChangeExtension(typeof(JournalCrashTests).Assembly.Location, null);
        var start = new ProcessStartInfo(program, ["-noLogo", "-explicit", "only", "-method", $"{typeof(JournalCrashTests).FullName}.{nameof(Child)}"])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[FolderVariable] = folder.Path;
        start.Environment[PointVariable] = point;
        return Process.Start(start)!;
    }

    private static string Line(JournalEntry entry) => string.Create(CultureInfo.InvariantCulture, $"{entry.Sequence} {entry.Kind} {entry.Subject}");

    /// <summary>Whole lines: the last one may have been cut off by the kill, and then nobody has read it.</summary>
    private static List<string> Lines(ScratchFolder folder)
    {
        if (!File.Exists(folder.File("published")))
            return [];
        using var file = new FileStream(folder.File("published"), FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
        using var reader = new StreamReader(file);
        var text = reader.ReadToEnd();
        return [.. text[..(text.LastIndexOf('\n') + 1)].Split('\n', StringSplitOptions.RemoveEmptyEntries)];
    }

    /// <summary>Every published line is in the journal, once and the same; the journal is whole; incidents are as their last entries say.</summary>
    private static int Check(ScratchFolder folder, int before)
    {
        // Opened by a writer, as the next process would: what a crash left in the log is taken in.
        using (JournalStore.Open(folder.Path))
        {
        }
        var reader = new JournalReader(folder.Path);
        var entries = new List<JournalEntry>();
        while (reader.Entries(entries.Count == 0 ? 0 : entries[^1].Sequence, JournalReader.MaximumRows) is { Count: > 0 } page)
            entries.AddRange(page);
        var kept = entries.Select(Line).ToHashSet(StringComparer.Ordinal);
        var lines = Lines(folder);
        Assert.True(lines.Count >= before, "a published line is gone");
        Assert.Equal(lines.Count, lines.Distinct(StringComparer.Ordinal).Count());
        Assert.Empty(lines.Where(line => !kept.Contains(line)));
        Assert.Equal(Enumerable.Range(1, entries.Count).Select(number => (long)number), entries.Select(entry => entry.Sequence));
        var openings = entries.Where(entry => entry.Kind == EntryKind.Active).Select(entry => entry.Subject).ToList();
        Assert.Equal(openings.Count, openings.Distinct(StringComparer.Ordinal).Count());
        foreach (var subject in entries.Where(entry => entry.Kind.StartsWith("incident.", StringComparison.Ordinal)).GroupBy(entry => entry.Subject, StringComparer.Ordinal))
            Assert.Equal(subject.Last().Sequence, reader.Incident(subject.Key)?.Sequence);
        return lines.Count;
    }
}
