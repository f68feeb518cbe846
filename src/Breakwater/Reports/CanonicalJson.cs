using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Breakwater.Reports;

/// <summary>JSON Canonicalization Scheme (RFC 8785): the one spelling of a document, for hashes.</summary>
internal static class CanonicalJson
{
    /// <summary>The canonical UTF-8 text of a node.</summary>
    public static byte[] Write(JsonNode? node)
    {
        var text = new StringBuilder();
        Append(text, node);
        return Encoding.UTF8.GetBytes(text.ToString());
    }

    private static void Append(StringBuilder text, JsonNode? node)
    {
        switch (node)
        {
            case null:
                text.Append("null");
                break;
            case JsonObject members:
                AppendObject(text, members);
                break;
            case JsonArray items:
                AppendArray(text, items);
                break;
            default:
                AppendValue(text, node);
                break;
        }
    }

    /// <summary>RFC 8785 §3.2.3: members in the order of their names' UTF-16 code units.</summary>
    private static void AppendObject(StringBuilder text, JsonObject members)
    {
        text.Append('{');
        var isFirst = true;
        foreach (var (name, value) in members.OrderBy(static member => member.Key, StringComparer.Ordinal))
        {
            if (!isFirst)
                text.Append(',');
            isFirst = false;
            AppendString(text, name);
            text.Append(':');
            Append(text, value);
        }
        text.Append('}');
    }

    private static void AppendArray(StringBuilder text, JsonArray items)
    {
        text.Append('[');
        for (var index = 0; index < items.Count; index++)
        {
            if (index > 0)
                text.Append(',');
            Append(text, items[index]);
        }
        text.Append(']');
    }

    private static void AppendValue(StringBuilder text, JsonNode value)
    {
        switch (value.GetValueKind())
        {
            case JsonValueKind.String:
                AppendString(text, value.GetValue<string>());
                break;
            case JsonValueKind.Number:
                text.Append(Number(double.Parse(value.ToJsonString(), CultureInfo.InvariantCulture)));
                break;
            default:
                text.Append(value.ToJsonString());
                break;
        }
    }

    /// <summary>RFC 8785 §3.2.2.2: only what JSON demands is escaped.</summary>
    private static void AppendString(StringBuilder text, string value)
    {
        text.Append('"');
        foreach (var character in value)
        {
            _ = character switch
            {
                '"' => text.Append("\\\""),
                '\\' => text.Append("\\\\"),
                '\b' => text.Append("\\b"),
                '\f' => text.Append("\\f"),
                '\n' => text.Append("\\n"),
                '\r' => text.Append("\\r"),
                '\t' => text.Append("\\t"),
                < ' ' => text.Append(CultureInfo.InvariantCulture, $"\\u{(int)character:x4}"),
                _ => text.Append(character),
            };
        }
        text.Append('"');
    }

    /// <summary>RFC 8785 §3.2.2.3: a number as ECMAScript's Number.prototype.toString spells it (ECMA-262 §6.1.6.1.20).</summary>
    internal static string Number(double value)
    {
        if (value == 0)
            return "0";
        var sign = value < 0 ? "-" : "";
        var (digits, point) = Shortest(Math.Abs(value));
        var count = digits.Length;
        if (count <= point && point <= 21)
            return sign + digits + new string('0', point - count);
        if (point is > 0 and <= 21)
            return sign + digits[..point] + "." + digits[point..];
        if (point is > -6 and <= 0)
            return sign + "0." + new string('0', -point) + digits;
        var exponent = (point - 1).ToString("+0;-0", CultureInfo.InvariantCulture);
        return sign + digits[..1] + (count > 1 ? "." + digits[1..] : "") + "e" + exponent;
    }

    /// <summary>The fewest digits that read back as the value, and the place of the decimal point among them.</summary>
    private static (string Digits, int Point) Shortest(double value)
    {
        var text = value.ToString("R", CultureInfo.InvariantCulture);
        var exponent = 0;
        var mark = text.IndexOf('E', StringComparison.Ordinal);
        if (mark >= 0)
        {
            exponent = int.Parse(text.AsSpan(mark + 1), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture);
            text = text[..mark];
        }
        var dot = text.IndexOf('.', StringComparison.Ordinal);
        var point = (dot < 0 ? text.Length : dot) + exponent;
        var digits = text.Replace(".", "", StringComparison.Ordinal);
        var leading = digits.Length - digits.TrimStart('0').Length;
        return (digits.Trim('0'), point - leading);
    }
}
