namespace Breakwater.Wire.Pcap;

/// <summary>Written bounds of the capture reader: what is larger is damage.</summary>
public static class PcapLimits
{
    /// <summary>Captured bytes of one packet: the largest snap length in use (libpcap's and Wireshark's 262,144).</summary>
    public const int CapturedBytes = 256 * 1024;

    /// <summary>A pcapng block that has to be read whole: the largest packet and 64 KiB of options.</summary>
    public const int BlockBytes = CapturedBytes + 64 * 1024;

    /// <summary>A pcapng block that is only passed over (name resolution, secrets, custom blocks).</summary>
    public const int SkippedBlockBytes = 64 * 1024 * 1024;

    /// <summary>Interfaces of one pcapng section.</summary>
    public const int Interfaces = 65_536;

    /// <summary>All that the reader holds of a stream, and how far it looks for the next packet behind damage.</summary>
    public const int BufferBytes = 1024 * 1024;
}
