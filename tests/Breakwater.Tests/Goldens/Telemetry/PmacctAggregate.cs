using System.Globalization;
using System.Numerics;
using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>Adds our flow records up as pmacct does: by the elements that the golden's columns show.</summary>
internal static class PmacctAggregate
{
    private static readonly string[] s_counters = ["packetDeltaCount", "octetDeltaCount", "packetTotalCount", "octetTotalCount"];

    private static readonly string[] s_sources = ["sourceIPv4Address", "sourceIPv6Address"];

    private static readonly string[] s_repeated =
        ["protocolIdentifier", "ipClassOfService", "sourceTransportPort", "destinationTransportPort", "tcpControlBits"];

    /// <summary>Our flows, added up by what the golden's columns show.</summary>
    /// <param name="golden">The golden, for its columns.</param>
    /// <param name="map">The tool's names.</param>
    /// <param name="ours">Our records of the same input, options included.</param>
    /// <param name="headers">Start of NetFlow v9 exporters by arrival of the datagram (<see cref="ExportClock"/>).</param>
    public static IReadOnlyList<DecodedRecord> Aggregate(
        GoldenExport golden, NameMap map, IReadOnlyList<DecodedRecord> ours, IReadOnlyDictionary<long, long> headers)
    {
        var starts = Starts(ours);
        var columns = golden.Records.SelectMany(r => r.Fields.Select(f => f.Name)).Distinct(StringComparer.Ordinal).ToList();
        var join = new PmacctJoin();
        var flows = new List<DecodedRecord>();
        foreach (var record in ours)
        {
            if (record.RecordType == "options")
                join.Learn(record);
            else
                flows.Add(Prepare(join.Join(record), starts, headers));
        }

        return
        [
            .. flows.GroupBy(f => Key(f, Keys(columns, map, f.Format)), StringComparer.Ordinal)
                .Select(g => Sum([.. g], Keys(columns, map, g.First().Format))),
        ];
    }

    /// <summary>
    /// The record as the tool takes it: uptimes as times, and where elements repeat (a packet inside a packet) the outer header's apart.
    /// </summary>
    private static DecodedRecord Prepare(
        DecodedRecord flow, IReadOnlyDictionary<long, BigInteger> starts, IReadOnlyDictionary<long, long> headers)
    {
        var elements = flow.Elements.ToList();
        if (elements.Count(e => e.Name == "protocolIdentifier") > 1)
        {
            // In wire order the outer header comes first; the family of addresses that comes first is its.
            var family = elements.Find(e => s_sources.Contains(e.Name))?.Name.Contains("IPv6", StringComparison.Ordinal) ?? false;
            string[] outer = family ? ["sourceIPv6Address", "destinationIPv6Address"] : ["sourceIPv4Address", "destinationIPv4Address"];
            foreach (var name in s_repeated.Concat(outer))
            {
                var index = elements.FindIndex(e => e.Name == name);
                if (index >= 0)
                    elements[index] = elements[index] with { Name = "tunnel/" + name };
            }
        }

        return flow with { Elements = [.. elements.Select(e => e.Name.EndsWith("SysUpTime", StringComparison.Ordinal) ? AsTime(e, flow, starts, headers) : e)] };
    }

    private static DecodedElement AsTime(
        DecodedElement uptime, DecodedRecord flow, IReadOnlyDictionary<long, BigInteger> starts, IReadOnlyDictionary<long, long> headers)
    {
        var value = (ValueForms.OurInteger(uptime.Value) ?? 0) * 1_000_000;
        BigInteger seconds;
        if (flow.Format == "netflow9" && Time(flow, "@receivedAt") is { } arrival && headers.TryGetValue((long)arrival, out var boot))
            // The tool takes the whole seconds between the flow and the header off the header's time.
            seconds = ((boot * (BigInteger)1_000_000) + value + 999_999_999) / 1_000_000_000;
        else if (Time(flow, "systemInitTimeMilliseconds") is { } init)
            seconds = (init + value) / 1_000_000_000;
        else if (flow.DomainId is { } domain && starts.TryGetValue(domain, out var start))
            seconds = (start + value) / 1_000_000_000;
        else
            return uptime;
        using var document = JsonDocument.Parse("\"" + DateTime.UnixEpoch.AddSeconds((double)seconds).ToString("s", CultureInfo.InvariantCulture) + "Z\"");
        return uptime with { Value = document.RootElement.Clone() };
    }

    /// <summary>Start of each exporter (by domain), nanoseconds since 1970, from its options (IE 160).</summary>
    private static Dictionary<long, BigInteger> Starts(IReadOnlyList<DecodedRecord> ours)
    {
        var starts = new Dictionary<long, BigInteger>();
        foreach (var record in ours.Where(o => o.RecordType == "options"))
        {
            if (record.DomainId is { } domain && Time(record, "systemInitTimeMilliseconds") is { } init)
                starts[domain] = init;
        }

        return starts;
    }

    private static BigInteger? Time(DecodedRecord record, string name) =>
        record.Elements.FirstOrDefault(e => e.Name == name) is { } element ? ValueForms.OurTime(element.Value) : null;

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
