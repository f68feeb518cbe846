using System.Buffers.Binary;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>
/// The clock in NetFlow v9's header (RFC 3954 §5.1), which our lines do not carry: a tool that prints times instead of uptimes has
/// computed them from it.
/// </summary>
internal static class ExportClock
{
    private const int HeaderBytes = 20;

    /// <summary>
    /// Start of the exporter in Unix milliseconds, from Ethernet captures: by arrival of the datagram (nanoseconds), because the header
    /// has whole seconds, so that each datagram gives another start.
    /// </summary>
    public static IReadOnlyDictionary<long, long> NetFlow9Starts(IReadOnlyList<string> captures)
    {
        var starts = new Dictionary<long, long>();
        foreach (var capture in captures)
        {
            using var file = File.OpenRead(capture);
            using var reader = new PcapReader(file);
            while (reader.TryRead(out var packet))
            {
                var payload = packet.Link == LinkType.Ethernet ? UdpPayload(packet.Data) : [];
                if (payload.Length < HeaderBytes || BinaryPrimitives.ReadUInt16BigEndian(payload) != 9)
                    continue;
                var uptime = BinaryPrimitives.ReadUInt32BigEndian(payload[4..]);
                var seconds = BinaryPrimitives.ReadUInt32BigEndian(payload[8..]);
                starts.TryAdd(packet.TimestampNanoseconds, (seconds * 1000L) - uptime);
            }
        }

        return starts;
    }

    /// <summary>Of plain Ethernet frames with IPv4 or IPv6 without extensions; otherwise empty.</summary>
    private static ReadOnlySpan<byte> UdpPayload(ReadOnlySpan<byte> frame)
    {
        const int Ethernet = 14, Udp = 17, UdpHeader = 8, Ipv6Header = 40;
        if (frame.Length < Ethernet + Ipv6Header)
            return [];
        var ip = frame[Ethernet..];
        var length = BinaryPrimitives.ReadUInt16BigEndian(frame[12..]) switch
        {
            0x0800 when ip[9] == Udp => (ip[0] & 15) * 4,
            0x86DD when ip[6] == Udp => Ipv6Header,
            _ => 0,
        };
        return length > 0 && ip.Length >= length + UdpHeader ? ip[(length + UdpHeader)..] : [];
    }
}
