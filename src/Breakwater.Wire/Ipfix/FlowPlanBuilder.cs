namespace Breakwater.Wire.Ipfix;

/// <summary>Makes the plan of a template: chooses one element for each member of the flow and lays the reads out in wire order.</summary>
internal static class FlowPlanBuilder
{
    private const int NotChosen = -1;

    internal static FlowPlan Build(Template template)
    {
        var reverse = ReversePlan.Build(template);
        return BuildOne(template, reverse is null ? PlanTraits.None : PlanTraits.Biflow, reverse);
    }

    /// <summary>The plan of one direction.</summary>
    internal static FlowPlan BuildOne(Template template, PlanTraits traits, FlowPlan? reverse = null)
    {
        Span<int> chosen = stackalloc int[(int)FlowMember.Count];
        chosen.Fill(NotChosen);
        Choose(template, chosen);
        var targets = new PlanTarget[template.Fields.Length];
        var alsoEnd = NotChosen;
        var known = FlowFields.None;
        for (var member = 1; member < chosen.Length; member++)
        {
            if (chosen[member] == NotChosen || IsSuperfluous((FlowMember)member, chosen))
                continue;
            var element = FlowElements.Of(template.Fields[chosen[member]].Id, template.Format);
            var target = Adjust(element.Target, (FlowMember)member, chosen);
            targets[chosen[member]] = target;
            traits |= TraitsOf(target);
            if (target == PlanTarget.IcmpTypeCode)
                traits |= (FlowMember)member == FlowMember.IcmpIPv4 ? PlanTraits.IcmpIPv4 : PlanTraits.IcmpIPv6;
            if (element.IsTotal)
                known |= FlowFields.TotalCounters;
            if (template.Fields[chosen[member]].IsVariable)
                traits |= PlanTraits.ClearsFirst;
            else
                known |= FieldOf(target);
            if ((FlowMember)member == FlowMember.Start && element.Rank >= 7 && chosen[(int)FlowMember.End] == NotChosen)
                alsoEnd = chosen[member]; // a packet's observation time is both ends of its flow
        }

        if (chosen[(int)FlowMember.Frame] != NotChosen && template.Fields[chosen[(int)FlowMember.Frame]].Id == 313)
            traits |= PlanTraits.FrameIsPacket;
        if (alsoEnd != NotChosen && !template.Fields[alsoEnd].IsVariable)
            known |= FlowFields.End;
        var steps = LayOut(template, targets, alsoEnd);
        return new FlowPlan(steps, known, traits, !template.HasVariableLength, template.MinimumLength)
        {
            Reverse = reverse,
            StartsByUptime = targets.Contains(PlanTarget.ScratchFirstUptime),
            EndsByUptime = targets.Contains(PlanTarget.ScratchLastUptime),
        };
    }

    /// <summary>The bit that a target makes known.</summary>
    internal static FlowFields FieldOf(PlanTarget target) => target switch
    {
        PlanTarget.SourceIPv4 or PlanTarget.SourceIPv6 or PlanTarget.SourceEitherIPv4 or PlanTarget.SourceEitherIPv6 => FlowFields.Source,
        PlanTarget.DestinationIPv4 or PlanTarget.DestinationIPv6 or PlanTarget.DestinationEitherIPv4
            or PlanTarget.DestinationEitherIPv6 => FlowFields.Destination,
        PlanTarget.Bytes => FlowFields.Bytes,
        PlanTarget.Packets => FlowFields.Packets,
        PlanTarget.InputInterface => FlowFields.InputInterface,
        PlanTarget.OutputInterface => FlowFields.OutputInterface,
        PlanTarget.SourcePort or PlanTarget.SourcePortIfZero => FlowFields.SourcePort,
        PlanTarget.DestinationPort or PlanTarget.DestinationPortIfZero => FlowFields.DestinationPort,
        PlanTarget.IpLength => FlowFields.IpLength,
        PlanTarget.TcpFlags => FlowFields.TcpFlags,
        PlanTarget.IcmpTypeCode => FlowFields.IcmpTypeCode,
        PlanTarget.FragmentOffset => FlowFields.Fragment,
        PlanTarget.VlanId => FlowFields.VlanId,
        PlanTarget.Protocol => FlowFields.Protocol,
        PlanTarget.TypeOfService => FlowFields.TypeOfService,
        PlanTarget.TimeToLive => FlowFields.TimeToLive,
        PlanTarget.Direction => FlowFields.Direction,
        PlanTarget.ForwardingStatus => FlowFields.ForwardingStatus,
        PlanTarget.StartSeconds or PlanTarget.StartMilliseconds or PlanTarget.StartNtpMicroseconds
            or PlanTarget.StartNtpNanoseconds or PlanTarget.StartDeltaMicroseconds or PlanTarget.StartUptime => FlowFields.Start,
        PlanTarget.EndSeconds or PlanTarget.EndMilliseconds or PlanTarget.EndNtpMicroseconds
            or PlanTarget.EndNtpNanoseconds or PlanTarget.EndDeltaMicroseconds or PlanTarget.EndUptime => FlowFields.End,
        _ => FlowFields.None,
    };

