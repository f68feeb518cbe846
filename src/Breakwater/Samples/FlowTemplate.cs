using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Samples;

/// <summary>A template of flow records: one list of fields serves both the announcement and the encoding.</summary>
internal sealed class FlowTemplate
{
    private readonly byte[] _records;

    /// <summary>The template of one address family: absolute times and 64-bit counters for IPFIX, uptimes and 32 bits for NetFlow v9.</summary>
    public FlowTemplate(ushort id, bool isIPv6, bool isIpfix)
    {
        Id = id;
        Fields =
        [
            isIPv6 ? Field(FlowElement.SourceIPv6Address, 16) : Field(FlowElement.SourceIPv4Address, 4),
            isIPv6 ? Field(FlowElement.DestinationIPv6Address, 16) : Field(FlowElement.DestinationIPv4Address, 4),
            Field(FlowElement.SourceTransportPort, 2),
            Field(FlowElement.DestinationTransportPort, 2),
            Field(FlowElement.ProtocolIdentifier, 1),
            Field(FlowElement.IpClassOfService, 1),
            Field(FlowElement.TcpControlBits, isIpfix ? 2 : 1),
            Field(FlowElement.FlowEndReason, 1),
            Field(isIPv6 ? FlowElement.IcmpTypeCodeIPv6 : FlowElement.IcmpTypeCodeIPv4, 2),
            Field(FlowElement.FragmentOffset, 2),
            Field(FlowElement.IngressInterface, 4),
            Field(FlowElement.EgressInterface, 4),
            Field(FlowElement.PacketDeltaCount, isIpfix ? 8 : 4),
            Field(FlowElement.OctetDeltaCount, isIpfix ? 8 : 4),
            isIpfix ? Field(FlowElement.FlowStartMilliseconds, 8) : Field(FlowElement.FlowStartSysUpTime, 4),
            isIpfix ? Field(FlowElement.FlowEndMilliseconds, 8) : Field(FlowElement.FlowEndSysUpTime, 4),
        ];
        RecordLength = Fields.Sum(static field => field.Length);
        _records = new byte[DatagramFile.MaximumDatagramBytes / RecordLength * RecordLength];
    }

    public ushort Id { get; }

    public FieldSpecifier[] Fields { get; }

    /// <summary>Bytes of one record.</summary>
    public int RecordLength { get; }

    /// <summary>Records that wait for the next datagram.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes that the waiting records take with their set header; 0 when there are none.</summary>
    public int WaitingBytes => Count == 0 ? 0 : 4 + (Count * RecordLength);

    /// <summary>Waiting record number <paramref name="index"/>.</summary>
    public ReadOnlySpan<byte> this[int index] => _records.AsSpan(index * RecordLength, RecordLength);

    /// <summary>Encodes a record and lets it wait.</summary>
    public void Keep(in FlowRecord flow, FlowEndReason reason, ExporterClock clock)
    {
        var writer = new WireWriter(_records.AsSpan(Count * RecordLength, RecordLength));
        foreach (var field in Fields)
            Write(ref writer, field, flow, reason, clock);
        if (writer.Overflowed || writer.Length != RecordLength)
            throw new InvalidOperationException($"a record of template {Id} has {writer.Length} bytes, not {RecordLength}");
        Count++;
    }

    /// <summary>The waiting records have been sent.</summary>
    public void Clear() => Count = 0;

    private static FieldSpecifier Field(ushort element, int lengthBytes) => new(element, EnterpriseNumber: 0, (ushort)lengthBytes);

    private static void Write(ref WireWriter writer, in FieldSpecifier field, in FlowRecord flow, FlowEndReason reason, ExporterClock clock)
    {
        switch (field.Id)
        {
            case FlowElement.SourceIPv4Address or FlowElement.SourceIPv6Address:
                Write(ref writer, flow.Source, field.Length);
                break;
            case FlowElement.DestinationIPv4Address or FlowElement.DestinationIPv6Address:
                Write(ref writer, flow.Destination, field.Length);
                break;
            default:
                var value = Value(field.Id, flow, reason, clock);
                for (var shift = (field.Length - 1) * 8; shift >= 0; shift -= 8)
                    writer.Write((byte)(value >> shift));
                break;
        }
    }

    private static void Write(ref WireWriter writer, Address address, int length)
    {
        Span<byte> octets = stackalloc byte[16];
        address.WriteTo(octets);
        writer.Write(octets[(16 - length)..]);
    }

    private static ulong Value(ushort element, in FlowRecord flow, FlowEndReason reason, ExporterClock clock) => element switch
    {
        FlowElement.OctetDeltaCount => flow.Bytes,
        FlowElement.PacketDeltaCount => flow.Packets,
        FlowElement.ProtocolIdentifier => flow.Protocol,
        FlowElement.IpClassOfService => flow.TypeOfService,
        FlowElement.TcpControlBits => flow.TcpFlags,
        FlowElement.SourceTransportPort => flow.SourcePort,
        FlowElement.DestinationTransportPort => flow.DestinationPort,
        FlowElement.IngressInterface => flow.InputInterface,
        FlowElement.EgressInterface => flow.OutputInterface,
        FlowElement.FlowStartSysUpTime => clock.UptimeMilliseconds(flow.StartNanoseconds),
        FlowElement.FlowEndSysUpTime => clock.UptimeMilliseconds(flow.EndNanoseconds),
        FlowElement.FlowStartMilliseconds => (ulong)(flow.StartNanoseconds / 1_000_000),
        FlowElement.FlowEndMilliseconds => (ulong)(flow.EndNanoseconds / 1_000_000),
        FlowElement.IcmpTypeCodeIPv4 or FlowElement.IcmpTypeCodeIPv6 => flow.IcmpTypeCode,
        FlowElement.FragmentOffset => flow.FragmentOffset,
        FlowElement.FlowEndReason => (ulong)reason,
        _ => throw new ArgumentOutOfRangeException(nameof(element), element, "this element is not exported"),
    };
}

/// <summary>IANA "IPFIX Information Elements" that are exported here, by number.</summary>
internal static class FlowElement
{
    public const ushort OctetDeltaCount = 1;
    public const ushort PacketDeltaCount = 2;
    public const ushort ProtocolIdentifier = 4;
    public const ushort IpClassOfService = 5;
    public const ushort TcpControlBits = 6;
    public const ushort SourceTransportPort = 7;
    public const ushort SourceIPv4Address = 8;
    public const ushort IngressInterface = 10;
    public const ushort DestinationTransportPort = 11;
    public const ushort DestinationIPv4Address = 12;
    public const ushort EgressInterface = 14;
    public const ushort FlowEndSysUpTime = 21;
    public const ushort FlowStartSysUpTime = 22;
    public const ushort SourceIPv6Address = 27;
    public const ushort DestinationIPv6Address = 28;
    public const ushort IcmpTypeCodeIPv4 = 32;
    public const ushort SamplingInterval = 34;
    public const ushort SamplingAlgorithm = 35;
    public const ushort FragmentOffset = 88;
    public const ushort FlowEndReason = 136;
    public const ushort IcmpTypeCodeIPv6 = 139;
    public const ushort ObservationDomainId = 149;
    public const ushort FlowStartMilliseconds = 152;
    public const ushort FlowEndMilliseconds = 153;
}
