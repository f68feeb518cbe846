using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Pcap;

/// <summary>The pcap format (draft-ietf-opsawg-pcap): a file header, then records, each as long as its header says.</summary>
internal sealed class ClassicPcap
{
    private const int FileHeaderBytes = 24;
    private const int ModifiedRecordBytes = 24;

    // Headers that have to be sound in a row before a place found by searching is believed.
    private const int ChainRecords = 3;
    private const int LookaheadBytes = (ChainRecords - 1) * (PcapLimits.CapturedBytes + ModifiedRecordBytes) + ModifiedRecordBytes;

    private readonly PcapInput _input;
    private readonly PcapDamageLog _damage;
    private readonly bool _bigEndian;
    private readonly int _headerBytes;
    private readonly uint _fractionsPerSecond;
    private readonly uint _nanosecondsPerFraction;
    private readonly LinkType _link;
    private uint _lastSeconds;
    private bool _hasLast;

    private ClassicPcap(PcapInput input, PcapDamageLog damage, ReadOnlySpan<byte> header)
    {
        (_input, _damage) = (input, damage);
        _bigEndian = header[0] == 0xA1;
        var nanoseconds = (_bigEndian ? header[2] : header[1]) == 0x3C;
        (_fractionsPerSecond, _nanosecondsPerFraction) = nanoseconds ? (1_000_000_000, 1) : (1_000_000u, 1000u);
        _headerBytes = (_bigEndian ? header[2] : header[1]) == 0xCD ? ModifiedRecordBytes : ClassicRecord.Length;
        _link = LinkTypes.FromFile((ushort)ReadUInt32(header[20..]));
    }

    public static bool Recognizes(ReadOnlySpan<byte> prefix) => prefix.Length >= 4
        && BinaryPrimitives.ReadUInt32BigEndian(prefix) is 0xA1B2C3D4 or 0xD4C3B2A1 or 0xA1B23C4D or 0x4D3CB2A1 or 0xA1B2CD34 or 0x34CDB2A1;

    public static DecodeError TryOpen(PcapInput input, PcapDamageLog damage, out ClassicPcap? pcap)
    {
        pcap = null;
        if (!input.Ensure(FileHeaderBytes))
            return DecodeError.Truncated;
        var header = input.Available[..FileHeaderBytes];
        var major = header[0] == 0xA1 ? BinaryPrimitives.ReadUInt16BigEndian(header[4..]) : BinaryPrimitives.ReadUInt16LittleEndian(header[4..]);
        if (major != 2)
            return DecodeError.BadVersion;
        pcap = new ClassicPcap(input, damage, header);
        input.Advance(FileHeaderBytes);
        return DecodeError.None;
    }

