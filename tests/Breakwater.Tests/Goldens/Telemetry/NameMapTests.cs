using System.Text.RegularExpressions;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>The maps are data that tests rely on: they may only name transforms and elements that exist.</summary>
public sealed partial class NameMapTests
{
    public static TheoryData<string> Tools => [GoldenTool.Tshark, GoldenTool.Telegraf, GoldenTool.Pmacct];

    [Theory]
    [MemberData(nameof(Tools))]
    public void Map_Transforms_Exist(string tool)
    {
        var map = NameMap.Load(tool);
        Assert.NotEqual(0, map.Count);
        Assert.All(map.Transforms, t => Assert.True(t == "octets" || ValueTransforms.Exists(t), t));
    }

    [Theory]
    [MemberData(nameof(Tools))]
    public void Map_ElementNames_AreThoseOfTheRegistry(string tool)
    {
        var names = InformationElements.All.Select(e => e.Name).ToHashSet(StringComparer.Ordinal);
        names.UnionWith(["scopeSystem", "scopeInterface", "scopeLineCard", "scopeCache", "scopeTemplate"]);
        Assert.True(names.Count > 400);
        foreach (var element in Lines(tool).Where(l => l[0] != "sflow5").Select(l => l[3]).Distinct(StringComparer.Ordinal))
        {
            if (element is "-" or "*" || element[0] == '@' || element.StartsWith("joined/", StringComparison.Ordinal) || Vendor().IsMatch(element))
                continue;
            // pmacct has columns for the outer header of a packet inside a packet.
            var plain = element.StartsWith("tunnel/", StringComparison.Ordinal) ? element[7..] : element;
            var forward = plain.StartsWith("reverse", StringComparison.Ordinal) ? Forward(plain[7..], names) : plain;
            Assert.True(names.Contains(forward), $"{tool}: no element {element}");
        }
    }

    [Theory]
    [InlineData("type_6871_40", "6871/40")]
    [InlineData("type_6871_rev_40", "6871/16424")]
    [InlineData("type_500", "0/500")]
    public void Find_TelegrafNumberedName_IsTheElementsKey(string name, string element)
    {
        Assert.Equal(element, Assert.Single(Assert.Single(NameMap.Load(GoldenTool.Telegraf).Find("ipfix", name))).Element);
    }

    [Fact]
    public void Find_NameOfNoTool_IsUnknown()
    {
        Assert.Empty(NameMap.Load(GoldenTool.Telegraf).Find("ipfix", "type_of_service"));
    }

    private static string Forward(string reversed, HashSet<string> names)
    {
        var lower = char.ToLowerInvariant(reversed[0]) + reversed[1..];
        return names.Contains(lower) ? lower : reversed;
    }

    private static IEnumerable<string[]> Lines(string tool) => Directory.EnumerateFiles(NameMap.Folder, tool + "*.tsv")
        .SelectMany(File.ReadLines).Where(l => l.Length > 0 && l[0] != '#').Select(l => l.Split('\t'));

    [GeneratedRegex(@"^\d+/\d+$", RegexOptions.CultureInvariant)]
    private static partial Regex Vendor();
}
