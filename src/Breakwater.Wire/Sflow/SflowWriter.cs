namespace Breakwater.Wire.Sflow;

/// <summary>
/// Builds one sFlow version 5 datagram in a caller's buffer: begin a sample, write its records, end it. Check <see cref="Overflowed"/>
/// before the result is used. Counts and lengths are filled in.
/// </summary>
public ref struct SflowWriter
{
    private readonly int _sampleCountAt;
    private WireWriter _writer;
    private uint _samples;
    private uint _records;
    private int _sampleAt;
    private int _recordCountAt;

    /// <summary>Writes the datagram's header; <see cref="SflowDatagram.SampleCount"/> is counted, not taken.</summary>
    public SflowWriter(Span<byte> buffer, in SflowDatagram datagram)
    {
        _writer = new WireWriter(buffer);
        _writer.Write(SflowDatagram.Version);
        WriteAddress(datagram.Agent, datagram.HasAgent);
        _writer.Write(datagram.SubAgentId);
        _writer.Write(datagram.SequenceNumber);
        _writer.Write(datagram.UptimeMilliseconds);
        _sampleCountAt = _writer.Length;
        _writer.Write(0u);
    }

    /// <summary>Bytes written so far.</summary>
    public readonly int Length => _writer.Length;

    /// <summary>True when something did not fit; the datagram is then not to be used.</summary>
    public readonly bool Overflowed => _writer.Overflowed;

    /// <summary>The datagram so far; whole after <see cref="EndSample"/>.</summary>
    public readonly ReadOnlySpan<byte> Written => _writer.Written;

    /// <summary>Begins a flow sample: expanded when the sample says so or when a value does not fit into the compact form.</summary>
    public void BeginFlowSample(in SflowFlowSample sample)
    {
        var isExpanded = sample.IsExpanded || !IsCompact(sample.Source) || !sample.Input.IsCompact || !sample.Output.IsCompact;
        BeginSample(new SflowTag(isExpanded ? SflowSampleType.ExpandedFlow : SflowSampleType.Flow));
        _writer.Write(sample.SequenceNumber);
        WriteSource(sample.Source, isExpanded);
        _writer.Write(sample.SamplingRate);
        _writer.Write(sample.SamplePool);
        _writer.Write(sample.Drops);
        WriteInterface(sample.Input, isExpanded);
        WriteInterface(sample.Output, isExpanded);
        BeginRecords();
    }

    /// <summary>Begins a counter sample, expanded under the same condition.</summary>
    public void BeginCounterSample(in SflowCounterSample sample)
    {
        var isExpanded = sample.IsExpanded || !IsCompact(sample.Source);
        BeginSample(new SflowTag(isExpanded ? SflowSampleType.ExpandedCounters : SflowSampleType.Counters));
        _writer.Write(sample.SequenceNumber);
        WriteSource(sample.Source, isExpanded);
        BeginRecords();
    }

    /// <summary>Begins a discarded packet.</summary>
    public void BeginDiscardedPacket(in SflowDiscardedPacket sample)
    {
        BeginSample(new SflowTag(SflowSampleType.DiscardedPacket));
        _writer.Write(sample.SequenceNumber);
        WriteSource(sample.Source, isExpanded: true);
        _writer.Write(sample.Drops);
        _writer.Write(sample.InputIfIndex);
        _writer.Write(sample.OutputIfIndex);
        _writer.Write(sample.Reason);
        BeginRecords();
    }

    /// <summary>Writes a sample of any other type, body and all; no <see cref="EndSample"/> follows.</summary>
    public void WriteSample(SflowTag tag, ReadOnlySpan<byte> body)
    {
        BeginSample(tag);
        WritePadded(body);
        CloseSample();
    }

    /// <summary>Writes a record of any kind; its padding is not counted in its length.</summary>
    public void WriteRecord(SflowTag tag, ReadOnlySpan<byte> body)
    {
        BeginRecord(tag.Value, body.Length);
        WritePadded(body);
    }

    /// <summary>Writes <c>sampled_header</c>.</summary>
    public void WriteRawHeader(uint protocol, uint frameLength, uint stripped, ReadOnlySpan<byte> header)
    {
        BeginRecord(SflowFlowRecord.RawHeader, 16 + ((header.Length + 3) & ~3));
        _writer.Write(protocol);
        _writer.Write(frameLength);
        _writer.Write(stripped);
        _writer.Write((uint)header.Length);
        WritePadded(header);
    }

    /// <summary>Writes <c>sampled_ethernet</c>.</summary>
    public void WriteEthernet(in SflowEthernet ethernet)
    {
        BeginRecord(SflowFlowRecord.Ethernet, 24);
        _writer.Write(ethernet.Length);
        WritePadded(ethernet.Source);
        WritePadded(ethernet.Destination);
        _writer.Write(ethernet.Type);
    }

    /// <summary>Writes <c>sampled_ipv4</c> or <c>sampled_ipv6</c>, as the source address demands.</summary>
    public void WriteIp(in SflowIp ip)
    {
        var isIPv4 = ip.Source.IsIPv4;
        BeginRecord(isIPv4 ? SflowFlowRecord.IPv4 : SflowFlowRecord.IPv6, isIPv4 ? 32 : 56);
        _writer.Write(ip.Length);
        _writer.Write(ip.Protocol);
        WriteOctets(ip.Source, isIPv4);
        WriteOctets(ip.Destination, isIPv4);
        _writer.Write(ip.SourcePort);
        _writer.Write(ip.DestinationPort);
        _writer.Write(ip.TcpFlags);
        _writer.Write(ip.TypeOfService);
    }

    /// <summary>Writes <c>extended_switch</c>; 0xFFFFFFFF stands for unknown.</summary>
    public void WriteExtendedSwitch(uint sourceVlan, uint sourcePriority, uint destinationVlan, uint destinationPriority)
    {
        BeginRecord(SflowFlowRecord.ExtendedSwitch, 16);
        _writer.Write(sourceVlan);
        _writer.Write(sourcePriority);
        _writer.Write(destinationVlan);
        _writer.Write(destinationPriority);
    }

    /// <summary>Ends the sample that was begun last.</summary>
    public void EndSample()
    {
        if (!Overflowed)
            _writer.Patch(_recordCountAt, _records);
        CloseSample();
    }

    private static bool IsCompact(SflowSource source) => source.Type <= 0xFF && source.Index <= 0xFFFFFF;

    private void BeginSample(SflowTag tag)
    {
        _samples++;
        _records = 0;
        _writer.Write(tag.Value);
        _writer.Write(0u);
        _sampleAt = _writer.Length;
    }

    private void BeginRecords()
    {
        _recordCountAt = _writer.Length;
        _writer.Write(0u);
    }

    private void BeginRecord(uint tag, int length)
    {
        _records++;
        _writer.Write(tag);
        _writer.Write((uint)length);
    }

    private readonly void CloseSample()
    {
        if (Overflowed)
            return;
        _writer.Patch(_sampleAt - 4, (uint)(_writer.Length - _sampleAt));
        _writer.Patch(_sampleCountAt, _samples);
    }

    private void WriteSource(SflowSource source, bool isExpanded)
    {
        if (isExpanded)
        {
            _writer.Write(source.Type);
            _writer.Write(source.Index);
        }
        else
        {
            _writer.Write((source.Type << 24) | source.Index);
        }
    }

    private void WriteInterface(SflowInterface value, bool isExpanded)
    {
        if (isExpanded)
        {
            _writer.Write((uint)value.Format);
            _writer.Write(value.Value);
        }
        else
        {
            _writer.Write(value.ToCompact());
        }
    }

    private void WriteAddress(Address address, bool isKnown)
    {
        _writer.Write(isKnown ? address.IsIPv4 ? 1u : 2u : 0u);
        if (isKnown)
            WriteOctets(address, address.IsIPv4);
    }

    private void WriteOctets(Address address, bool asIPv4)
    {
        Span<byte> octets = stackalloc byte[16];
        address.WriteTo(octets);
        _writer.Write(asIPv4 ? octets[12..] : octets);
    }

    private void WritePadded(ReadOnlySpan<byte> bytes)
    {
        _writer.Write(bytes);
        _writer.WriteZeros(-bytes.Length & 3);
    }
}
