using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Web;

/// <summary>What the card's lines say of themselves is true, and a verdict hangs on no single look.</summary>
public sealed class WebCardTests
{
    private static readonly List<WebMeasures> _mixes =
    [
        .. from machines in Enumerable.Range(0, 51) from clients in (int[])[10, 100, 1_000] from hasBefore in (bool[])[true, false] select Mix(machines / 50.0, clients, hasBefore),
    ];

    [Fact]
    public void Neutral_OfEachLine_WeighsNothing()
    {
        var lines = _mixes.SelectMany(static measures => new WebCard(measures).Lines).ToList();
        Assert.All(lines, static line => Assert.True(line.NeutralWeight == 0, $"{line}"));
        foreach (var name in (string[])["not-found", "pages-without-parts", "sub-resources-per-page", "top-agent", "fast-clients"])
            Assert.Contains(lines, line => line.Measure == name && line.Weight != 0);
    }

    [Fact]
    public void Attack_NeedsTwoLooksInARow()
    {
        var between = _mixes.First(static measures => measures.HasBefore && new WebCard(measures).Score is var score && score >= WebCard.Sure && score < WebCard.SureAtOnce);
        var open = _mixes.First(static measures => measures.HasBefore && Math.Abs(new WebCard(measures).Score) < WebCard.Sure);
        Assert.Equal([Verdict.Undetermined, Verdict.Attack, Verdict.Attack], Looked(between, between, open));
        Assert.Equal([Verdict.Undetermined, Verdict.Undetermined, Verdict.Undetermined], Looked(between, open, between));
    }

    [Fact]
    public void Attack_FallsBackWherePeopleFollowInARow()
    {
        var (flood, crowd) = (Mix(1, 100, true), Mix(0, 100, true));
        Assert.True(new WebCard(flood).Score >= WebCard.SureAtOnce);
        Assert.Equal([Verdict.Attack, Verdict.Attack, Verdict.FlashCrowd], Looked(flood, crowd, crowd));
        Assert.Equal([Verdict.Attack, Verdict.Attack, Verdict.Attack], Looked(flood, crowd, flood));
    }

    private static Verdict[] Looked(params WebMeasures[] looks)
    {
        var surge = new WebSurge(0, new WebTally(1), 1);
        Fill(surge.During, 100, 100, isMachine: false);
        return [.. looks.Select((measures, look) =>
        {
            surge.Judge(measures, look, new WebNameView([new WebNames()]), 100);
            return surge.Verdict!.Verdict;
        })];
    }

    /// <summary>A surge of which a part are machines.</summary>
    private static WebMeasures Mix(double machines, int clients, bool hasBefore)
    {
        var (before, during) = (new WebTally(1), new WebTally(1));
        if (hasBefore)
            Fill(before, 3_000, 500, isMachine: false);
        (before.Seconds, during.Seconds) = (hasBefore ? 300 : 0, 30);
        Fill(during, (int)(4_000 * (1 - machines)), 900, isMachine: false);
        Fill(during, (int)(4_000 * machines), clients, isMachine: true);
        return new WebMeasures(during, before, null, null);
    }

    private static void Fill(WebTally tally, int pages, int clients, bool isMachine)
    {
        for (var page = 0; page < pages; page++)
        {
            Assert.True(Address.TryParse($"198.{(isMachine ? 19 : 18)}.{page % clients / 250}.{page % clients % 250}", out var client));
            var agent = isMachine ? 77 : (ulong)(1 + (page % 9));
            var entry = new WebEntry { Client = client, Url = (ulong)(page % 50) << 50, Group = 1 + (ulong)(page % 5), Agent = agent, Status = (ushort)(isMachine ? 404 : 200), Flags = WebFlags.Browser };
            tally.Count([entry], page * 30 / Math.Max(1, pages));
            for (var part = 0; part < 4 && !isMachine; part++)
                tally.Count([entry with { Flags = WebFlags.Browser | WebFlags.Asset, Url = (ulong)part }], page * 30 / pages);
        }
    }
}
