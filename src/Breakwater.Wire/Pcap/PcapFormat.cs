namespace Breakwater.Wire.Pcap;

/// <summary>The capture file formats that <see cref="PcapReader"/> reads.</summary>
public enum PcapFormat : byte
{
    /// <summary>Nothing read yet, or no capture.</summary>
    Unknown = 0,

    /// <summary>pcap (draft-ietf-opsawg-pcap), microseconds, nanoseconds or Kuznetzov's modified record.</summary>
    Pcap,

    /// <summary>pcapng (draft-ietf-opsawg-pcapng).</summary>
    Pcapng,
}
