using System.Globalization;

namespace Breakwater.Samples.Web;

/// <summary>User agents as they are seen.</summary>
internal static class LogAgents
{
    public const string Till = "ShopTill/3.2 (embedded)";
    public const string Monitor = "Uptime-Check/2.0";

    private static readonly string[] _browsers =
    [
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36",
        "Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Mobile Safari/537.36",
        "Mozilla/5.0 (iPhone; CPU iPhone OS 17_2 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.# Mobile/15E148 Safari/604.1",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:#.0) Gecko/20100101 Firefox/#.0",
        "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.# Safari/605.1.15",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/#.0.0.0 Safari/537.36 Edg/#.0.0.0",
    ];

    private static readonly string[] _crawlers =
    [
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)",
    ];

    private static readonly string[] _tools = ["python-requests/2.31.0", "Go-http-client/1.1", "curl/8.5.0", "okhttp/4.12.0", "-"];

    /// <summary>A browser as visitors have them: a few versions of each are common.</summary>
    /// <param name="mobile">Of a hundred, those on telephones.</param>
    /// <param name="random">Chooses.</param>
    public static string Browser(uint mobile, SeededRandom random)
    {
        var kind = random.Below(100) < mobile ? 1 + random.Below(2) : random.Below(4) switch { 0 => 3, 1 => 4, 2 => 5, _ => 0u };
        // Most have the newest version, some the one before.
        var back = random.Below(10) switch { < 6 => 0, < 9 => 1, _ => 1 + (int)random.Below(12) };
        return OfVersion(kind, kind is 2 or 4 ? Math.Max(0, 3 - back) : 131 - back);
    }

    /// <summary>A browser of a list that somebody made: all kinds and versions alike.</summary>
    public static string Listed(int number) => OfVersion((uint)number % (uint)_browsers.Length, 60 + (number / _browsers.Length));

    public static string Crawler(int number) => _crawlers[number % _crawlers.Length];

    public static string Tool(int number) => _tools[number % _tools.Length];

    private static string OfVersion(uint kind, int version) => _browsers[kind].Replace("#", version.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
}