    private static void Choose(Template template, Span<int> chosen)
    {
        for (var i = 0; i < template.Fields.Length; i++)
        {
            ref readonly var field = ref template.Fields[i];
            if (field.EnterpriseNumber != 0 || field.IsScope)
                continue;
            var element = FlowElements.Of(field.Id, template.Format);
            if (element.Member == FlowMember.None || !(field.IsVariable || FlowElements.Accepts(element.Target, field.Length)))
                continue;
            ref var best = ref chosen[(int)element.Member];
            if (best == NotChosen || FlowElements.Of(template.Fields[best].Id, template.Format).Rank > element.Rank)
                best = i;
        }
    }

    // Elements that only count when others are absent.
    private static bool IsSuperfluous(FlowMember member, ReadOnlySpan<int> chosen) => member switch
    {
        FlowMember.UdpSourcePort or FlowMember.TcpSourcePort => Has(chosen, FlowMember.SourcePort),
        FlowMember.UdpDestinationPort or FlowMember.TcpDestinationPort => Has(chosen, FlowMember.DestinationPort),
        FlowMember.IcmpTypeIPv4 or FlowMember.IcmpCodeIPv4 => Has(chosen, FlowMember.IcmpIPv4),
        FlowMember.IcmpTypeIPv6 or FlowMember.IcmpCodeIPv6 => Has(chosen, FlowMember.IcmpIPv6),
        FlowMember.Frame => HasAddress(chosen),
        FlowMember.FrameSize => HasAddress(chosen) || !Has(chosen, FlowMember.Frame),
        FlowMember.Duration => Has(chosen, FlowMember.Start) == Has(chosen, FlowMember.End),
        _ => false,
    };

    private static bool Has(ReadOnlySpan<int> chosen, FlowMember member) => chosen[(int)member] != NotChosen;

    // The usual template has one ICMP element, with type and code.
    private static bool HasOneIcmp(ReadOnlySpan<int> chosen) =>
        !Has(chosen, FlowMember.IcmpIPv4)
            ? !Has(chosen, FlowMember.IcmpTypeIPv4) && !Has(chosen, FlowMember.IcmpCodeIPv4)
            : !Has(chosen, FlowMember.IcmpIPv6) && !Has(chosen, FlowMember.IcmpTypeIPv6) && !Has(chosen, FlowMember.IcmpCodeIPv6);

    private static bool HasAddress(ReadOnlySpan<int> chosen) =>
        Has(chosen, FlowMember.SourceIPv4) || Has(chosen, FlowMember.SourceIPv6)
        || Has(chosen, FlowMember.DestinationIPv4) || Has(chosen, FlowMember.DestinationIPv6);

