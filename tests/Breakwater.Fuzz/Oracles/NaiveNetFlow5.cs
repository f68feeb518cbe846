namespace Breakwater.Fuzz.Oracles;

/// <summary>One NetFlow v5 record as the slow reader sees it, all members as 64-bit numbers.</summary>
internal sealed record NaiveNetFlow5Record(
    long Source,
    long Destination,
    long Input,
    long Output,
    long Packets,
    long Bytes,
    long First,
    long Last,
    long SourcePort,
    long DestinationPort,
    long Flags,
    long Protocol,
    long TypeOfService);

/// <summary>
/// Reads NetFlow v5 with Cisco's table of octets ("NetFlow Export Datagram Format", tables B-3 and B-4) at hand: octet numbers as
/// printed there, nothing else.
/// </summary>
internal static class NaiveNetFlow5
{
    /// <summary>The records that are whole; null when there is no version 5 header.</summary>
    public static List<NaiveNetFlow5Record>? Read(byte[] datagram)
    {
        if (datagram.Length < 24 || Number(datagram, 0, 1) != 5)
            return null;
        var records = new List<NaiveNetFlow5Record>();
        for (var at = 24; records.Count < Number(datagram, 2, 3) && at + 48 <= datagram.Length; at += 48)
        {
            long Octets(int first, int last) => Number(datagram, at + first, at + last);
            records.Add(new NaiveNetFlow5Record(
                Octets(0, 3), Octets(4, 7), Octets(12, 13), Octets(14, 15), Octets(16, 19), Octets(20, 23), Octets(24, 27), Octets(28, 31),
                Octets(32, 33), Octets(34, 35), Octets(37, 37), Octets(38, 38), Octets(39, 39)));
        }

        return records;
    }

    private static long Number(byte[] bytes, int first, int last)
    {
        var value = 0L;
        for (var at = first; at <= last; at++)
            value = (value * 256) + bytes[at];
        return value;
    }
}
