using System.Buffers.Binary;
using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Sflow;

/// <summary>A flow sample as one flow record: however many records describe the packet, it counts once.</summary>
public static class SflowFlow
{
    private const int RawHeaderBytes = 16;
    private const int SwitchRecordBytes = 8 + 16;
    private const uint EthernetProtocol = 1;

    // IPFIX forwardingStatus (RFC 7270 §4.12): dropped, reason unknown.
    private const byte Dropped = 0x80;

    // extended_switch: "0xffffffff if unknown"
    private const uint NoVlan = 0xFFFFFFFF;

    /// <summary>
    /// Resets <paramref name="flow"/> and fills it. The raw header is preferred; without one that shows an IP header, the sampled IPv4
    /// or IPv6 fields serve. Bytes are the frame's length on the network, stripped octets included, never the captured length.
    /// </summary>
    /// <param name="datagram">Header of the datagram that holds the sample.</param>
    /// <param name="sample">The sample.</param>
    /// <param name="flow">Times are the caller's. Without any IP, source and destination stay unknown.</param>
    /// <returns>The first fault of the sample's records, otherwise what dissecting the raw header gave.</returns>
    public static DecodeError Read(in SflowDatagram datagram, in SflowFlowSample sample, ref FlowRecord flow)
    {
        _ = datagram;
        var error = ReadPacket(sample.Records, ref flow);
        var known = flow.Known | FlowFields.Packets;
        flow.Packets = 1;
        flow.SamplingRate = sample.SamplingRate;
        flow.SamplingSource = sample.SamplingRate == 0 ? SamplingSource.Unknown : SamplingSource.Header;
        if (sample.Input.IsKnownIndex)
        {
            flow.InputInterface = sample.Input.Value;
            known |= FlowFields.InputInterface;
        }

        if (sample.Output.IsKnownIndex)
        {
            flow.OutputInterface = sample.Output.Value;
            known |= FlowFields.OutputInterface;
        }
        else if (sample.Output.Format == SflowInterfaceFormat.Discarded)
        {
            flow.ForwardingStatus = Dropped;
            known |= FlowFields.ForwardingStatus;
        }

        flow.Known = known;
        return error;
    }

    /// <summary>The same for a discarded packet, which is no sample: the rate is 1 by definition (sflow_drops.txt).</summary>
    public static DecodeError Read(in SflowDatagram datagram, in SflowDiscardedPacket sample, ref FlowRecord flow)
    {
        _ = datagram;
        var error = ReadPacket(sample.Records, ref flow);
        flow.Packets = 1;
        flow.SamplingRate = 1;
        flow.SamplingSource = SamplingSource.Header;
        flow.InputInterface = sample.InputIfIndex;
        flow.OutputInterface = sample.OutputIfIndex;
        flow.ForwardingStatus = Dropped;
        flow.Known |= FlowFields.Packets | FlowFields.ForwardingStatus
            | (sample.InputIfIndex != 0 ? FlowFields.InputInterface : 0) | (sample.OutputIfIndex != 0 ? FlowFields.OutputInterface : 0);
        return error;
    }

