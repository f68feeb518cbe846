using Breakwater.Wire.Ipfix;

namespace Breakwater.Bench.Workloads;

/// <summary>Templates as exporters in use send them.</summary>
internal static class Layouts
{
    private const uint Cisco = 9;
    private const uint Juniper = 2636;
    private const ushort Variable = FieldSpecifier.Variable;

    /// <summary>A router's IPv4 template: 18 fields, 52 octets.</summary>
    public static FieldSpecifier[] IPv4 { get; } = Fields(
        (1, 4), (2, 4), (4, 1), (5, 1), (6, 1), (7, 2), (8, 4), (9, 1), (10, 4), (11, 2), (12, 4), (13, 1), (14, 4), (15, 4), (16, 4), (17, 4), (21, 4), (22, 4));

    /// <summary>Its IPv6 twin: 88 octets.</summary>
    public static FieldSpecifier[] IPv6 { get; } = Fields(
        (27, 16), (28, 16), (62, 16), (10, 4), (14, 4), (2, 8), (1, 8), (7, 2), (11, 2), (4, 1), (6, 1), (5, 1), (29, 1), (30, 1), (61, 1), (21, 4), (22, 4));

    /// <summary>Reduced sizes (RFC 7011 §6.2) and fields of the vendor's own range.</summary>
    public static FieldSpecifier[] NetFlow9Reduced { get; } = Fields(
        (8, 4), (12, 4), (1, 3), (2, 3), (10, 2), (14, 2), (7, 2), (11, 2), (4, 1), (6, 1), (33002, 2), (40001, 4), (40002, 5), (40005, 1), (21, 4), (22, 4), (34, 4));

    /// <summary>IPFIX with absolute times and no variable length.</summary>
    public static FieldSpecifier[] IpfixFixed { get; } = Fields(
        (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (5, 1), (6, 2), (1, 8), (2, 8), (10, 4), (14, 4), (152, 8), (153, 8), (136, 1));

    /// <summary>IPFIX with a variable-length interface name in the middle.</summary>
    public static FieldSpecifier[] IpfixVariable { get; } = Fields(
        (8, 4), (12, 4), (7, 2), (11, 2), (4, 1), (82, Variable), (1, 8), (2, 4), (10, 4), (14, 4), (152, 8), (153, 8));

    /// <summary>IPFIX with IPv6, enterprise fields, a variable-length one at the end, and reduced sizes.</summary>
    public static FieldSpecifier[] IpfixEnterprise { get; } =
    [
        .. Fields((27, 16), (28, 16), (7, 2), (11, 2), (4, 1), (1, 5), (2, 3), (10, 2), (14, 2)),
        new(12235, Cisco, 4), new(137, Juniper, 1), new(1, FieldSpecifier.ReverseEnterpriseNumber, 4), new(152, 0, 8), new(153, 0, 8), new(111, Cisco, Variable),
    ];

    private static FieldSpecifier[] Fields(params ReadOnlySpan<(int Id, int Length)> fields)
    {
        var specifiers = new FieldSpecifier[fields.Length];
        for (var i = 0; i < fields.Length; i++)
            specifiers[i] = new FieldSpecifier((ushort)fields[i].Id, 0, (ushort)fields[i].Length);
        return specifiers;
    }
}
