using System.Runtime.InteropServices;
using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Fuzz.Targets;

/// <summary>Compares the flow records of a data set with what the slow reader makes of its elements, and both ways to run a plan with each other.</summary>
internal static class FlowAgreement
{
    private static readonly int[] _portProtocols = [6, 17, 33, 132, 136];

    /// <summary>Compares the flows of one set.</summary>
    /// <param name="set">As it was handed over.</param>
    /// <param name="template">What the slow reader knows of it.</param>
    /// <param name="records">The octets handed over, cut by the slow reader.</param>
    /// <param name="flows">What the flow extractor made of it.</param>
    public static void Check(DeliveredSet set, NaiveTemplate template, NaiveRecords records, ReadOnlySpan<FlowRecord> flows)
    {
        var kind = set.Template.Kind;
        FuzzFault.Same("options", kind == TemplateKind.Options, template.IsOptions);
        FuzzFault.Holds(kind != TemplateKind.Event || template.Forward.Own.Tells(NaiveThing.Event), "events from a template without an event");
        if (kind != TemplateKind.Flow)
        {
            FuzzFault.Holds(flows.Length == 0, $"flows from a template of kind {kind}");
            return;
        }

        if (template.Biflow == NaiveBiflow.Unsure && flows.Length != records.Count)
        {
            FuzzFault.Holds(
                flows.Length > records.Count && flows.Length <= 2 * records.Count,
                $"{flows.Length} flows from {records.Count} records");
            return;
        }

        uint? uptime = set.Template.Format == ExportFormat.NetFlow9 ? set.SysUptimeMilliseconds : null;
        var next = 0;
        for (var record = 0; record < records.Count && next < flows.Length; record++)
        {
            ref readonly var first = ref flows[next++];
            CheckOne(first, new NaiveFlow(records, record, template.Forward, set.ExportSeconds, uptime));
            if (template.Biflow != NaiveBiflow.Yes)
                continue;
            var other = new NaiveFlow(records, record, template.Reverse, set.ExportSeconds, uptime);
            if (other is { Bytes: null or 0, Packets: null or 0 })
                continue;
            FuzzFault.Holds(next < flows.Length, "no second flow from a record that counts both directions");
            CheckOne(flows[next], other);
            CheckSecond(first, flows[next++], template.Reverse);
        }

        FuzzFault.Same("flows of a set", flows.Length, next);
        if (template.Biflow == NaiveBiflow.No)
            FuzzFault.Same("flows of a set", flows.Length, records.Count);
    }

    private static void CheckOne(in FlowRecord flow, in NaiveFlow oracle)
    {
        FuzzFault.Same("rate and its source", flow.SamplingRate == 0, flow.SamplingSource == SamplingSource.Unknown);
        CheckAddress(flow, FlowFields.Source, flow.Source, oracle.Source);
        CheckAddress(flow, FlowFields.Destination, flow.Destination, oracle.Destination);
        Same(flow, FlowFields.Bytes, flow.Bytes, oracle.Bytes);
        Same(flow, FlowFields.Packets, flow.Packets, oracle.Packets);
        Same(flow, FlowFields.Protocol, flow.Protocol, oracle.Protocol);
        Same(flow, FlowFields.TypeOfService, flow.TypeOfService, oracle.TypeOfService);
        Same(flow, FlowFields.TcpFlags, flow.TcpFlags, oracle.TcpFlags);
        Same(flow, FlowFields.InputInterface, flow.InputInterface, oracle.Input);
        Same(flow, FlowFields.OutputInterface, flow.OutputInterface, oracle.Output);
        Same(flow, FlowFields.TimeToLive, flow.TimeToLive, oracle.TimeToLive);
        Same(flow, FlowFields.VlanId, flow.VlanId, oracle.VlanId);
        Same(flow, FlowFields.Direction, flow.Direction, oracle.Direction);
        Same(flow, FlowFields.ForwardingStatus, flow.ForwardingStatus, oracle.ForwardingStatus);
        CheckPorts(flow, oracle);
        CheckIcmp(flow, oracle);
        CheckTime(flow, FlowFields.Start, flow.StartNanoseconds, oracle.Start);
        CheckTime(flow, FlowFields.End, flow.EndNanoseconds, oracle.End);
    }

    /// <summary>What the second flow of a record shares with the first, and what it may not take from it.</summary>
    private static void CheckSecond(in FlowRecord first, in FlowRecord second, NaiveMembers members)
    {
        FuzzFault.Same("rate of the second flow", second.SamplingRate, first.SamplingRate);
        FuzzFault.Same("source of the second flow's rate", second.SamplingSource, first.SamplingSource);
        FuzzFault.Same("arrival of the second flow", second.ReceivedNanoseconds, first.ReceivedNanoseconds);
        var unknown = FlowFields.Direction | FlowFields.IpLength | FlowFields.Fragment | FlowFields.Extensions;
        var own = members.Own;
        if (!own.Tells(NaiveThing.TypeOfService))
            unknown |= FlowFields.TypeOfService;
        if (!own.Tells(NaiveThing.TcpFlags))
            unknown |= FlowFields.TcpFlags;
        if (!own.Tells(NaiveThing.TimeToLive))
            unknown |= FlowFields.TimeToLive;
        if (!own.Tells(NaiveThing.VlanId))
            unknown |= FlowFields.VlanId;
        if (!own.Tells(NaiveThing.ForwardingStatus))
            unknown |= FlowFields.ForwardingStatus;
        if (!own.Tells(NaiveThing.Icmp))
            unknown |= FlowFields.IcmpTypeCode;
        if (NaiveMembers.HasTimes(own) && !own.Tells(NaiveThing.OtherTime))
        {
            unknown |= own.Tells(NaiveThing.Start) ? FlowFields.None : FlowFields.Start;
            unknown |= own.Tells(NaiveThing.End) ? FlowFields.None : FlowFields.End;
        }

        FuzzFault.Holds((second.Known & unknown) == 0, $"the second flow knows {second.Known & unknown} of the first");
    }

