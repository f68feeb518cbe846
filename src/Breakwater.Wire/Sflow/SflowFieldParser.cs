namespace Breakwater.Wire.Sflow;

/// <summary>
/// Reads the field lists of <see cref="SflowStructureTable"/>: names separated by blanks, each with <c>:type</c> unless it is an
/// unsigned int; <c>name[ … ]</c> is an array, of a plain type when the bracket holds only <c>:type</c>.
/// </summary>
internal static class SflowFieldParser
{
    public static IReadOnlyList<SflowField> Parse(string text)
    {
        var tokens = new Queue<string>(text.Split([' ', '\n', '\r'], StringSplitOptions.RemoveEmptyEntries));
        return ParseList(tokens);
    }

    private static List<SflowField> ParseList(Queue<string> tokens)
    {
        var fields = new List<SflowField>();
        while (tokens.TryDequeue(out var token) && token != "]")
        {
            if (token.EndsWith('['))
            {
                fields.Add(new SflowField(token[..^1], SflowFieldType.Array, ParseList(tokens)));
                continue;
            }

            var colon = token.IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? token : token[..colon];
            fields.Add(new SflowField(name, colon < 0 ? SflowFieldType.UInt32 : ParseType(token[(colon + 1)..]), []));
        }

        return fields;
    }

    private static SflowFieldType ParseType(string type) => type switch
    {
        "uint" => SflowFieldType.UInt32,
        "int" => SflowFieldType.Int32,
        "hyper" => SflowFieldType.UInt64,
        "float" => SflowFieldType.Float,
        "mac" => SflowFieldType.Mac,
        "ip4" => SflowFieldType.IPv4,
        "ip6" => SflowFieldType.IPv6,
        "address" => SflowFieldType.Address,
        "string" => SflowFieldType.String,
        "opaque" => SflowFieldType.Opaque,
        "opaque4" => SflowFieldType.Opaque4,
        "opaque16" => SflowFieldType.Opaque16,
        _ => throw new ArgumentException($"no such type: {type}"),
    };
}
