using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Fuzz.Seeds;

/// <summary>Ethernet frames with one payload of each kind that is recognised.</summary>
internal static class ApplicationSeeds
{
    // RFC 1035 §4.1; RFC 8446 §4.1.2 with server_name; RFC 9000 §17.2.2; RFC 5905 §7.3; RFC 2131 §2
    private const string Dns = "123401000001000000000000037777770765586D706C6503636F6D0000010001";
    private const string Quic = "C3000000010800010203040506070000449600";

    private static readonly (bool IsTcp, ushort Source, ushort Destination, byte[] Payload)[] _payloads =
    [
        (true, 40000, 80, Text("GET /path?query=1 HTTP/1.1\r\nHost: a\r\n")),
        (true, 40000, 80, Text("OPTIONS * HTTP/1.1\r\nHost: a\r\n")),
        (true, 80, 40000, Text("HTTP/1.1 200 OK\r\n")),
        (true, 40000, 443, Hello()),
        (true, 5060, 5060, Text("INVITE sip:a@b SIP/2.0\r\n")),
        (false, 5060, 5060, Text("SIP/2.0 100 Trying\r\n")),
        (false, 1900, 1900, Text("M-SEARCH * HTTP/1.1\r\n")),
        (false, 1900, 40000, Text("HTTP/1.1 200 OK\r\n")),
        (false, 40000, 53, Convert.FromHexString(Dns)),
        (false, 5353, 5353, Convert.FromHexString(Dns.Replace("12340100", "00008400", StringComparison.Ordinal))),
        (false, 40000, 443, Convert.FromHexString(Quic)),
        (false, 40000, 123, [0x23, .. new byte[47]]),
        (false, 123, 40000, [0x24, .. new byte[47]]),
        (false, 123, 123, [0x16, 2, 0, 1, .. new byte[8]]),
        (false, 123, 123, [0x17, 0, 3, 42, .. new byte[44]]),
        (false, 68, 67, [1, 1, 6, .. new byte[233], 0x63, 0x82, 0x53, 0x63, 53, 1, 1]),
        (false, 67, 68, [2, 1, 6, .. new byte[233], 0x63, 0x82, 0x53, 0x63, 53, 1, 2]),
        (false, 11211, 40000, [0, 1, 0, 0, 0, 2, 0, 0, .. Text("VALUE a 0 5\r\n")]),
    ];

    public static IEnumerable<byte[]> All()
    {
        foreach (var (isTcp, source, destination, payload) in _payloads)
        {
            var buffer = new byte[512];
            var writer = new PacketWriter(buffer);
            writer.Ethernet(1, 2);
            writer.Ip(new IpHeader(Address.Parse("192.0.2.1"), Address.Parse("198.51.100.7")));
            if (isTcp)
                writer.Tcp(new TcpHeader(source, destination) { Flags = 0x18 });
            else
                writer.Udp(source, destination);
            writer.Payload(payload);
            if (!writer.TryFinish(out var length))
                throw new InvalidOperationException("a seed did not fit");
            yield return buffer[..length];
        }
    }

    private static byte[] Hello()
    {
        byte[] extensions = [0, 0, 0, 12, 0, 10, 0, 0, 7, .. Text("a.bc.de")];
        byte[] body = [3, 3, .. new byte[32], 0, 0, 2, 0x13, 1, 1, 0, 0, (byte)extensions.Length, .. extensions];
        return [22, 3, 1, 0, (byte)(body.Length + 4), 1, 0, 0, (byte)body.Length, .. body];
    }

    private static byte[] Text(string text) => Encoding.ASCII.GetBytes(text);
}
