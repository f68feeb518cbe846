using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Telemetry;

/// <summary>A capture in a scratch file, built frame by frame, and removed at the end of the test.</summary>
internal sealed class CaptureFile : IDisposable
{
    private const ulong ExporterMac = 0x0200_0000_0001;
    private const ulong CollectorMac = 0x0200_0000_0002;

    private static readonly Address Exporter = Address.Parse("192.0.2.250");
    private static readonly Address Collector = Address.Parse("192.0.2.251");

    private readonly MemoryStream _bytes = new();
    private readonly PcapWriter _writer;
    private readonly byte[] _frame = new byte[65535 + 100];
    private long _time = 1_700_000_000_000_000_000;

    public CaptureFile() => _writer = new PcapWriter(_bytes, LinkType.Ethernet);

    public string Path { get; } = System.IO.Path.GetTempFileName();

    public void Udp(ushort destinationPort, byte[] payload, ushort sourcePort = 50_000, string? source = null)
    {
        var frame = Begin(source is null ? Exporter : Address.Parse(source), 0, 0, false);
        frame.Udp(sourcePort, destinationPort);
        frame.Payload(payload);
        End(ref frame);
    }

    /// <summary>One IPv4 fragment of a UDP datagram; <paramref name="part"/> includes the UDP header in the first.</summary>
    public void Fragment(ushort identification, int offsetBytes, bool more, ReadOnlySpan<byte> part, int cutBytes = 0)
    {
        var frame = Begin(Exporter, identification, (ushort)(offsetBytes / 8), more);
        frame.Payload(part);
        End(ref frame, cutBytes);
    }

    public void Tcp(uint sequence, ReadOnlySpan<byte> payload, ushort flags = 0x18, ushort sourcePort = 50_000)
    {
        var frame = Begin(Exporter, 0, 0, false);
        frame.Tcp(new TcpHeader(sourcePort, 4739) { SequenceNumber = sequence, Flags = flags });
        frame.Payload(payload);
        End(ref frame);
    }

    public void Icmp(byte type, byte code, ReadOnlySpan<byte> payload)
    {
        var frame = Begin(Exporter, 0, 0, false);
        frame.Icmp(type, code);
        frame.Payload(payload);
        End(ref frame);
    }

    public string Save()
    {
        File.WriteAllBytes(Path, _bytes.ToArray());
        return Path;
    }

    public void Dispose() => File.Delete(Path);

    private PacketWriter Begin(Address source, ushort identification, ushort fragmentOffset, bool more)
    {
        var frame = new PacketWriter(_frame);
        frame.Ethernet(CollectorMac, ExporterMac);
        frame.Ip(new IpHeader(source, Collector)
        {
            Identification = identification,
            FragmentOffset = fragmentOffset,
            MoreFragments = more,
            Protocol = 17,
        });
        return frame;
    }

    private void End(ref PacketWriter frame, int cutBytes = 0)
    {
        Assert.True(frame.TryFinish(out var length));
        _writer.Write(_frame.AsSpan(0, length - cutBytes), length, _time);
        _time += 1_000_000;
    }
}
