using System.Buffers.Binary;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry;

/// <summary>
/// One direction of a captured TCP connection that carries IPFIX: segments in any order go in, messages cut by their length come
/// out (RFC 7011 §10.4.1: messages follow each other without any further framing). What the capture missed is passed over and counted.
/// </summary>
internal sealed class IpfixTcpStream(Address source, uint next)
{
    /// <summary>Segments ahead of the next one that are kept; one more means that the missing one was not captured.</summary>
    public const int MaximumAhead = 64;

    /// <summary>Octets of those segments, and how far ahead a segment may be to be taken for a part of the stream at sight.</summary>
    public const int MaximumAheadBytes = 128 * 1024;

    private const int HeaderLength = 16;
    private const int HeaderAndSetLength = HeaderLength + 4;
    private const uint SecondsPerDay = 86_400;

    // One whole message plus what arrives with its end.
    private const int BufferBytes = 2 * ushort.MaxValue;

    private readonly List<(uint Sequence, byte[] Bytes)> _ahead = [];
    private byte[] _buffer = [];
    private int _start;
    private int _end;
    private int _skipped;
    private uint? _fin;
    private uint? _exportTime;
    private bool _searching;
    private bool _isHurried;

    /// <summary>Who opened the connection.</summary>
    public Address Source { get; } = source;

    /// <summary>Templates of this session (RFC 7011 §8: they end with it); null before its first message.</summary>
    public ExporterState? State { get; set; }

    /// <summary>Sequence number of its first octet.</summary>
    public uint InitialSequence { get; } = next;

    /// <summary>Sequence number of the octet that comes next.</summary>
    public uint Next { get; private set; } = next;

    /// <summary>True once its octets began like an IPFIX message.</summary>
    public bool IsRecognised { get; private set; }

    /// <summary>True when its octets are no IPFIX.</summary>
    public bool IsRejected { get; private set; }

    /// <summary>True when nothing more is taken from it.</summary>
    public bool IsEnded { get; private set; }

    /// <summary>True when everything up to the FIN was there.</summary>
    public bool IsFinished => _fin is { } fin && (int)(Next - fin) >= 0;

    /// <summary>Octets that wait for a missing segment.</summary>
    public int HeldBytes { get; private set; }

    /// <summary>Order of its last data among all streams.</summary>
    public long LastUse { get; set; }

    /// <summary>Times that octets were missing, or did not begin a message.</summary>
    public long Breaks { get; private set; }

    /// <summary>Takes one segment. True when it is a part of recognised IPFIX: the next part, or one shortly ahead of it.</summary>
    public bool Add(uint sequence, ReadOnlySpan<byte> payload)
    {
        var distance = (int)(sequence - Next);
        if (distance > 0)
            return Hold(sequence, payload) && IsRecognised && distance <= MaximumAheadBytes;
        if (-(long)distance >= payload.Length)
            return false; // all of it was there already: a retransmission
        Append(payload[-distance..]);
        if (!IsRecognised && !_searching)
            Recognise();
        return IsRecognised;
    }

    /// <summary>A FIN stands behind the octet before <paramref name="sequence"/>.</summary>
    public void FinishAt(uint sequence) => _fin = sequence;

    /// <summary>What is missing will not come any more: the next <see cref="TryTake"/> reads behind it.</summary>
    public void Hurry() => _isHurried = true;

    /// <summary>The next whole message; valid until the next call.</summary>
    public bool TryTake(out ReadOnlySpan<byte> message)
    {
        while (!IsRejected)
        {
            if (TryCut(out message))
                return true;
            if (!IsRejected && !TryContinue())
                break;
        }

        message = default;
        return false;
    }

    /// <summary>The octets were no IPFIX, or nobody wants them: what is held goes.</summary>
    public void Reject()
    {
        IsRejected = true;
        End();
    }

    /// <summary>Frees what the stream holds; its place in the sequence is kept to know retransmissions.</summary>
    public void End()
    {
        IsEnded = true;
        State = null;
        _ahead.Clear();
        HeldBytes = 0;
        _buffer = [];
        (_start, _end) = (0, 0);
    }

    private void Recognise()
    {
        var waiting = _buffer.AsSpan(_start, _end - _start);
        if (!TelemetryRecognition.CanBeginIpfix(waiting))
            Reject();
        else
            IsRecognised = waiting.Length >= 4;
    }

