using System.Globalization;
using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// Reads <c>tshark -T json --no-duplicate-keys</c>: each datagram's cflow and sflow trees become records with their fields in print
/// order. Repeated fields are arrays there; repeated subtrees (an object a key) are arrays of objects.
/// </summary>
internal static class TsharkFile
{
    private const int MessageHeaderBytes = 16;

    public static GoldenExport Read(string path)
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return Read(document.RootElement);
    }

    public static GoldenExport Read(JsonElement packets)
    {
        var records = new List<GoldenRecord>();
        var undecoded = new List<UndecodedSet>();
        var beyond = new List<UndecodedSet>();
        var format = "";
        foreach (var packet in packets.EnumerateArray())
        {
            var layers = packet.GetProperty("_source").GetProperty("layers");
            var before = records.Count;
            foreach (var layer in layers.EnumerateObject())
            {
                foreach (var tree in Occurrences(layer.Value))
                {
                    if (layer.NameEquals("cflow"))
                        format = ReadCflow(tree, records, undecoded, beyond);
                    else if (layer.NameEquals("sflow"))
                        format = TsharkSflow.Read(tree, records);
                }
            }

            if (layers.TryGetProperty("_ws.malformed", out _) && records.Count > before)
                records[^1] = records[^1] with { IsCutOff = true };
        }

        return new GoldenExport(records, undecoded, format, beyond);
    }

    /// <summary>A value, or the values of the array that stands for a repeated key.</summary>
    internal static IEnumerable<JsonElement> Occurrences(JsonElement value) =>
        value.ValueKind == JsonValueKind.Array ? value.EnumerateArray() : [value];

    /// <summary>All leaves below <paramref name="tree"/>, in print order, their names after <paramref name="prefix"/>.</summary>
    internal static void Leaves(JsonElement tree, string prefix, List<GoldenField> fields)
    {
        foreach (var property in tree.EnumerateObject())
        {
            foreach (var value in Occurrences(property.Value))
            {
                if (value.ValueKind == JsonValueKind.Object)
                {
                    // What a dissector finds inside a sampled frame or payload is not an element of the record.
                    var inner = property.Name.EndsWith("_section_tree", StringComparison.Ordinal) ? "header:" : prefix;
                    Leaves(value, inner, fields);
                }
                else if (!property.Name.EndsWith("_tree", StringComparison.Ordinal))
                {
                    fields.Add(new GoldenField(prefix + property.Name, value.ToString()));
                }
            }
        }
    }

    private static string ReadCflow(
        JsonElement message, List<GoldenRecord> records, List<UndecodedSet> undecoded, List<UndecodedSet> beyond)
    {
        var format = Text(message, "cflow.version") switch
        {
            "5" => "netflow5",
            "9" => "netflow9",
            "10" => "ipfix",
            var version => "cflow" + version,
        };
        var header = new List<GoldenField>();
        foreach (var name in (string[])["cflow.od_id", "cflow.source_id", "cflow.engine_type", "cflow.engine_id", "cflow.samplerate"])
        {
            if (Text(message, name) is { } value)
                header.Add(new GoldenField(name, value));
        }

        var export = message.TryGetProperty("cflow.timestamp_tree", out var times)
            ? Number(times, "cflow.exporttime") ?? Number(times, "cflow.unix_secs") ?? 0
            : 0;
        // Only IPFIX says in its header where the message ends.
        var left = (Number(message, "cflow.len") ?? long.MaxValue) - MessageHeaderBytes;
        foreach (var property in message.EnumerateObject())
        {
            foreach (var value in Occurrences(property.Value).Where(v => v.ValueKind == JsonValueKind.Object))
            {
                if (property.Name.StartsWith("pdu ", StringComparison.Ordinal))
                    records.Add(Record(format, null, header, value, export));
                else if (Number(value, "cflow.flowset_id") is { } id)
                {
                    var length = Number(value, "cflow.flowset_length") ?? 0;
                    if (left < length)
                        beyond.Add(new UndecodedSet((int)id, (int)length));
                    else
                        ReadSet(format, (int)id, value, header, export, records, undecoded);
                    left -= length;
                }
            }
        }

        return format;
    }

    private static void ReadSet(
        string format,
        int id,
        JsonElement set,
        List<GoldenField> header,
        long export,
        List<GoldenRecord> records,
        List<UndecodedSet> undecoded)
    {
        var decoded = false;
        foreach (var property in set.EnumerateObject())
        {
            foreach (var value in Occurrences(property.Value).Where(v => v.ValueKind == JsonValueKind.Object))
            {
                if (property.Name.StartsWith("Flow ", StringComparison.Ordinal))
                {
                    records.Add(Record(format, id, header, value, export));
                    decoded = true;
                }
                else if (property.Name.Contains("Template", StringComparison.Ordinal))
                {
                    decoded = true;
                }
            }
        }

        // Template sets are ids 0 and 1 (RFC 3954) or 2 and 3 (RFC 7011); an empty data set has nothing to decode.
        var template = format == "ipfix" ? id is 2 or 3 : id is 0 or 1;
        if (!decoded && !template && Number(set, "cflow.flowset_length") is { } length)
            undecoded.Add(new UndecodedSet(id, (int)length));
    }

    private static GoldenRecord Record(string format, int? setId, List<GoldenField> header, JsonElement tree, long export)
    {
        var fields = new List<GoldenField>(header);
        Leaves(tree, "", fields);
        // An element 149 has the last word about the domain, in our lines too.
        if (fields.Skip(header.Count).Any(f => f.Name == "cflow.od_id"))
            fields.RemoveRange(0, header.Count);
        var domain = fields.Find(f => f.Name is "cflow.od_id" or "cflow.source_id");
        return new GoldenRecord(format, setId, fields, export)
        {
            DomainId = domain is not null && long.TryParse(domain.Value, CultureInfo.InvariantCulture, out var id) ? id : null,
        };
    }

    internal static string? Text(JsonElement tree, string name) =>
        tree.TryGetProperty(name, out var value) ? Occurrences(value).First().ToString() : null;

    internal static long? Number(JsonElement tree, string name) =>
        long.TryParse(Text(tree, name), NumberStyles.Integer, CultureInfo.InvariantCulture, out var number) ? number : null;
}
