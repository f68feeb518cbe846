using System.Diagnostics;
using System.Globalization;
using Breakwater.Incidents;
using Breakwater.Response.Ledger;
using Breakwater.Response.Rules;
using Breakwater.Tests.Incidents;
using Breakwater.Tests.Live;
using Microsoft.Data.Sqlite;

namespace Breakwater.Tests.Response;

/// <summary>The ledger: crashes at every point, the real file, and what it refuses.</summary>
public sealed class LedgerTests
{
    private static readonly DateTimeOffset _start = DateTimeOffset.UnixEpoch.AddDays(20_000);
    private readonly ManualTime _time = new(20_000L * 86_400 * 1_000_000_000);

    [Fact]
    public void Histories_WithCrashesEverywhere_LeaveNoOrphanNoLossNoDouble() => AssertHistories(10_000);

    /// <summary>The number that is promised: <c>./test --full ledger</c>.</summary>
    [Fact(Explicit = true)]
    public void ManyHistories_WithCrashesEverywhere_LeaveNoOrphanNoLossNoDouble() => AssertHistories(100_000);

    private static void AssertHistories(int histories)
    {
        var crashes = 0;
        for (var seed = 0; seed < histories; seed++)
        {
            var history = new LedgerSimulation(seed, PlantedMistake.None);
            history.Run();
            Assert.Equal((seed, null), (seed, history.Fault));
            crashes += history.Crashes;
        }

        Assert.True(crashes > histories, $"{crashes} crashes");
        System.Console.WriteLine($"{histories} histories, {crashes} crashes");
    }

    [Theory, Trait("Tier", "long")]
    [InlineData("LateWrites")]
    [InlineData("EndlessLeases")]
    [InlineData("DeafPlane")]
    [InlineData("ForgetfulStore")]
    [InlineData("EmptyStore")]
    [InlineData("WallClock")]
    public void Histories_WithAPlantedMistake_AreFoundOut(string mistake)
    {
        var found = Enumerable.Range(0, 2_000).Select(seed =>
        {
            var history = new LedgerSimulation(seed, Enum.Parse<PlantedMistake>(mistake));
            history.Run();
            return history.Fault;
        }).Where(static fault => fault is not null).ToList();
        Assert.NotEmpty(found);
        TestContext.Current.TestOutputHelper?.WriteLine($"{mistake}: {found.Count} of 2,000 histories, such as '{found[0]}'");
    }

    [Fact]
    public void Ledger_IsTheFileThatABackupKnows() => Assert.Equal((LedgerStore.FileName, LedgerStore.Schema.Length), StorageBackup.Ledger);

