using System.Buffers.Binary;

namespace Breakwater.Wire.Packet;

/// <summary>A DNS message.</summary>
internal static class DnsSign
{
    private const int HeaderBytes = 12;

    // A question has at least the root, type and class; a record also time to live and length (RFC 1035 §4.1.2, §4.1.3).
    private const int SmallestQuestion = 5;
    private const int SmallestRecord = 11;

    private const int LongestLabel = 63;
    private const int LongestName = 255;

    //  |                      ID                       |      RFC 1035 §4.1.1
    //  |QR|   Opcode  |AA|TC|RD|RA|   Z    |   RCODE   |
    //  |    QDCOUNT, ANCOUNT, NSCOUNT, ARCOUNT, 16 bits each

    /// <summary>Reads a message whose counts can be true for its length, and the hashes of its first question.</summary>
    public static ApplicationSign Read(ReadOnlySpan<byte> message, int statedBytes, ref FlowRecord flow)
    {
        if (message.Length < HeaderBytes)
            return statedBytes < HeaderBytes ? ApplicationSign.None : ApplicationPeek.Undecided;
        var flags = BinaryPrimitives.ReadUInt16BigEndian(message[2..]);
        int questions = BinaryPrimitives.ReadUInt16BigEndian(message[4..]);
        var records = BinaryPrimitives.ReadUInt16BigEndian(message[6..])
            + BinaryPrimitives.ReadUInt16BigEndian(message[8..]) + BinaryPrimitives.ReadUInt16BigEndian(message[10..]);
        var isResponse = (flags & 0x8000) != 0;

        // Query, inverse query, status, notify, update (IANA "DNS OpCodes"); stateful operations are not for UDP (RFC 8490 §4).
        if (((flags >> 11) & 0xF) is not (0 or 1 or 2 or 4 or 5))
            return ApplicationSign.None;

        // Only a server that could not read the question answers with a bare header, and says so.
        if (questions + records == 0 && !(isResponse && (flags & 0xF) != 0))
            return ApplicationSign.None;
        if (HeaderBytes + (questions * SmallestQuestion) + (records * SmallestRecord) > statedBytes)
            return ApplicationSign.None;
        if (questions > 0)
            ReadQuestion(message[HeaderBytes..], ref flow);
        return isResponse ? ApplicationSign.DnsResponse : ApplicationSign.DnsQuery;
    }

    // Labels of a length octet and as many octets, the empty one last, then the type (§4.1.2). There is nothing in front of the
    // first question that a compression pointer could mean: it leaves the name unknown, as a cut does.
    private static void ReadQuestion(ReadOnlySpan<byte> question, ref FlowRecord flow)
    {
        var reader = new WireReader(question);
        var (parent, last, length) = (0, 0, 0);
        while (reader.TryRead(out byte label))
        {
            if (label == 0)
            {
                if (!reader.TryRead(out ushort type))
                    return;
                var name = question[..(length + 1)];
                flow.ApplicationResource = ContentHash.OfLowered(name[parent..]);
                flow.ApplicationVariant = ContentHash.OfLowered(name, type);
                return;
            }

            (parent, last) = (last, length);
            length += 1 + label;
            if (label > LongestLabel || length >= LongestName || !reader.TrySkip(label))
                return;
        }
    }
}
