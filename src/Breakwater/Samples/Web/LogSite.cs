using System.Globalization;

namespace Breakwater.Samples.Web;

/// <summary>What a made web site has.</summary>
/// <param name="Pages">Its pages; a number takes the place of <c>#</c>.</param>
/// <param name="Landing">The page that a crowd comes for.</param>
/// <param name="Assets">Parts that a page has in this log; 0 where a content network serves them.</param>
/// <param name="TillsPerSecond">Requests of the own tills and devices, which are no browsers.</param>
internal sealed record LogSite(string[] Pages, string Landing, int Assets, double TillsPerSecond)
{
    private static readonly string[] _parts = ["/static/site.css", "/static/app.js", "/static/fonts/text.woff2", "/static/logo.svg", "/static/vendor.js", "/img/head-#.webp", "/img/item-#.jpg"];

    public static LogSite Shop { get; } = new(["/", "/shop/item-#", "/shop/category/shoes", "/shop/category/books", "/cart", "/search?q=word#", "/help/delivery"], "/shop/item-4711", 8, 2);

    public static LogSite News { get; } = new(["/", "/politics/", "/sport/", "/politics/article-#.html", "/sport/article-#.html", "/weather"], "/politics/article-99172.html", 12, 0);

    public static LogSite Tickets { get; } = new(["/", "/events", "/events/#", "/events/#/seats", "/faq", "/account"], "/events/2026", 6, 1);

    public static LogSite Authority { get; } = new(["/", "/forms", "/forms/form-#.pdf", "/contact", "/news/#", "/search?q=word#"], "/news/512", 5, 0);

    /// <summary>A shop whose parts a content network serves: the log has pages alone.</summary>
    public static LogSite ShopBehindCache { get; } = Shop with { Assets = 0 };

    /// <summary>Codes on products are checked by apps and tills, and by few people.</summary>
    public static LogSite Codes { get; } = new(["/", "/check/#", "/api/v1/codes/#", "/help"], "/check/90210", 3, 25);

    /// <summary>Any page.</summary>
    public string Page(SeededRandom random) => Filled(Pages[random.OneIn(3) ? 0 : (int)random.Below((uint)Pages.Length)], random, 2_000);

    /// <summary>A part of a page.</summary>
    public string Part(int number, SeededRandom random) => Filled(_parts[number % _parts.Length], random, 200);

    /// <summary>A page of the numbered ones: there are many.</summary>
    public string NumberedPage(int number)
    {
        var page = Array.Find(Pages, static page => page.Contains('#', StringComparison.Ordinal) && !page.Contains('?', StringComparison.Ordinal)) ?? "/#";
        return page.Replace("#", number.ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal);
    }

    private static string Filled(string page, SeededRandom random, uint numbers) => page.Contains('#', StringComparison.Ordinal)
        ? page.Replace("#", random.Below(numbers).ToString(CultureInfo.InvariantCulture), StringComparison.Ordinal) : page;
}
