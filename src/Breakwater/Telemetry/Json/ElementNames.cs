using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry.Json;

/// <summary>The JSON key and type of a template's field.</summary>
internal static class ElementNames
{
    // RFC 3954 §6.1: scope field types, which are no information elements.
    private static readonly string[] NetFlow9Scopes =
        ["scopeSystem", "scopeInterface", "scopeLineCard", "scopeCache", "scopeTemplate"];

    public static (string Name, ElementType Type) Of(ExportFormat format, in FieldSpecifier field)
    {
        if (InformationElements.TryGet(field, format, out var element))
            return (element.Name, element.Type);
        if (field.IsScope && format == ExportFormat.NetFlow9 && field.Id - 1 < NetFlow9Scopes.Length && field.Id > 0)
            return (NetFlow9Scopes[field.Id - 1], field.Length <= sizeof(ulong) ? ElementType.Unsigned64 : ElementType.OctetArray);
        return ($"{field.EnterpriseNumber}/{field.Id}", ElementType.OctetArray);
    }
}
