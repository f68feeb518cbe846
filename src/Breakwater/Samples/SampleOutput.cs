using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Samples;

/// <summary>What <c>--as</c> chooses.</summary>
internal enum SampleFormat
{
    Packets,
    Sflow,
    NetFlow5,
    NetFlow9,
    Ipfix,

    /// <summary>Lines of a web server's access log.</summary>
    Log,
}

/// <summary>One packet on its way into the output.</summary>
/// <param name="frame">The bytes that are there, from the link header on.</param>
/// <param name="originalLength">Length on the wire, without the frame check sequence.</param>
/// <param name="link">What the frame starts with.</param>
/// <param name="nanoseconds">When it was seen, since 1970.</param>
internal readonly ref struct SeenPacket(ReadOnlySpan<byte> frame, int originalLength, LinkType link, long nanoseconds)
{
    public ReadOnlySpan<byte> Frame { get; } = frame;

    public int OriginalLength { get; } = originalLength;

    public LinkType Link { get; } = link;

    public long Nanoseconds { get; } = nanoseconds;

    /// <summary>1 for any packet; N for one that was already chosen among N, so that the output need not choose again.</summary>
    public uint ChosenAmong { get; init; } = 1;

    /// <summary>ifIndex where it came in; 0 for unknown.</summary>
    public uint InputInterface { get; init; }

    /// <summary>ifIndex where it left; 0 for unknown.</summary>
    public uint OutputInterface { get; init; }
}

/// <summary>Writes packets in one format.</summary>
internal abstract class SampleOutput
{
    /// <summary>Takes the packets in the order of their times.</summary>
    public abstract void Add(in SeenPacket packet);

    /// <summary>Writes what is still held back.</summary>
    public abstract void Finish();

    /// <summary>What the format could not hold, for the diagnostics; empty when nothing is missing.</summary>
    public virtual IEnumerable<string> Omissions => [];
}

/// <summary>The packets themselves.</summary>
internal sealed class PacketOutput(CaptureFile capture) : SampleOutput
{
    public override void Add(in SeenPacket packet) => capture.Write(packet.Frame, packet.Nanoseconds);

    public override void Finish()
    {
    }
}

/// <summary>A capture of Ethernet frames, pcap or pcapng; each frame passes the guard.</summary>
internal sealed class CaptureFile
{
    private readonly PcapWriter? _pcap;
    private readonly PcapngWriter? _pcapng;

    public CaptureFile(Stream content, bool pcapng)
    {
        if (pcapng)
        {
            _pcapng = new PcapngWriter(content);
            _pcapng.AddInterface(LinkType.Ethernet);
        }
        else
        {
            _pcap = new PcapWriter(content, LinkType.Ethernet);
        }
    }

    /// <exception cref="UnsafePacketException">The guard refused it.</exception>
    public void Write(ReadOnlySpan<byte> frame, long nanoseconds)
    {
        PacketGuard.Check(frame);
        _pcap?.Write(frame, frame.Length, nanoseconds);
        _pcapng?.Write(0, frame, frame.Length, nanoseconds);
    }
}
