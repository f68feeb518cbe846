using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry.Live;

/// <summary>The samples of sFlow datagrams: flows as in files, and what counters and samples tell of the interfaces on the way.</summary>
internal ref struct LiveSamples<TSink> : ISflowSink
    where TSink : struct, IFlowSink
{
    private readonly LinkTable _links;
    private readonly long _receivedNanoseconds;
    private SflowFlows<ObservedSink<TSink>> _flows;

    public LiveSamples(Exporter stream, LiveExporter exporter, long receivedNanoseconds, ref ObservedSink<TSink> sink)
    {
        (_links, _receivedNanoseconds) = (exporter.Links, receivedNanoseconds);
        _flows = new SflowFlows<ObservedSink<TSink>>(stream, receivedNanoseconds, ref sink);
    }

    public readonly void OnDatagram(in SflowDatagram datagram) => _flows.OnDatagram(datagram);

    public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
    {
        _links.Saw(sample);
        _flows.OnFlowSample(datagram, sample);
    }

    public readonly void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample)
    {
        _links.Saw(sample, _receivedNanoseconds);
        _flows.OnCounterSample(datagram, sample);
    }

    public void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample) => _flows.OnDiscardedPacket(datagram, sample);

    public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample) => _flows.OnUnknownSample(datagram, sample);
}
