using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Telemetry;

/// <summary>The flows of NetFlow and IPFIX messages, and what the summary counts on the way.</summary>
internal ref struct ExportFlows<TSink> : ISetSink, INetFlow5Sink
    where TSink : struct, IFlowSink
{
    private readonly Exporter _exporter;
    private readonly DecodeSummary _summary;
    private FlowExtractor<SinkReference> _flows;

    public ExportFlows(Exporter exporter, DecodeSummary summary, ref TSink sink)
    {
        _exporter = exporter;
        _summary = summary;
        _flows = new FlowExtractor<SinkReference>(new SinkReference(ref sink));
    }

    public readonly void OnTemplate(in SetContext context, Template template, TemplateChange change) => _summary.CountTemplate(change);

    public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
    {
        _exporter.Records += context.RecordCount;
        _flows.OnDataSet(context, template, records);
    }

    public readonly void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason) =>
        _summary.Add(_exporter, new UndecodableSet(_exporter.Name, context.DomainId, context.SetId, lengthBytes, reason));

    public readonly void OnSequence(in SetContext context, in SequenceEvent sequenceEvent) => _exporter.Count(sequenceEvent);

    public readonly void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent) => _exporter.Count(sequenceEvent);

    public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
    {
        _exporter.Records += records.Length / NetFlow5Record.LengthBytes;
        _flows.OnRecords(header, records);
    }

    private readonly ref struct SinkReference : IFlowSink
    {
        private readonly ref TSink _sink;

        public SinkReference(ref TSink sink) => _sink = ref sink;

        public void OnFlow(in FlowRecord flow) => _sink.OnFlow(flow);
    }
}
