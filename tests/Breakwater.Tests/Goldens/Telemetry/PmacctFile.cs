using System.Globalization;
using System.Numerics;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// Reads pmacct's JSON lines. Each is an aggregate: flows with equal keys, their packets and bytes added up and multiplied by the rate of
/// the test's <c>sampling-NN.map</c> (undone here). Elements of <c>custom-primitives-NN.map</c> are named by their numeric id
/// (<c>element:ID</c>), because their names are free.
/// </summary>
internal static partial class PmacctFile
{
    public static GoldenExport Read(string path)
    {
        var maps = MapFolder(path);
        var number = OutputNumber().Match(Path.GetFileName(path)).Groups[1].Value;
        var custom = CustomPrimitives(Path.Combine(maps, $"custom-primitives-{number}.map"), Path.Combine(maps, "custom-primitives-00.map"));
        var rate = SamplingRate(Path.Combine(maps, $"sampling-{number}.map"));
        var records = new List<GoldenRecord>();
        foreach (var line in File.ReadLines(path).Where(l => l.Length > 0))
        {
            using var document = JsonDocument.Parse(line);
            records.Add(new GoldenRecord("", null, Fields(document.RootElement, custom, rate)));
        }

        return new GoldenExport(records, []);
    }

    private static List<GoldenField> Fields(JsonElement row, Dictionary<string, string> custom, BigInteger rate)
    {
        var fields = new List<GoldenField>();
        // With a routing table at hand the tool takes networks from there.
        var networks = row.TryGetProperty("as_path", out _);
        foreach (var column in row.EnumerateObject())
        {
            if (column.NameEquals("custom_primitives"))
            {
                foreach (var primitive in column.Value.EnumerateObject())
                    fields.Add(new GoldenField(custom.GetValueOrDefault(primitive.Name, primitive.Name), primitive.Value.ToString()));
            }
            else if (column.NameEquals("mpls_label_stack"))
            {
                fields.AddRange(column.Value.EnumerateArray().Select(l => new GoldenField(column.Name, l.ToString())));
            }
            else if (column.Value.ValueKind == JsonValueKind.Array)
            {
                fields.Add(new GoldenField(column.Name, string.Join(',', column.Value.EnumerateArray().Select(v => v.ToString()).Order(StringComparer.Ordinal))));
            }
            else if (column.NameEquals("mpls_vpn_rd"))
            {
                fields.Add(RouteDistinguisher(row, column.Value.ToString()));
            }
            else if (networks && column.Name is ("mask_src" or "mask_dst" or "net_src" or "net_dst"))
            {
                fields.Add(new GoldenField("bgp:" + column.Name, column.Value.ToString()));
            }
            else if (column.Name is "packets" or "bytes" && BigInteger.TryParse(column.Value.ToString(), out var count) && (count % rate).IsZero)
            {
                fields.Add(new GoldenField(column.Name, (count / rate).ToString(CultureInfo.InvariantCulture)));
            }
            else
            {
                fields.Add(new GoldenField(column.Name, column.Value.ToString()));
            }
        }

        return fields;
    }

    /// <summary>Only one that stands in the export counts; without a name for the VRF the tool prints the VRF's id.</summary>
    private static GoldenField RouteDistinguisher(JsonElement row, string value)
    {
        const string VrfId = "vrfid:";
        var exported = row.TryGetProperty("mpls_vpn_rd_origin", out var origin) && origin.ToString() == "flow";
        if (!exported)
            return new GoldenField("configured:mpls_vpn_rd", value);
        return value.StartsWith(VrfId, StringComparison.Ordinal)
            ? new GoldenField("mpls_vpn_rd:vrfid", value[VrfId.Length..])
            : new GoldenField("mpls_vpn_rd", value);
    }

    private static string MapFolder(string path)
    {
        var folder = Path.GetDirectoryName(path)!;
        var own = Path.Combine(folder, "pmacct_mount");
        return Directory.Exists(own) ? own : Path.Combine(Path.GetDirectoryName(folder)!, "pmacct_mount");
    }

    private static Dictionary<string, string> CustomPrimitives(params string[] candidates)
    {
        var names = new Dictionary<string, string>(StringComparer.Ordinal);
        if (Array.Find(candidates, File.Exists) is not { } path)
            return names;
        foreach (var line in File.ReadLines(path))
        {
            var match = Primitive().Match(line);
            if (match.Success)
                names[match.Groups[1].Value] = "element:" + match.Groups[2].Value;
        }

        return names;
    }

    private static BigInteger SamplingRate(string path)
    {
        var match = File.Exists(path) ? Rate().Match(File.ReadAllText(path)) : null;
        return match is { Success: true } ? BigInteger.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture) : BigInteger.One;
    }

    [GeneratedRegex(@"^name=(\S+)\s+field_type=(\S+)", RegexOptions.CultureInvariant)]
    private static partial Regex Primitive();

    [GeneratedRegex(@"^id=(\d+)", RegexOptions.CultureInvariant)]
    private static partial Regex Rate();

    [GeneratedRegex(@"(\d+)\.json$", RegexOptions.CultureInvariant)]
    private static partial Regex OutputNumber();
}
