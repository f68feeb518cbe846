using Breakwater.Wire;
using Breakwater.Wire.AccessLog;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;
using Breakwater.Wire.Pcap;
using Breakwater.Wire.Sflow;

namespace Breakwater.Telemetry.Json;

/// <summary>Writes everything that inputs hold as JSON lines.</summary>
internal sealed class JsonConsumer(RecordJson output, DecodeSummary summary) : IInputConsumer
{
    // One sink per exporter: it keeps room for a record's fields.
    private readonly Dictionary<Exporter, SetJson> _sets = [];
    private readonly SflowRecordsJson _sflowRecords = new();

    private readonly RequestJson _requests = new(output);

    public bool IsDone => output.IsFull;

    public bool TakesRequests => true;

    public bool WantsTimeOrder => false;

    public void OnPacket(InputSummary input, in PcapPacket packet)
    {
        var json = output.Begin(new RecordHead
        {
            RecordType = "flow"u8,
            Format = "packet"u8,
            Exporter = "capture",
            Sampling = Sampling.Unknown,
            ReceivedNanoseconds = packet.TimestampNanoseconds,
        });
        json.WriteNumber("packetDeltaCount"u8, 1);
        json.WriteNumber("octetDeltaCount"u8, packet.OriginalLength);
        json.WriteNumber("dataLinkFrameSize"u8, packet.OriginalLength);
        if (packet.Data.Length != packet.OriginalLength)
            json.WriteNumber("capturedLength"u8, packet.Data.Length);
        if (PacketJson.Write(json, packet.Data, packet.Link) != DecodeError.None)
            input.DecodeErrors++;
        output.End();
    }

    public void OnDatagram(InputSummary input, Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds)
    {
        var error = Decode(exporter, datagram, receivedNanoseconds);
        exporter.Count(error);
        if (error != DecodeError.None)
            input.DecodeErrors++;
    }

    public void OnRequest(InputSummary input, LogFormat format, ReadOnlySpan<byte> line, in LogRequest request) => _requests.OnRequest(format, line, request);

    public void OnEnd(Exporter exporter)
    {
        var sets = Sets(exporter);
        exporter.State.Flush(ref sets);
    }

    private DecodeError Decode(Exporter exporter, ReadOnlySpan<byte> datagram, long receivedNanoseconds)
    {
        switch (exporter.Kind)
        {
            case InputKind.Sflow:
                var samples = new SflowJson(output, _sflowRecords, exporter, receivedNanoseconds);
                var error = SflowDecoder.Decode(datagram, ref samples);
                return error == DecodeError.None ? samples.Error : error;
            case InputKind.NetFlow5:
                var records = new NetFlow5Json(output, exporter);
                return NetFlow5Decoder.Decode(datagram, receivedNanoseconds, exporter.State, ref records);
            case InputKind.NetFlow9:
                var sets = Sets(exporter);
                return NetFlow9Decoder.Decode(datagram, receivedNanoseconds, exporter.State, ref sets);
            default:
                sets = Sets(exporter);
                return IpfixDecoder.Decode(datagram, receivedNanoseconds, exporter.State, ref sets);
        }
    }

    private SetJson Sets(Exporter exporter)
    {
        if (!_sets.TryGetValue(exporter, out var sets))
            _sets.Add(exporter, sets = new SetJson(output, exporter, summary));
        return sets;
    }
}
