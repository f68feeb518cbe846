using System.Buffers.Binary;

namespace Breakwater.Telemetry;

/// <summary>
/// One direction of a captured TCP connection that carries IPFIX: segments in any order go in, messages cut by their length come
/// out (RFC 7011 §10.4.1: messages follow each other without any further framing).
/// </summary>
internal sealed class IpfixTcpStream
{
    private const int HeaderLength = 16;

    // One whole message plus what arrives with its end.
    private const int BufferBytes = 2 * ushort.MaxValue;

    // Segments ahead of the next one that are kept; one more means that the missing one was not captured.
    private const int MaximumAhead = 64;

    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly SortedList<uint, byte[]> _ahead = [];
    private int _start;
    private int _end;
    private uint _next;
    private bool _synchronised;

    /// <summary>Times that bytes were missing, or did not begin a message.</summary>
    public long Breaks { get; private set; }

    /// <summary>True for bytes that begin like an IPFIX message: version 10 and a possible length.</summary>
    public static bool BeginsMessage(ReadOnlySpan<byte> bytes) =>
        bytes.Length >= 4
        && BinaryPrimitives.ReadUInt16BigEndian(bytes) == 10
        && BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]) >= HeaderLength;

    /// <summary>Takes one segment; <paramref name="isSyn"/> starts the stream anew behind it.</summary>
    public void Add(uint sequence, ReadOnlySpan<byte> payload, bool isSyn)
    {
        if (isSyn)
        {
            Restart(sequence + 1);
            sequence++;
        }

        if (payload.IsEmpty)
            return;
        if (!_synchronised)
        {
            if (!BeginsMessage(payload))
                return; // the middle of a message: wait for a segment that begins one
            Restart(sequence);
        }

        AddInOrder(sequence, payload);
        while (_ahead.Count > 0 && (int)(_ahead.GetKeyAtIndex(0) - _next) <= 0)
        {
            var (first, bytes) = (_ahead.GetKeyAtIndex(0), _ahead.GetValueAtIndex(0));
            _ahead.RemoveAt(0);
            AddInOrder(first, bytes);
        }
    }

    /// <summary>The next whole message; valid until the next call.</summary>
    public bool TryTake(out ReadOnlySpan<byte> message)
    {
        message = default;
        var waiting = _buffer.AsSpan(_start, _end - _start);
        if (waiting.Length < 4)
            return false;
        if (!BeginsMessage(waiting))
        {
            Breaks++;
            _synchronised = false;
            return false;
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(waiting[2..]);
        if (waiting.Length < length)
            return false;
        message = waiting[..length];
        _start += length;
        return true;
    }

    private void Restart(uint next)
    {
        _ahead.Clear();
        (_start, _end) = (0, 0);
        _next = next;
        _synchronised = true;
    }

    private void AddInOrder(uint sequence, ReadOnlySpan<byte> payload)
    {
        var distance = (int)(sequence - _next);
        if (distance > 0)
        {
            KeepAhead(sequence, payload);
            return;
        }

        if (-distance >= payload.Length)
            return; // all of it was there already: a retransmission
        payload = payload[-distance..];
        if (_end + payload.Length > _buffer.Length)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        if (_end + payload.Length > _buffer.Length)
        {
            Breaks++;
            _synchronised = false;
            return;
        }

        payload.CopyTo(_buffer.AsSpan(_end));
        _end += payload.Length;
        _next += (uint)payload.Length;
    }

    private void KeepAhead(uint sequence, ReadOnlySpan<byte> payload)
    {
        if (_ahead.Count < MaximumAhead)
        {
            _ahead[sequence] = payload.ToArray();
            return;
        }

        Breaks++;
        _synchronised = false;
        _ahead.Clear();
    }
}
