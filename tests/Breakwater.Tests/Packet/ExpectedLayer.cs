using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>What a reader must find of one IP header, and up to which byte of the frame each field reaches.</summary>
internal sealed class ExpectedLayer(int offset, int version, Tunnel tunnel)
{
    private IpHeader _header;

    public int Version { get; } = version;

    public byte Protocol { get; set; } = 253;

    public IPv6Extensions Extensions { get; set; }

    public ushort FragmentOffset { get; set; }

    public int FragmentEnd { get; set; } = version == 4 ? offset + 20 : int.MaxValue;

    public int UdpLengthEnd { get; set; } = int.MaxValue;

    public ushort TcpFlags { get; private set; }

    public uint TcpSequenceNumber { get; private set; }

    public ushort IcmpTypeCode { get; private set; }

    public bool IsLaterFragment => FragmentOffset > 0;

    /// <summary>Where the fixed IP header ends.</summary>
    public int HeaderEnd { get; } = offset + (version == 4 ? 20 : 40);

    private int PortsStart { get; set; } = -1;

    private ushort SourcePort { get; set; }

    private ushort DestinationPort { get; set; }

    private int TcpStart { get; set; } = -1;

    private int IcmpStart { get; set; } = -1;

    public void Take(in IpHeader header)
    {
        _header = header;
        if (Version == 4)
            FragmentOffset = header.FragmentOffset;
    }

    public void TakePorts(int start, byte protocol, ushort source, ushort destination) =>
        (PortsStart, Protocol, SourcePort, DestinationPort) = (start, protocol, source, destination);

    public void TakeTcp(int start, ushort flags, uint sequence) => (TcpStart, TcpFlags, TcpSequenceNumber) = (start, flags, sequence);

    public void TakeIcmp(int start, byte type, byte code) =>
        (IcmpStart, Protocol, IcmpTypeCode) = (start, Version == 4 ? (byte)1 : (byte)58, (ushort)((type << 8) | code));

    /// <summary>The first disagreement of a layer read from the frame's first <paramref name="capturedBytes"/>; null when there is none.</summary>
    public string? Check(in IpLayer layer, int depth, int capturedBytes)
    {
        if (capturedBytes < HeaderEnd)
            return "a layer whose header lies past the cut";
        if (layer.Source != _header.Source || layer.Destination != _header.Destination)
            return "addresses";
        if (layer.Version != Version || layer.Depth != depth || layer.Tunnel != tunnel || layer.Offset != offset)
            return $"version, depth, tunnel ({layer.Tunnel}, expected {tunnel}) or offset";
        if (layer.TypeOfService != _header.TypeOfService || layer.TimeToLive != _header.TimeToLive)
            return "traffic class or hop limit";
        if (Version == 6 && layer.FlowLabel != _header.FlowLabel)
            return "flow label";
        return Check(layer, IpFields.SourcePort, layer.SourcePort, SourcePort, End(PortsStart, 2), capturedBytes)
            ?? Check(layer, IpFields.DestinationPort, layer.DestinationPort, DestinationPort, End(PortsStart, 4), capturedBytes)
            ?? Check(layer, IpFields.TcpSequenceNumber, layer.TcpSequenceNumber, TcpSequenceNumber, End(TcpStart, 8), capturedBytes)
            ?? Check(layer, IpFields.TcpFlags, layer.TcpFlags, TcpFlags, End(TcpStart, 14), capturedBytes)
            ?? Check(layer, IpFields.IcmpTypeCode, layer.IcmpTypeCode, IcmpTypeCode, End(IcmpStart, 2), capturedBytes)
            ?? Check(layer, IpFields.Fragment, layer.FragmentOffset, FragmentOffset, FragmentEnd, capturedBytes)
            ?? CheckEnds(layer, capturedBytes);
    }

    /// <summary>Fields that only a whole capture settles.</summary>
    public string? CheckWhole(in IpLayer layer)
    {
        if (layer.Protocol != Protocol && Protocol != 253)
            return $"protocol {layer.Protocol}, expected {Protocol}";
        return layer.Extensions != Extensions ? $"extensions {layer.Extensions}, expected {Extensions}" : null;
    }

    private string? CheckEnds(in IpLayer layer, int capturedBytes)
    {
        if (layer.Knows(IpFields.UdpLength) && UdpLengthEnd > capturedBytes)
            return "UDP length past the cut";
        return layer.PayloadOffset + layer.PayloadLength > capturedBytes ? "payload past the cut" : null;
    }

    private static int End(int start, int length) => start < 0 ? int.MaxValue : start + length;

    private static string? Check(in IpLayer layer, IpFields field, uint actual, uint expected, int end, int capturedBytes)
    {
        if (layer.Knows(field) != end <= capturedBytes)
            return layer.Knows(field) ? $"{field} is known past the cut" : $"{field} is unknown though captured";
        if (layer.Knows(field) ? actual != expected : actual != 0)
            return $"{field} is {actual}, expected {expected}";
        return null;
    }
}
