using System.Buffers.Binary;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Telemetry;

/// <summary>
/// Puts fragmented UDP datagrams together (RFC 791 §3.2, RFC 8200 §4.5): exporters with large messages have them fragmented.
/// Bounded, the oldest gives way; overlaps are refused (RFC 5722), so forged fragments cannot rewrite a datagram.
/// </summary>
internal sealed class UdpFragments
{
    /// <summary>Most datagrams that are put together at a time: together at most 8 MiB.</summary>
    public const int Maximum = 128;

    private const int UdpHeaderLength = 8;

    private readonly Dictionary<(Address Source, Address Destination, uint Id), Assembly> _open = [];
    private readonly Queue<(Address Source, Address Destination, uint Id)> _order = [];

    /// <summary>Takes one fragment; true when it completed a datagram.</summary>
    public bool TryComplete(ReadOnlySpan<byte> frame, in IpLayer layer, out Datagram datagram)
    {
        datagram = default;
        if (!layer.Knows(IpFields.Fragment))
            return false;
        // Cut off by the capture: with a part missing inside it, the datagram would look whole.
        if (layer.TotalLength != 0 && layer.PayloadOffset - layer.Offset + layer.PayloadLength < layer.TotalLength)
            return false;
        var key = (layer.Source, layer.Destination, layer.Identification);
        if (!_open.TryGetValue(key, out var assembly))
            assembly = Open(key);
        // The first fragment's payload starts behind its UDP header, which the assembly wants too.
        var header = layer.FragmentOffset == 0 && layer.Knows(IpFields.Payload) ? UdpHeaderLength : 0;
        var bytes = frame.Slice(layer.PayloadOffset - header, layer.PayloadLength + header);
        if (!assembly.TryAdd(layer.FragmentOffset * 8, bytes, isLast: !layer.MoreFragments))
        {
            _open.Remove(key);
            return false;
        }

        if (!assembly.IsComplete)
            return false;
        _open.Remove(key);
        var whole = assembly.Bytes;
        if (whole.Length <= UdpHeaderLength)
            return false;
        datagram = new Datagram(
            layer.Source,
            BinaryPrimitives.ReadUInt16BigEndian(whole),
            BinaryPrimitives.ReadUInt16BigEndian(whole[2..]),
            whole[UdpHeaderLength..]);
        return true;
    }

    private Assembly Open((Address Source, Address Destination, uint Id) key)
    {
        while (_open.Count >= Maximum)
            _open.Remove(_order.Dequeue());
        if (_order.Count > Maximum * 4)
            DropClosedKeys();
        var assembly = new Assembly();
        _open.Add(key, assembly);
        _order.Enqueue(key);
        return assembly;
    }

    private void DropClosedKeys()
    {
        var open = _order.Where(_open.ContainsKey).Distinct().ToList();
        _order.Clear();
        foreach (var key in open)
            _order.Enqueue(key);
    }

    /// <summary>A whole datagram's payload.</summary>
    public readonly ref struct Datagram(Address source, ushort sourcePort, ushort destinationPort, ReadOnlySpan<byte> payload)
    {
        public Address Source { get; } = source;

        public ushort SourcePort { get; } = sourcePort;

        public ushort DestinationPort { get; } = destinationPort;

        public ReadOnlySpan<byte> Payload { get; } = payload;
    }

    private sealed class Assembly
    {
        private readonly SortedList<int, byte[]> _parts = [];
        private int _total = -1;
        private int _held;

        public bool IsComplete => _total >= 0 && _held == _total;

        public ReadOnlySpan<byte> Bytes
        {
            get
            {
                var whole = new byte[_total];
                foreach (var (offset, part) in _parts)
                    part.CopyTo(whole, offset);
                return whole;
            }
        }

        public bool TryAdd(int offset, ReadOnlySpan<byte> bytes, bool isLast)
        {
            var end = offset + bytes.Length;
            if (bytes.IsEmpty || end > ushort.MaxValue || (_total >= 0 && (isLast || end > _total)))
                return _parts.TryGetValue(offset, out var same) && bytes.SequenceEqual(same);
            foreach (var (start, part) in _parts)
            {
                if (start < end && offset < start + part.Length)
                    return start == offset && bytes.SequenceEqual(part); // the same fragment again is no attack
            }

            _parts.Add(offset, bytes.ToArray());
            _held += bytes.Length;
            if (isLast)
                _total = end;
            return true;
        }
    }
}
