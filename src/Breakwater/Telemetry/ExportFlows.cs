using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Telemetry;

/// <summary>The flows of NetFlow and IPFIX messages, and what the summary counts on the way.</summary>
internal ref struct ExportFlows<TSink>(Exporter exporter, DecodeSummary summary, ref TSink sink) : ISetSink, INetFlow5Sink
    where TSink : struct, IFlowSink
{
    private FlowExtractor<SinkReference> _flows = new(new SinkReference(ref sink));

    public readonly void OnTemplate(in SetContext context, Template template, TemplateChange change) => summary.CountTemplate(change);

    public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
    {
        exporter.Records += context.RecordCount;
        _flows.OnDataSet(context, template, records);
    }

    public readonly void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason) =>
        summary.Add(exporter, new UndecodableSet(exporter.Name, context.DomainId, context.SetId, lengthBytes, reason));

    public readonly void OnSequence(in SetContext context, in SequenceEvent sequenceEvent) => exporter.Count(sequenceEvent);

    public readonly void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent) => exporter.Count(sequenceEvent);

    public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
    {
        exporter.Records += records.Length / NetFlow5Record.LengthBytes;
        _flows.OnRecords(header, records);
    }

    private readonly ref struct SinkReference(ref TSink sink) : IFlowSink
    {
        private readonly ref TSink _sink = ref sink;

        public void OnFlow(in FlowRecord flow) => _sink.OnFlow(flow);
    }
}
