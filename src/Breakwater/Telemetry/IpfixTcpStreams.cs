using System.Diagnostics.CodeAnalysis;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Telemetry;

/// <summary>
/// The captured TCP connections that carry IPFIX to its usual port. Bounded: of those without IPFIX so far, then of all, the one
/// longest without data gives way.
/// </summary>
internal sealed class IpfixTcpStreams
{
    /// <summary>Most connections that are followed at a time.</summary>
    public const int Maximum = 256;

    /// <summary>Most connections of which only the SYN was seen: their sequence number is remembered, nothing else.</summary>
    public const int MaximumOpening = 1024;

    /// <summary>Most octets that wait for missing segments, over all connections.</summary>
    public const int MaximumHeldBytes = 4 * 1024 * 1024;

    /// <summary>IANA: ipfix 4739/tcp.</summary>
    public const ushort Port = 4739;

    private const int Fin = 0x01;
    private const int Syn = 0x02;
    private const int Reset = 0x04;
    private const int Acknowledgement = 0x10;

    // What is so far behind is no retransmission but another session.
    private const int RetransmissionBytes = 1 << 20;

    private readonly Dictionary<(Address Source, Address Destination, ushort Port), IpfixTcpStream> _streams = [];
    private readonly Dictionary<(Address Source, Address Destination, ushort Port), uint> _opening = [];
    private readonly Queue<(Address Source, Address Destination, ushort Port)> _openingOrder = [];
    private readonly Queue<IpfixTcpStream> _ended = [];
    private long _uses;

    /// <summary>
    /// Takes a TCP segment; <paramref name="stream"/> then may have new messages. True when the segment is a part of recognised IPFIX.
    /// </summary>
    public bool TryAdd(ReadOnlySpan<byte> frame, in IpLayer layer, out IpfixTcpStream? stream)
    {
        stream = null;
        if (layer.DestinationPort != Port || !layer.Knows(IpFields.Ports | IpFields.TcpSequenceNumber | IpFields.TcpFlags))
            return false;
        var payload = layer.Knows(IpFields.Payload) ? frame.Slice(layer.PayloadOffset, layer.PayloadLength) : [];
        var key = (layer.Source, layer.Destination, layer.SourcePort);
        var sequence = layer.TcpSequenceNumber;
        if ((layer.TcpFlags & Syn) != 0)
        {
            if ((layer.TcpFlags & Acknowledgement) != 0)
                return false; // the answer of a server to its client's port 4739
            Open(key, ++sequence);
        }

        var claimed = false;
        if (!payload.IsEmpty && TryFind(key, sequence, payload, out stream))
        {
            stream.LastUse = ++_uses;
            claimed = stream.Add(sequence, payload);
        }

        if (stream is { HeldBytes: > 0 } && _streams.Values.Sum(static other => (long)other.HeldBytes) > MaximumHeldBytes)
            stream.Hurry();
        if ((layer.TcpFlags & (Fin | Reset)) != 0 && (stream is not null || _streams.TryGetValue(key, out stream)))
            stream.FinishAt((layer.TcpFlags & Reset) != 0 ? stream.Next : sequence + (uint)payload.Length);
        return claimed;
    }

    /// <summary>Call when the messages of a stream were taken: it may be at its end.</summary>
    public void Settle(IpfixTcpStream stream)
    {
        if (!stream.IsEnded && stream.IsFinished)
            _ended.Enqueue(stream);
    }

    /// <summary>The next stream whose session is over: the caller takes its last messages and ends it.</summary>
    public bool TryTakeEnded([NotNullWhen(true)] out IpfixTcpStream? stream)
    {
        while (_ended.TryDequeue(out stream))
        {
            if (!stream.IsEnded)
                return true;
        }

        return false;
    }

    /// <summary>The input is over: all sessions are.</summary>
    public void EndAll()
    {
        foreach (var stream in _streams.Values)
            _ended.Enqueue(stream);
        _streams.Clear();
        _opening.Clear();
        _openingOrder.Clear();
    }

    private void Open((Address Source, Address Destination, ushort Port) key, uint next)
    {
        if (_streams.TryGetValue(key, out var old))
        {
            // The same SYN again, possibly after the first data.
            if (!old.IsEnded && old.InitialSequence == next)
                return;
            _ended.Enqueue(old);
            _streams.Remove(key);
        }

        while (_openingOrder.Count >= MaximumOpening)
            _opening.Remove(_openingOrder.Dequeue());
        if (!_opening.ContainsKey(key))
            _openingOrder.Enqueue(key);
        _opening[key] = next;
    }

    private bool TryFind(
        (Address Source, Address Destination, ushort Port) key, uint sequence, ReadOnlySpan<byte> payload,
        [NotNullWhen(true)] out IpfixTcpStream? stream)
    {
        if (_streams.TryGetValue(key, out stream))
        {
            var distance = (int)(sequence - stream.Next);
            var isOther = stream.IsEnded ? distance is > 1 or < -RetransmissionBytes : distance < -RetransmissionBytes;
            if (!stream.IsRejected && !isOther)
                return !stream.IsEnded;
        }

        uint initial;
        if (_opening.Remove(key, out var next))
        {
            // Behind a SYN only octets that can be IPFIX are worth a buffer; those of a later segment cannot be judged yet.
            if (sequence == next && !TelemetryRecognition.CanBeginIpfix(payload))
                return false;
            initial = next;
        }
        else if (payload.Length >= 20 && TelemetryRecognition.CanBeginIpfix(payload))
        {
            initial = sequence; // the capture began in the middle of the session
        }
        else
        {
            return false;
        }

        if (stream is not null)
        {
            _ended.Enqueue(stream);
            _streams.Remove(key);
        }

        if (_streams.Count >= Maximum)
            GiveWay();
        stream = new IpfixTcpStream(key.Source, initial);
        _streams.Add(key, stream);
        return true;
    }

    private void GiveWay()
    {
        var (key, stream) = _streams.MinBy(static entry => (entry.Value.IsEnded ? 0 : entry.Value.IsRecognised ? 2 : 1, entry.Value.LastUse));
        _ended.Enqueue(stream);
        _streams.Remove(key);
    }
}
