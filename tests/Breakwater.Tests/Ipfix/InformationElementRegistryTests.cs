using System.Globalization;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

public sealed class InformationElementRegistryTests
{
    [Fact]
    public void Table_AgainstTheRegistrysCsv_HasEveryIdNameAndType()
    {
        var differences = new List<string>();
        var compared = 0;
        foreach (var (id, name, type) in Rows(SharedData.Path("flow-telemetry/ipfix_fields.csv")))
        {
            compared++;
            if (!InformationElements.TryGet(id, out var element))
                differences.Add($"{id} {name} is missing");
            else if (element.Name != name || !element.Type.ToString().Equals(type, StringComparison.OrdinalIgnoreCase))
                differences.Add($"{id} {name} {type} stands as {element.Name} {element.Type}");
        }

        Assert.True(compared > 450, $"only {compared} rows were read");
        Assert.Empty(differences);
    }

    [Fact]
    public void Table_IdsAscendAndNamesAreUnique()
    {
        var all = InformationElements.All.ToList();
        Assert.Equal(all.Select(static element => element.Id).Order().Distinct(), all.Select(static element => element.Id));
        Assert.Equal(all.Count, all.Select(static element => element.Name).Distinct().Count());
    }

    // id,name,type,…: descriptions run over several lines, so only lines that begin with an id and a type that exists count.
    private static IEnumerable<(ushort Id, string Name, string Type)> Rows(string path)
    {
        foreach (var line in File.ReadLines(path))
        {
            var parts = line.Split(',');
            if (parts.Length > 4 && ushort.TryParse(parts[0], NumberStyles.None, CultureInfo.InvariantCulture, out var id)
                && parts[4] is "current" && Enum.TryParse<ElementType>(parts[2], ignoreCase: true, out _))
                yield return (id, parts[1], parts[2]);
        }
    }
}
