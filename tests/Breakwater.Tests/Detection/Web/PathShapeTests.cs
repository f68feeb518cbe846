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

    [Theory]
    [InlineData("/a/x.CSS", true)]
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
    [InlineData("", "Tool")]
    [InlineData("\u00ff\u00fe", "Tool")]
    public void AgentFamily_IsWhatItSays(string agent, string family) => Assert.Equal(family, AgentFamily.Of(Encoding.Latin1.GetBytes(agent)).ToString());
}
