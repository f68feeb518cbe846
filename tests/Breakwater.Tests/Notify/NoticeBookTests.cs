using System.Text.Json.Nodes;
using Breakwater.Incidents;
using Breakwater.Notify;

namespace Breakwater.Tests.Notify;

/// <summary>Who is told what, and when: groups, parts of a whole, repeats and ends.</summary>
public sealed class NoticeBookTests
{
    private static readonly DateTimeOffset _begin = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly TimeSpan _group = TimeSpan.FromSeconds(3);
    private static readonly TimeSpan _repeat = TimeSpan.FromHours(4);
    private readonly NoticeBook _book = new();
    private long _sequence;

    [Fact]
    public void Attacks_ThatBeginTogether_AreToldTogether_AndEndsAtOnce()
    {
        Assert.Null(Take(0, EntryKind.Active, "a", "203.0.113.1"));
        Assert.Null(Take(2, EntryKind.Active, "b", "203.0.113.2"));
        Assert.Empty(Due(2.9));
        var begin = Assert.Single(Due(3));
        Assert.Equal((NoticeKind.Begin, "a,b"), (begin.Kind, Ids(begin)));
        Assert.Equal("2 attacks: on 203.0.113.1 and others; begun", begin.Subject);
        Assert.Empty(Due(10));
        Take(20, EntryKind.Active, "c", "203.0.113.3");
        Assert.Equal("c", Ids(Assert.Single(Due(23))));
        var end = Take(30, EntryKind.Closed, "a", "203.0.113.1")!;
        Assert.Equal((NoticeKind.End, "a", "Attack on 203.0.113.1 is over"), (end.Kind, Ids(end), end.Subject));
        Assert.NotEqual(begin.Id, end.Id);
    }

    /// <summary>A host inside a network whose incident tells for it is not told by itself, neither its begin nor its end; one outside is.</summary>
    [Fact]
    public void Part_OfAWiderAttack_IsNotToldByItself()
    {
        Take(0, EntryKind.Active, "host", "203.0.113.1");
        Take(1, EntryKind.Active, "network", "203.0.113.0/24");
        Take(1, EntryKind.Active, "other", "198.51.100.1");
        Take(1, EntryKind.Active, "outbound", "203.0.113.9", "attack", "outbound");
        Assert.Equal("network,other,outbound", Ids(Assert.Single(Due(4))));
        Assert.Null(Take(5, EntryKind.Closed, "host", "203.0.113.1"));
        Assert.NotNull(Take(6, EntryKind.Closed, "network", "203.0.113.0/24"));
        // Alone, the same host is told.
        Take(10, EntryKind.Active, "again", "203.0.113.1");
        Assert.Equal("again", Ids(Assert.Single(Due(13))));
    }

    /// <summary>What a wider attack takes over is not over; what goes on when the wide one has ended is told then.</summary>
    [Fact]
    public void TakenOver_IsNotOver_AndPartsThatGoOnAreToldAfterTheWhole()
    {
        Take(0, EntryKind.Active, "host", "203.0.113.1");
        Assert.Equal("host", Ids(Assert.Single(Due(3))));
        Take(10, EntryKind.Active, "network", "203.0.113.0/24");
        Assert.Null(Take(10, EntryKind.Closed, "host", "203.0.113.1", takenOverBy: "network"));
        Take(11, EntryKind.Active, "part", "203.0.113.2");
        Assert.Equal("network", Ids(Assert.Single(Due(14))));
        Assert.Empty(Due(50));
        Assert.Equal("network", Ids(Take(60, EntryKind.Closed, "network", "203.0.113.0/24")!));
        Assert.Equal("part", Ids(Assert.Single(Due(63))));
        // Taken over by what is no attack, it is over.
        Assert.Equal("part", Ids(Take(70, EntryKind.Closed, "part", "203.0.113.2", takenOverBy: "unknown")!));
    }

    [Fact]
    public void Attack_ThatGoesOn_IsRepeated_WithItsNewestWords()
    {
        Take(0, EntryKind.Active, "a", "203.0.113.1");
        Assert.Single(Due(3));
        Take(60, EntryKind.Updated, "a", "203.0.113.1", sentence: "It grew.");
        Assert.Empty(Due(3 + (4 * 3600) - 1));
        var repeat = Assert.Single(Due(3 + (4 * 3600)));
        Assert.Equal((NoticeKind.Repeat, "It grew."), (repeat.Kind, repeat.Items[0].Sentence));
        Assert.Empty(Due(3 + (4 * 3600) + 1));
        Assert.Single(Due(3 + (8 * 3600)));
    }

    [Fact]
    public void Verdict_Alone_Decides_AndWhatBecomesACrowdIsOver()
    {
        Take(0, EntryKind.Active, "crowd", "203.0.113.1", "flash-crowd");
        Take(0, EntryKind.Active, "unsure", "203.0.113.2", "undetermined");
        Take(0, EntryKind.Quiet, "quiet", "203.0.113.3");
        Assert.Empty(Due(10));
        Take(11, EntryKind.Updated, "unsure", "203.0.113.2");
        Assert.Equal("unsure", Ids(Assert.Single(Due(14))));
        Assert.Equal(NoticeKind.End, Take(15, EntryKind.Updated, "unsure", "203.0.113.2", "flash-crowd")!.Kind);
        // One that ends before it was told is not told at all.
        Take(20, EntryKind.Active, "short", "203.0.113.4");
        Assert.Null(Take(21, EntryKind.Closed, "short", "203.0.113.4"));
        Assert.Empty(Due(30));
    }

