using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Telemetry.Json;

/// <summary>The records of NetFlow v5 as JSON lines, under the IANA names of the elements with the same meaning.</summary>
internal readonly struct NetFlow5Json(RecordJson output, Exporter exporter) : INetFlow5Sink
{
    public void OnSequence(in NetFlow5Header header, in SequenceEvent sequenceEvent) => exporter.Count(sequenceEvent);

    public void OnRecords(in NetFlow5Header header, ReadOnlySpan<byte> records)
    {
        for (; records.Length >= NetFlow5Record.LengthBytes; records = records[NetFlow5Record.LengthBytes..])
        {
            exporter.Records++;
            if (!output.IsFull)
                Write(header, new NetFlow5Record(records));
        }
    }

    private void Write(in NetFlow5Header header, in NetFlow5Record record)
    {
        var json = output.Begin(new RecordHead
        {
            RecordType = "flow"u8,
            Format = "netflow5"u8,
            Exporter = exporter.Name,
            ObservationDomainId = header.DomainId,
            Sampling = header.Sampling,
            ReceivedNanoseconds = header.ReceivedNanoseconds,
            Guessed = exporter.Guessed,
        });
        json.WritePropertyName("sourceIPv4Address"u8);
        ElementJson.WriteAddress(json, Address.FromIPv4(record.SourceAddress));
        json.WritePropertyName("destinationIPv4Address"u8);
        ElementJson.WriteAddress(json, Address.FromIPv4(record.DestinationAddress));
        json.WritePropertyName("ipNextHopIPv4Address"u8);
        ElementJson.WriteAddress(json, Address.FromIPv4(record.NextHop));
        json.WriteNumber("ingressInterface"u8, record.InputInterface);
        json.WriteNumber("egressInterface"u8, record.OutputInterface);
        json.WriteNumber("packetDeltaCount"u8, record.Packets);
        json.WriteNumber("octetDeltaCount"u8, record.Bytes);
        json.WriteNumber("flowStartSysUpTime"u8, record.FirstMilliseconds);
        json.WriteNumber("flowEndSysUpTime"u8, record.LastMilliseconds);
        json.WriteNumber("sourceTransportPort"u8, record.SourcePort);
        json.WriteNumber("destinationTransportPort"u8, record.DestinationPort);
        json.WriteNumber("tcpControlBits"u8, record.TcpFlags);
        json.WriteNumber("protocolIdentifier"u8, record.Protocol);
        json.WriteNumber("ipClassOfService"u8, record.TypeOfService);
        json.WriteNumber("bgpSourceAsNumber"u8, record.SourceAs);
        json.WriteNumber("bgpDestinationAsNumber"u8, record.DestinationAs);
        json.WriteNumber("sourceIPv4PrefixLength"u8, record.SourceMask);
        json.WriteNumber("destinationIPv4PrefixLength"u8, record.DestinationMask);
        output.End();
    }
}
