using Breakwater.Fuzz.Engine;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Fuzz.Targets;

/// <summary>One data set that a decoder handed over, copied.</summary>
/// <param name="Domain">Its observation domain or source id.</param>
/// <param name="SetId">Its id.</param>
/// <param name="HasWaited">True when it came with an earlier message.</param>
/// <param name="Offset">Where its records begin in the datagram; 0 for sets that waited.</param>
/// <param name="RecordCount">Records announced by the decoder.</param>
/// <param name="Template">The template it was read with.</param>
/// <param name="Records">The octets handed over: a part of the datagram, or a copy of what waited.</param>
/// <param name="ExportSeconds">Export time of its message.</param>
/// <param name="SysUptimeMilliseconds">Uptime of its message (NetFlow v9).</param>
/// <param name="Flows">Which of the flows of <see cref="ExportEvents"/> the extractor made of it.</param>
internal sealed record DeliveredSet(
    uint Domain,
    ushort SetId,
    bool HasWaited,
    int Offset,
    int RecordCount,
    Template Template,
    ReadOnlyMemory<byte> Records,
    uint ExportSeconds,
    uint SysUptimeMilliseconds,
    Range Flows);

/// <summary>Copies flows.</summary>
internal readonly struct FlowList(List<FlowRecord> flows) : IFlowSink
{
    public void OnFlow(in FlowRecord flow) => flows.Add(flow);
}

/// <summary>Copies what a decoder hands over, to be compared afterwards.</summary>
internal struct ExportEvents : ISetSink
{
    public byte[] Datagram;
    public List<DeliveredSet> Sets;
    public List<FlowRecord> Flows;
    public int UndecodableDataSets;
    public int UndecodableOtherSets;
    public int Templates;
    public Signature Signature;

    public void OnTemplate(in SetContext context, Template template, TemplateChange change)
    {
        Templates++;
        Signature.Add(0x100 | (ulong)change | ((ulong)template.Kind << 4) | (template.HasVariableLength ? 0x80UL : 0));
        Signature.AddCount(template.Fields.Length);
    }

    public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
    {
        var isInside = Datagram.AsSpan().Overlaps(records, out var at);
        var first = Flows.Count;
        var extractor = new FlowExtractor<FlowList>(new FlowList(Flows));
        extractor.OnDataSet(context, template, records);
#if PLANTED_BUGS
        foreach (ref var flow in System.Runtime.InteropServices.CollectionsMarshal.AsSpan(Flows)[first..])
        {
            if (context.Format == ExportFormat.NetFlow9 && context.State.Limits != ExporterLimits.Default)
                flow.Bytes = (uint)flow.Bytes;
        }
#endif
        Sets.Add(new DeliveredSet(
            context.DomainId, context.SetId, context.HasWaited, isInside ? at : 0, context.RecordCount, template,
            isInside ? Datagram.AsMemory(at, records.Length) : records.ToArray(), context.ExportTimeSeconds, context.SysUptimeMilliseconds, first..Flows.Count));
        if (Flows.Count > first)
            Signature.Add((ulong)Flows[first].Known);
        Signature.Add(0x200 | (context.HasWaited ? 1UL : 0) | ((ulong)template.Kind << 4) | (template.HasVariableLength ? 0x80UL : 0));
        Signature.AddCount(context.RecordCount);
        Signature.Add((ulong)context.SamplingFor(template, records).Source);
    }

    public void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason)
    {
        if (context.SetId >= 256)
            UndecodableDataSets++;
        else
            UndecodableOtherSets++;
        Signature.Add(0x300 | (ulong)reason);
    }

    public void OnSequence(in SetContext context, in SequenceEvent sequenceEvent) => Signature.Add(0x400 | (ulong)sequenceEvent.Kind);
}

/// <summary>Takes flows and keeps nothing: for the measurement of allocations.</summary>
internal struct NoFlows : IFlowSink
{
    private ulong _bytes;

    public void OnFlow(in FlowRecord flow) => _bytes += flow.Bytes;
}
