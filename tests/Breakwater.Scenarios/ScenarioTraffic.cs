using System.Buffers.Binary;
using Breakwater.Samples;
using Breakwater.Telemetry;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Scenarios;

/// <summary>Takes the records of a scenario in the order of their arrival.</summary>
internal interface IRecordTaker
{
    void Take(in FlowRecord flow);
}

/// <summary>
/// Makes the traffic of a scenario and tells it: as records made from the frames, or through the octets of an export protocol and their
/// decoder. Nothing is written to a file.
/// </summary>
internal static class ScenarioTraffic
{
    private const int DatagramOffset = 14 + 20 + 8;

    // The output's own random numbers are not used: what reaches it was chosen before.
    private const ulong OutputSeed = 1;

    /// <summary>Tells everything to <paramref name="taker"/>; the attack's packets to the truths.</summary>
    /// <returns>Packets made.</returns>
    public static long Tell(ScenarioCase scenario, IReadOnlyList<Truth> truths, IRecordTaker taker)
    {
        if (scenario.Telling == Telling.Packets)
            return Make(scenario, truths, new RecordOutput(scenario.Sampling, taker));
        using var content = new MemoryStream();
        var (output, kind) = Output(scenario, content);
        var packets = Make(scenario, truths, output);
        output.Finish();
        content.Position = 0;
        Decode(content, kind, taker);
        return packets;
    }

    private static (SampleOutput Output, InputKind Kind) Output(ScenarioCase scenario, Stream content)
    {
        var random = new SeededRandom(OutputSeed);
        return scenario.Telling switch
        {
            Telling.Sflow => (new SflowOutput(new DatagramFile(content, SflowOutput.CollectorPort, ".pcap"), scenario.Sampling, random), InputKind.Sflow),
            Telling.Ipfix => (new IpfixOutput(new DatagramFile(content, IpfixOutput.CollectorPort, ".pcap"), scenario.Sampling, random), InputKind.Ipfix),
            _ => (new NetFlow9Output(new DatagramFile(content, NetFlow9Output.CollectorPort, ".pcap"), scenario.Sampling, random), InputKind.NetFlow9),
        };
    }

    private static long Make(ScenarioCase scenario, IReadOnlyList<Truth> truths, SampleOutput output)
    {
        var traffic = new Scenario(scenario.Traffic);
        var packet = new SamplePacket();
        var frame = new byte[FrameWriter.MaximumFrameBytes];
        long packets = 0;
        for (; traffic.TryNext(packet, out var nanoseconds); packets++)
        {
            if (traffic.IsOfTheAttack)
            {
                foreach (var truth in truths)
                    truth.See(packet, nanoseconds);
            }

            var inbound = scenario.Traffic.IsOwn(packet.Destination);
            var length = FrameWriter.Write(packet, frame, inbound);
            output.Add(new SeenPacket(frame.AsSpan(0, length), length, LinkType.Ethernet, SampleRun.EpochNanoseconds + nanoseconds)
            {
                InputInterface = inbound ? 1u : 2u,
                OutputInterface = inbound ? 2u : 1u,
                ChosenAmong = scenario.Sampling,
            });
        }

        return packets;
    }

    private static void Decode(Stream content, InputKind kind, IRecordTaker taker)
    {
        var summary = new DecodeSummary();
        var input = new InputSummary("scenario");
        var exporter = new Exporter("scenario", DocumentationSpace.Exporter, kind, configuredRate: 0, ExporterLimits.Default);
        var consumer = new FlowConsumer<Reader>(new Reader(taker), summary);
        using var reader = new PcapReader(content);
        while (reader.TryRead(out var packet))
        {
            var length = BinaryPrimitives.ReadUInt16BigEndian(packet.Data[(DatagramOffset - 4)..]) - 8;
            consumer.OnDatagram(input, exporter, packet.Data.Slice(DatagramOffset, length), packet.TimestampNanoseconds);
        }

        consumer.OnEnd(exporter);
        if (input.DecodeErrors > 0 || exporter.UndecodableSets > 0 || reader.Damage.Count > 0)
            throw new InvalidOperationException("the scenario's own telemetry could not be read to its end");
    }

    /// <summary>Each frame as the record that a capture or a sampler gives.</summary>
    private sealed class RecordOutput(uint sampling, IRecordTaker taker) : SampleOutput
    {
        private FlowRecord _flow;

        public override void Add(in SeenPacket packet)
        {
            if (PacketFlow.Read(packet.Frame, packet.OriginalLength, packet.Link, ref _flow) != DecodeError.None)
                throw new InvalidOperationException("the scenario's own packet could not be read to its end");
            (_flow.SamplingRate, _flow.SamplingSource) = (sampling, SamplingSource.Header);
            _flow.StartNanoseconds = _flow.EndNanoseconds = _flow.ReceivedNanoseconds = packet.Nanoseconds;
            (_flow.InputInterface, _flow.OutputInterface) = (packet.InputInterface, packet.OutputInterface);
            _flow.Known |= FlowFields.Start | FlowFields.End | FlowFields.ReceivedAt | FlowFields.InputInterface | FlowFields.OutputInterface;
            taker.Take(in _flow);
        }

        public override void Finish()
        {
        }
    }

    private readonly struct Reader(IRecordTaker taker) : IFlowReader
    {
        public bool IsFull => false;

        public void OnFlow(in FlowRecord flow) => taker.Take(in flow);
    }
}
