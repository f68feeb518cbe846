using System.Globalization;
using System.Text;
using Breakwater.Response.Price;
using Breakwater.Response.Rules;
using Breakwater.Tests.HouseRules;

namespace Breakwater.Tests.Response.Price;

public sealed class RouterProfileTests
{
    [Fact]
    public void Page_HasTheProfilesOfThisCode()
    {
        var rows = new StringBuilder("| Profile | Components | Actions | Rules | Ranges in a rule | Source |\n|---|---|---|---:|---:|---|\n");
        foreach (var profile in RouterProfiles.All)
        {
            rows.Append(CultureInfo.InvariantCulture, $"| `{profile.Name}` | {Names(profile.Components, FilterComponents.All)} | {Names(profile.Actions, FilterActions.All)} ");
            rows.Append(CultureInfo.InvariantCulture, $"| {profile.MaxRules} | {profile.MaxRanges} | {profile.Source} |\n");
        }

        GeneratedPart.IsCurrent("docs/reference/router-profiles.md", "profiles", rows.ToString());
    }

    [Theory]
    [InlineData("destination 203.0.113.10/32 protocol 17 packet-length 400-500 then discard", true, false, false)]
    [InlineData("destination 203.0.113.10/32 protocol 17 source-port 1,3,5,7,9,11 then discard", true, false, false)]
    [InlineData("destination 203.0.113.10/32 protocol 6 tcp-flags 2/18 then discard", true, true, false)]
    [InlineData("destination 203.0.113.10/32 then blackhole", true, true, true)]
    public void Supports_EachComponent_AsTheProfileSays(string text, bool generic, bool arista, bool mikrotik)
    {
        Assert.Null(RuleText.Read(text, out var rule));
        Assert.Equal(
            [generic, arista, mikrotik], new[] { "generic", "arista", "mikrotik" }.Select(name => RouterProfiles.Find(name)!.Supports(rule.Match)));
    }

    [Fact]
    public void Find_UnknownName_IsNull() => Assert.Null(RouterProfiles.Find("typewriter"));

    private static string Names<T>(T flags, T all)
        where T : struct, Enum =>
        flags.Equals(all) ? "all" : Convert.ToInt32(flags, CultureInfo.InvariantCulture) == 0 ? "none" : flags.ToString();
}
