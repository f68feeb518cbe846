using System.Runtime.CompilerServices;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Telemetry.Live;

/// <summary>Notes each flow for the exporter's health, and hands on what is to be counted.</summary>
internal struct ObservedSink<TSink>(LiveExporter exporter, TSink sink) : IFlowSink
    where TSink : struct, IFlowSink
{
    private TSink _sink = sink;

    public void OnFlow(in FlowRecord flow)
    {
        exporter.Signs.Saw(in flow);
        exporter.Links.Saw(in flow);
        if (!exporter.Interfaces.Counts(in flow))
        {
            exporter.Signs.FlowsNotCounted++;
        }
        else if (exporter.Shedding.Level == 0)
        {
            exporter.Shedding.Count(in flow);
            _sink.OnFlow(in flow);
        }
        else
        {
            OnFlowWhileShedding(in flow);
        }
    }

    // Apart, so that a record that is not shed does not make room for a copy.
    [MethodImpl(MethodImplOptions.NoInlining)]
    private void OnFlowWhileShedding(in FlowRecord flow)
    {
        if (exporter.Shedding.Keeps(in flow, out var kept))
            _sink.OnFlow(in kept);
    }
}

/// <summary>The flows of NetFlow and IPFIX messages, and what is noticed on the way. The sink is a copy: what it keeps, it keeps by reference.</summary>
internal ref struct LiveFlows<TSink> : ISetSink, INetFlow5Sink
    where TSink : struct, IFlowSink
{
    private readonly Exporter _exporter;
    private readonly StreamSigns _signs;
    private readonly LinkTable _links;
    private FlowExtractor<ObservedSink<TSink>> _flows;

    public LiveFlows(Exporter stream, LiveExporter exporter, TSink sink)
    {
        _exporter = stream;
        _signs = exporter.Signs;
        _links = exporter.Links;
        _flows = new FlowExtractor<ObservedSink<TSink>>(new ObservedSink<TSink>(exporter, sink));
    }

    public readonly void OnTemplate(in SetContext context, Template template, TemplateChange change)
    {
        if (!context.HasWaited)
            _signs.SawClock(context.ExportTimeSeconds, context.ReceivedNanoseconds);
    }

    public void OnDataSet(in SetContext context, Template template, ReadOnlySpan<byte> records)
    {
        _exporter.Records += context.RecordCount;
        if (!context.HasWaited)
        {
            _signs.SawClock(context.ExportTimeSeconds, context.ReceivedNanoseconds);
            ref var extremes = ref _signs.Extremes;
            extremes.OldestTemplate = Math.Max(extremes.OldestTemplate, context.ReceivedNanoseconds - template.ReceivedNanoseconds);
            extremes.UsesStaleTemplate |= template.IsStale;
        }

        _links.Learn(template, records);
        _flows.OnDataSet(context, template, records);
    }

    public readonly void OnUndecodableSet(in SetContext context, int lengthBytes, UndecodableReason reason)
    {
        _exporter.UndecodableSets++;
        if (reason is UndecodableReason.NoTemplate or UndecodableReason.WaitedTooLong or UndecodableReason.QueueFull)
            _signs.SetsWithoutTemplate++;
        else
            _signs.BrokenSets++;
    }

    public readonly void OnSequence(in SetContext context, in SequenceEvent sequenceEvent) => _exporter.Count(sequenceEvent);

    public readonly void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent) => _exporter.Count(sequenceEvent);

    public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
    {
        _signs.SawClock(header.UnixSeconds, header.ReceivedNanoseconds);
        _exporter.Records += records.Length / NetFlow5Record.LengthBytes;
        _flows.OnRecords(header, records);
    }
}
