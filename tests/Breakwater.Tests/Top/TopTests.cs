using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Detection;
using Breakwater.Samples.Web;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Detection.Web;
using Breakwater.Top;

namespace Breakwater.Tests.Top;

/// <summary>The view tells what the log holds, in bounded memory, and nothing of it steers the terminal.</summary>
public sealed class TopTests
{
    [Fact]
    public void Table_BusyKeysAmongAMillion_AreThere_WithTheirCounts()
    {
        var table = new TopTable();
        for (var number = 0; number < 1_000_000; number++)
        {
            table[Key($"/rare/{number}")].Requests++;
            if (number % 50 == 0)
                table[Key("/busy")].Requests++;
            if (number % 100 == 0)
                table[Key("/second")].Requests++;
        }

        Assert.InRange(table.Count, 1, TopTable.MaximumRows);
        Assert.True(table.HasMore);
        var first = table.First(2, TopOrder.Requests);
        Assert.Equal(["/busy", "/second"], first.Select(static row => row.Text));
        Assert.All(first, row => Assert.InRange(row.Requests - row.Doubt, 1, row.Text == "/busy" ? 20_000 : 10_000));
        Assert.True(first[0].Requests >= 20_000 && first[1].Requests >= 10_000, "a count is never below the truth");
    }

    [Fact]
    public void Table_FewKeys_AreExact()
    {
        var table = new TopTable();
        for (var number = 0; number < 1_000; number++)
            table[Key($"/{number % 10}")].Requests++;
        Assert.False(table.HasMore);
        Assert.All(table.First(10, TopOrder.Requests), static row => Assert.Equal((100, 0), (row.Requests, row.Doubt)));
    }

    [Fact]
    public void Flood_VerdictStandsOnTop()
    {
        var tally = Tally(WebLogs.Lines(new LogScenario(LogSite.Shop, 7)
        {
            ArrivalsPerSecond = 4,
            BeforeSeconds = 120,
            DuringSeconds = 30,
            Flood = new FloodOptions(FloodTarget.Landing, 500, 3_000) { Agents = 5 },
        }));
        var view = Shown(tally, 120, 50);
        Assert.StartsWith(" Attack on the web server: http-flood", view[1], StringComparison.Ordinal);
        Assert.Contains(view, static line => line.Contains("/shop/item-*", StringComparison.Ordinal));
        var json = JsonNode.Parse(TopJson.Write(tally, TopOrder.Requests).ToJsonString())!;
        Assert.Equal("attack", (string)json["incidents"]![0]!["verdict"]!);
        Assert.Equal(tally.Requests, (long)json["requests"]!);
        // The twin: ordinary traffic of the same shop.
        var quiet = Tally(WebLogs.Lines(new LogScenario(LogSite.Shop, 7) { ArrivalsPerSecond = 4, BeforeSeconds = 120, DuringSeconds = 30 }));
        Assert.Equal("nothing unusual", Shown(quiet, 120, 50)[1]);
    }

    [Theory]
    [InlineData(80, 24)]
    [InlineData(40, 10)]
    [InlineData(200, 60)]
    [InlineData(20, 5)]
    public void View_AnySize_FillsTheTerminal_AndNoMore(int width, int height)
    {
        var tally = Tally([.. Enumerable.Range(0, 3_000).Select(static number => WebLogs.Line(number / 50, $"198.51.100.{number % 200}", $"/a{number}/b?x={number}"))]);
        foreach (var panel in Enum.GetValues<TopPanel>())
        {
            var view = Shown(tally, width, height, panel);
            Assert.Equal(height, view.Count);
            Assert.All(view.Skip(1).Where(static line => !line.Contains("req/s", StringComparison.Ordinal)), line => Assert.True(line.Length <= width, $"{line.Length} of {width}: {line}"));
        }
    }

    [Fact]
    public void HostileLines_NothingButTextIsShown()
    {
        var text = new StringBuilder("\u001b]0;title\u0007\u001b[2J\u0000\u0008\u007f\u009b31m\u00e9\u202e");
        var lines = Enumerable.Range(0, 200).Select(number => WebLogs.Line(number / 10, "198.51.100.1", $"/{text}{number}", $"agent {text}")).ToList();
        lines.AddRange(Enumerable.Range(0, 50).Select(_ => $"{text} nonsense {text}"));
        var tally = Tally(lines);
        Assert.True(tally.Requests > 0 && tally.Unreadable > 0, "both kinds were there");
        foreach (var line in Shown(tally, 150, 60, name: $"a{text}.log"))
            Assert.All(line, static letter => Assert.True(letter is (>= ' ' and <= '~') or '…' or '█' or '·' or '≤' or (>= '▁' and <= '█'), $"U+{(int)letter:X4}"));
    }

    [Fact]
    public void Rates_OfSecondsThatPassed_AreNought()
    {
        var tally = Tally([.. Enumerable.Range(0, 100).Select(static number => WebLogs.Line(number / 10, "198.51.100.1", "/"))]);
        Assert.Equal(10UL, tally.Rates(1)[0]);
        tally.PassTo(tally.NewestSecond!.Value + 5);
        Assert.Equal([0UL, 0, 0, 0], tally.Rates(4));
        Assert.Equal(10, tally.PeakPerSecond);
    }

    [Theory]
    [InlineData(0, "0", "0 B")]
    [InlineData(999_999, "999,999", "977 KiB")]
    [InlineData(12_345_678, "12.3 M", "11.8 MiB")]
    [InlineData(5e15, "5.00 P", "4.44 PiB")]
    public void Figures_AreShort(double value, string count, string bytes) =>
        Assert.Equal((count, bytes), (TopFormat.Count(value), TopFormat.Bytes(value)));

    private static List<string> Shown(TopTally tally, int width, int height, TopPanel panel = TopPanel.Paths, string name = "a.log") =>
        new TopView(new TopStyle(false)).Lines(tally, new TopChoice { Panel = panel }, name, "all read", width, height);

    private static TopTally Tally(List<string> lines)
    {
        var tally = new TopTally(DetectorOptions.PublicSeed);
        var log = tally.OpenLog(new LogSource("a.log", -1) { FormatText = lines[0][0] == '{' ? "nginx_json" : "combined" });
        foreach (var part in lines.Chunk(500))
            tally.Take(log, Encoding.Latin1.GetBytes(string.Join('\n', part) + "\n"));
        tally.Pass(1);
        return tally;
    }

    private static byte[] Key(string text) => Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"{text}"));
}
