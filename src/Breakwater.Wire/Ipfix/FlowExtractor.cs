using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Turns data sets into flows: the sink for detection, for NetFlow v5, v9 and IPFIX alike. Options and events (NAT, firewall) are no
/// flows and are passed over; breaks of the sequence and undecodable sets are in <see cref="ExporterState.Counters"/>.
/// </summary>
public ref struct FlowExtractor<TFlowSink>(TFlowSink sink) : ISetSink, INetFlow5Sink
    where TFlowSink : struct, IFlowSink, allows ref struct
{
    private const PlanTraits Plain = PlanTraits.HasProtocol | PlanTraits.IcmpIPv4 | PlanTraits.IcmpIPv6;

    /// <summary>Gets the flows.</summary>
    public TFlowSink Sink = sink;

    /// <inheritdoc/>
    public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
    {
        if (template.Kind != TemplateKind.Flow)
            return;
        var plan = template.Plan;
        plan.Count(context.RecordCount, template);
        var scratch = default(PlanScratch);
        scratch.ExportNanoseconds = context.ExportTimeSeconds * 1_000_000_000L;
        scratch.SysUptimeMilliseconds = context.SysUptimeMilliseconds;
        if ((plan.Traits & PlanTraits.DeferredUptime) != 0)
            scratch.SystemInitMilliseconds = context.State.Domains.Find(context.Format, context.DomainId)?.SystemInitMilliseconds ?? 0;
        var rates = new SamplingResolver(context, template);
        rates.Constant.Deconstruct(out scratch.Flow.SamplingRate, out scratch.Flow.SamplingSource);
        scratch.Flow.ReceivedNanoseconds = context.ReceivedNanoseconds;
        scratch.KnownOfSet = context.ReceivedNanoseconds != 0 ? FlowFields.ReceivedAt : FlowFields.None;
        if (plan.Code is { } code && plan.IsFixed && rates.IsConstant && (plan.Traits & ~Plain) == 0)
            RunFixed(plan, code, records, ref scratch);
        else
            RunAny(context, plan, template, records, ref scratch, ref rates);
    }

    /// <inheritdoc/>
    public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
    {
        var flow = default(FlowRecord);
        while (records.Length >= NetFlow5Record.LengthBytes)
        {
            NetFlow5Flow.Read(header, new NetFlow5Record(records), ref flow);
            Sink.OnFlow(flow);
            records = records[NetFlow5Record.LengthBytes..];
        }
    }

    /// <inheritdoc/>
    public readonly void OnTemplate(in SetContext context, Template template, TemplateChange change)
    {
    }

    /// <inheritdoc/>
    public readonly void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason)
    {
    }

    /// <inheritdoc/>
    public readonly void OnSequence(in SetContext context, in SequenceEvent sequenceEvent)
    {
    }

    /// <inheritdoc/>
    public readonly void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent)
    {
    }

    // The usual hot set: compiled, records of one length, nothing to combine. The loop condition keeps every record inside the span.
    private void RunFixed(FlowPlan plan, PlanCode code, ReadOnlySpan<byte> records, ref PlanScratch scratch)
    {
        var initial = scratch.Flow;
        var length = plan.RecordLength;
        var checksPorts = (plan.Traits & PlanTraits.HasProtocol) != 0;
        ref var record = ref MemoryMarshal.GetReference(records);
        for (var rest = records.Length; rest >= length; rest -= length)
        {
            code(ref record, length, ref scratch);
            if (checksPorts && FlowFinish.IsUnusual(scratch.Flow))
            {
                FlowFinish.FixPorts(ref scratch.Flow, plan.Traits);
                Sink.OnFlow(scratch.Flow);
                scratch.Flow = initial;
            }
            else
            {
                Sink.OnFlow(scratch.Flow);
            }

            record = ref Unsafe.Add(ref record, length);
        }
    }

    // Everything else: records of any length, values to combine, a rate of their own, a second flow.
    private void RunAny(
        in SetContext context,
        FlowPlan plan,
        Template template,
        ReadOnlySpan<byte> records,
        ref PlanScratch scratch,
        ref SamplingResolver rates)
    {
        var initial = scratch;
        var second = scratch;
        for (var left = context.RecordCount; left > 0; left--)
        {
            var length = plan.Read(records, ref scratch);
            if (length <= 0)
                return;
            var record = records[..length];
            var leavesTraces = Finish(plan, record, ref scratch);
            if (!rates.IsConstant)
                rates.Resolve(context, template, record, ref scratch);
            Sink.OnFlow(scratch.Flow);
            if (plan.Reverse is { } reverse)
            {
                (second.Flow.SamplingRate, second.Flow.SamplingSource) = (scratch.Flow.SamplingRate, scratch.Flow.SamplingSource);
                if (DeliverSecond(reverse, record, ref second))
                    second = initial;
            }

            if (leavesTraces)
                scratch = initial;
            records = records[length..];
        }
    }

    // The record's second flow, when it counted anything. True when the scratch has to start afresh.
    private bool DeliverSecond(FlowPlan plan, ReadOnlySpan<byte> record, ref PlanScratch scratch)
    {
        if (plan.Read(record, ref scratch) < 0)
            return true;
        var leavesTraces = Finish(plan, record, ref scratch);
        if ((scratch.Flow.Bytes | scratch.Flow.Packets) != 0)
            Sink.OnFlow(scratch.Flow);
        return leavesTraces;
    }

    // True when values were combined or taken back, so that the next record cannot be written over this one.
    private static bool Finish(FlowPlan plan, ReadOnlySpan<byte> record, ref PlanScratch scratch)
    {
        const PlanTraits LeavesTraces = PlanTraits.ClearsFirst | PlanTraits.DeferredUptime | PlanTraits.Duration;
        var traits = plan.Traits;
        if ((traits & FlowFinish.Rare) != 0)
            FlowFinish.FinishRare(plan, ref scratch, record);
        if ((traits & PlanTraits.HasProtocol) == 0 || !FlowFinish.IsUnusual(scratch.Flow))
            return (traits & LeavesTraces) != 0;
        FlowFinish.FixPorts(ref scratch.Flow, traits);
        return true;
    }
}
