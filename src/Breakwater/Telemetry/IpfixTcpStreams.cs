using System.Diagnostics.CodeAnalysis;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Telemetry;

/// <summary>The captured TCP connections that carry IPFIX to its usual port; bounded, the oldest gives way.</summary>
internal sealed class IpfixTcpStreams
{
    /// <summary>Most connections that are followed at a time.</summary>
    public const int Maximum = 64;

    /// <summary>IANA: ipfix 4739/tcp.</summary>
    public const ushort Port = 4739;

    private const int Syn = 0x02;

    private readonly Dictionary<(Address Source, Address Destination, ushort Port), IpfixTcpStream> _streams = [];
    private readonly Queue<(Address Source, Address Destination, ushort Port)> _order = [];

    /// <summary>Takes a TCP segment that may belong to such a connection; the stream then has new messages, or not yet.</summary>
    public bool TryAdd(ReadOnlySpan<byte> frame, in IpLayer layer, [NotNullWhen(true)] out IpfixTcpStream? stream)
    {
        stream = null;
        if (layer.DestinationPort != Port || !layer.Knows(IpFields.Ports | IpFields.TcpSequenceNumber | IpFields.TcpFlags))
            return false;
        var payload = layer.Knows(IpFields.Payload) ? frame.Slice(layer.PayloadOffset, layer.PayloadLength) : [];
        var isSyn = (layer.TcpFlags & Syn) != 0;
        var key = (layer.Source, layer.Destination, layer.SourcePort);
        if (!_streams.TryGetValue(key, out stream))
        {
            if (!isSyn && !IpfixTcpStream.BeginsMessage(payload))
                return false;
            stream = Open(key);
        }

        stream.Add(layer.TcpSequenceNumber, payload, isSyn);
        return payload.Length > 0;
    }

    private IpfixTcpStream Open((Address Source, Address Destination, ushort Port) key)
    {
        if (_streams.Count == Maximum)
            _streams.Remove(_order.Dequeue());
        var stream = new IpfixTcpStream();
        _streams.Add(key, stream);
        _order.Enqueue(key);
        return stream;
    }
}
