namespace Breakwater.Wire.NetFlow;

/// <summary>Writes one NetFlow v5 export packet into a caller's buffer.</summary>
public ref struct NetFlow5Writer
{
    private WireWriter _out;
    private ushort _count;

    /// <summary>Begins a packet; of the header its count is filled in at the end.</summary>
    public NetFlow5Writer(Span<byte> buffer, in NetFlow5Header header)
    {
        _out = new WireWriter(buffer);
        _out.Write((ushort)5);
        _out.Write((ushort)0);
        _out.Write(header.SysUptimeMilliseconds);
        _out.Write(header.UnixSeconds);
        _out.Write(header.UnixNanoseconds);
        _out.Write(header.FlowSequence);
        _out.Write(header.EngineType);
        _out.Write(header.EngineId);
        _out.Write(header.SamplingField);
    }

    /// <summary>Octets that still fit.</summary>
    public readonly int Free => _out.Free;

    /// <summary>Writes one record.</summary>
    public void Record(in NetFlow5Fields fields)
    {
        _out.Write(fields.SourceAddress);
        _out.Write(fields.DestinationAddress);
        _out.Write(fields.NextHop);
        _out.Write(fields.InputInterface);
        _out.Write(fields.OutputInterface);
        _out.Write(fields.Packets);
        _out.Write(fields.Bytes);
        _out.Write(fields.FirstMilliseconds);
        _out.Write(fields.LastMilliseconds);
        _out.Write(fields.SourcePort);
        _out.Write(fields.DestinationPort);
        _out.Write((byte)0);
        _out.Write(fields.TcpFlags);
        _out.Write(fields.Protocol);
        _out.Write(fields.TypeOfService);
        _out.Write(fields.SourceAs);
        _out.Write(fields.DestinationAs);
        _out.Write(fields.SourceMask);
        _out.Write(fields.DestinationMask);
        _out.Write((ushort)0);
        _count++;
    }

    /// <summary>The packet; false when it did not fit.</summary>
    public readonly bool TryFinish(out ReadOnlySpan<byte> packet)
    {
        packet = default;
        if (_out.Overflowed)
            return false;
        _out.Patch(2, _count);
        packet = _out.Written;
        return true;
    }
}

/// <summary>The values of one NetFlow v5 record; addresses as integers in host order (192.0.2.1 is 0xC0000201).</summary>
public record struct NetFlow5Fields
{
    public uint SourceAddress { get; set; }

    public uint DestinationAddress { get; set; }

    public uint NextHop { get; set; }

    public ushort InputInterface { get; set; }

    public ushort OutputInterface { get; set; }

    public uint Packets { get; set; }

    public uint Bytes { get; set; }

    public uint FirstMilliseconds { get; set; }

    public uint LastMilliseconds { get; set; }

    public ushort SourcePort { get; set; }

    public ushort DestinationPort { get; set; }

    public byte TcpFlags { get; set; }

    public byte Protocol { get; set; }

    public byte TypeOfService { get; set; }

    public ushort SourceAs { get; set; }

    public ushort DestinationAs { get; set; }

    public byte SourceMask { get; set; }

    public byte DestinationMask { get; set; }
}
