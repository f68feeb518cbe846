using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>One value of one of our JSON lines.</summary>
/// <param name="Name">
/// The element; <c>structure/field</c> below <c>records</c>; <c>@key</c> for the keys that describe the datagram or set. Elements of
/// <c>inner</c> headers follow the outer ones under the same names.
/// </param>
/// <param name="Value">Its JSON value; the values of an array follow one another.</param>
/// <param name="IsInner">True for an element of an inner header.</param>
internal sealed record DecodedElement(string Name, JsonElement Value, bool IsInner = false);

/// <summary>One JSON line of <c>decode --format json</c>, flattened.</summary>
internal sealed record DecodedRecord(string Format, string RecordType, int? SetId, IReadOnlyList<DecodedElement> Elements)
{
    private static readonly HashSet<string> s_envelope = new(StringComparer.Ordinal)
    {
        "recordType", "format", "exporter", "observationDomainId", "setId", "samplingRate", "samplingSource", "receivedAt", "guessed",
    };

    public long? DomainId { get; } =
        Elements.FirstOrDefault(e => e.Name == "@observationDomainId") is { Value.ValueKind: JsonValueKind.Number } id ? id.Value.GetInt64() : null;

    public static IEnumerable<DecodedRecord> ReadLines(TextReader lines)
    {
        while (lines.ReadLine() is { } line)
        {
            if (line.Length > 0)
                yield return Parse(line);
        }
    }

    public static DecodedRecord Parse(string line)
    {
        using var document = JsonDocument.Parse(line);
        var root = document.RootElement.Clone();
        var elements = new List<DecodedElement>();
        foreach (var property in root.EnumerateObject())
        {
            if (s_envelope.Contains(property.Name))
                elements.Add(new DecodedElement("@" + property.Name, property.Value));
            else if (property.NameEquals("records"))
                Structures(property.Value, elements);
            else
                Flatten(property.Name, property.Value, "", false, elements);
        }

        int? setId = root.TryGetProperty("setId", out var id) && id.ValueKind == JsonValueKind.Number ? id.GetInt32() : null;
        return new DecodedRecord(root.GetProperty("format").GetString()!, root.GetProperty("recordType").GetString()!, setId, elements);
    }

    private static void Structures(JsonElement records, List<DecodedElement> elements)
    {
        foreach (var structure in records.EnumerateObject())
            Flatten(structure.Name, structure.Value, "", false, elements);
    }

    /// <summary>Inner headers keep the element's plain name; other objects put their own name in front of their fields' names.</summary>
    private static void Flatten(string name, JsonElement value, string prefix, bool inner, List<DecodedElement> elements)
    {
        if (value.ValueKind == JsonValueKind.Array)
        {
            foreach (var item in value.EnumerateArray())
                Flatten(name, item, prefix, inner, elements);
        }
        else if (value.ValueKind == JsonValueKind.Object)
        {
            var inside = name == "inner" ? prefix : prefix + name + "/";
            foreach (var property in value.EnumerateObject())
                Flatten(property.Name, property.Value, inside, inner || name == "inner", elements);
        }
        else
        {
            elements.Add(new DecodedElement(prefix + name, value, inner));
        }
    }
}
