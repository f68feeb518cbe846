using System.Buffers.Binary;
using System.Runtime.InteropServices;
using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Pcap;

/// <summary>
/// The pcapng format (draft-ietf-opsawg-pcapng): sections, each with its byte order and its interfaces; blocks that carry their
/// length at both ends. Name resolution, statistics, secrets, custom and unknown blocks are passed over.
/// </summary>
internal sealed class Pcapng(PcapInput input, PcapDamageLog damage)
{
    private const int InterfaceBodyBytes = 8;
    private const int PacketBodyBytes = 20;
    private const ushort ResolutionOption = 9;
    private const ushort OffsetOption = 14;

    private readonly List<PcapngInterface> _interfaces = [];
    private bool _bigEndian;

    public static bool Recognizes(ReadOnlySpan<byte> prefix) =>
        prefix.Length >= 4 && BinaryPrimitives.ReadUInt32BigEndian(prefix) == PcapngBlock.SectionHeader;

    public bool TryRead(out PcapPacket packet)
    {
        while (true)
        {
            var bytes = input.Available;
            if (bytes.Length >= PcapngBlock.OverheadBytes)
            {
                var type = PcapngBlock.Read(bytes, _bigEndian);
                var length = PcapngBlock.Read(bytes[4..], _bigEndian);
                if (type == PcapngBlock.EnhancedPacket && IsWhole(bytes, length))
                {
                    // The usual case: a packet block that is in memory from end to end.
                    var found = TryReadPacket(bytes[..(int)length], PcapngBlock.EnhancedPacket, out packet);
                    input.Advance((int)length);
                    if (found)
                        return true;
                    continue;
                }
            }

            if (!input.Ensure(PcapngBlock.OverheadBytes))
            {
                ReportRest();
                packet = default;
                return false;
            }

            if (TryReadBlock(out packet))
                return true;
        }
    }

    /// <summary>Reads or passes over one block of any kind; true when it gave a packet.</summary>
    private bool TryReadBlock(out PcapPacket packet)
    {
        packet = default;
        var bytes = input.Available;
        var type = PcapngBlock.Read(bytes, _bigEndian);
        if (type == PcapngBlock.SectionHeader && !SetByteOrder(bytes))
        {
            Resynchronize(DecodeError.BadValue);
            return false;
        }

        var length = PcapngBlock.Read(bytes[4..], _bigEndian);
        if (length < PcapngBlock.OverheadBytes || length % 4 != 0)
        {
            Resynchronize(DecodeError.BadLength);
            return false;
        }

        if (length > PcapLimits.BlockBytes)
        {
            SkipLargeBlock(type, length);
            return false;
        }

        if (!input.Ensure((int)length))
        {
            SkipCutBlock();
            return false;
        }

        bytes = input.Available;
        if (!IsWhole(bytes, length))
        {
            Resynchronize(DecodeError.BadLength);
            return false;
        }

        var found = TryReadBody(bytes[..(int)length], type, out packet);
        input.Advance((int)length);
        return found;
    }

    private bool TryReadBody(ReadOnlySpan<byte> block, uint type, out PcapPacket packet)
    {
        packet = default;
        switch (type)
        {
            case PcapngBlock.EnhancedPacket or PcapngBlock.Packet:
                return TryReadPacket(block, type, out packet);
            case PcapngBlock.SimplePacket:
                return TryReadSimplePacket(block, out packet);
            case PcapngBlock.InterfaceDescription:
                ReadInterface(block);
                return false;
            case PcapngBlock.SectionHeader:
                _interfaces.Clear();
                return false;
            default:
                return false;
        }
    }

    /// <summary>True when the block is in memory and its length stands at both of its ends.</summary>
    private bool IsWhole(ReadOnlySpan<byte> bytes, uint length) =>
        length <= PcapLimits.BlockBytes && length >= PcapngBlock.OverheadBytes && length <= (uint)bytes.Length && length % 4 == 0
        && PcapngBlock.Read(bytes[((int)length - 4)..], _bigEndian) == length;