    private bool TryCut(out ReadOnlySpan<byte> message)
    {
        message = default;
        if (_searching && !TryFind())
            return false;
        var waiting = _buffer.AsSpan(_start, _end - _start);
        if (!IsRecognised || waiting.Length < 4)
            return false;
        if (!TelemetryRecognition.CanBeginIpfix(waiting))
        {
            Breaks++;
            if (_exportTime is null)
                Reject(); // not one message so far: it only began like IPFIX
            else
                Search();
            return _searching && TryCut(out message);
        }

        int length = BinaryPrimitives.ReadUInt16BigEndian(waiting[2..]);
        if (waiting.Length < length)
            return false;
        message = waiting[..length];
        _start += length;
        _exportTime = BinaryPrimitives.ReadUInt32BigEndian(message[4..]);
        return true;
    }

    private void Search()
    {
        _searching = true;
        _skipped = 0;
    }

    // The rest of a message whose beginning was not captured is at most one message long.
    private bool TryFind()
    {
        for (var waiting = _buffer.AsSpan(_start, _end - _start); waiting.Length >= HeaderAndSetLength; waiting = waiting[Skip(waiting)..])
        {
            if (IsSurelyMessage(waiting))
            {
                _searching = false;
                IsRecognised = true;
                return true;
            }
        }

        if (_skipped > ushort.MaxValue)
            Reject();
        return false;
    }

    private int Skip(ReadOnlySpan<byte> waiting)
    {
        var found = waiting[1..].IndexOf((ReadOnlySpan<byte>)[0, 10]);
        var step = found >= 0 ? found + 1 : waiting.Length - 1;
        _start += step;
        _skipped += step;
        return step;
    }

    // Chance must not look like this: a header near the last one in time, sets that follow each other, another header behind.
    private bool IsSurelyMessage(ReadOnlySpan<byte> waiting)
    {
        if (!TelemetryRecognition.CanBeginIpfix(waiting))
            return false;
        var time = BinaryPrimitives.ReadUInt32BigEndian(waiting[4..]);
        if (_exportTime is { } last && time - last + SecondsPerDay > 2 * SecondsPerDay)
            return false;
        int length = BinaryPrimitives.ReadUInt16BigEndian(waiting[2..]);
        if (waiting.Length > length && !TelemetryRecognition.CanBeginIpfix(waiting[length..]))
            return false;
        for (var at = HeaderLength; at + 4 <= Math.Min(length, waiting.Length);)
        {
            int set = BinaryPrimitives.ReadUInt16BigEndian(waiting[(at + 2)..]);
            if (set < 4 || set > length - at)
                return false;
            at += set;
        }

        return true;
    }

    // Takes up the held segment that is next, or, when the one before it does not come, the first one.
    private bool TryContinue()
    {
        if (_ahead.Count == 0)
            return false;
        var first = 0;
        for (var index = 1; index < _ahead.Count; index++)
        {
            if ((int)(_ahead[index].Sequence - Next) < (int)(_ahead[first].Sequence - Next))
                first = index;
        }

        var (sequence, bytes) = _ahead[first];
        var distance = (int)(sequence - Next);
        if (distance > 0)
        {
            if (!_isHurried && _ahead.Count <= MaximumAhead && HeldBytes <= MaximumAheadBytes)
                return false;
            Breaks++;
            (_start, _end) = (0, 0);
            Next = sequence;
            distance = 0;
            Search();
        }

        _ahead.RemoveAt(first);
        HeldBytes -= bytes.Length;
        if (-(long)distance < bytes.Length)
            Append(bytes.AsSpan(-distance));
        if (!IsRecognised && !_searching)
            Recognise();
        if (_ahead.Count == 0)
            _isHurried = false;
        return true;
    }

    private bool Hold(uint sequence, ReadOnlySpan<byte> payload)
    {
        var index = _ahead.FindIndex(held => held.Sequence == sequence);
        if (index >= 0 && _ahead[index].Bytes.Length >= payload.Length)
            return false;
        if (index >= 0)
        {
            HeldBytes -= _ahead[index].Bytes.Length;
            _ahead.RemoveAt(index);
        }

        _ahead.Add((sequence, payload.ToArray()));
        HeldBytes += payload.Length;
        return true;
    }

    private void Append(ReadOnlySpan<byte> payload)
    {
        var waiting = _end - _start;
        if (_end + payload.Length > _buffer.Length)
        {
            // A message is cut as soon as it is whole, so less than one waits, and one segment is added.
            var wanted = Math.Clamp((int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)(waiting + payload.Length)), 4096, BufferBytes);
            var target = wanted > _buffer.Length ? new byte[wanted] : _buffer;
            _buffer.AsSpan(_start, waiting).CopyTo(target);
            (_buffer, _start, _end) = (target, 0, waiting);
        }

        payload.CopyTo(_buffer.AsSpan(_end));
        _end += payload.Length;
        Next += (uint)payload.Length;
    }
}
