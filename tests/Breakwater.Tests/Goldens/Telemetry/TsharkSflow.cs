using System.Globalization;
using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// The sFlow tree of tshark: one record a sample. Fields of a structure carry its data format ("flow1002:" or "counter1:") because tshark
/// uses one name in several structures; fields of the sampled header carry "header:".
/// </summary>
internal static class TsharkSflow
{
    /// <summary>Layers of a sampled header that our lines describe; deeper ones are payload.</summary>
    private static readonly HashSet<string> s_layers = new(StringComparer.Ordinal)
    {
        "eth", "vlan", "ieee8021ad", "mpls", "ip", "ipv6", "tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "udplite", "dccp", "pppoes", "ppp", "esp", "ah",
        "vxlan", "geneve", "pwethheuristic", "pwethcw",
    };

    private const string FlowFormat = "sflow_245.flow_record_format";

    private static readonly string[] s_types = ["eth.type", "vlan.etype", "ieee8021ad.etype", "ieee8021ah.etype"];

    public static string Read(JsonElement datagram, List<GoldenRecord> records)
    {
        var header = new List<GoldenField>();
        foreach (var name in (string[])["sflow_245.agent", "sflow_245.agent.v6", "sflow_245.sub_agent_id"])
        {
            if (TsharkFile.Text(datagram, name) is { } value)
                header.Add(new GoldenField(name, value));
        }

        // Samples are named by sequence number: those of several sources can have one name, and become one array out of order.
        var samples = datagram.EnumerateObject().Where(p => TsharkFile.Occurrences(p.Value).Any(IsSample)).ToList();
        var unordered = samples.Exists(p => p.Value.ValueKind == JsonValueKind.Array);
        var number = records.Count;
        records.AddRange(samples.SelectMany(p => TsharkFile.Occurrences(p.Value))
            .Select(sample => Sample(sample, header) with { Unordered = unordered ? number : null }));
        return "sflow5";
    }

    private static bool IsSample(JsonElement tree) => tree.ValueKind == JsonValueKind.Object && tree.TryGetProperty("sflow_245.sampletype", out _);

    private static GoldenRecord Sample(JsonElement sample, List<GoldenField> header)
    {
        var fields = new List<GoldenField>(header);
        var structures = sample.EnumerateObject().SelectMany(p => TsharkFile.Occurrences(p.Value)).Where(v => v.ValueKind == JsonValueKind.Object);
        var hasHeader = structures.Any(v => TsharkFile.Text(v, FlowFormat) == "1");
        foreach (var property in sample.EnumerateObject())
        {
            foreach (var value in TsharkFile.Occurrences(property.Value))
            {
                if (value.ValueKind != JsonValueKind.Object)
                    fields.Add(new GoldenField(property.Name, value.ToString()));
                else if (property.Name.EndsWith("_tree", StringComparison.Ordinal))
                    TsharkFile.Leaves(value, "", fields);
                else
                    Structure(value, hasHeader, fields);
            }
        }

        // Of a first fragment the tool shows no transport header: it waits for the rest.
        var waits = fields.Exists(f => f is { Name: "header:ip.flags.mf" or "header:ipv6.fraghdr.more", Value: "1" });
        return new GoldenRecord("sflow5", null, fields) { IsCutOff = waits };
    }

    private static void Structure(JsonElement structure, bool hasHeader, List<GoldenField> fields)
    {
        var enterprise = TsharkFile.Text(structure, "sflow.enterprise");
        var kind = TsharkFile.Text(structure, FlowFormat) is { } flow
            ? "flow" + flow
            : "counter" + TsharkFile.Text(structure, "sflow_245.counters_record_format");
        var prefix = enterprise is null or "0" ? kind + ":" : kind + "@" + enterprise + ":";
        // Without a header these structures are all that is known of the packet.
        if (!hasHeader && kind is ("flow2" or "flow3" or "flow4"))
            TsharkFile.Leaves(structure, "packet:", fields);
        foreach (var property in structure.EnumerateObject())
        {
            foreach (var value in TsharkFile.Occurrences(property.Value))
            {
                if (property.NameEquals("sflow_245.header_tree"))
                    Header(value, fields);
                else if (value.ValueKind == JsonValueKind.Object)
                    TsharkFile.Leaves(value, prefix, fields);
                else
                    fields.Add(new GoldenField(prefix + property.Name, value.ToString()));
            }
        }
    }