    public bool TryRead(out PcapPacket packet)
    {
        var bytes = _input.Available;
        if (bytes.Length >= ModifiedRecordBytes)
        {
            // The usual case: this record is sound, and so is the length of the next one, which is in memory too.
            var record = new ClassicRecord(bytes, _bigEndian);
            var whole = _headerBytes + (int)record.Captured;
            if (record.IsPlausible(_lastSeconds, _fractionsPerSecond)
                && whole + ClassicRecord.Length <= bytes.Length && ReadUInt32(bytes.Slice(whole + 8, 4)) <= PcapLimits.CapturedBytes)
            {
                packet = Take(record, bytes, whole);
                return true;
            }
        }

        return TryReadCarefully(out packet);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private PcapPacket Take(scoped in ClassicRecord record, ReadOnlySpan<byte> bytes, int whole)
    {
        var (input, headerBytes) = (_input, _headerBytes);
        var interfaceIndex = headerBytes == ModifiedRecordBytes ? (int)ReadUInt32(bytes[16..]) : 0;
        var time = record.Seconds * 1_000_000_000L + record.Fraction * (long)_nanosecondsPerFraction;
        var packet = new PcapPacket(bytes[headerBytes..whole], record.Original, time, input.Offset, interfaceIndex, _link);
        _lastSeconds = record.Seconds;
        _hasLast = true;
        input.Advance(whole);
        return packet;
    }

    private bool TryReadCarefully(out PcapPacket packet)
    {
        packet = default;
        while (_input.Ensure(_headerBytes))
        {
            var record = new ClassicRecord(_input.Available, _bigEndian);
            if (record.Captured > PcapLimits.CapturedBytes)
            {
                Resynchronize(DecodeError.BadLength, 1);
                continue;
            }

            var whole = _headerBytes + (int)record.Captured;
            if (!_input.Ensure(whole))
            {
                SkipCutRecord(record);
                continue;
            }

            // A sound record in front of a sound length needs no more than that; doubt looks as far ahead as it can.
            _input.Ensure(whole + ClassicRecord.Length);
            var verdict = DecodeError.None;
            if (!record.IsPlausible(_hasLast ? _lastSeconds : record.Seconds, _fractionsPerSecond) || IsBadNext(whole))
            {
                _input.Ensure(whole + LookaheadBytes);
                verdict = Judge(record, whole);
            }

            if (verdict == DecodeError.None)
            {
                packet = Take(record, _input.Available, whole);
                return true;
            }

            Resynchronize(verdict, 1);
        }

        ReportRest();
        return false;
    }

    /// <summary>None when the record in front is to be believed.</summary>
    private DecodeError Judge(scoped in ClassicRecord record, int whole)
    {
        var bytes = _input.Available;
        var last = _hasLast ? _lastSeconds : record.Seconds;
        if (record.IsPlausible(last, _fractionsPerSecond))
        {
            // A wrong length that swallows later records shows in two ways at once: garbage behind it, and sound records within.
            var swallows = IsBadNext(whole) && FindChain(bytes, 1, whole, record.Seconds, true) >= 0;
            return swallows ? DecodeError.BadLength : DecodeError.None;
        }

        if (!record.IsPossible)
            return IsFollowedBySoundRecord(bytes[whole..], last) ? DecodeError.None : DecodeError.BadValue;
        return IsChainPossible(bytes[whole..], ChainRecords) ? DecodeError.None : DecodeError.BadValue;
    }

    /// <summary>True when there is a next header, and the length it states is none.</summary>
    private bool IsBadNext(int whole)
    {
        var bytes = _input.Available;
        return bytes.Length >= whole + ClassicRecord.Length && ReadUInt32(bytes[(whole + 8)..]) > PcapLimits.CapturedBytes;
    }

    private bool IsFollowedBySoundRecord(ReadOnlySpan<byte> bytes, uint lastSeconds) =>
        bytes.Length >= ClassicRecord.Length && new ClassicRecord(bytes, _bigEndian).IsPlausible(lastSeconds, _fractionsPerSecond);

    /// <summary>True when lengths lead from header to header, <paramref name="count"/> times or to the end of what is there.</summary>
    private bool IsChainPossible(ReadOnlySpan<byte> bytes, int count)
    {
        for (var i = 0; i < count && bytes.Length >= _headerBytes; i++)
        {
            var record = new ClassicRecord(bytes, _bigEndian);
            if (!record.IsPossible)
                return false;
            bytes = bytes[Math.Min(bytes.Length, _headerBytes + (int)record.Captured)..];
        }

        return true;
    }

    /// <summary>The first place in [from, to) where sound records begin one after the other; -1 when there is none.</summary>
    private int FindChain(ReadOnlySpan<byte> bytes, int from, int to, uint lastSeconds, bool hasLast)
    {
        for (var at = from; at < to && at + _headerBytes <= bytes.Length; at++)
        {
            var seconds = hasLast ? lastSeconds : ReadUInt32(bytes[at..]);
            if (IsSoundChain(bytes[at..], seconds, hasLast ? 1 : 2))
                return at;
        }

        return -1;
    }

    /// <summary>Sound records in a row; <paramref name="leastRecords"/> suffice when the last of them ends exactly where the capture does.</summary>
    private bool IsSoundChain(ReadOnlySpan<byte> bytes, uint lastSeconds, int leastRecords)
    {
        for (var i = 0; i < ChainRecords; i++)
        {
            if (bytes.IsEmpty)
                return i >= leastRecords;
            if (bytes.Length < _headerBytes)
                return i > 1;
            var record = new ClassicRecord(bytes, _bigEndian);
            if (!record.IsPlausible(lastSeconds, _fractionsPerSecond))
                return false;
            lastSeconds = record.Seconds;
            var whole = _headerBytes + (int)record.Captured;
            if (whole > bytes.Length)
                return i > 1;
            bytes = bytes[whole..];
        }

        return true;
    }

    /// <summary>Passes over damage to the next place where sound records begin, or to the end, and reports what was passed over.</summary>
    private void Resynchronize(DecodeError error, int from)
    {
        var start = _input.Offset;
        while (true)
        {
            _input.Fill();
            var bytes = _input.Available;

            // Candidates need their successors in memory; those near the buffer's end are tried after the next read.
            var window = _input.IsEnded ? bytes.Length : bytes.Length - LookaheadBytes;
            var found = FindChain(bytes, from, window, _lastSeconds, _hasLast);
            _input.Advance(found >= 0 ? found : window);
            if (found >= 0 || _input.IsEnded)
                break;
            from = 0;
        }

        _damage.Add(start, error, _input.Offset - start);
    }

    /// <summary>A record that runs past the end: the last one cut off, unless sound records stand within it.</summary>
    private void SkipCutRecord(scoped in ClassicRecord record)
    {
        // The time of a first record that looks sound otherwise is the best reference there is.
        if (!_hasLast && record.IsPlausible(record.Seconds, _fractionsPerSecond))
            (_lastSeconds, _hasLast) = (record.Seconds, true);
        var bytes = _input.Available;
        if (FindChain(bytes, 1, bytes.Length, _lastSeconds, _hasLast) >= 0)
            Resynchronize(DecodeError.BadLength, 1);
        else
            ReportRest();
    }

    private void ReportRest()
    {
        var rest = _input.Available.Length;
        if (rest > 0)
            _damage.Add(_input.Offset, DecodeError.Truncated, rest);
        _input.Advance(rest);
    }

    private uint ReadUInt32(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
