using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Breakwater.Wire.Ipfix;

/// <summary>Abstract data types of information elements (RFC 7011 §6.1, RFC 6313 lists).</summary>
public enum ElementType : byte
{
    OctetArray = 0,
    Unsigned8,
    Unsigned16,
    Unsigned32,
    Unsigned64,
    Unsigned256,
    Signed8,
    Signed16,
    Signed32,
    Signed64,
    Float32,
    Float64,
    Boolean,
    MacAddress,
    String,
    DateTimeSeconds,
    DateTimeMilliseconds,
    DateTimeMicroseconds,
    DateTimeNanoseconds,
    Ipv4Address,
    Ipv6Address,
    BasicList,
    SubTemplateList,
    SubTemplateMultiList,
}

/// <summary>One entry of the IANA registry.</summary>
/// <param name="Id">Element id.</param>
/// <param name="Name">IANA's name, unchanged.</param>
/// <param name="Type">Abstract data type.</param>
public sealed record InformationElement(ushort Id, string Name, ElementType Type);

/// <summary>The IANA registry of IPFIX information elements; ids 1-127 are those of NetFlow v9 too (RFC 3954 §8).</summary>
public static partial class InformationElements
{
    private static readonly InformationElement?[] Known = Parse(Registry);
    private static readonly InformationElement?[] Reverse = [.. Known.Select(Reversed)];

    /// <summary>All elements, by ascending id.</summary>
    public static IEnumerable<InformationElement> All => Known.OfType<InformationElement>();

    /// <summary>The element with an IANA id; false for unassigned ids.</summary>
    public static bool TryGet(ushort id, [NotNullWhen(true)] out InformationElement? element)
    {
        element = id < Known.Length ? Known[id] : null;
        return element is not null;
    }

    /// <summary>
    /// The element that a template's field names: an IANA element, or its reverse ("reverse" + name, RFC 5103 §6.1); false for
    /// other enterprises, unassigned ids, and the scopes of NetFlow v9, which are no elements.
    /// </summary>
    public static bool TryGet(in FieldSpecifier field, ExportFormat format, [NotNullWhen(true)] out InformationElement? element)
    {
        element = null;
        if (field.IsScope && format == ExportFormat.NetFlow9)
            return false;
        var table = field.EnterpriseNumber switch
        {
            0 => Known,
            FieldSpecifier.ReverseEnterpriseNumber => Reverse,
            _ => [],
        };
        element = field.Id < table.Length ? table[field.Id] : null;
        return element is not null;
    }

    private static InformationElement? Reversed(InformationElement? element) => element is null
        ? null
        : element with { Name = $"reverse{char.ToUpperInvariant(element.Name[0])}{element.Name[1..]}" };

    private static InformationElement?[] Parse(string registry)
    {
        var elements = new List<InformationElement?>();
        foreach (var line in registry.AsSpan().EnumerateLines())
        {
            var name = line.IndexOf(' ') + 1;
            var type = line.LastIndexOf(' ') + 1;
            var id = ushort.Parse(line[..(name - 1)], NumberStyles.None, CultureInfo.InvariantCulture);
            while (elements.Count < id)
                elements.Add(null);
            var elementType = Enum.Parse<ElementType>(line[type..], ignoreCase: true);
            elements.Add(new InformationElement(id, line[name..(type - 1)].ToString(), elementType));
        }

        return [.. elements];
    }
}
