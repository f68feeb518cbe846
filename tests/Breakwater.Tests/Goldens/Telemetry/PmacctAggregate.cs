using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>Adds our flow records up as pmacct does: by the elements that the golden's columns show.</summary>
internal static class PmacctAggregate
{
    private static readonly string[] s_counters = ["packetDeltaCount", "octetDeltaCount", "packetTotalCount", "octetTotalCount"];

    public static IReadOnlyList<DecodedRecord> Aggregate(GoldenExport golden, NameMap map, IReadOnlyList<DecodedRecord> ours)
    {
        var columns = golden.Records.SelectMany(r => r.Fields.Select(f => f.Name)).Distinct(StringComparer.Ordinal).ToList();
        var flows = ours.Where(o => o.RecordType is "flow" or "event").ToList();
        return
        [
            .. flows.GroupBy(f => Key(f, Keys(columns, map, f.Format)), StringComparer.Ordinal)
                .Select(g => Sum([.. g], Keys(columns, map, g.First().Format))),
        ];
    }

    /// <summary>The exporter's start, from the earliest flow on both sides: the tool turns uptimes into times, our lines keep them.</summary>
    public static GoldenExport WithBootTime(GoldenExport golden, IReadOnlyList<DecodedRecord> ours)
    {
        var starts = golden.Records.SelectMany(r => r.Fields).Where(f => f.Name == "timestamp_start")
            .Select(f => decimal.Parse(f.Value, CultureInfo.InvariantCulture)).DefaultIfEmpty().Min();
        var uptimes = ours.SelectMany(o => o.Elements).Where(e => e.Name == "flowStartSysUpTime")
            .Select(e => e.Value.GetInt64()).DefaultIfEmpty().Min();
        var boot = (long)(starts * 1000) - uptimes;
        return golden with { Records = [.. golden.Records.Select(r => r with { BootMilliseconds = boot })] };
    }

    private static Dictionary<string, string> Keys(List<string> columns, NameMap map, string format)
    {
        var keys = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var rule in columns.SelectMany(c => map.Find(format, c)).SelectMany(p => p).Where(r => r.Element[0] is not ('-' or '*' or '@')))
            keys.TryAdd(rule.Element, rule.Transform);
        return keys;
    }

    private static string Key(DecodedRecord flow, Dictionary<string, string> keys) => string.Join(
        '|',
        flow.Elements.Where(e => keys.ContainsKey(e.Name) && !s_counters.Contains(e.Name))
            .Select(e => e.Name + "=" + (keys[e.Name] == "epoch-text" ? Second(e.Value) : e.Value.GetRawText()))
            .Order(StringComparer.Ordinal));

    private static string Second(JsonElement time) => ((ValueForms.OurTime(time) ?? 0) / 1_000_000_000).ToString(CultureInfo.InvariantCulture);

    private static DecodedRecord Sum(List<DecodedRecord> flows, Dictionary<string, string> keys)
    {
        var elements = new List<DecodedElement>();
        foreach (var element in flows[0].Elements.Where(e => keys.ContainsKey(e.Name) || e.Name[0] == '@'))
        {
            if (!s_counters.Contains(element.Name))
            {
                elements.Add(element);
                continue;
            }

            var sum = flows.SelectMany(f => f.Elements).Where(e => e.Name == element.Name)
                .Aggregate(BigInteger.Zero, (total, e) => total + (ValueForms.OurInteger(e.Value) ?? 0));
            using var document = JsonDocument.Parse(sum.ToString(CultureInfo.InvariantCulture));
            elements.Add(new DecodedElement(element.Name, document.RootElement.Clone()));
        }

        return flows[0] with { SetId = null, Elements = elements };
    }
}
