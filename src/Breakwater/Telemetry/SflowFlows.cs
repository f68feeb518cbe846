using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry;

/// <summary>sFlow's flow samples as flow records, seen when their datagram arrived.</summary>
internal ref struct SflowFlows<TSink>(Exporter exporter, long receivedNanoseconds, ref TSink sink) : ISflowSink
    where TSink : struct, IFlowSink
{
    private readonly ref TSink _sink = ref sink;
    private FlowRecord _flow;

    public readonly void OnDatagram(in SflowDatagram datagram) => exporter.Count(datagram);

    public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
    {
        exporter.Records++;
        exporter.Count(SflowFlow.Read(datagram, sample, ref _flow));
        (_flow.SamplingRate, _flow.SamplingSource) = exporter.SamplingOf(datagram, sample);
        Deliver();
    }

    public readonly void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample) => exporter.Records++;

    public void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample)
    {
        exporter.Records++;
        exporter.Count(SflowFlow.Read(datagram, sample, ref _flow));
        Deliver();
    }

    public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample) => exporter.UnknownSamples++;

    private void Deliver()
    {
        if (receivedNanoseconds != 0)
        {
            _flow.StartNanoseconds = _flow.EndNanoseconds = _flow.ReceivedNanoseconds = receivedNanoseconds;
            _flow.Known |= FlowFields.Start | FlowFields.End | FlowFields.ReceivedAt;
        }

        _sink.OnFlow(_flow);
    }
}
