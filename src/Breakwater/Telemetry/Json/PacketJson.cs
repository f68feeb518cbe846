using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Telemetry.Json;

/// <summary>
/// One frame's headers as elements of the record that is being written: link and outermost IP header at its top level, deeper ones
/// under <c>inner</c>. What the capture cut off is absent.
/// </summary>
internal ref struct PacketJson(Utf8JsonWriter json) : IPacketSink
{
    private bool _innerOpen;
    private bool _layerOpen;
    private bool _hasLink;
    private bool _hasLabels;

    /// <summary>Writes all layers of one frame.</summary>
    public static DecodeError Write(Utf8JsonWriter json, ReadOnlySpan<byte> frame, LinkType link)
    {
        var layers = new PacketJson(json);
        var error = PacketDissector.Dissect(frame, link, ref layers);
        layers.Close();
        return error;
    }

    public void OnLink(in LinkLayer link)
    {
        // A frame within the frame: behind MPLS labels (RFC 4448), or bridged (RFC 2427).
        if (_hasLink)
        {
            CloseLayer();
            OpenInner(_hasLabels ? Tunnel.Mpls : link.Tunnel);
        }
        else if (link.Depth > 0)
        {
            OpenInner(link.Tunnel);
        }

        _hasLink = true;
        _hasLabels = link.Knows(LinkFields.Mpls);
        if (link.Knows(LinkFields.SourceMac))
            WriteMac("sourceMacAddress"u8, link.SourceMac);
        if (link.Knows(LinkFields.DestinationMac))
            WriteMac("destinationMacAddress"u8, link.DestinationMac);
        if (link.Knows(LinkFields.EtherType))
            json.WriteNumber("ethernetType"u8, link.EtherType);
        if (link.Knows(LinkFields.Vlan))
            WriteVlans(link);
        if (link.Knows(LinkFields.PppoeSessionId))
            json.WriteNumber("pppoeSessionId"u8, link.PppoeSessionId);
        if (!link.Knows(LinkFields.Mpls))
            return;
        json.WriteStartArray("mplsLabels"u8);
        for (var index = 0; index < Math.Min(link.MplsCount, (byte)LinkLayer.MaxMplsLabels); index++)
            json.WriteNumberValue(link.MplsLabel(index));
        json.WriteEndArray();
    }

    public bool OnIp(in IpLayer layer)
    {
        if (layer.Depth > 0)
            OpenInner(layer.Tunnel);
        WriteIp(layer);
        WriteTransport(layer);
        CloseLayer();
        _hasLink = false;
        return true;
    }

    private void Close()
    {
        CloseLayer();
        if (_innerOpen)
            json.WriteEndArray();
    }

    private void OpenInner(Tunnel tunnel)
    {
        if (_layerOpen)
            return;
        if (!_innerOpen)
            json.WriteStartArray("inner"u8);
        _innerOpen = true;
        _layerOpen = true;
        json.WriteStartObject();
        if (tunnel != Tunnel.None)
            json.WriteString("tunnel"u8, Tunnels.NameOf(tunnel));
    }

    private void CloseLayer()
    {
        if (_layerOpen)
            json.WriteEndObject();
        _layerOpen = false;
    }

    private readonly void WriteVlans(in LinkLayer link)
    {
        json.WriteNumber("vlanId"u8, link.VlanId(0));
        json.WriteNumber("dot1qPriority"u8, link.VlanPriority(0));
        if (link.VlanCount < 2)
            return;
        json.WriteNumber("dot1qCustomerVlanId"u8, link.VlanId(1));
        json.WriteNumber("dot1qCustomerPriority"u8, link.VlanPriority(1));
        if (link.VlanCount == 2)
            return;
        json.WriteStartArray("vlanIds"u8);
        for (var index = 0; index < Math.Min(link.VlanCount, (byte)LinkLayer.MaxVlanTags); index++)
            json.WriteNumberValue(link.VlanId(index));
        json.WriteEndArray();
    }

    private readonly void WriteIp(in IpLayer layer)
    {
        var isIPv4 = layer.Version == 4;
        json.WriteNumber("ipVersion"u8, layer.Version);
        json.WritePropertyName(isIPv4 ? "sourceIPv4Address"u8 : "sourceIPv6Address"u8);
        ElementJson.WriteAddress(json, layer.Source);
        json.WritePropertyName(isIPv4 ? "destinationIPv4Address"u8 : "destinationIPv6Address"u8);
        ElementJson.WriteAddress(json, layer.Destination);
        json.WriteNumber("protocolIdentifier"u8, layer.Protocol);
        json.WriteNumber("ipClassOfService"u8, layer.TypeOfService);
        json.WriteNumber("ipTTL"u8, layer.TimeToLive);
        json.WriteNumber("ipTotalLength"u8, layer.TotalLength);
        if (layer.Knows(IpFields.FlowLabel))
            json.WriteNumber("flowLabelIPv6"u8, layer.FlowLabel);
        if (layer.Extensions != IPv6Extensions.None)
            WriteExtensions(layer.Extensions);
        if (!layer.Knows(IpFields.Fragment))
            return;
        json.WriteNumber("fragmentIdentification"u8, layer.Identification);
        json.WriteNumber("fragmentOffset"u8, layer.FragmentOffset);
        // IE 197: bit 6 is don't fragment, bit 5 more fragments.
        json.WriteNumber("fragmentFlags"u8, (layer.DontFragment ? 0x40 : 0) | (layer.MoreFragments ? 0x20 : 0));
    }

    private readonly void WriteTransport(in IpLayer layer)
    {
        if (layer.Knows(IpFields.SourcePort))
            json.WriteNumber("sourceTransportPort"u8, layer.SourcePort);
        if (layer.Knows(IpFields.DestinationPort))
            json.WriteNumber("destinationTransportPort"u8, layer.DestinationPort);
        if (layer.Knows(IpFields.TcpFlags))
            json.WriteNumber("tcpControlBits"u8, layer.TcpFlags);
        if (layer.Knows(IpFields.TcpSequenceNumber))
            json.WriteNumber("tcpSequenceNumber"u8, layer.TcpSequenceNumber);
        if (layer.Knows(IpFields.TcpAcknowledgementNumber))
            json.WriteNumber("tcpAcknowledgementNumber"u8, layer.TcpAcknowledgementNumber);
        if (layer.Knows(IpFields.TcpWindowSize))
            json.WriteNumber("tcpWindowSize"u8, layer.TcpWindowSize);
        if (layer.Knows(IpFields.UdpLength))
            json.WriteNumber("udpMessageLength"u8, layer.UdpLength);
        if (layer.Knows(IpFields.IcmpTypeCode))
            json.WriteNumber(layer.Version == 4 ? "icmpTypeCodeIPv4"u8 : "icmpTypeCodeIPv6"u8, layer.IcmpTypeCode);
    }

    private static readonly (IPv6Extensions Header, string Name)[] ExtensionNames =
    [
        (IPv6Extensions.HopByHop, "hop-by-hop"),
        (IPv6Extensions.Routing, "routing"),
        (IPv6Extensions.Fragment, "fragment"),
        (IPv6Extensions.DestinationOptions, "destination-options"),
        (IPv6Extensions.AuthenticationHeader, "authentication"),
        (IPv6Extensions.Mobility, "mobility"),
        (IPv6Extensions.Other, "other"),
    ];

    // Not under IE 64's name: its bits tell first from later fragments, and their order differs between RFC 5102 and the registry.
    private readonly void WriteExtensions(IPv6Extensions extensions)
    {
        json.WriteStartArray("extensionHeaders"u8);
        foreach (var (header, name) in ExtensionNames)
        {
            if ((extensions & header) != 0)
                json.WriteStringValue(name);
        }

        json.WriteEndArray();
    }

    private readonly void WriteMac(ReadOnlySpan<byte> name, ulong mac)
    {
        Span<byte> octets = stackalloc byte[8];
        System.Buffers.Binary.BinaryPrimitives.WriteUInt64BigEndian(octets, mac);
        json.WritePropertyName(name);
        ElementJson.WriteMac(json, octets[2..]);
    }
}