    private static void Header(JsonElement layers, List<GoldenField> fields)
    {
        string? etherType = null;
        var tags = 0;
        foreach (var layer in layers.EnumerateObject().Where(l => s_layers.Contains(l.Name)))
        {
            foreach (var tree in TsharkFile.Occurrences(layer.Value).Where(t => t.ValueKind == JsonValueKind.Object))
            {
                // The type behind the last tag is the one that says what is carried.
                etherType = s_types.Select(t => TsharkFile.Text(tree, t)).FirstOrDefault(t => t is not null) ?? etherType;
                var found = new List<GoldenField>();
                if (layer.Name.StartsWith("icmp", StringComparison.Ordinal))
                    found.AddRange(DirectLeaves(tree));
                else
                    TsharkFile.Leaves(tree, IsCutOff(layer.Name, tree) ? "header:cut:" : "header:", found);
                fields.AddRange(found);
                if (layer.Name is "vlan" or "ieee8021ad")
                    Tag(layer.Name, tree, tags++ == 0 ? "outer" : "inner", fields);
                else if (!IsCutOff(layer.Name, tree))
                    Common(layer.Name, tree, found, fields);
            }
        }

        if (etherType is not null)
            fields.Add(new GoldenField("header:ethertype", etherType));
    }

    /// <summary>A header that ends before its last fixed field: we give no part of it.</summary>
    private static bool IsCutOff(string layer, JsonElement tree) =>
        layer is "ip" or "ipv6" && !tree.TryGetProperty(layer + ".dst", out _);

    private static void Tag(string layer, JsonElement tree, string which, List<GoldenField> fields)
    {
        // A tag that ends before its type is cut.
        if (!s_types.Any(t => tree.TryGetProperty(t, out _)) && !tree.TryGetProperty("vlan.len", out _))
            return;
        foreach (var name in (string[])["id", "priority"])
        {
            if (TsharkFile.Text(tree, $"{layer}.{name}") is { } value)
                fields.Add(new GoldenField($"header:vlan.{which}.{name}", value));
        }
    }

    /// <summary>What tshark names by protocol and we by meaning.</summary>
    private static void Common(string layer, JsonElement tree, List<GoldenField> found, List<GoldenField> fields)
    {
        void Add(string name, string? value)
        {
            if (value is not null)
                fields.Add(new GoldenField("header:" + name, value));
        }

        switch (layer)
        {
            case "ip":
                Add("protocol", TsharkFile.Text(tree, "ip.proto"));
                Add("tos", TsharkFile.Text(tree, "ip.dsfield"));
                Add("ttl", TsharkFile.Text(tree, "ip.ttl"));
                Add("length", TsharkFile.Text(tree, "ip.len"));
                break;
            case "ipv6":
                // The transport protocol is behind the extension headers, the length without the header's 40 octets (RFC 8200 §3, §4).
                Add("protocol", found.FindLast(f => f.Name.EndsWith(".nxt", StringComparison.Ordinal))?.Value);
                Add("tos", TsharkFile.Text(tree, "ipv6.tclass"));
                Add("ttl", TsharkFile.Text(tree, "ipv6.hlim"));
                Add("length", TsharkFile.Number(tree, "ipv6.plen") is { } payload ? (payload + 40).ToString(CultureInfo.InvariantCulture) : null);
                break;
            default:
                Add("port.src", TsharkFile.Text(tree, layer + ".srcport"));
                Add("port.dst", TsharkFile.Text(tree, layer + ".dstport"));
                break;
        }
    }

    /// <summary>ICMP errors quote a packet; that is payload, not a further layer.</summary>
    private static IEnumerable<GoldenField> DirectLeaves(JsonElement tree) =>
        from property in tree.EnumerateObject()
        from value in TsharkFile.Occurrences(property.Value)
        where value.ValueKind != JsonValueKind.Object
        select new GoldenField("header:" + property.Name, value.ToString());
}
