using System.Buffers.Binary;
using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Sflow;

/// <summary>A flow sample as one flow record: however many records describe the packet, it counts once.</summary>
public static class SflowFlow
{
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
        flow.Packets = 1;
        flow.Known |= FlowFields.Packets;
        flow.SamplingRate = sample.SamplingRate;
        flow.SamplingSource = sample.SamplingRate == 0 ? SamplingSource.Unknown : SamplingSource.Header;
        if (sample.Input.IsKnownIndex)
        {
            flow.InputInterface = sample.Input.Value;
            flow.Known |= FlowFields.InputInterface;
        }

        if (sample.Output.IsKnownIndex)
        {
            flow.OutputInterface = sample.Output.Value;
            flow.Known |= FlowFields.OutputInterface;
        }

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
        flow.ForwardingStatus = 0x80;
        flow.Known |= FlowFields.Packets | FlowFields.ForwardingStatus
            | (sample.InputIfIndex != 0 ? FlowFields.InputInterface : 0) | (sample.OutputIfIndex != 0 ? FlowFields.OutputInterface : 0);
        return error;
    }

    private static DecodeError ReadPacket(SflowRecords records, ref FlowRecord flow)
    {
        // The usual case: the raw header comes first and shows an IP header; what follows can only add the VLAN.
        var list = records.GetEnumerator();
        if (list.MoveNext() && list.Tag.Value == SflowFlowRecord.RawHeader && SflowRawHeader.TryRead(list.Body, out var raw)
            && SflowRawHeader.TryGetLink(raw.Protocol, out var link))
        {
            var error = ReadRawHeader(raw, link, ref flow);
            if (flow.Knows(FlowFields.Source))
                return records.Count == 1 ? FirstOf(DecodeError.None, list.Error, error) : ReadRest(ref list, error, ref flow);
        }

        return ReadAnyPacket(records, ref flow);
    }

    private static DecodeError ReadRest(ref SflowRecords.Enumerator list, DecodeError error, ref FlowRecord flow)
    {
        var found = default(PacketRecords);
        var fault = AddAll(ref list, ref found);
        found.FillVlan(ref flow);
        return FirstOf(fault, list.Error, error);
    }

    private static DecodeError ReadRawHeader(scoped in SflowRawHeader raw, LinkType link, ref FlowRecord flow)
    {
        var length = (int)Math.Min(raw.FrameLength, int.MaxValue);
        var error = PacketFlow.Read(raw.Header, length, link, ref flow);
        flow.Bytes = (ulong)length;
        flow.Known |= FlowFields.Bytes;
        return error;
    }

    private static DecodeError AddAll(ref SflowRecords.Enumerator list, ref PacketRecords found)
    {
        var fault = DecodeError.None;
        while (list.MoveNext())
        {
            if (!found.TryAdd(list.Tag, list.Body) && fault == DecodeError.None)
                fault = DecodeError.BadLength;
        }

        return fault;
    }

    private static DecodeError FirstOf(DecodeError fault, DecodeError listError, DecodeError packetError) =>
        fault != DecodeError.None ? fault : listError != DecodeError.None ? listError : packetError;

    /// <summary>Reads every record, whatever their order.</summary>
    internal static DecodeError ReadAnyPacket(SflowRecords records, ref FlowRecord flow)
    {
        var found = default(PacketRecords);
        var list = records.GetEnumerator();
        var fault = AddAll(ref list, ref found);
        return FirstOf(fault, list.Error, found.Build(ref flow));
    }

    /// <summary>The first of each kind of record that describes the packet.</summary>
    private ref struct PacketRecords
    {
        private SflowRawHeader _raw;
        private SflowIp _ip;
        private uint _ethernetLength;
        private uint _vlan;
        private bool _hasRaw;
        private bool _hasIp;
        private bool _hasEthernet;
        private bool _hasVlan;

        /// <summary>False when the record is of a kind that is read here, but too short for it.</summary>
        public bool TryAdd(SflowTag tag, ReadOnlySpan<byte> body)
        {
            switch (tag.Value)
            {
                case SflowFlowRecord.RawHeader:
                    if (!SflowRawHeader.TryRead(body, out var raw))
                        return false;
                    if (!_hasRaw)
                        _raw = raw;
                    _hasRaw = true;
                    return true;
                case SflowFlowRecord.IPv4 or SflowFlowRecord.IPv6:
                    if (!SflowIp.TryRead(body, tag.Value == SflowFlowRecord.IPv6, out var ip))
                        return false;
                    if (!_hasIp)
                        (_ip, _hasIp) = (ip, true);
                    return true;
                case SflowFlowRecord.Ethernet:
                    if (!SflowEthernet.TryRead(body, out var ethernet))
                        return false;
                    if (!_hasEthernet)
                        (_ethernetLength, _hasEthernet) = (ethernet.Length, true);
                    return true;
                case SflowFlowRecord.ExtendedSwitch:
                    if (body.Length < 16)
                        return false;
                    if (!_hasVlan)
                        (_vlan, _hasVlan) = (BinaryPrimitives.ReadUInt32BigEndian(body), true);
                    return true;
                default:
                    return true;
            }
        }

        public DecodeError Build(ref FlowRecord flow)
        {
            flow = default;
            var error = DecodeError.None;
            if (_hasRaw && SflowRawHeader.TryGetLink(_raw.Protocol, out var link))
            {
                error = ReadRawHeader(_raw, link, ref flow);
            }
            else if (_hasRaw)
            {
                error = DecodeError.Unsupported;
                flow.Bytes = Math.Min(_raw.FrameLength, int.MaxValue);
                flow.Known |= FlowFields.Bytes;
            }

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

            FillVlan(ref flow);
            return error;
        }

        /// <summary>The switch's VLAN of the incoming frame (1-4094), when the header itself shows no tag.</summary>
        public readonly void FillVlan(ref FlowRecord flow)
        {
            if (!_hasVlan || _vlan is 0 or > 4094 || flow.Knows(FlowFields.VlanId))
                return;
            flow.VlanId = (ushort)_vlan;
            flow.Known |= FlowFields.VlanId;
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
