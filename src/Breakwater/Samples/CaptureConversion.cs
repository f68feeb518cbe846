using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Samples;

/// <summary>
/// Feeds the packets of the operator's own capture to a telemetry output, whatever addresses they hold: what comes out speaks
/// about a file that is already there. The datagrams themselves still travel between documentation addresses.
/// </summary>
internal static class CaptureConversion
{
    private const int BufferBytes = 1 << 16;

    /// <summary>A day before the year 2106 ends the clocks of pcap, NetFlow and IPFIX: flows are exported after their packets.</summary>
    private const long LatestNanoseconds = (uint.MaxValue - 86_400L) * 1_000_000_000;

    /// <summary>Reads the capture to its end.</summary>
    /// <returns>Packets read; 0 with a message in <paramref name="diagnostics"/> when there were none.</returns>
    /// <exception cref="IOException">The capture cannot be opened or read.</exception>
    public static long Run(string path, SampleOutput output, TextWriter diagnostics)
    {
        using var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, BufferBytes);
        using var reader = new PcapReader(stream);
        long packets = 0;
        long timeless = 0;
        var nowNanoseconds = 0L;
        while (reader.TryRead(out var packet))
        {
            packets++;
            // Captures of several interfaces are a little out of order: an exporter's clock only goes forward.
            if (packet.HasTimestamp && packet.TimestampNanoseconds is >= 0 and <= LatestNanoseconds)
                nowNanoseconds = Math.Max(nowNanoseconds, packet.TimestampNanoseconds);
            else
                timeless++;
            output.Add(new SeenPacket(packet.Data, packet.OriginalLength, packet.Link, nowNanoseconds)
            {
                InputInterface = (uint)packet.InterfaceIndex + 1,
            });
        }

        if (packets == 0)
            diagnostics.WriteLine($"breakwater sample: '{path}' holds no packets{(reader.Error == DecodeError.None ? "" : $" ({reader.Error})")}");
        if (timeless > 0)
            diagnostics.WriteLine($"breakwater sample: {timeless} packets have no time, or one that telemetry cannot state, and take that of the packet before them");
        if (reader.Damage.Count > 0)
            diagnostics.WriteLine($"breakwater sample: {path}: {reader.Damage.Count} damaged places, the first at offset {reader.Damage.First[0].Offset}; the rest was used");
        return packets;
    }
}
