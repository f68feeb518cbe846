using System.Buffers.Binary;
using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Pcap;

/// <summary>Writes a pcapng capture (draft-ietf-opsawg-pcapng) to a stream that the caller keeps. Writes are small: give a buffered stream.</summary>
public sealed class PcapngWriter
{
    private readonly Stream _stream;
    private readonly List<PcapngInterface> _interfaces = [];
    private bool _bigEndian;

    /// <summary>Writes the first section's header.</summary>
    public PcapngWriter(Stream stream, bool bigEndian = false)
    {
        ArgumentNullException.ThrowIfNull(stream);
        _stream = stream;
        StartSection(bigEndian);
    }

    /// <summary>Begins a section: its interfaces are numbered from 0 again.</summary>
    public void StartSection(bool bigEndian)
    {
        _bigEndian = bigEndian;
        _interfaces.Clear();
        Span<byte> body = stackalloc byte[16];
        Put(body, PcapngBlock.ByteOrderMagic);
        Put(body[4..], (ushort)1);
        Put(body[6..], (ushort)0);
        body[8..].Fill(0xFF);
        WriteBlock(PcapngBlock.SectionHeader, body);
    }

    /// <summary>Describes one more interface of the section.</summary>
    /// <param name="link">What its packets begin with.</param>
    /// <param name="snapLength">Bytes captured of a packet at most; 0 for no limit.</param>
    /// <param name="resolution">if_tsresol: n for 10^-n seconds, 0x80 + n for 2^-n.</param>
    /// <param name="offsetSeconds">if_tsoffset: what readers add to the stored times.</param>
    /// <returns>The interface's number.</returns>
    public int AddInterface(LinkType link, int snapLength = PcapLimits.CapturedBytes, byte resolution = 9, long offsetSeconds = 0)
    {
        var added = new PcapngInterface { Link = link, SnapLength = (uint)snapLength, Resolution = resolution, OffsetSeconds = offsetSeconds };
        Span<byte> body = stackalloc byte[32];
        body.Clear();
        Put(body, (ushort)link);
        Put(body[4..], (uint)snapLength);
        Put(body[8..], (ushort)9);
        Put(body[10..], (ushort)1);
        body[12] = resolution;
        Put(body[16..], (ushort)14);
        Put(body[18..], (ushort)8);
        if (_bigEndian)
            BinaryPrimitives.WriteInt64BigEndian(body[20..], offsetSeconds);
        else
            BinaryPrimitives.WriteInt64LittleEndian(body[20..], offsetSeconds);
        WriteBlock(PcapngBlock.InterfaceDescription, body);
        _interfaces.Add(added);
        return _interfaces.Count - 1;
    }

    /// <summary>Writes one packet as an Enhanced Packet Block. The time is cut to the interface's resolution.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such interface, or the packet is too large.</exception>
    public void Write(int interfaceIndex, ReadOnlySpan<byte> data, int originalLength, long timestampNanoseconds)
    {
        Span<byte> head = stackalloc byte[20];
        Put(head, (uint)interfaceIndex);
        WritePacket(PcapngBlock.EnhancedPacket, head, interfaceIndex, data, originalLength, timestampNanoseconds);
    }

    /// <summary>Writes one packet as an obsolete Packet Block (Appendix A), which old files hold.</summary>
    /// <exception cref="ArgumentOutOfRangeException">No such interface, or the packet is too large.</exception>
    public void WriteObsolete(int interfaceIndex, ReadOnlySpan<byte> data, int originalLength, long timestampNanoseconds)
    {
        Span<byte> head = stackalloc byte[20];
        Put(head, (ushort)interfaceIndex);
        Put(head[2..], ushort.MaxValue);
        WritePacket(PcapngBlock.Packet, head, interfaceIndex, data, originalLength, timestampNanoseconds);
    }

    /// <summary>Writes one packet of interface 0 as a Simple Packet Block, which has no time. The data is cut at the snap length.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The section has no interface.</exception>
    public void WriteSimple(ReadOnlySpan<byte> data, int originalLength)
    {
        ArgumentOutOfRangeException.ThrowIfZero(_interfaces.Count);
        var snap = _interfaces[0].SnapLength;
        var kept = Math.Min(data.Length, originalLength);
        if (snap > 0)
            kept = (int)Math.Min((uint)kept, snap);
        Span<byte> head = stackalloc byte[4];
        Put(head, (uint)originalLength);
        WriteBlock(PcapngBlock.SimplePacket, head, data[..kept]);
    }

    /// <summary>Writes a block of any type; the body is padded to 32 bits.</summary>
    public void WriteBlock(uint type, ReadOnlySpan<byte> body) => WriteBlock(type, [], body);

    private void WritePacket(uint type, Span<byte> head, int interfaceIndex, ReadOnlySpan<byte> data, int originalLength, long timestampNanoseconds)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual((uint)interfaceIndex, (uint)_interfaces.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(data.Length, PcapLimits.CapturedBytes);
        var ticks = _interfaces[interfaceIndex].FromNanoseconds(timestampNanoseconds);
        Put(head[4..], (uint)(ticks >> 32));
        Put(head[8..], (uint)ticks);
        Put(head[12..], (uint)data.Length);
        Put(head[16..], (uint)originalLength);
        WriteBlock(type, head, data);
    }

    private void WriteBlock(uint type, ReadOnlySpan<byte> head, ReadOnlySpan<byte> data)
    {
        var padding = -(head.Length + data.Length) & 3;
        var total = (uint)(PcapngBlock.OverheadBytes + head.Length + data.Length + padding);
        Span<byte> word = stackalloc byte[PcapngBlock.HeaderBytes];
        Put(word, type);
        Put(word[4..], total);
        _stream.Write(word);
        _stream.Write(head);
        _stream.Write(data);
        word.Clear();
        _stream.Write(word[..padding]);
        Put(word, total);
        _stream.Write(word[..4]);
    }

    private void Put(Span<byte> place, uint value)
    {
        if (_bigEndian)
            BinaryPrimitives.WriteUInt32BigEndian(place, value);
        else
            BinaryPrimitives.WriteUInt32LittleEndian(place, value);
    }

    private void Put(Span<byte> place, ushort value)
    {
        if (_bigEndian)
            BinaryPrimitives.WriteUInt16BigEndian(place, value);
        else
            BinaryPrimitives.WriteUInt16LittleEndian(place, value);
    }
}