    /// <summary>§4.1: the byte-order magic behind the length tells how to read the length.</summary>
    private bool SetByteOrder(ReadOnlySpan<byte> block)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(block[8..]);
        if (magic == PcapngBlock.ByteOrderMagic)
            _bigEndian = true;
        else if (BinaryPrimitives.ReverseEndianness(magic) == PcapngBlock.ByteOrderMagic)
            _bigEndian = false;
        else
            return false;
        return true;
    }

    /// <summary>
    /// §4.3 Enhanced Packet Block: interface (32 bits), time high, time low, captured length, original length, data, options.
    /// Appendix A, the obsolete Packet Block: the same, but interface and drop count have 16 bits each.
    /// </summary>
    private bool TryReadPacket(ReadOnlySpan<byte> block, uint type, out PcapPacket packet)
    {
        packet = default;
        if (block.Length < PcapngBlock.OverheadBytes + PacketBodyBytes)
            return Reject(block, DecodeError.BadLength);
        var head = block.Slice(PcapngBlock.HeaderBytes, PacketBodyBytes);
        var index = type == PcapngBlock.EnhancedPacket ? PcapngBlock.Read(head, _bigEndian) : ReadUInt16(head);
        var interfaces = CollectionsMarshal.AsSpan(_interfaces);
        if (index >= (uint)interfaces.Length)
            return Reject(block, DecodeError.BadValue);
        var captured = PcapngBlock.Read(head[12..], _bigEndian);
        if (captured > PcapLimits.CapturedBytes || captured > (uint)(block.Length - PcapngBlock.OverheadBytes - PacketBodyBytes))
            return Reject(block, DecodeError.BadLength);
        ref readonly var source = ref interfaces[(int)index];
        var ticks = ((ulong)PcapngBlock.Read(head[4..], _bigEndian) << 32) | PcapngBlock.Read(head[8..], _bigEndian);
        var original = PcapngBlock.Read(head[16..], _bigEndian);
        var data = block.Slice(PcapngBlock.HeaderBytes + PacketBodyBytes, (int)captured);
        packet = new PcapPacket(data, original, source.ToNanoseconds(ticks), input.Offset, (int)index, source.Link);
        return true;
    }

    /// <summary>§4.4: original length, then as much data as the block, the original length and the first interface's snap length allow.</summary>
    private bool TryReadSimplePacket(ReadOnlySpan<byte> block, out PcapPacket packet)
    {
        packet = default;
        var body = block[PcapngBlock.HeaderBytes..^4];
        if (body.Length < 4)
            return Reject(block, DecodeError.BadLength);
        if (_interfaces.Count == 0)
            return Reject(block, DecodeError.BadValue);
        var source = _interfaces[0];
        var original = PcapngBlock.Read(body, _bigEndian);
        var snap = source.SnapLength == 0 ? uint.MaxValue : source.SnapLength;
        var captured = Math.Min(original, snap);
        if (captured > (uint)(body.Length - 4))
            return Reject(block, DecodeError.BadLength);
        packet = new PcapPacket(body.Slice(4, (int)captured), original, PcapPacket.NoTimestamp, input.Offset, 0, source.Link);
        return true;
    }

    /// <summary>§4.2: link type, reserved, snap length, options. A description that cannot be read still takes its number, so that later ones keep theirs.</summary>
    private void ReadInterface(ReadOnlySpan<byte> block)
    {
        var body = block[PcapngBlock.HeaderBytes..^4];
        if (_interfaces.Count >= PcapLimits.Interfaces)
        {
            damage.Add(input.Offset, DecodeError.LimitReached, block.Length);
            return;
        }

        if (body.Length < InterfaceBodyBytes)
        {
            damage.Add(input.Offset, DecodeError.BadLength, block.Length);
            _interfaces.Add(default);
            return;
        }

        var resolution = PcapngInterface.Microseconds;
        var offsetSeconds = 0L;
        var options = body[InterfaceBodyBytes..];
        while (options.Length >= 4)
        {
            var code = ReadUInt16(options);
            var length = ReadUInt16(options[2..]);
            var padded = (length + 3) & ~3;
            if (code == 0 || 4 + length > options.Length)
                break;
            if (code == ResolutionOption && length >= 1)
                resolution = options[4];
            else if (code == OffsetOption && length >= 8)
                offsetSeconds = _bigEndian ? BinaryPrimitives.ReadInt64BigEndian(options[4..]) : BinaryPrimitives.ReadInt64LittleEndian(options[4..]);
            options = options[Math.Min(options.Length, 4 + padded)..];
        }

        _interfaces.Add(new PcapngInterface
        {
            Link = LinkTypes.FromFile(ReadUInt16(body)),
            SnapLength = PcapngBlock.Read(body[4..], _bigEndian),
            Resolution = resolution,
            OffsetSeconds = offsetSeconds,
        });
    }

    private bool Reject(ReadOnlySpan<byte> block, DecodeError error)
    {
        damage.Add(input.Offset, error, block.Length);
        return false;
    }

    /// <summary>A block too large to hold: passed over when it is of a kind that is not read and its length is repeated at its end.</summary>
    private void SkipLargeBlock(uint type, uint length)
    {
        if (PcapngBlock.IsRead(type) || length > PcapLimits.SkippedBlockBytes)
        {
            Resynchronize(DecodeError.BadLength);
            return;
        }

        var start = input.Offset;
        var skipped = input.Skip(length - 4);
        if (skipped < length - 4 || !input.Ensure(4))
            damage.Add(start, DecodeError.Truncated, skipped + input.Skip(4));
        else if (PcapngBlock.Read(input.Available, _bigEndian) != length)
            damage.Add(start, DecodeError.BadLength, skipped);
        else
            input.Advance(4);
    }

    /// <summary>A block that runs past the end: the last one cut off, unless whole blocks stand within it.</summary>
    private void SkipCutBlock()
    {
        if (FindBlock(input.Available, 1, input.Available.Length) >= 0)
            Resynchronize(DecodeError.BadLength);
        else
            ReportRest();
    }

    private void ReportRest()
    {
        var rest = input.Available.Length;
        if (rest > 0)
            damage.Add(input.Offset, DecodeError.Truncated, rest);
        input.Advance(rest);
    }

    /// <summary>Passes over damage to the next whole block of a known type, or to the end, and reports what was passed over.</summary>
    private void Resynchronize(DecodeError error)
    {
        var start = input.Offset;
        for (var from = 1; ; from = 0)
        {
            input.Fill();
            var bytes = input.Available;
            var window = input.IsEnded ? bytes.Length : bytes.Length - PcapLimits.BlockBytes;
            var found = FindBlock(bytes, from, window);
            input.Advance(found >= 0 ? found : window);
            if (found >= 0 || input.IsEnded)
                break;
        }

        damage.Add(start, error, input.Offset - start);
    }

    private int FindBlock(ReadOnlySpan<byte> bytes, int from, int to)
    {
        for (var at = from; at < to && at + PcapngBlock.OverheadBytes <= bytes.Length; at++)
        {
            var candidate = bytes[at..];
            var type = PcapngBlock.Read(candidate, _bigEndian);
            if (!PcapngBlock.IsKnown(type))
                continue;
            if (type == PcapngBlock.SectionHeader ? IsSectionHeader(candidate) : IsWhole(candidate, PcapngBlock.Read(candidate[4..], _bigEndian)))
                return at;
        }

        return -1;
    }

    /// <summary>A section header in either byte order.</summary>
    private static bool IsSectionHeader(ReadOnlySpan<byte> bytes)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(bytes[8..]);
        return magic == PcapngBlock.ByteOrderMagic || BinaryPrimitives.ReverseEndianness(magic) == PcapngBlock.ByteOrderMagic;
    }

    private ushort ReadUInt16(ReadOnlySpan<byte> bytes) =>
        _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);
}
