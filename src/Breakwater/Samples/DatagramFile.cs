using Breakwater.Wire.Packet;

namespace Breakwater.Samples;

/// <summary>Takes the datagrams of an exporter: as UDP in a capture, or back to back as a file of messages (RFC 5655).</summary>
internal sealed class DatagramFile
{
    /// <summary>Most bytes of one datagram: an MTU of 1500 less IPv4 and UDP headers.</summary>
    public const int MaximumDatagramBytes = 1472;

    private const ulong ExporterMac = 0x02_00_00_00_00_FA;
    private const ulong CollectorMac = 0x02_00_00_00_00_FB;
    private const ushort ExporterPort = 50_000;

    private readonly Stream _content;
    private readonly CaptureFile? _capture;
    private readonly ushort _collectorPort;
    private readonly byte[] _frame = new byte[FrameWriter.MaximumFrameBytes];
    private ushort _identification;

    /// <param name="content">Where the bytes go.</param>
    /// <param name="collectorPort">UDP port of the collector.</param>
    /// <param name="extension">Of the file: <c>.ipfix</c> is a file of messages, <c>.pcapng</c> and all others are captures.</param>
    public DatagramFile(Stream content, ushort collectorPort, string extension)
    {
        (_content, _collectorPort) = (content, collectorPort);
        if (extension != ".ipfix")
            _capture = new CaptureFile(content, pcapng: extension == ".pcapng");
    }

    /// <summary>Writes one datagram, sent at <paramref name="nanoseconds"/> since 1970.</summary>
    public void Write(ReadOnlySpan<byte> datagram, long nanoseconds)
    {
        if (_capture is null)
        {
            _content.Write(datagram);
            return;
        }

        var writer = new PacketWriter(_frame);
        writer.Ethernet(CollectorMac, ExporterMac);
        writer.Ip(new IpHeader(DocumentationSpace.Exporter, DocumentationSpace.Collector)
        {
            TimeToLive = DocumentationSpace.TimeToLive,
            Identification = _identification++,
        });
        writer.Udp(ExporterPort, _collectorPort);
        writer.Payload(datagram);
        writer.PadToMinimum();
        if (!writer.TryFinish(out var length))
            throw new InvalidOperationException($"a datagram of {datagram.Length} bytes does not fit its frame");
        _capture.Write(_frame.AsSpan(0, length), nanoseconds);
    }
}
