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
    public static void Check(DeliveredSet set, NaiveTemplate template)
    {
        if (set.Template.Kind != TemplateKind.Flow)
        {
            FuzzFault.Holds(set.Flows.Count == 0, $"flows from a template of kind {set.Template.Kind}");
            return;
        }

        var records = NaiveExport.Records(template, set.Records);
        FuzzFault.Same("flows of a set", set.Flows.Count, records.Count);
        for (var i = 0; i < records.Count; i++)
            CheckOne(set.Flows[i], NaiveFlow.Read(records[i], set.ExportSeconds, set.Template.Format == ExportFormat.NetFlow9 ? set.SysUptimeMilliseconds : null));
    }

    private static void CheckOne(in FlowRecord flow, NaiveFlow oracle)
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
        CheckTime(flow, FlowFields.Start, flow.StartNanoseconds, oracle.Start);
        CheckTime(flow, FlowFields.End, flow.EndNanoseconds, oracle.End);
    }

    private static void CheckAddress(in FlowRecord flow, FlowFields member, Address value, byte[]? oracle)
    {
        if (oracle is null)
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
    private static void CheckPorts(in FlowRecord flow, NaiveFlow oracle)
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

    private static void Same(in FlowRecord flow, FlowFields member, ulong value, Int128? oracle)
    {
        if (oracle is not { } expected)
            return;
        if (!flow.Knows(member) || (Int128)value != expected)
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
            Same(flow, member, (ulong)value, expected);
    }

    /// <summary>Runs a template's plan both ways over the same records, whole and cut.</summary>
    public static void CheckCompiled(DeliveredSet set)
    {
        if (set.Template.Kind != TemplateKind.Flow)
            return;
        var plan = set.Template.Plan;
        var code = FlowPlanCompiler.Compile(plan);
        ReadOnlySpan<byte> rest = set.Records;
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
