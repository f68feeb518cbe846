using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry;

/// <summary>Turns everything that inputs hold into flow records.</summary>
internal sealed class FlowConsumer<TSink>(TSink sink, DecodeSummary summary) : IInputConsumer
    where TSink : struct, IFlowReader
{
    private TSink _sink = sink;
    private FlowRecord _flow;

    public TSink Sink => _sink;

    public bool IsDone => _sink.IsFull;

    public void OnPacket(InputSummary input, in PcapPacket packet)
    {
        if (PacketFlow.Read(packet.Data, packet.OriginalLength, packet.Link, ref _flow) != DecodeError.None)
            input.DecodeErrors++;
        _flow.SamplingRate = 1; // a captured packet stands for itself
        _flow.SamplingSource = SamplingSource.Header;
        if (packet.HasTimestamp)
        {
            _flow.StartNanoseconds = _flow.EndNanoseconds = _flow.ReceivedNanoseconds = packet.TimestampNanoseconds;
            _flow.Known |= FlowFields.Start | FlowFields.End | FlowFields.ReceivedAt;
        }

        _sink.OnFlow(_flow);
    }

    public void OnDatagram(InputSummary input, Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds)
    {
        _ = summary;
    }

    public void OnEnd(Exporter exporter)
    {
    }
}
