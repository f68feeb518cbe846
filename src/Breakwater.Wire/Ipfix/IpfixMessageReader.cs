using System.Buffers.Binary;

namespace Breakwater.Wire.Ipfix;

/// <summary>
/// Cuts a stream into IPFIX messages, which stand back to back: an RFC 5655 file, or a TCP session (RFC 7011 §10.4). After damage it
/// looks for the next plausible message header; what was passed over is told by offset. Holds one message at a time.
/// </summary>
/// <remarks>Reads from a stream that the caller opened and closes. A message is valid until the next call.</remarks>
public sealed class IpfixMessageReader
{
    /// <summary>At most this many damages are kept; further ones are only counted.</summary>
    public const int MaxDamages = 1000;

    private const int MaxMessageBytes = ushort.MaxValue;
    private const int SetHeaderBytes = 4;

    // Enough to tell a message from chance; more would let hostile octets cost a walk each.
    private const int MaxSetsChecked = 64;

    private readonly Stream _stream;
    private readonly List<MessageDamage> _damages = [];

    // Two messages and a set header: enough to look at what follows the longest message.
    private readonly byte[] _buffer = new byte[(2 * MaxMessageBytes) + SetHeaderBytes];
    private int _start;
    private int _end;
    private long _offset;
    private bool _isAtEnd;

    /// <summary>Reads from the stream's present position.</summary>
    public IpfixMessageReader(Stream stream) => _stream = stream;

    /// <summary>Offset of the message last read, from where reading began.</summary>
    public long MessageOffset { get; private set; }

    /// <summary>What could not be read, in order.</summary>
    public IReadOnlyList<MessageDamage> Damages => _damages;

    /// <summary>All damages, with those not kept.</summary>
    public long DamageCount { get; private set; }

    /// <summary>
    /// Reads the next message; false at the end of the stream. A message that the end of the stream cuts off is handed over as far
    /// as it goes, and reported.
    /// </summary>
    /// <exception cref="IOException">The stream failed: what was read before stays valid.</exception>
    public bool TryRead(out ReadOnlySpan<byte> message)
    {
        message = default;
        var skipped = 0L;
        var error = DecodeError.None;
        while (true)
        {
            Fill(MaxMessageBytes + SetHeaderBytes);
            var rest = _buffer.AsSpan(_start, _end - _start);
            if (rest.IsEmpty)
            {
                Report(skipped, error);
                return false;
            }

            var fault = Check(rest, out var length);
            if (fault == DecodeError.None && (skipped == 0 || IsFollowedByHeader(rest, length)))
            {
                Report(skipped, error);
                MessageOffset = _offset;
                message = rest[..length];
                Skip(length);
                return true;
            }

            if (fault == DecodeError.Truncated && _isAtEnd && rest.Length > IpfixDecoder.HeaderBytes && !HasMessageBehind(rest))
            {
                Report(skipped, error);
                MessageOffset = _offset;
                message = rest;
                Skip(rest.Length);
                Report(rest.Length, DecodeError.Truncated);
                return true;
            }

            if (error == DecodeError.None)
                error = fault == DecodeError.None ? DecodeError.BadValue : fault;
            var step = NextCandidate(rest);
            skipped += step;
            Skip(step);
        }
    }

    // A header whose version, length and first set can be true.
    private static DecodeError Check(ReadOnlySpan<byte> rest, out int length)
    {
        length = 0;
        if (rest.Length < IpfixDecoder.HeaderBytes)
            return DecodeError.Truncated;
        if (BinaryPrimitives.ReadUInt16BigEndian(rest) != (ushort)ExportFormat.Ipfix)
            return DecodeError.BadVersion;
        length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
        if (length < IpfixDecoder.HeaderBytes)
            return DecodeError.BadLength;
        if (length > rest.Length)
            return DecodeError.Truncated;
        return AreSetsWhole(rest[IpfixDecoder.HeaderBytes..length]) ? DecodeError.None : DecodeError.BadLength;
    }

    // The sets fill the message: a chance match inside other octets does not get this far.
    private static bool AreSetsWhole(ReadOnlySpan<byte> sets)
    {
        for (var i = 0; i < MaxSetsChecked && sets.Length >= SetHeaderBytes; i++)
        {
            int length = BinaryPrimitives.ReadUInt16BigEndian(sets[2..]);
            if (length < SetHeaderBytes || length > sets.Length)
                return !sets.ContainsAnyExcept((byte)0);
            sets = sets[length..];
        }

        return true;
    }

    private static bool IsFollowedByHeader(ReadOnlySpan<byte> rest, int length) =>
        rest.Length - length < 2 || BinaryPrimitives.ReadUInt16BigEndian(rest[length..]) == (ushort)ExportFormat.Ipfix;

    // A whole message inside octets that claim to be one: then their length is the damage, and not the end of the stream.
    private static bool HasMessageBehind(ReadOnlySpan<byte> rest)
    {
        for (var step = NextCandidate(rest); step < rest.Length; step += NextCandidate(rest[step..]))
        {
            if (Check(rest[step..], out _) == DecodeError.None)
                return true;
        }

        return false;
    }

    // At least one octet further: the next place where a version can stand.
    private static int NextCandidate(ReadOnlySpan<byte> rest)
    {
        var found = rest[1..].IndexOf((ReadOnlySpan<byte>)[0, (byte)ExportFormat.Ipfix]);
        return found >= 0 ? found + 1 : rest.Length == 1 || rest[^1] != 0 ? rest.Length : rest.Length - 1;
    }

    private void Fill(int wanted)
    {
        if (_isAtEnd || _end - _start >= wanted)
            return;
        if (_buffer.Length - _start < wanted)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            (_start, _end) = (0, _end - _start);
        }

        while (_end - _start < wanted)
        {
            // A TCP session delivers a message when it is whole, and must not wait for the next one.
            if (Check(_buffer.AsSpan(_start, _end - _start), out _) == DecodeError.None)
                return;
            var read = _stream.Read(_buffer, _end, _buffer.Length - _end);
            if (read <= 0)
            {
                _isAtEnd = true;
                return;
            }

            _end += read;
        }
    }

    private void Skip(int octets)
    {
        _start += octets;
        _offset += octets;
    }

    private void Report(long skipped, DecodeError error)
    {
        if (skipped == 0)
            return;
        DamageCount++;
        if (_damages.Count < MaxDamages)
            _damages.Add(new MessageDamage(_offset - skipped, skipped, error));
    }
}