    [Fact]
    public void Attacks_OfTheProcessBefore_AreNotToldAgain_ButTheirEndIs()
    {
        _book.Remember(Json("a", "203.0.113.1", "attack", "inbound", null), TimeSpan.Zero);
        Assert.Empty(Due(100));
        Assert.Equal("a", Ids(_book.State(_begin)!));
        Assert.NotNull(Take(101, EntryKind.Closed, "a", "203.0.113.1"));
        Assert.Null(_book.State(_begin));
    }

    [Fact]
    public void Attacks_TooMany_AreDroppedAndCounted_AndANoticeTellsSome()
    {
        for (var i = 0; i < NoticeBook.MaximumAttacks + 5; i++)
            Take(0, EntryKind.Active, $"i{i}", $"t{i}");
        Assert.Equal(5, _book.Dropped);
        var begin = Assert.Single(Due(3));
        Assert.Equal((Notice.MaximumItems, NoticeBook.MaximumAttacks - Notice.MaximumItems), (begin.Items.Length, begin.More));
        Assert.InRange(NoticeText.Document(begin).Length, 1, NoticeText.MaximumDocumentBytes);
        Assert.Contains($"and {begin.More} more", NoticeText.Body(begin), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("")]
    [InlineData("[]")]
    [InlineData("{\"verdict\":\"attack\"}")]
    [InlineData("{\"verdict\":7,\"target\":{\"value\":8}}")]
    [InlineData("{\"verdict\":\"attack\",\"id\":\"x\",\"target\":{\"value\":null}}")]
    [InlineData("{\"note\":7,\"destination\":\"x\"}")]
    [InlineData("{\"note\":\"x\",\"isTakenBack\":1}")]
    public void Entry_OfAnotherShape_IsPassedOver(string json)
    {
        Assert.Null(_book.Take(new JournalEntry(1, _begin, EntryKind.MitigationHurt, "x", null, json), TimeSpan.Zero));
        Assert.Null(_book.Take(new JournalEntry(1, _begin, EntryKind.Active, "x", null, json), TimeSpan.Zero));
        Assert.Empty(Due(10));
    }

    /// <summary>A filter that hurts is told at once, with its attack or by itself; other news of filters is not told.</summary>
    [Theory]
    [InlineData(EntryKind.MitigationHurt, "a", "203.0.113.1", true, "A filter for 203.0.113.1 hurts known clients, and is taken back")]
    [InlineData(EntryKind.MitigationHurt, "mit-7", "198.51.100.0/24", false, "A filter for 198.51.100.0/24 hurts known clients, and stays")]
    [InlineData(EntryKind.Escalated, "a", "203.0.113.1", true, null)]
    public void Filter_ThatHurts_IsToldAtOnce(string kind, string subject, string target, bool isTakenBack, string? told)
    {
        Take(0, EntryKind.Active, "a", "203.0.113.1");
        var data = new JsonObject { ["note"] = "mit-7 (discard): it hurt known clients", ["id"] = "mit-7", ["destination"] = "198.51.100.0/24", ["isTakenBack"] = isTakenBack };
        var notice = _book.Take(new JournalEntry(++_sequence, _begin, kind, subject, "shop", data.ToJsonString()), TimeSpan.FromSeconds(1));
        Assert.Equal(told, notice?.Subject);
        // What waits for its group is still told.
        Assert.Equal(NoticeKind.Begin, Assert.Single(Due(3)).Kind);
        if (notice is null)
            return;
        Assert.Equal((NoticeKind.Hurt, subject, target, "mit-7 (discard): it hurt known clients"), (notice.Kind, Ids(notice), notice.Items[0].Target, notice.Items[0].Sentence));
        var document = JsonNode.Parse(NoticeText.Document(notice))!;
        Assert.Equal(("hurt", "mit-7", isTakenBack), ((string?)document["kind"], (string?)document["incidents"]![0]!["mitigation"]!["id"], (bool?)document["incidents"]![0]!["mitigation"]!["isTakenBack"]));
        Assert.Contains(subject == "a" ? "incident a" : "filter mit-7", NoticeText.Body(notice), StringComparison.Ordinal);
    }

    private static string Ids(Notice notice) => string.Join(',', notice.Items.Select(static item => item.IncidentId));

    private Notice? Take(double second, string kind, string id, string target, string verdict = "attack", string direction = "inbound", string? sentence = null, string? takenOverBy = null) =>
        _book.Take(new JournalEntry(++_sequence, _begin.AddSeconds(second), kind, id, null, Json(id, target, verdict, direction, sentence, takenOverBy)), TimeSpan.FromSeconds(second));

    private List<Notice> Due(double second) => _book.Due(TimeSpan.FromSeconds(second), _begin.AddSeconds(second), _group, _repeat);

    private static string Json(string id, string target, string verdict, string direction, string? sentence, string? takenOverBy = null) => new JsonObject
    {
        ["id"] = id,
        ["takenOverBy"] = takenOverBy,
        ["verdict"] = verdict,
        ["sentence"] = sentence ?? $"Attack on {target}.",
        ["target"] = new JsonObject { ["value"] = target, ["direction"] = direction },
    }.ToJsonString();
}