    // Members that two elements of the same record may fill.
    private static PlanTarget Adjust(PlanTarget target, FlowMember member, ReadOnlySpan<int> chosen) => member switch
    {
        FlowMember.SourceIPv4 when Has(chosen, FlowMember.SourceIPv6) => PlanTarget.SourceEitherIPv4,
        FlowMember.SourceIPv6 when Has(chosen, FlowMember.SourceIPv4) => PlanTarget.SourceEitherIPv6,
        FlowMember.DestinationIPv4 when Has(chosen, FlowMember.DestinationIPv6) => PlanTarget.DestinationEitherIPv4,
        FlowMember.DestinationIPv6 when Has(chosen, FlowMember.DestinationIPv4) => PlanTarget.DestinationEitherIPv6,
        FlowMember.IcmpIPv4 or FlowMember.IcmpIPv6 when HasOneIcmp(chosen) => PlanTarget.IcmpTypeCode,
        _ => target,
    };

    private static PlanTraits TraitsOf(PlanTarget target) => target switch
    {
        PlanTarget.SourceEitherIPv4 or PlanTarget.SourceEitherIPv6 or PlanTarget.DestinationEitherIPv4
            or PlanTarget.DestinationEitherIPv6 or PlanTarget.SourcePortIfZero or PlanTarget.DestinationPortIfZero => PlanTraits.ClearsFirst,
        PlanTarget.ScratchIcmpIPv4 or PlanTarget.ScratchIcmpTypeIPv4 or PlanTarget.ScratchIcmpCodeIPv4 or PlanTarget.ScratchIcmpIPv6
            or PlanTarget.ScratchIcmpTypeIPv6 or PlanTarget.ScratchIcmpCodeIPv6 => PlanTraits.IcmpApart | PlanTraits.ClearsFirst,
        PlanTarget.Protocol => PlanTraits.HasProtocol,
        PlanTarget.StartSeconds or PlanTarget.StartMilliseconds or PlanTarget.StartNtpMicroseconds
            or PlanTarget.StartNtpNanoseconds or PlanTarget.EndSeconds or PlanTarget.EndMilliseconds
            or PlanTarget.EndNtpMicroseconds or PlanTarget.EndNtpNanoseconds => PlanTraits.AbsoluteTimes,
        PlanTarget.ScratchFirstUptime or PlanTarget.ScratchLastUptime => PlanTraits.DeferredUptime,
        PlanTarget.ScratchDurationMilliseconds or PlanTarget.ScratchDurationMicroseconds => PlanTraits.Duration,
        PlanTarget.ScratchFrame => PlanTraits.Frame | PlanTraits.ClearsFirst,
        PlanTarget.ScratchSelector => PlanTraits.Selector,
        _ => PlanTraits.None,
    };

    private static PlanStep[] LayOut(Template template, PlanTarget[] targets, int alsoEnd)
    {
        var steps = new List<PlanStep>();
        var fields = template.Fields;
        var at = 0;
        if (template.HasVariableLength)
            steps.Add(Require(fields));
        for (var i = 0; i < fields.Length; i++)
        {
            if (fields[i].IsVariable)
            {
                steps.Add(new PlanStep(PlanStepKind.Variable, targets[i], 0, at));
                steps.Add(Require(fields.Slice(i + 1)));
                at = 0;
                continue;
            }

            if (targets[i] != PlanTarget.None)
                steps.Add(new PlanStep(PlanStepKind.Load, targets[i], fields[i].Length, at));
            if (i == alsoEnd)
                steps.Add(new PlanStep(PlanStepKind.Load, EndTwin(targets[i]), fields[i].Length, at));
            at += fields[i].Length;
        }

        return [.. steps];
    }

    private static PlanTarget EndTwin(PlanTarget start) => start switch
    {
        PlanTarget.StartSeconds => PlanTarget.EndSeconds,
        PlanTarget.StartMilliseconds => PlanTarget.EndMilliseconds,
        PlanTarget.StartNtpMicroseconds => PlanTarget.EndNtpMicroseconds,
        _ => PlanTarget.EndNtpNanoseconds,
    };

    // The octets up to the next variable-length field, with its first length octet, must be there before they are read.
    private static PlanStep Require(ReadOnlySpan<FieldSpecifier> fields)
    {
        var length = 0;
        foreach (var field in fields)
        {
            if (field.IsVariable)
                return new PlanStep(PlanStepKind.Require, PlanTarget.None, 0, length + 1);
            length += field.Length;
        }

        return new PlanStep(PlanStepKind.Require, PlanTarget.None, 0, length);
    }
}
