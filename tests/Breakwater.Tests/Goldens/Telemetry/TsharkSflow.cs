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
        "eth", "vlan", "mpls", "ip", "ipv6", "tcp", "udp", "icmp", "icmpv6", "sctp", "gre", "udplite", "dccp", "pppoes", "ppp", "esp", "ah",
        "vxlan", "geneve", "pwethheuristic", "pwethcw",
    };

    public static string Read(JsonElement datagram, List<GoldenRecord> records)
    {
        var header = new List<GoldenField>();
        foreach (var name in (string[])["sflow_245.agent", "sflow_245.agent.v6", "sflow_245.sub_agent_id"])
        {
            if (TsharkFile.Text(datagram, name) is { } value)
                header.Add(new GoldenField(name, value));
        }

        foreach (var property in datagram.EnumerateObject())
        {
            foreach (var sample in TsharkFile.Occurrences(property.Value))
            {
                if (sample.ValueKind == JsonValueKind.Object && sample.TryGetProperty("sflow_245.sampletype", out _))
                    records.Add(Sample(sample, header));
            }
        }

        return "sflow5";
    }

    private static GoldenRecord Sample(JsonElement sample, List<GoldenField> header)
    {
        var fields = new List<GoldenField>(header);
        foreach (var property in sample.EnumerateObject())
        {
            foreach (var value in TsharkFile.Occurrences(property.Value))
            {
                if (value.ValueKind != JsonValueKind.Object)
                    fields.Add(new GoldenField(property.Name, value.ToString()));
                else if (property.Name.EndsWith("_tree", StringComparison.Ordinal))
                    TsharkFile.Leaves(value, "", fields);
                else
                    Structure(value, fields);
            }
        }

        return new GoldenRecord("sflow5", null, fields);
    }

    private static void Structure(JsonElement structure, List<GoldenField> fields)
    {
        var enterprise = TsharkFile.Text(structure, "sflow.enterprise");
        var kind = TsharkFile.Text(structure, "sflow_245.flow_record_format") is { } flow
            ? "flow" + flow
            : "counter" + TsharkFile.Text(structure, "sflow_245.counters_record_format");
        var prefix = enterprise is null or "0" ? kind + ":" : kind + "@" + enterprise + ":";
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
        foreach (var layer in layers.EnumerateObject().Where(l => s_layers.Contains(l.Name)))
        {
            foreach (var tree in TsharkFile.Occurrences(layer.Value).Where(t => t.ValueKind == JsonValueKind.Object))
            {
                // The type behind the last tag is the one that says what is carried.
                etherType = TsharkFile.Text(tree, "eth.type") ?? TsharkFile.Text(tree, "vlan.etype") ?? etherType;
                var found = new List<GoldenField>();
                if (layer.Name.StartsWith("icmp", StringComparison.Ordinal))
                    found.AddRange(DirectLeaves(tree));
                else
                    TsharkFile.Leaves(tree, "header:", found);
                fields.AddRange(found);
                // The transport protocol is behind the extension headers (RFC 8200 §4).
                if (layer.NameEquals("ipv6") && found.FindLast(f => f.Name.EndsWith(".nxt", StringComparison.Ordinal)) is { } next)
                    fields.Add(new GoldenField("header:protocol", next.Value));
                else if (layer.NameEquals("ip") && TsharkFile.Text(tree, "ip.proto") is { } protocol)
                    fields.Add(new GoldenField("header:protocol", protocol));
            }
        }

        if (etherType is not null)
            fields.Add(new GoldenField("header:ethertype", etherType));
    }

    /// <summary>ICMP errors quote a packet; that is payload, not a further layer.</summary>
    private static IEnumerable<GoldenField> DirectLeaves(JsonElement tree) =>
        from property in tree.EnumerateObject()
        from value in TsharkFile.Occurrences(property.Value)
        where value.ValueKind != JsonValueKind.Object
        select new GoldenField("header:" + property.Name, value.ToString());
}