    private static DecodeError ReadPacket(SflowRecords records, ref FlowRecord flow)
    {
        // The usual case: the raw header of an Ethernet frame, with extended_switch before it, after it, or not at all.
        // Read without stepping through records.
        var bytes = records.Bytes;
        var vlan = NoVlan;
        var before = 0u;
        if (records.Count > 1 && IsSwitch(bytes))
        {
            vlan = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
            bytes = bytes[SwitchRecordBytes..];
            before = 1;
        }

        if (records.Count == 0 || bytes.Length < 8 + RawHeaderBytes)
            return ReadAnyPacket(records, ref flow);

        // Tag and length of the record, then header_protocol, frame_length, stripped and the length of the header
        var head = bytes[..(8 + RawHeaderBytes)];
        var length = BinaryPrimitives.ReadUInt32BigEndian(head[4..]);
        var captured = BinaryPrimitives.ReadUInt32BigEndian(head[20..]);
        if (BinaryPrimitives.ReadUInt32BigEndian(head) != SflowFlowRecord.RawHeader
            || BinaryPrimitives.ReadUInt32BigEndian(head[8..]) != EthernetProtocol
            || length > (uint)bytes.Length - 8 || length < RawHeaderBytes || captured > length - RawHeaderBytes)
            return ReadAnyPacket(records, ref flow);
        var frameLength = (int)Math.Min(BinaryPrimitives.ReadUInt32BigEndian(head[12..]), int.MaxValue);
        var error = PacketFlow.Read(bytes.Slice(8 + RawHeaderBytes, (int)captured), frameLength, LinkType.Ethernet, ref flow);
        if (!flow.Knows(FlowFields.Source))
            return ReadAnyPacket(records, ref flow);
        if (records.Count > before + 1)
        {
            var rest = bytes[Math.Min(bytes.Length, SflowRecords.Padded(length))..];
            if (records.Count > before + 2 || !IsSwitch(rest))
                return ReadRest(records, before, length, vlan, error, ref flow);
            if (vlan == NoVlan)
                vlan = BinaryPrimitives.ReadUInt32BigEndian(rest[8..]);
        }

        FillVlan(vlan, ref flow);
        return error;
    }

