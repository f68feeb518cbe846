using Breakwater.Wire;
using Breakwater.Wire.AccessLog;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry;

/// <summary>Turns everything that inputs hold into flow records. Requests of access logs are none: they go to <paramref name="requests"/>, when there is one.</summary>
internal sealed class FlowConsumer<TSink>(TSink sink, DecodeSummary summary, IRequestReader? requests = null)
    where TSink : struct, IFlowReader
{
    private TSink _sink = sink;
    private FlowRecord _flow;

    public TSink Sink => _sink;

    public bool IsDone => _sink.IsFull || requests is { IsFull: true };

    public bool TakesRequests => requests is not null;

    public bool WantsTimeOrder => requests is { WantsTimeOrder: true };

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
        var error = Decode(exporter, datagram, receivedNanoseconds);
        exporter.Count(error);
        if (error != DecodeError.None)
            input.DecodeErrors++;
    }

    public void OnRequest(InputSummary input, LogFormat format, ReadOnlySpan<byte> line, in LogRequest request) => requests?.OnRequest(format, line, request);

    public void OnEnd(Exporter exporter)
    {
        var flows = new ExportFlows<TSink>(exporter, summary, ref _sink);
        exporter.State.Flush(ref flows);
    }

    private DecodeError Decode(Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds)
    {
        switch (exporter.Kind)
        {
            case InputKind.Sflow:
                var samples = new SflowFlows<TSink>(exporter, receivedNanoseconds, ref _sink);
                return SflowDecoder.Decode(datagram, ref samples);
            case InputKind.NetFlow5:
                var records = new ExportFlows<TSink>(exporter, summary, ref _sink);
                return NetFlow5Decoder.Decode(datagram, receivedNanoseconds, exporter.State, ref records);
            case InputKind.NetFlow9:
                var sets = new ExportFlows<TSink>(exporter, summary, ref _sink);
                return NetFlow9Decoder.Decode(datagram, receivedNanoseconds, exporter.State, ref sets);
            default:
                sets = new ExportFlows<TSink>(exporter, summary, ref _sink);
                return IpfixDecoder.Decode(datagram, receivedNanoseconds, exporter.State, ref sets);
        }
    }

    /// <summary>The consumer as a value: the compiler then knows what each packet is handed to.</summary>
    public readonly struct Handle(FlowConsumer<TSink> consumer) : IInputConsumer
    {
        public bool IsDone => consumer.IsDone;

        public bool TakesRequests => consumer.TakesRequests;

        public bool WantsTimeOrder => consumer.WantsTimeOrder;

        public void OnPacket(InputSummary input, in PcapPacket packet) => consumer.OnPacket(input, in packet);

        public void OnDatagram(InputSummary input, Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds) =>
            consumer.OnDatagram(input, exporter, datagram, receivedNanoseconds);

        public void OnRequest(InputSummary input, LogFormat format, ReadOnlySpan<byte> line, in LogRequest request) => consumer.OnRequest(input, format, line, in request);

        public void OnEnd(Exporter exporter) => consumer.OnEnd(exporter);
    }
}
