namespace Breakwater.Wire.Ipfix;

/// <summary>
/// The plan of a bidirectional record's second flow (RFC 5103): ends swapped, counters and header values from the reverse elements
/// (enterprise 29305) or the responder's counters (IE 232, 299). What only holds for the first direction stays unknown.
/// </summary>
internal static class ReversePlan
{
    // An element that no plan reads.
    private const ushort PassedOver = 210;

    /// <summary>The plan, or null when the template counts one direction only.</summary>
    internal static FlowPlan? Build(Template template)
    {
        return CountsReverse(template) ? FlowPlanBuilder.BuildOne(Mirrored(template), PlanTraits.IsReverse) : null;
    }

    /// <summary>The template as the other direction would have sent it: the same lengths, the elements of that direction.</summary>
    internal static Template Mirrored(Template template)
    {
        var fields = template.Fields.ToArray();
        var reversed = ReversedMembers(template);
        for (var i = 0; i < fields.Length; i++)
        {
            var id = fields[i] switch
            {
                { IsScope: true } => PassedOver,
                { EnterpriseNumber: FieldSpecifier.ReverseEnterpriseNumber } => Counted(fields[i], template.Format),
                { EnterpriseNumber: 0 } => Mirror(fields[i].Id, template.Format, reversed),
                _ => PassedOver,
            };
            fields[i] = new FieldSpecifier(id, 0, fields[i].Length);
        }

        return new Template(template.Format, template.DomainId, template.Id, fields, isOptions: false, 0);
    }

    private static bool CountsReverse(Template template)
    {
        // Beside plain counters, which may be totals of both directions, the responder's would count twice.
        var hasTotals = false;
        foreach (var field in template.Fields)
            hasTotals |= field is { EnterpriseNumber: 0, Id: 1 or 2 or 85 or 86, Length: > 0 };
        foreach (var field in template.Fields)
        {
            if (field is { EnterpriseNumber: 0, Id: 232 or 299, Length: > 0 } && !hasTotals)
                return true;
            if (field.EnterpriseNumber == FieldSpecifier.ReverseEnterpriseNumber
                && FlowElements.Of(field.Id, template.Format).Member is FlowMember.Bytes or FlowMember.Packets)
            {
                return true;
            }
        }

        return false;
    }

    private static ulong ReversedMembers(Template template)
    {
        var members = 0UL;
        foreach (var field in template.Fields)
        {
            if (field.EnterpriseNumber == FieldSpecifier.ReverseEnterpriseNumber)
                members |= 1UL << (int)FlowElements.Of(Counted(field, template.Format), template.Format).Member;
        }

        // Both ends of an interval come from the same direction.
        const ulong Times = (1UL << (int)FlowMember.Start) | (1UL << (int)FlowMember.End) | (1UL << (int)FlowMember.Duration);
        return (members & Times) != 0 ? members | Times : members;
    }

    // RFC 5103 §6.1: addresses and ports tell the direction and have no reverse.
    private static ushort Counted(in FieldSpecifier field, ExportFormat format) => FlowElements.Of(field.Id, format).Member switch
    {
        FlowMember.Bytes or FlowMember.Packets or FlowMember.TcpFlags or FlowMember.TypeOfService or FlowMember.TimeToLive
            or FlowMember.VlanId or FlowMember.ForwardingStatus or FlowMember.Start or FlowMember.End or FlowMember.Duration
            or FlowMember.IcmpIPv4 or FlowMember.IcmpIPv6 or FlowMember.IcmpTypeIPv4 or FlowMember.IcmpCodeIPv4
            or FlowMember.IcmpTypeIPv6 or FlowMember.IcmpCodeIPv6 => field.Id,
        _ => PassedOver,
    };

    private static ushort Mirror(ushort id, ExportFormat format, ulong reversed)
    {
        var mirrored = id switch
        {
            8 => 12,
            12 => 8,
            27 => 28,
            28 => 27,
            7 => 11,
            11 => 7,
            180 => 181,
            181 => 180,
            182 => 183,
            183 => 182,
            10 => 14,
            14 => 10,
            252 => 253,
            253 => 252,
            232 => 231,
            299 => 298,
            _ => HoldsForBoth(FlowElements.Of(id, format).Member) ? id : PassedOver,
        };
        var isReversed = (reversed >> (int)FlowElements.Of((ushort)mirrored, format).Member & 1) != 0;
        return isReversed ? PassedOver : (ushort)mirrored;
    }

    private static bool HoldsForBoth(FlowMember member) =>
        member is FlowMember.Protocol or FlowMember.Start or FlowMember.End or FlowMember.SystemInit or FlowMember.Duration;
}