    [Fact]
    public void File_OpenedAgain_HoldsWhatWasWritten()
    {
        using var folder = new ScratchFolder();
        var plane = new Listing();
        using (var store = LedgerStore.Open(folder.Path))
        {
            var ledger = new MitigationLedger(store, plane, _time);
            for (var host = 1; host <= 4; host++)
            {
                var (row, fault) = ledger.Propose(Rule($"destination 203.0.113.{host}/32 then blackhole"), "inc-1", TimeSpan.FromSeconds(60), null, "alex", "too much");
                Assert.Equal(($"mit-{host}", null), (row!.Id, fault));
            }

            Assert.Null(ledger.Approve("mit-1", "alex", "go"));
            Assert.Null(ledger.Approve("mit-2", "alex", "go"));
            Assert.Null(ledger.Withdraw("mit-2", "alex", "enough"));
            Assert.Null(ledger.Withdraw("mit-3", "alex", "no"));
        }

        using (var store = LedgerStore.Open(folder.Path))
        {
            var (open, last) = store.Load();
            Assert.Equal(4, last);
            Assert.Equal([("mit-1", MitigationState.Active), ("mit-4", MitigationState.Proposed)], open.Select(static row => (row.Id, row.State)));
            var kept = open[0];
            Assert.Equal(("inc-1", "destination 203.0.113.1/32 then blackhole", TimeSpan.FromSeconds(60), _start.AddSeconds(60), "alex", "go"), (kept.IncidentId, kept.Rule.ToString(), kept.Lease, kept.LeaseUntil, kept.By, kept.Why));
            plane.Filters.Clear();
            _time.Move(TimeSpan.FromSeconds(59));
            var ledger = new MitigationLedger(store, plane, _time);
            Assert.Equal(["destination 203.0.113.1/32 then blackhole"], plane.Filters);
            var (next, _) = ledger.Propose(Rule("destination 203.0.113.9/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
            Assert.Equal("mit-5", next!.Id);
        }

        using (var store = LedgerStore.Open(folder.Path))
        {
            // The last renewal was at 59 s: 60 s later the lease has ended, and nobody sends it again.
            plane.Filters.Clear();
            _time.Move(TimeSpan.FromSeconds(60));
            var ledger = new MitigationLedger(store, plane, _time);
            Assert.Empty(plane.Filters);
            Assert.DoesNotContain(ledger.Rows, static row => row.IsOpen);
        }
    }

    [Theory]
    [InlineData(-3_600)]
    [InlineData(3_600)]
    public void WallClock_ThatIsSet_ChangesNoLeaseAndNoEnd(int seconds)
    {
        var plane = new Listing();
        var ledger = new MitigationLedger(new Failing(), plane, _time);
        ledger.Propose(Rule("destination 203.0.113.1/32 then blackhole"), null, TimeSpan.FromSeconds(60), _time.GetUtcNow().AddSeconds(100), "alex", "");
        Assert.Null(ledger.Approve("mit-1", "alex", "go"));
        _time.SetWall(TimeSpan.FromSeconds(seconds));
        plane.Calls = 0;
        for (var second = 1; second < 100; second++)
        {
            _time.Move(TimeSpan.FromSeconds(1));
            ledger.Tick();
            Assert.True(plane.Calls >= second / 21, $"{plane.Calls} renewals in {second} s");
        }

        Assert.Single(plane.Filters);
        _time.Move(TimeSpan.FromSeconds(1));
        ledger.Tick();
        Assert.Empty(plane.Filters);
    }

    [Theory]
    [InlineData(0, true)]
    [InlineData(-3_600, false)]
    [InlineData(3_600, false)]
    public void Start_WithAClockThatWasSet_SendsNoRowOfUnknownAge(int seconds, bool goesOn)
    {
        using var folder = new ScratchFolder();
        var plane = new Listing();
        using (var store = LedgerStore.Open(folder.Path))
        {
            var ledger = new MitigationLedger(store, plane, _time);
            ledger.Propose(Rule("destination 203.0.113.1/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
            Assert.Null(ledger.Approve("mit-1", "alex", "go"));
        }

        plane.Filters.Clear();
        _time.SetWall(TimeSpan.FromSeconds(seconds));
        using (var store = LedgerStore.Open(folder.Path))
        {
            var ledger = new MitigationLedger(store, plane, _time);
            Assert.Equal((goesOn, goesOn), (plane.Filters.Count == 1, ledger.Rows.Any(static row => row.IsOpen)));
        }
    }

    [Fact]
    public void StorageThatFails_SendsNothingNew_RenewsWhatIsThere_AndStillWithdraws()
    {
        var plane = new Listing();
        var store = new Failing();
        var ledger = new MitigationLedger(store, plane, _time);
        ledger.Propose(Rule("destination 203.0.113.1/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
        ledger.Propose(Rule("destination 203.0.113.2/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
        Assert.Null(ledger.Approve("mit-1", "alex", "go"));
        store.Fault = "database or disk is full";
        Assert.Contains("disk is full", ledger.Approve("mit-2", "alex", "go"), StringComparison.Ordinal);
        Assert.Single(plane.Filters);
        plane.Calls = 0;
        _time.Move(TimeSpan.FromSeconds(30));
        ledger.Tick();
        Assert.Equal(1, plane.Calls);
        _time.Move(TimeSpan.FromSeconds(1));
        ledger.Tick();
        Assert.Equal(1, plane.Calls);
        Assert.Contains("disk is full", ledger.Withdraw("mit-1", "alex", "enough"), StringComparison.Ordinal);
        Assert.Empty(plane.Filters);
        _time.Move(TimeSpan.FromSeconds(59));
        ledger.Tick();
        Assert.Empty(plane.Filters);
        store.Fault = null;
        _time.Move(TimeSpan.FromSeconds(1));
        ledger.Tick();
        Assert.DoesNotContain(ledger.Rows, static row => row.Id == "mit-1");
    }

    [Fact]
    public void Proposals_ThatNobodyApproves_AreOverAfterADayOrAtTheirEnd()
    {
        using var folder = new ScratchFolder();
        var plane = new Listing();
        using (var store = LedgerStore.Open(folder.Path))
        {
            var ledger = new MitigationLedger(store, plane, _time);
            ledger.Propose(Rule("destination 203.0.113.1/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
            ledger.Propose(Rule("destination 203.0.113.2/32 then blackhole"), null, TimeSpan.FromSeconds(60), _time.GetUtcNow().AddHours(1), "alex", "");
            ledger.Propose(Rule("destination 203.0.113.3/32 then blackhole"), null, TimeSpan.FromSeconds(60), _time.GetUtcNow().AddDays(3), "alex", "");
            Assert.Null(ledger.Approve("mit-3", "alex", "go"));
            _time.Move(TimeSpan.FromHours(1));
            Assert.Contains("is up", ledger.Approve("mit-2", "alex", "late"), StringComparison.Ordinal);
            ledger.Tick();
            Assert.Equal(["mit-1", "mit-3"], ledger.Rows.Select(static row => row.Id).Order(StringComparer.Ordinal));
            _time.Move(TimeSpan.FromHours(22.9));
            ledger.Tick();
            Assert.Equal(2, ledger.Rows.Count);
            ledger.Propose(Rule("destination 203.0.113.4/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
            _time.Move(TimeSpan.FromHours(0.2));
            ledger.Tick();
            Assert.Equal(["mit-3", "mit-4"], ledger.Rows.Select(static row => row.Id).Order(StringComparer.Ordinal));
        }

        _time.Move(TimeSpan.FromHours(24));
        using (var store = LedgerStore.Open(folder.Path))
            Assert.Empty(new MitigationLedger(store, plane, _time).Rows);
    }

    [Fact]
    public void File_HoldsSoManyRowsThatAreDone_AndGivesNoIdTwice()
    {
        using var folder = new ScratchFolder();
        using (var store = LedgerStore.Open(folder.Path, mostDone: 5))
        {
            var ledger = new MitigationLedger(store, new Listing(), _time);
            ledger.Propose(Rule("destination 203.0.113.250/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
            for (var host = 1; host <= 40; host++)
            {
                var (row, _) = ledger.Propose(Rule($"destination 203.0.113.{host}/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
                Assert.Null(ledger.Withdraw(row!.Id, "alex", "no"));
            }
        }

        using (var file = new SqliteConnection($"Data Source={folder.File(LedgerStore.FileName)};Pooling=False"))
        {
            file.Open();
            // The oldest is still open: it stays, with its entry.
            Assert.Equal("1,37,38,39,40,41", Scalar(file, "SELECT group_concat(number) FROM (SELECT number FROM mitigations ORDER BY number)"));
            Assert.Equal(26L, Scalar(file, "SELECT count(*) FROM audit"));
            Assert.Equal(1L, Scalar(file, "SELECT count(*) FROM audit WHERE id = 'mit-1'"));
        }

        using (var store = LedgerStore.Open(folder.Path, mostDone: 5))
            Assert.Equal(41, store.Load().LastNumber);
    }

    private static object? Scalar(SqliteConnection file, string sql)
    {
        using var command = file.CreateCommand();
        command.CommandText = sql;
        return command.ExecuteScalar();
    }

    [Fact]
    public void File_IsForOneWriter()
    {
        using var folder = new ScratchFolder();
        using (LedgerStore.Open(folder.Path))
        {
            Assert.Throws<StorageException>(() => LedgerStore.Open(folder.Path));
            // The journal beside it has its own.
            using var journal = JournalStore.Open(folder.Path);
        }

        using var again = LedgerStore.Open(folder.Path);
    }

    /// <summary>A new filter is written before it is sent; a renewal of many is sent before it is written, and written once.</summary>
    [Fact]
    public void Renewals_AreSentBeforeTheOneWrite_AndNewFiltersAfterTheirs()
    {
        var acts = new List<string>();
        var ledger = new MitigationLedger(new Failing { Acts = acts }, new Listing { Acts = acts }, _time);
        for (var host = 1; host <= 3; host++)
            ledger.Propose(Rule($"destination 203.0.113.{host}/32 then blackhole"), null, TimeSpan.FromSeconds(60), host == 3 ? null : _time.GetUtcNow().AddSeconds(40), "alex", "");
        acts.Clear();
        Assert.Null(ledger.Approve("mit-1", "alex", "go"));
        Assert.Equal(["write 1", "set", "write 1"], acts);
        Assert.Null(ledger.Approve("mit-2", "alex", "go"));
        Assert.Null(ledger.Approve("mit-3", "alex", "go"));
        acts.Clear();
        _time.Move(TimeSpan.FromSeconds(21));
        ledger.Tick();
        Assert.Equal(["set", "set", "set", "write 3"], acts);
        acts.Clear();
        _time.Move(TimeSpan.FromSeconds(21));
        ledger.Tick();
        Assert.Equal(["set", "write 1", "write 2", "clear", "clear", "write 2"], acts);
    }

    [Fact]
    public void File_ThatAnotherProcessLocks_IsGivenUpAfterSeconds()
    {
        using var folder = new ScratchFolder();
        using var store = LedgerStore.Open(folder.Path);
        var ledger = new MitigationLedger(store, new Listing(), _time);
        using var other = new SqliteConnection($"Data Source={folder.File(LedgerStore.FileName)};Pooling=False");
        other.Open();
        using var command = other.CreateCommand();
        command.CommandText = "BEGIN IMMEDIATE";
        command.ExecuteNonQuery();
        var watch = Stopwatch.StartNew();
        Assert.NotNull(ledger.Propose(Rule("destination 203.0.113.1/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "").Fault);
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 15);
        command.CommandText = "ROLLBACK";
        command.ExecuteNonQuery();
        Assert.Null(ledger.Propose(Rule("destination 203.0.113.1/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "").Fault);
    }

    [Fact]
    public void Ledger_RefusesWhatCannotBe()
    {
        var ledger = new MitigationLedger(new Failing(), new Listing { Refusal = "outside the allowed prefixes" }, _time);
        var rule = Rule("destination 203.0.113.1/32 protocol 17 then discard");
        Assert.NotNull(ledger.Propose(rule, null, TimeSpan.FromSeconds(301), null, "alex", "").Fault);
        Assert.NotNull(ledger.Propose(rule, null, TimeSpan.FromSeconds(9.9), null, "alex", "").Fault);
        Assert.NotNull(ledger.Approve("mit-9", "alex", ""));
        Assert.NotNull(ledger.Withdraw("mit-9", "alex", ""));
        Assert.Equal("mit-1", ledger.Propose(rule, null, TimeSpan.FromSeconds(60), null, "alex", "").Row!.Id);
        Assert.Equal("mit-1", ledger.Propose(rule, null, TimeSpan.FromSeconds(60), null, "alex", "again").Row!.Id);
        Assert.Equal("outside the allowed prefixes", ledger.Approve("mit-1", "alex", "go"));
        Assert.Empty(ledger.Rows);
    }

    [Fact]
    public void SecondRuleOfOneMatch_IsRefused_WhileTheFirstIsOpen()
    {
        var ledger = new MitigationLedger(new Failing(), new Listing(), _time);
        ledger.Propose(Rule("destination 203.0.113.1/32 protocol 17 then discard"), null, TimeSpan.FromSeconds(60), null, "alex", "");
        ledger.Propose(Rule("destination 203.0.113.1/32 protocol 17 then rate-limit 1000"), null, TimeSpan.FromSeconds(60), null, "alex", "");
        Assert.Null(ledger.Approve("mit-1", "alex", "go"));
        Assert.Contains("mit-1 has the same match", ledger.Approve("mit-2", "alex", "go"), StringComparison.Ordinal);
        Assert.Null(ledger.Withdraw("mit-1", "alex", ""));
        Assert.Null(ledger.Approve("mit-2", "alex", "go"));
    }

    /// <summary>Two incidents want one filter: it is there until neither does, with leases of their own.</summary>
    [Fact]
    public void OneRuleOfTwoIncidents_StaysUntilBothAreOver()
    {
        var plane = new Listing();
        var ledger = new MitigationLedger(new Failing(), plane, _time);
        var rule = Rule("destination 203.0.113.1/32 protocol 17 then discard");
        Assert.Equal("mit-1", ledger.Propose(rule, "inc-1", TimeSpan.FromSeconds(300), null, "alex", "").Row!.Id);
        Assert.Equal("mit-2", ledger.Propose(rule, "inc-2", TimeSpan.FromSeconds(10), null, "alex", "").Row!.Id);
        Assert.Equal("mit-2", ledger.Propose(rule, "inc-2", TimeSpan.FromSeconds(10), null, "alex", "").Row!.Id);
        Assert.Null(ledger.Approve("mit-1", "alex", "go"));
        Assert.Null(ledger.Approve("mit-2", "alex", "go"));
        var why = "";
        ledger.Changed = row => why = row.Why;
        Assert.Null(ledger.Withdraw("mit-2", "alex", "over"));
        Assert.Single(plane.Filters);
        Assert.Equal("over; mit-1 holds the same filter, which stays until that ends too", why);
        // The plane holds it for the 10 s of the second row: the first one sets it anew at once.
        plane.Calls = 0;
        ledger.Tick();
        Assert.Equal(1, plane.Calls);
        Assert.Null(ledger.Withdraw("mit-1", "alex", "over"));
        Assert.Empty(plane.Filters);
        Assert.Equal("over", why);
    }

    /// <summary>What was taken back is found by the incident that went on, over steps and in a circle; a stranger finds nothing.</summary>
    [Theory]
    [InlineData("inc-1", 1)]
    [InlineData("inc-3", 1)]
    [InlineData("inc-4", 0)]
    [InlineData("inc-4 inc-2 inc-5", 1)]
    public void File_KnowsHeirs(string incidents, int taken)
    {
        using var folder = new ScratchFolder();
        using (var store = LedgerStore.Open(folder.Path))
        {
            var ledger = new MitigationLedger(store, new Listing(), _time);
            Assert.Equal("mit-1", ledger.Propose(Rule("destination 203.0.113.1/32 protocol 17 then discard"), "inc-1", TimeSpan.FromSeconds(60), null, "alex", "").Row!.Id);
            Assert.Null(ledger.Withdraw("mit-1", "alex", "no"));
            Assert.Null(ledger.Inherit([new("inc-1", "inc-2"), new("inc-2", "inc-3"), new("inc-3", "inc-1"), new("inc-1", "inc-2")]));
        }

        Assert.Equal(taken, new LedgerReader(folder.Path).TakenBack(incidents.Split(' '))!.Count);
    }

    /// <summary>Many rows make a proposal no dearer: thirty thousand are looked up in a moment, and one that is there is found among them.</summary>
    [Fact]
    public void Proposals_AreFoundAmongManyOpenRows()
    {
        var ledger = new MitigationLedger(new Failing(), new Listing(), _time);
        var drafts = Enumerable.Range(0, MitigationLedger.MaxProposals).Select(static number => new MitigationDraft
        {
            Rule = Rule(string.Create(CultureInfo.InvariantCulture, $"destination 203.0.113.1/32 protocol 17 source-port {number} then discard")),
            IncidentId = "inc-1",
            Lease = TimeSpan.FromSeconds(60),
            By = "alex",
            Why = "",
        }).ToList();
        var first = ledger.Propose(drafts).Rows;
        var watch = Stopwatch.StartNew();
        for (var round = 0; round < 30; round++)
            Assert.Equal(first.Select(static row => row.Id), ledger.Propose(drafts).Rows.Select(static row => row.Id));
        // Half a second here; with a look at all rows for each it is thirty million comparisons of texts.
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
        Assert.Contains("wait already", ledger.Propose([drafts[0] with { IncidentId = null }]).Fault, StringComparison.Ordinal);
    }

    /// <summary>A row that cannot be is left alone, and counted; the others go on.</summary>
    [Theory]
    [InlineData("id = 'mit-x'")]
    [InlineData("id = 'mit-007'")]
    [InlineData("state = 6")]
    [InlineData("state = -1")]
    [InlineData("lease_seconds = 9")]
    [InlineData("lease_seconds = 301")]
    [InlineData("lease_seconds = 1e300")]
    [InlineData("lease_until = -1")]
    [InlineData("changed_at = 9223372036854775807")]
    [InlineData("ends_at = 3155378975999999999")]
    [InlineData("rank = 99999999999")]
    [InlineData("rule = 'destination everything'")]
    [InlineData("number = 9223372036854775806", 0)]
    [InlineData("why = why", 0)]
    public void Row_ThatCannotBe_IsSkippedAndCounted(string change, int skipped = 1)
    {
        using var folder = new ScratchFolder();
        using (var store = LedgerStore.Open(folder.Path))
        {
            var ledger = new MitigationLedger(store, new Listing(), _time);
            for (var host = 1; host <= 2; host++)
                ledger.Propose(Rule($"destination 203.0.113.{host}/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "");
        }

        using (var file = new SqliteConnection($"Data Source={folder.File(LedgerStore.FileName)};Pooling=False"))
        {
            file.Open();
            Scalar(file, $"UPDATE mitigations SET {change} WHERE number = 1");
        }

        using (var store = LedgerStore.Open(folder.Path))
        {
            var ledger = new MitigationLedger(store, new Listing(), _time);
            Assert.Equal((2 - skipped, skipped), (ledger.Rows.Count, store.Skipped));
            Assert.Equal("mit-3", ledger.Propose(Rule("destination 203.0.113.9/32 then blackhole"), null, TimeSpan.FromSeconds(60), null, "alex", "").Row!.Id);
        }

        Assert.Equal(3 - skipped, new LedgerReader(folder.Path).Rows(long.MaxValue, 10).Count);
    }

    private static FilterRule Rule(string text)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        return rule;
    }

    private sealed class Listing : IFilterPlane
    {
        public List<string> Filters { get; } = [];

        public int Calls { get; set; }

        public List<string> Acts { get; init; } = [];

        public string? Refusal { get; init; }

        public string? Set(FilterRule rule, TimeSpan lease)
        {
            Calls++;
            Acts.Add("set");
            if (Refusal is null && !Filters.Contains(rule.ToString()))
                Filters.Add(rule.ToString());
            return Refusal;
        }

        public int AnnouncedTo(FilterRule rule) => Filters.Contains(rule.ToString()) ? 1 : 0;

        public void Clear(FilterRule rule)
        {
            Acts.Add("clear");
            Filters.Remove(rule.ToString());
        }
    }

    private sealed class Failing : ILedgerStore
    {
        public string? Fault { get; set; }

        public (IReadOnlyList<Mitigation> Open, long LastNumber) Load() => ([], 0);

        public List<string> Acts { get; init; } = [];

        public string? Inherit(IReadOnlyCollection<KeyValuePair<string, string>> heirs) => null;

        public string? Write(IReadOnlyList<Mitigation> mitigations)
        {
            Acts.Add(string.Create(CultureInfo.InvariantCulture, $"write {mitigations.Count}"));
            return Fault;
        }
    }
}
