using Breakwater.Detection;
using Breakwater.Incidents;

namespace Breakwater.Tests.Incidents;

/// <summary>The life of an incident, over restarts.</summary>
public sealed class IncidentBookTests
{
    private static readonly TimeSpan _quiet = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan _reopen = TimeSpan.FromMinutes(10);

    [Fact]
    public void Incident_FromFirstSignToClose_KeepsItsIdAndTellsEachState()
    {
        var book = new IncidentBook(_quiet, _reopen);
        var steps = new[]
        {
            Step(book, 1, IncidentChangeKind.Opened, 0, Verdict.Undetermined),
            Step(book, 1, IncidentChangeKind.Updated, 1, Verdict.Undetermined),
            Step(book, 1, IncidentChangeKind.Updated, 2, Verdict.Attack),
            Step(book, 1, IncidentChangeKind.Updated, 3, Verdict.Attack),
            Step(book, 1, IncidentChangeKind.Quieted, 4, Verdict.Attack),
            Step(book, 1, IncidentChangeKind.Reopened, 5, Verdict.Attack),
            Step(book, 1, IncidentChangeKind.Closed, 6, Verdict.Attack),
        };
        Assert.Equal(
            [EntryKind.Suspected, EntryKind.Updated, EntryKind.Active, EntryKind.Updated, EntryKind.Quiet, EntryKind.Reopened, EntryKind.Closed],
            steps.Select(step => step.Entry.Kind));
        Assert.Equal(Enumerable.Range(1, 7).Select(number => (long)number), steps.Select(step => step.Entry.Sequence));
        Assert.Single(steps.Select(step => step.Incident.Id).Distinct());
        Assert.Equal(IncidentId.Of(1), steps[0].Incident.Id);
        Assert.Equal(KeptState.Closed, steps[^1].Incident.State);
    }

    [Fact]
    public void Incident_WithAVerdictAtOnce_IsActiveAtOnce() =>
        Assert.Equal(EntryKind.Active, Step(new IncidentBook(_quiet, _reopen), 1, IncidentChangeKind.Opened, 0, Verdict.Attack).Entry.Kind);

    [Fact]
    public void NewKey_SoonAfterTheClose_IsTheSameIncidentAgain()
    {
        var book = new IncidentBook(_quiet, _reopen);
        var first = Step(book, 1, IncidentChangeKind.Opened, 0);
        Step(book, 1, IncidentChangeKind.Closed, 10);
        var again = Step(book, 2, IncidentChangeKind.Opened, 300);
        Assert.Equal(first.Incident.Id, again.Incident.Id);
        Assert.Equal((KeptState.Reopened, first.Incident.OpenedAt), (again.Incident.State, again.Incident.OpenedAt));
    }

    [Theory]
    [InlineData("192.0.2.1", 700)]
    [InlineData("192.0.2.2", 300)]
    public void NewKey_LateOrForAnotherTarget_IsAnotherIncident(string target, int second)
    {
        var book = new IncidentBook(_quiet, _reopen);
        var first = Step(book, 1, IncidentChangeKind.Opened, 0);
        Step(book, 1, IncidentChangeKind.Closed, 10);
        var other = book.Apply(2, IncidentChangeKind.Opened, Documents.Of(target), Documents.Begin.AddSeconds(second))!;
        Assert.NotEqual(first.Incident.Id, other.Incident.Id);
        Assert.Equal(EntryKind.Active, other.Entry.Kind);
    }

    [Fact]
    public void Restart_OpenIncident_IsBlindThenGoesOnUnderItsId()
    {
        var open = Step(new IncidentBook(_quiet, _reopen), 1, IncidentChangeKind.Opened, 0).Incident;
        var book = new IncidentBook(_quiet, _reopen);
        var blind = Assert.Single(book.Restore(7, [open], Documents.Begin.AddHours(1)));
        Assert.Equal((8L, EntryKind.Blind, KeptState.Active), (blind.Entry.Sequence, blind.Entry.Kind, blind.Incident.State));
        Assert.Contains("blindSince", blind.Entry.Data, StringComparison.Ordinal);

        var seen = Step(book, 1, IncidentChangeKind.Opened, 4000);
        Assert.Equal((open.Id, EntryKind.Updated), (seen.Incident.Id, seen.Entry.Kind));
        Assert.Empty(book.SeeTraffic(TimeSpan.FromHours(1), Documents.Begin.AddHours(2)));
    }

    [Fact]
    public void Restart_OpenIncidentThatIsNotSeenAgain_ClosesOnlyAfterTelemetryFlowed()
    {
        var open = Step(new IncidentBook(_quiet, _reopen), 1, IncidentChangeKind.Opened, 0).Incident;
        var book = new IncidentBook(_quiet, _reopen);
        book.Restore(7, [open], Documents.Begin.AddHours(1));
        // Silence is not peace: without traffic the incident stays, however long.
        Assert.Empty(book.SeeTraffic(TimeSpan.FromSeconds(59), Documents.Begin.AddHours(9)));
        var closed = Assert.Single(book.SeeTraffic(TimeSpan.FromSeconds(1), Documents.Begin.AddHours(9)));
        Assert.Equal((open.Id, EntryKind.Closed, KeptState.Closed), (closed.Incident.Id, closed.Entry.Kind, closed.Incident.State));
        Assert.Empty(book.SeeTraffic(TimeSpan.FromHours(1), Documents.Begin.AddHours(10)));
    }

    [Fact]
    public void Book_BeyondItsCapacity_ForgetsClosedOnesFirst()
    {
        var book = new IncidentBook(_quiet, _reopen);
        for (var key = 1; key <= IncidentBook.Capacity + 10; key++)
        {
            book.Apply(key, IncidentChangeKind.Opened, Documents.Of($"t{key}"), Documents.Begin);
            if (key is > 100 and <= 120)
                book.Apply(key, IncidentChangeKind.Closed, Documents.Of($"t{key}"), Documents.Begin);
        }
        Assert.Equal(IncidentBook.Capacity, book.Held.Count);
        Assert.Equal(IncidentBook.Capacity - 10, book.Held.Count(incident => incident.IsOpen));
    }

    [Fact]
    public void Ids_AsText_StandInTheOrderOfOpening()
    {
        var ids = new long[] { 1, 9, 10, 31, 32, 1023, 1024, 1L << 35, (1L << 40) - 1 }.Select(IncidentId.Of).ToList();
        Assert.Equal(ids, ids.Order(StringComparer.Ordinal));
        Assert.All(ids, id => Assert.True(IncidentId.IsId(id)));
        Assert.Equal(["inc-00000001", "inc-zzzzzzzz"], [ids[0], ids[^1]]);
        Assert.All(new[] { "inc-0000000", "inc-0000000l", "inc_00000001", "", "inc-00000001'" }, text => Assert.False(IncidentId.IsId(text)));
    }

    private static IncidentStep Step(IncidentBook book, long key, IncidentChangeKind kind, int second, Verdict verdict = Verdict.Attack) =>
        book.Apply(key, kind, Documents.Of("192.0.2.1", verdict: verdict), Documents.Begin.AddSeconds(second))!;
}
