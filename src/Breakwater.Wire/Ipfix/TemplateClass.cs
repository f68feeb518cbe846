namespace Breakwater.Wire.Ipfix;

/// <summary>Tells traffic from options and from events by the elements of a template.</summary>
internal static class TemplateClass
{
    /// <summary>
    /// Events carry natEvent (IE 230, RFC 8158) or firewallEvent (IE 233) and no counter of octets or packets: a NAT record is no
    /// traffic, a firewall's teardown record with octets is.
    /// </summary>
    internal static TemplateKind Of(ReadOnlySpan<FieldSpecifier> fields, bool isOptions)
    {
        if (isOptions)
            return TemplateKind.Options;
        var isEvent = false;
        foreach (var field in fields)
        {
            if (field.EnterpriseNumber != 0 || field.Length == 0)
                continue;
            if (IsCounter(field.Id))
                return TemplateKind.Flow;
            isEvent |= field.Id is 230 or 233;
        }

        return isEvent ? TemplateKind.Event : TemplateKind.Flow;
    }

    private static bool IsCounter(ushort id) => id is 1 or 2 or 23 or 24 or 85 or 86 or 171 or 172 or 231 or 232 or 298 or 299 or 352 or 353;
}
