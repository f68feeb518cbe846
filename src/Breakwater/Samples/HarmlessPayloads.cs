using System.Buffers.Binary;
using System.Text;

namespace Breakwater.Samples;

/// <summary>
/// The few payloads that are more than filler, because the vector is a request and could not be told from others without it.
/// All are fixed examples about example.com (RFC 2606) and ask for nothing beyond a plain answer.
/// </summary>
internal static class HarmlessPayloads
{
    private const ushort TypeA = 1;
    private const ushort ClassIn = 1;

    private static readonly byte[] ExampleName = [7, .. "example"u8, 3, .. "com"u8, 0];

    /// <summary>SIP (RFC 3261) OPTIONS, the request that asks for nothing but a sign of life.</summary>
    public static byte[] SipOptions { get; } = Encoding.ASCII.GetBytes(
        "OPTIONS sip:example.com SIP/2.0\r\nTo: <sip:example.com>\r\nMax-Forwards: 0\r\nContent-Length: 0\r\n\r\n");

    /// <summary>HTTP/1.1 (RFC 9112) request for the start page.</summary>
    public static byte[] HttpGet { get; } = Encoding.ASCII.GetBytes("GET / HTTP/1.1\r\nHost: example.com\r\n\r\n");

    /// <summary>The same with a query string that no cache has seen: 16 hexadecimal digits.</summary>
    public static byte[] HttpGetUncached(ulong nonce) =>
        Encoding.ASCII.GetBytes($"GET /?{nonce:x16} HTTP/1.1\r\nHost: example.com\r\n\r\n");

    /// <summary>The same as a browser sends it, for one of a few pages.</summary>
    public static byte[] HttpGetBrowser(uint page) => Encoding.ASCII.GetBytes(
        $"GET /page/{page} HTTP/1.1\r\nHost: example.com\r\nUser-Agent: Mozilla/5.0 (X11; Linux x86_64) Example/1.0\r\n"
        + "Accept: text/html,application/xhtml+xml\r\nAccept-Language: en\r\nAccept-Encoding: gzip\r\nConnection: keep-alive\r\n\r\n");

    /// <summary>A browser's search for two words and a number: no cache has seen it, and it looks like any other.</summary>
    public static byte[] HttpGetSearch(ulong nonce) => Encoding.ASCII.GetBytes(
        $"GET /search?q=blue+river+{nonce % 100_000_000}&page={1 + (nonce >> 60)} HTTP/1.1\r\nHost: example.com\r\n"
        + "User-Agent: Mozilla/5.0 (X11; Linux x86_64) Example/1.0\r\nAccept: text/html\r\nConnection: keep-alive\r\n\r\n");

    /// <summary>A time server's plain answer: NTP version 4, mode 4 (RFC 5905 §7.3), 48 octets, all else zero.</summary>
    public static byte[] NtpReply { get; } = [0x24, 2, 6, .. new byte[45]];

    /// <summary>DNS query (RFC 1035 §4.1) of type A for a name at or below example.com.</summary>
    public static byte[] DnsQuery(ushort id, ReadOnlySpan<byte> label)
    {
        var bytes = new byte[DnsQuestionLength(label)];
        WriteDnsHeader(bytes, id, flags: 0x0100, answers: 0);
        WriteDnsQuestion(bytes.AsSpan(12), label);
        return bytes;
    }

    /// <summary>The answer to that query with <paramref name="answers"/> addresses of 192.0.2.0/24.</summary>
    public static byte[] DnsAnswer(ushort id, ReadOnlySpan<byte> label, int answers)
    {
        var question = DnsQuestionLength(label);
        var bytes = new byte[question + (answers * 16)];
        WriteDnsHeader(bytes, id, flags: 0x8180, (ushort)answers);
        WriteDnsQuestion(bytes.AsSpan(12), label);
        for (var i = 0; i < answers; i++)
        {
            var record = bytes.AsSpan(question + (i * 16), 16);
            BinaryPrimitives.WriteUInt16BigEndian(record, 0xC00C); // the name of the question (RFC 1035 §4.1.4)
            BinaryPrimitives.WriteUInt16BigEndian(record[2..], TypeA);
            BinaryPrimitives.WriteUInt16BigEndian(record[4..], ClassIn);
            BinaryPrimitives.WriteUInt32BigEndian(record[6..], 300);
            BinaryPrimitives.WriteUInt16BigEndian(record[10..], 4);
            BinaryPrimitives.WriteUInt32BigEndian(record[12..], 0xC0000200u | (byte)i);
        }

        return bytes;
    }

    /// <summary>First octets of a QUIC version 1 long header (RFC 9000 §17.2) with filler for the rest: not decryptable.</summary>
    public static byte[] QuicLongHeader(int lengthBytes, ulong connectionId)
    {
        var bytes = new byte[lengthBytes];
        bytes.AsSpan().Fill(SamplePacket.Filler);
        bytes[0] = 0xC0;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(1), 1);
        bytes[5] = 8;
        BinaryPrimitives.WriteUInt64BigEndian(bytes.AsSpan(6), connectionId);
        return bytes;
    }

    /// <summary>DHCPDISCOVER (RFC 2131 §2) from a locally administered MAC address.</summary>
    public static byte[] DhcpDiscover(uint transactionId)
    {
        var bytes = new byte[244];
        bytes[0] = 1; // BOOTREQUEST
        bytes[1] = 1; // Ethernet
        bytes[2] = 6;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(4), transactionId);
        bytes[28] = 0x02;
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(30), transactionId);
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(236), 0x63825363);
        ReadOnlySpan<byte> options = [53, 1, 1, 255];
        options.CopyTo(bytes.AsSpan(240));
        return bytes;
    }

    private static int DnsQuestionLength(ReadOnlySpan<byte> label) =>
        12 + (label.IsEmpty ? 0 : label.Length + 1) + ExampleName.Length + 4;

    private static void WriteDnsHeader(Span<byte> bytes, ushort id, ushort flags, ushort answers)
    {
        bytes[..12].Clear();
        BinaryPrimitives.WriteUInt16BigEndian(bytes, id);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[2..], flags);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[4..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], answers);
    }

    private static void WriteDnsQuestion(Span<byte> bytes, ReadOnlySpan<byte> label)
    {
        if (!label.IsEmpty)
        {
            bytes[0] = (byte)label.Length;
            label.CopyTo(bytes[1..]);
            bytes = bytes[(label.Length + 1)..];
        }

        ExampleName.CopyTo(bytes);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[ExampleName.Length..], TypeA);
        BinaryPrimitives.WriteUInt16BigEndian(bytes[(ExampleName.Length + 2)..], ClassIn);
    }
}
