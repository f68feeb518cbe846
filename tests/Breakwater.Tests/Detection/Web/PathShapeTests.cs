using System.Text;
using Breakwater.Detection.Web;

namespace Breakwater.Tests.Detection.Web;

public sealed class PathShapeTests
{
    [Theory]
    [InlineData("/", "/", "/")]
    [InlineData("", "", "")]
    [InlineData("*", "*", "")]
    [InlineData("/shop/item-4711", "/shop/item-*", "/shop/")]
    [InlineData("/users/3f2a9c81-77aa-4b1e-9d3f-aa01bb02cc03/orders", "/users/*/orders", "/users/*/")]
    [InlineData("/a/b/c/d/e/f", "/a/b/c/d/**", "/a/b/c/d/")]
    [InlineData("//x", "//x", "//")]
    [InlineData("/%2e%2e/etc", "/*/etc", "/*/")]
    [InlineData("/v1/codes/90210", "/v*/codes/*", "/v*/codes/")]
    [InlineData("/static/site.css", "/static/site.css", "/static/")]
    public void Fold_Path_IsItsGroup(string path, string group, string folder)
    {
        var buffer = new byte[WebLimits.NameBytes];
        var length = PathShape.Fold(Encoding.Latin1.GetBytes(path), buffer, out var parent);
        Assert.Equal((group, folder), (Encoding.Latin1.GetString(buffer, 0, length), Encoding.Latin1.GetString(buffer, 0, parent)));
    }

    [Fact]
    public void Fold_AnyOctets_FitTheBuffer()
    {
        var random = new Random(7);
        var buffer = new byte[WebLimits.NameBytes];
        for (var round = 0; round < 20_000; round++)
        {
            var path = new byte[random.Next(400)];
            random.NextBytes(path);
            for (var index = 0; index < path.Length; index++)
                path[index] = random.Next(3) == 0 ? (byte)'/' : random.Next(2) == 0 ? (byte)random.Next('a', 'z') : path[index];
            var length = PathShape.Fold(path, buffer, out var parent);
            Assert.InRange(length, 0, WebLimits.NameBytes - 2);
            Assert.InRange(parent, 0, length);
        }
    }

    /// <summary>Paths of all lengths about the longest that is folded at once, of pieces that make identifiers or nearly do.</summary>
    [Fact]
    public void Fold_AnyPath_IsTheSameAtOnceAndStepByStep()
    {
        string[] pieces = ["/", "/", "/", "a", "item-", "7", "90210", "3f2a9c81", "DEADBEEF", "%20", "_.~+@-", "Zz", "\0", "\u00ff", "`{[^", "AbCdEfGhIjKlMnOp1", "x*", "/names-of-files-may-be-long"];
        var random = new Random(11);
        var (left, right) = (new byte[WebLimits.NameBytes], new byte[WebLimits.NameBytes]);
        var kinds = new HashSet<string>(StringComparer.Ordinal);
        for (var round = 0; round < 100_000; round++)
        {
            var text = new StringBuilder(random.Next(8) == 0 ? "" : "/");
            for (var count = random.Next(9); count > 0; count--)
                text.Append(pieces[random.Next(pieces.Length)]);
            var path = Encoding.Latin1.GetBytes(text.ToString());
            var length = PathShape.Fold(path, left, out var parent);
            Assert.Equal(PathShape.FoldStepByStep(path, right, out var slowParent), length);
            Assert.Equal(slowParent, parent);
            Assert.True(left.AsSpan(0, length).SequenceEqual(right.AsSpan(0, length)), text.ToString());
            kinds.Add((path.Length <= PathMasks.LongestPath ? "short" : "long") + (length == path.Length ? " kept" : " folded"));
        }

        Assert.Equal(4, kinds.Count);
    }

    [Theory]
    [InlineData("/a/x.CSS", true)]
    [InlineData("/a/x.WoFf2", true)]
    [InlineData("/a/x.\0js", false)]
    [InlineData("/a/x.\u0014js", false)]
    [InlineData("/a/x.mp\u0014", false)]
    [InlineData("/a/x.xwoff2", false)]
    [InlineData("/a/x.css.x", false)]
    [InlineData(".js", true)]
    [InlineData("js", false)]
    [InlineData("", false)]
    [InlineData("/a/x.webp", true)]
    [InlineData("/a/x.html", false)]
    [InlineData("/css", false)]
    [InlineData("/a/x.js/", false)]
    public void IsAsset_ByItsExtension(string path, bool isAsset) => Assert.Equal(isAsset, PathShape.IsAsset(Encoding.ASCII.GetBytes(path)));

    [Theory]
    [InlineData("/wp-login.php", true)]
    [InlineData("/account/SignIn", true)]
    [InlineData("/api/auth/refresh", true)]
    [InlineData("/blog/authors", false)]
    [InlineData("/", false)]
    public void IsLogin_ByItsWords(string path, bool isLogin) => Assert.Equal(isLogin, PathShape.IsLogin(Encoding.ASCII.GetBytes(path)));

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:121.0) Gecko/20100101 Firefox/121.0", "Browser")]
    [InlineData("Mozilla/5.0 (compatible; bingbot/2.0)", "Crawler")]
    [InlineData("curl/8.5.0", "Tool")]
    [InlineData("mOZILLA/", "Browser")]
    [InlineData("mozilla", "Tool")]
    [InlineData("Mozilla\u000f5.0", "Tool")]
    [InlineData("Opera/9.80", "Browser")]
    [InlineData("", "Tool")]
    [InlineData("\u00ff\u00fe", "Tool")]
    public void AgentFamily_IsWhatItSays(string agent, string family) => Assert.Equal(family, AgentFamily.Of(Encoding.Latin1.GetBytes(agent)).ToString());
}
