using System.Text;
using Breakwater.Detection.Web;

namespace Breakwater.Tests.Detection.Web;

/// <summary>The search in steps finds what a plain search finds, wherever a word stands.</summary>
public sealed class AgentFamilyTests
{
    private static readonly string[] _words =
        ["bot", "crawl", "spider", "slurp", "pingdom", "uptime", "statuscake", "check_http", "kube-probe", "blackbox", "monitor", "healthcheck", "facebookexternalhit"];

    [Fact]
    public void Of_EachWordAtEachPlace_IsACrawler()
    {
        foreach (var word in _words)
        {
            for (var length = word.Length; length < 70; length++)
            {
                for (var place = 0; place + word.Length <= length; place++)
                {
                    var text = (new string('x', place) + (place % 2 == 0 ? word : word.ToUpperInvariant())).PadRight(length, 'x');
                    Assert.True(Of(text) == WebFlags.Crawler, text);
                }
            }
        }
    }

    [Fact]
    public void Of_RandomTexts_IsWhatAPlainSearchSays()
    {
        var random = new Random(7);
        var crawlers = 0;
        for (var round = 0; round < 20_000; round++)
        {
            // Pieces of the words: what nearly is one.
            var text = new StringBuilder(random.Next(3) == 0 ? "Mozilla/5.0 " : "");
            for (var pieces = random.Next(12); pieces > 0; pieces--)
            {
                var word = _words[random.Next(_words.Length)];
                text.Append(word[random.Next(3)..random.Next(3, word.Length + 1)]).Append(" _-A`"[random.Next(5)]);
            }

            var isCrawler = _words.Any(word => text.ToString().Contains(word, StringComparison.OrdinalIgnoreCase));
            crawlers += isCrawler ? 1 : 0;
            Assert.Equal(isCrawler ? WebFlags.Crawler : text.ToString().StartsWith("Mozilla/", StringComparison.Ordinal) ? WebFlags.Browser : WebFlags.Tool, Of(text.ToString()));
        }

        Assert.InRange(crawlers, 1_000, 19_000);
    }

    [Fact]
    public void Of_WordBehindWhatIsHeld_IsNone() => Assert.Equal(WebFlags.Tool, Of(new string('x', WebLimits.NameBytes - 1) + "bot"));

    [Fact]
    public void Of_OtherOctets_IsATool() => Assert.Equal(WebFlags.Tool, Of("Mozilla/5.0 caf\u00e9 bot"));

    private static WebFlags Of(string text) => AgentFamily.Of(Encoding.Latin1.GetBytes(text));
}
