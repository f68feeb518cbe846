using System.Runtime.CompilerServices;
using System.Text.Json;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry.Json;

/// <summary>The JSON keys of a template's fields, made once per template.</summary>
internal sealed class TemplateJson
{
    // Templates live as long as their exporter's state keeps them; so do these.
    private static readonly ConditionalWeakTable<Template, TemplateJson> Cache = [];

    private TemplateJson(Template template)
    {
        var fields = template.Fields;
        Fields = new Field[fields.Length];
        var first = new Dictionary<string, int>(StringComparer.Ordinal);
        for (var index = 0; index < fields.Length; index++)
        {
            var (name, type) = ElementNames.Of(template.Format, fields[index]);
            Fields[index] = new Field(JsonEncodedText.Encode(name), type);
            HasDomainId |= name == "observationDomainId";
            if (!first.TryAdd(name, index))
                Append(first[name], index);
        }
    }

    /// <summary>One entry per field of the template, in wire order.</summary>
    public Field[] Fields { get; }

    /// <summary>True when a field has the name of the record's own <c>observationDomainId</c> key.</summary>
    public bool HasDomainId { get; }

    public static TemplateJson Of(Template template) => Cache.GetValue(template, static key => new TemplateJson(key));

    private void Append(int head, int index)
    {
        Fields[index].IsRepeat = true;
        while (Fields[head].Next >= 0)
            head = Fields[head].Next;
        Fields[head].Next = index;
    }

    /// <summary>How one field is written.</summary>
    public struct Field(JsonEncodedText name, ElementType type)
    {
        public readonly JsonEncodedText Name = name;
        public readonly ElementType Type = type;

        /// <summary>The next field with the same name, -1 for none: the values form an array.</summary>
        public int Next = -1;

        /// <summary>True for all but the first field of a name.</summary>
        public bool IsRepeat;
    }
}