    private static void CheckAddress(in FlowRecord flow, FlowFields member, Address value, ReadOnlySpan<byte> oracle)
    {
        if (oracle.IsEmpty)
            return;
        Span<byte> octets = stackalloc byte[16];
        value.WriteTo(octets);
        var isSame = oracle.Length == 4
            ? octets[..10].IndexOfAnyExcept((byte)0) < 0 && octets[10] == 0xFF && octets[11] == 0xFF && octets[12..].SequenceEqual(oracle)
            : octets.SequenceEqual(oracle);
        if (!flow.Knows(member) || !isSame)
            throw new FuzzFault(FaultKind.Disagreement, $"{member}: the decoder says {value} (known: {flow.Knows(member)}), the second reader {Convert.ToHexString(oracle)}");
    }

    // Ports exist in some protocols only, and not in later fragments.
    private static void CheckPorts(in FlowRecord flow, in NaiveFlow oracle)
    {
        if (oracle.Protocol is not { } protocol)
            return;
        if (!_portProtocols.Contains((int)protocol))
        {
            FuzzFault.Holds((flow.Known & (FlowFields.SourcePort | FlowFields.DestinationPort)) == 0, $"ports in protocol {protocol}");
            return;
        }

        if (flow.IsLaterFragment)
            return;
        Same(flow, FlowFields.SourcePort, flow.SourcePort, oracle.SourcePort);
        Same(flow, FlowFields.DestinationPort, flow.DestinationPort, oracle.DestinationPort);
    }

    private static void CheckIcmp(in FlowRecord flow, in NaiveFlow oracle)
    {
        if (oracle.Protocol is 1 or 58)
            Same(flow, FlowFields.IcmpTypeCode, flow.IcmpTypeCode, oracle.IcmpTypeCode);
        else if (oracle.Protocol is { } protocol)
            FuzzFault.Holds(!flow.Knows(FlowFields.IcmpTypeCode), $"ICMP type and code in protocol {protocol}");
    }

    private static void Same(in FlowRecord flow, FlowFields member, ulong value, ulong? oracle)
    {
        if (oracle is not { } expected)
            return;
        if (!flow.Knows(member) || value != expected)
            throw new FuzzFault(FaultKind.Disagreement, $"{member}: the decoder says {value} (known: {flow.Knows(member)}), the second reader {expected}");
    }

    // What does not fit into 64 bits of nanoseconds, or is zero, is unknown.
    private static void CheckTime(in FlowRecord flow, FlowFields member, long value, Int128? oracle)
    {
        if (oracle is not { } expected || expected <= 0)
            return;
        if (expected > long.MaxValue - 1_000_000_000)
            FuzzFault.Holds(!flow.Knows(member) || value >= 0, $"{member} ran over");
        else
            Same(flow, member, (ulong)value, (ulong)expected);
    }

    /// <summary>Runs a template's plan both ways over the same records, whole and cut.</summary>
    public static void CheckCompiled(DeliveredSet set)
    {
        if (set.Template.Kind != TemplateKind.Flow)
            return;
        var plan = set.Template.Plan;
        var code = FlowPlanCompiler.Compile(plan);
        var rest = set.Records.Span;
        while (!rest.IsEmpty)
        {
            var length = Compare(plan, code, rest);
            if (length <= 0)
                return;
            for (var cut = 1; cut < length && !plan.IsFixed; cut += 1 + (cut / 4))
                Compare(plan, code, rest[..(length - cut)].ToArray());
            rest = rest[length..];
        }
    }

    private static int Compare(FlowPlan plan, PlanCode code, ReadOnlySpan<byte> rest)
    {
        var one = new PlanScratch { ExportNanoseconds = 1_700_000_000_000_000_000, SysUptimeMilliseconds = 3_600_000 };
        var two = one;
        var length = plan.Interpret(rest, ref one);
        FuzzFault.Same("length by compiled and interpreted plan", code(ref MemoryMarshal.GetReference(rest), rest.Length, ref two), length);
        if (length > 0)
        {
            var same = MemoryMarshal.AsBytes(new ReadOnlySpan<PlanScratch>(in one)).SequenceEqual(MemoryMarshal.AsBytes(new ReadOnlySpan<PlanScratch>(in two)));
            FuzzFault.Holds(same, "the compiled plan fills the record otherwise than the interpreter");
        }

        return length;
    }
}
