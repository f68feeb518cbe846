using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry.Json;

/// <summary>The samples of sFlow datagrams as JSON lines.</summary>
internal ref struct SflowJson(RecordJson output, SflowRecordsJson records, Exporter exporter, long receivedNanoseconds) : ISflowSink
{
    private string _agent = exporter.Name;

    /// <summary>The first fault within a sample.</summary>
    public DecodeError Error { get; private set; }

    public void OnDatagram(in SflowDatagram datagram)
    {
        exporter.Count(datagram);
        if (datagram.HasAgent)
            _agent = datagram.Agent.ToString();
    }

    public void OnFlowSample(in SflowDatagram datagram, in SflowFlowSample sample)
    {
        exporter.Records++;
        if (output.IsFull)
            return;
        var json = Begin("flow"u8, datagram, exporter.SamplingOf(datagram, sample));
        var flow = default(FlowRecord);
        Note(SflowFlow.Read(datagram, sample, ref flow));
        WriteSource(json, sample.SequenceNumber, sample.Source);
        json.WriteNumber("samplePool"u8, sample.SamplePool);
        json.WriteNumber("drops"u8, sample.Drops);
        WriteInterface(json, "ingressInterface", sample.Input);
        WriteInterface(json, "egressInterface", sample.Output);
        WritePacket(json, sample.Records, flow);
        output.End();
    }

    public void OnCounterSample(in SflowDatagram datagram, in SflowCounterSample sample)
    {
        exporter.Records++;
        if (output.IsFull)
            return;
        var json = Begin("counter"u8, datagram, Sampling.Unknown);
        WriteSource(json, sample.SequenceNumber, sample.Source);
        Note(records.Write(json, SflowRecordKind.Counter, sample.Records));
        output.End();
    }

    public void OnDiscardedPacket(in SflowDatagram datagram, in SflowDiscardedPacket sample)
    {
        exporter.Records++;
        if (output.IsFull)
            return;
        var json = Begin("event"u8, datagram, new Sampling(1, SamplingSource.Header)); // each discard is told, none is sampled
        var flow = default(FlowRecord);
        Note(SflowFlow.Read(datagram, sample, ref flow));
        WriteSource(json, sample.SequenceNumber, sample.Source);
        json.WriteNumber("drops"u8, sample.Drops);
        json.WriteNumber("ingressInterface"u8, sample.InputIfIndex);
        json.WriteNumber("egressInterface"u8, sample.OutputIfIndex);
        json.WriteNumber("reason"u8, sample.Reason);
        WritePacket(json, sample.Records, flow);
        output.End();
    }

    public readonly void OnUnknownSample(in SflowDatagram datagram, in SflowUnknownSample sample) => exporter.UnknownSamples++;

    private readonly Utf8JsonWriter Begin(ReadOnlySpan<byte> recordType, in SflowDatagram datagram, Sampling sampling)
    {
        var json = output.Begin(new RecordHead
        {
            RecordType = recordType,
            Format = "sflow5"u8,
            Exporter = _agent,
            ObservationDomainId = datagram.SubAgentId,
            Sampling = sampling,
            ReceivedNanoseconds = receivedNanoseconds,
            Guessed = exporter.Guessed,
        });
        json.WriteString("agentAddress"u8, _agent);
        return json;
    }

    private static void WriteSource(Utf8JsonWriter json, uint sequenceNumber, SflowSource source)
    {
        json.WriteNumber("sequenceNumber"u8, sequenceNumber);
        json.WriteNumber("sourceIdType"u8, source.Type);
        json.WriteNumber("sourceIdIndex"u8, source.Index);
    }

    private static void WriteInterface(Utf8JsonWriter json, string name, SflowInterface value)
    {
        if (value.Format == SflowInterfaceFormat.Index)
        {
            json.WriteNumber(name, value.Value);
            return;
        }

        json.WriteString(name + "Format", value.Format switch
        {
            SflowInterfaceFormat.Discarded => "discarded",
            SflowInterfaceFormat.Multiple => "multiple",
            _ => "reserved",
        });
        json.WriteNumber(name + "Value", value.Value);
    }

    // The packet once, from its raw header or, without one, from the sampled fields; then every structure of the sample.
    private void WritePacket(Utf8JsonWriter json, SflowRecords sampled, in FlowRecord flow)
    {
        if (flow.Knows(FlowFields.Packets))
            json.WriteNumber("packetDeltaCount"u8, flow.Packets);
        if (flow.Knows(FlowFields.Bytes))
            json.WriteNumber("octetDeltaCount"u8, flow.Bytes);
        foreach (var record in sampled)
        {
            if (record.Tag.Value == SflowFlowRecord.RawHeader && SflowRawHeader.TryRead(record.Body, out var raw)
                && SflowRawHeader.TryGetLink(raw.Protocol, out var link))
            {
                json.WriteNumber("dataLinkFrameSize"u8, raw.FrameLength);
                PacketJson.Write(json, raw.Header, link); // a header that the sampler cut is no fault
                Note(records.Write(json, SflowRecordKind.Flow, sampled));
                return;
            }
        }

        WriteFields(json, flow);
        Note(records.Write(json, SflowRecordKind.Flow, sampled));
    }

    private static void WriteFields(Utf8JsonWriter json, in FlowRecord flow)
    {
        if (!flow.Knows(FlowFields.Source | FlowFields.Destination))
            return;
        json.WritePropertyName(flow.Source.IsIPv4 ? "sourceIPv4Address"u8 : "sourceIPv6Address"u8);
        ElementJson.WriteAddress(json, flow.Source);
        json.WritePropertyName(flow.Destination.IsIPv4 ? "destinationIPv4Address"u8 : "destinationIPv6Address"u8);
        ElementJson.WriteAddress(json, flow.Destination);
        if (flow.Knows(FlowFields.Protocol))
            json.WriteNumber("protocolIdentifier"u8, flow.Protocol);
        if (flow.Knows(FlowFields.TypeOfService))
            json.WriteNumber("ipClassOfService"u8, flow.TypeOfService);
        if (flow.Knows(FlowFields.SourcePort))
            json.WriteNumber("sourceTransportPort"u8, flow.SourcePort);
        if (flow.Knows(FlowFields.DestinationPort))
            json.WriteNumber("destinationTransportPort"u8, flow.DestinationPort);
        if (flow.Knows(FlowFields.TcpFlags))
            json.WriteNumber("tcpControlBits"u8, flow.TcpFlags);
        if (flow.Knows(FlowFields.IpLength))
            json.WriteNumber("ipTotalLength"u8, flow.IpLength);
    }

    private void Note(DecodeError error)
    {
        if (Error == DecodeError.None)
            Error = error;
    }
}