    /// <summary>True when <c>extended_switch</c> is next, of the length that it has.</summary>
    private static bool IsSwitch(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length < SwitchRecordBytes)
            return false;
        var head = bytes[..8];
        return BinaryPrimitives.ReadUInt32BigEndian(head) == SflowFlowRecord.ExtendedSwitch
            && BinaryPrimitives.ReadUInt32BigEndian(head[4..]) == SwitchRecordBytes - 8;
    }

    /// <summary>What follows the raw header can only add the VLAN, or be faulty.</summary>
    private static DecodeError ReadRest(
        SflowRecords records, uint before, uint rawLength, uint vlan, DecodeError error, ref FlowRecord flow)
    {
        var fault = DecodeError.None;
        var list = records.GetEnumerator();
        if (before > 0)
            list.SkipKnown(SwitchRecordBytes - 8);
        list.SkipKnown(rawLength);
        while (list.MoveNext())
        {
            if (!IsWhole(list.Tag, list.Body))
                fault = DecodeError.BadLength;
            else if (list.Tag.Value == SflowFlowRecord.ExtendedSwitch && vlan == NoVlan)
                vlan = BinaryPrimitives.ReadUInt32BigEndian(list.Body);
        }

        FillVlan(vlan, ref flow);
        return FirstOf(fault, list.Error, error);
    }

    /// <summary>False for a record of a kind that is read here, but too short for it.</summary>
    private static bool IsWhole(SflowTag tag, ReadOnlySpan<byte> body) => tag.Value switch
    {
        SflowFlowRecord.RawHeader => SflowRawHeader.TryRead(body, out _),
        SflowFlowRecord.Ethernet => body.Length >= 24,
        SflowFlowRecord.IPv4 => body.Length >= 32,
        SflowFlowRecord.IPv6 => body.Length >= 56,
        SflowFlowRecord.ExtendedSwitch => body.Length >= 16,
        _ => true,
    };

    /// <summary>The switch's VLAN of the incoming frame (1-4094), when the header itself shows no tag.</summary>
    private static void FillVlan(uint vlan, ref FlowRecord flow)
    {
        if (vlan is 0 or > 4094 || flow.Knows(FlowFields.VlanId))
            return;
        flow.VlanId = (ushort)vlan;
        flow.Known |= FlowFields.VlanId;
    }

    private static DecodeError ReadRawHeader(scoped in SflowRawHeader raw, ref FlowRecord flow)
    {
        var length = (int)Math.Min(raw.FrameLength, int.MaxValue);
        var error = DecodeError.Unsupported;
        if (SflowRawHeader.TryGetLink(raw.Protocol, out var link))
            error = PacketFlow.Read(raw.Header, length, link, ref flow);
        flow.Bytes = (ulong)length;
        flow.Known |= FlowFields.Bytes;
        return error;
    }

    private static DecodeError FirstOf(DecodeError fault, DecodeError listError, DecodeError packetError) =>
        fault != DecodeError.None ? fault : listError != DecodeError.None ? listError : packetError;

    /// <summary>Reads every record, whatever their order.</summary>
    internal static DecodeError ReadAnyPacket(SflowRecords records, ref FlowRecord flow)
    {
        var found = new PacketRecords();
        var list = records.GetEnumerator();
        var fault = DecodeError.None;
        while (list.MoveNext())
        {
            if (IsWhole(list.Tag, list.Body))
                found.Add(list.Tag, list.Body);
            else
                fault = DecodeError.BadLength;
        }

        return FirstOf(fault, list.Error, found.Build(ref flow));
    }

    /// <summary>The first of each kind of record that describes the packet.</summary>
    private ref struct PacketRecords()
    {
        private SflowRawHeader _raw;
        private SflowIp _ip;
        private uint _ethernetLength;
        private uint _vlan = NoVlan;
        private bool _hasRaw;
        private bool _hasIp;
        private bool _hasEthernet;

        public void Add(SflowTag tag, ReadOnlySpan<byte> body)
        {
            switch (tag.Value)
            {
                case SflowFlowRecord.RawHeader when !_hasRaw:
                    _hasRaw = SflowRawHeader.TryRead(body, out _raw);
                    break;
                case SflowFlowRecord.IPv4 or SflowFlowRecord.IPv6 when !_hasIp:
                    _hasIp = SflowIp.TryRead(body, tag.Value == SflowFlowRecord.IPv6, out _ip);
                    break;
                case SflowFlowRecord.Ethernet when !_hasEthernet:
                    _hasEthernet = SflowEthernet.TryRead(body, out var ethernet);
                    _ethernetLength = ethernet.Length;
                    break;
                case SflowFlowRecord.ExtendedSwitch when _vlan == NoVlan:
                    _vlan = BinaryPrimitives.ReadUInt32BigEndian(body);
                    break;
            }
        }

        public readonly DecodeError Build(ref FlowRecord flow)
        {
            flow = default;
            var error = DecodeError.None;
            if (_hasRaw)
                error = ReadRawHeader(_raw, ref flow);
            if (_hasIp && !flow.Knows(FlowFields.Source))
            {
                error = DecodeError.None;
                FillIp(ref flow);
            }

            if (_hasEthernet && !_hasRaw)
            {
                flow.Bytes = _ethernetLength;
                flow.Known |= FlowFields.Bytes;
            }

            FillVlan(_vlan, ref flow);
            return error;
        }

        private readonly void FillIp(ref FlowRecord flow)
        {
            flow.Source = _ip.Source;
            flow.Destination = _ip.Destination;
            flow.Protocol = (byte)_ip.Protocol;
            flow.TypeOfService = (byte)_ip.TypeOfService;
            flow.IpLength = (ushort)Math.Min(_ip.Length, ushort.MaxValue);
            flow.Known |= FlowFields.Source | FlowFields.Destination | FlowFields.Protocol | FlowFields.TypeOfService | FlowFields.IpLength;
            if (!flow.Knows(FlowFields.Bytes))
            {
                flow.Bytes = _ip.Length;
                flow.Known |= FlowFields.Bytes;
            }

            // TCP, UDP, DCCP, SCTP, UDP-Lite: "or equivalent" in the specification leaves the rest open.
            if (_ip.Protocol is 6 or 17 or 33 or 132 or 136)
            {
                flow.SourcePort = (ushort)_ip.SourcePort;
                flow.DestinationPort = (ushort)_ip.DestinationPort;
                flow.Known |= FlowFields.SourcePort | FlowFields.DestinationPort;
            }

            if (_ip.Protocol == 6)
            {
                flow.TcpFlags = (ushort)_ip.TcpFlags;
                flow.Known |= FlowFields.TcpFlags;
            }
        }
    }
}
