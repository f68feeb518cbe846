using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Fuzz.Targets;

/// <summary>Flow samples as flow records: one each, read from the raw header or from the sampled IP fields.</summary>
internal sealed class SflowFlowTarget : SflowInputs
{
    public override string Name => "sflow-flow";

    public override PlantedBug Planted => new(FaultKind.Disagreement, "bytes are the captured length instead of the frame's");

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var datagram = input.ToArray();
        var flows = new List<FlowRecord>();
        var sink = new Sink { Flows = flows };
        SflowDecoder.Decode(datagram, ref sink);
        var samples = NaiveSflow.Read(datagram)?.Samples.FindAll(sample => sample.IsWhole && sample.Tag is 1 or 3) ?? [];
        FuzzFault.Same("flows", flows.Count, samples.Count);
        var signature = default(Signature);
        for (var i = 0; i < samples.Count; i++)
        {
            Check(flows[i], samples[i]);
            signature.Add((ulong)flows[i].Known);
            signature.Add(flows[i].Protocol);
        }

        if (samples.Count > 0)
            AllocationMeter.ExpectNone(Allocated(datagram), () => Allocated(datagram));
        return new Outcome(signature.Value, samples.Count > 0);
    }

    private static long Allocated(byte[] datagram)
    {
        var sink = default(Sink);
        var meter = AllocationMeter.Start();
        SflowDecoder.Decode(datagram, ref sink);
        return meter.Bytes;
    }

    private static void Check(in FlowRecord flow, NaiveSflowSample sample)
    {
        FuzzFault.Same("packets", flow.Packets, 1UL);
        FuzzFault.Same("rate", flow.SamplingRate, sample.Rate);
        CheckInterface("input", flow.Knows(FlowFields.InputInterface), flow.InputInterface, sample.Input);
        CheckInterface("output", flow.Knows(FlowFields.OutputInterface), flow.OutputInterface, sample.Output);
        var raw = sample.Records.Find(record => record.Tag == 1);
        var ip = sample.Records.FindAll(record => record.Tag is 3 or 4);
        if (raw is { Body.Length: >= 16 })
            CheckRaw(flow, raw.Body);
        else if (raw is null && ip.Count == 1)
            CheckIp(flow, ip[0], sample.Records.Exists(record => record.Tag == 2));
    }

    private static void CheckInterface(string what, bool known, uint value, (uint Format, uint Value) oracle)
    {
        FuzzFault.Same($"{what} known", known, oracle is { Format: 0, Value: not 0 });
        if (known)
            FuzzFault.Same(what, value, oracle.Value);
    }

    // sampled_header: protocol, frame_length, stripped, header<>
    private static void CheckRaw(in FlowRecord flow, byte[] body)
    {
        var length = NaivePcap.Big32(body, 12);
        if (length > body.Length - 16)
            return;
        FuzzFault.Same("bytes", flow.Bytes, Math.Min(NaivePcap.Big32(body, 4), int.MaxValue));
        var link = NaivePcap.Big32(body, 0) switch { 1 => 1, 5 => 107, 7 => 9, 11 => 228, 12 => 229, 13 => 219, 14 => 50, _ => -1 };
        if (NaivePacket.Read(body[16..(16 + (int)length)], link) is not { IsLinkOdd: false } packet)
            return;
        FuzzFault.Holds(flow.Knows(FlowFields.Source), $"the second reader sees IPv{packet.Version}, the decoder no addresses");
        FuzzFault.Same("source", flow.Source, PacketAgreement.ToAddress(packet.Source));
        FuzzFault.Same("destination", flow.Destination, PacketAgreement.ToAddress(packet.Destination));
        if (packet.IsOdd)
            return;
        FuzzFault.Same("protocol", (int)flow.Protocol, packet.Protocol);
        PacketAgreement.Same("source port", flow.Knows(FlowFields.SourcePort), flow.SourcePort, packet.SourcePort, packet.Protocol is 6 or 17 or 132);
        PacketAgreement.Same("destination port", flow.Knows(FlowFields.DestinationPort), flow.DestinationPort, packet.DestinationPort, packet.Protocol is 6 or 17 or 132);
    }

    // sampled_ipv4, sampled_ipv6: length, protocol, addresses, ports, TCP flags, tos
    private static void CheckIp(in FlowRecord flow, NaiveSflowRecord record, bool hasEthernet)
    {
        var octets = record.Tag == 3 ? 4 : 16;
        if (record.Body.Length < 24 + (2 * octets))
            return;
        FuzzFault.Same("source", flow.Source, PacketAgreement.ToAddress(record.Body[8..(8 + octets)]));
        FuzzFault.Same("destination", flow.Destination, PacketAgreement.ToAddress(record.Body[(8 + octets)..(8 + (2 * octets))]));
        FuzzFault.Same("protocol", flow.Protocol, (byte)NaivePcap.Big32(record.Body, 4));
        if (!hasEthernet)
            FuzzFault.Same("bytes", flow.Bytes, NaivePcap.Big32(record.Body, 0));
    }

    private struct Sink : ISflowSink
    {
        public List<FlowRecord>? Flows;
        private FlowRecord _flow;

        public readonly void OnDatagram(in SflowDatagram datagram)
        {
        }

        public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
        {
            SflowFlow.Read(datagram, sample, ref _flow);
#if PLANTED_BUGS
            foreach (var record in sample.Records)
            {
                if (record.Tag.Value == SflowFlowRecord.RawHeader && SflowRawHeader.TryRead(record.Body, out var raw) && raw.FrameLength > 1000)
                    _flow.Bytes = (uint)raw.Header.Length;
            }
#endif
            Flows?.Add(_flow);
        }

        public readonly void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample)
        {
        }

        public void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample) => SflowFlow.Read(datagram, sample, ref _flow);

        public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample)
        {
        }
    }
}
