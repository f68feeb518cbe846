namespace Breakwater.Fuzz.Oracles;

/// <summary>One packet of a capture as the slow reader sees it.</summary>
internal sealed record NaiveCapturedPacket(int Offset, int DataOffset, int Captured, uint Original, uint Link, int InterfaceIndex, Int128? Nanoseconds);

/// <summary>A capture as the slow reader sees it.</summary>
/// <param name="Packets">All packets up to the end or the first contradiction.</param>
/// <param name="IsSound">True when every byte of the file is accounted for and no field contradicts another.</param>
internal sealed record NaiveCapture(List<NaiveCapturedPacket> Packets, bool IsSound);

/// <summary>
/// Reads a whole pcap file (draft-ietf-opsawg-pcap §4, §5) with a plain walk. It only calls a file sound when nothing in it is odd: what
/// a reader makes of damaged files is its own art, and is checked by what it must account for.
/// </summary>
internal static class NaivePcap
{
    public static NaiveCapture? Read(byte[] file)
    {
        if (file.Length < 24)
            return null;
        var magic = Big32(file, 0);
        var (big, nanoseconds, header) = magic switch
        {
            0xA1B2C3D4 => (true, false, 16),
            0xD4C3B2A1 => (false, false, 16),
            0xA1B23C4D => (true, true, 16),
            0x4D3CB2A1 => (false, true, 16),
            0xA1B2CD34 => (true, false, 24),
            0x34CDB2A1 => (false, false, 24),
            _ => (false, false, 0),
        };
        if (header == 0)
            return null;
        uint U32(int at) => big ? Big32(file, at) : Little32(file, at);
        if ((big ? Big32(file, 4) >> 16 : Little32(file, 4) & 0xFFFF) != 2)
            return null;
        var link = U32(20) & 0xFFFF;
        var packets = new List<NaiveCapturedPacket>();
        var sound = true;
        var at = 24;
        uint? firstSecond = null;
        while (sound && at < file.Length)
        {
            if (at + header > file.Length)
                return new NaiveCapture(packets, false);
            var (seconds, fraction, captured, original) = (U32(at), U32(at + 4), U32(at + 8), U32(at + 12));
            firstSecond ??= seconds;
            var odd = captured > 262_144 || captured > original || original is 0 or > 1_000_000
                || fraction >= (nanoseconds ? 1_000_000_000u : 1_000_000u) || Math.Abs((long)seconds - firstSecond.Value) > 86_400
                || at + header + captured > file.Length;
            if (odd)
                return new NaiveCapture(packets, false);
            var time = (Int128)seconds * 1_000_000_000 + (Int128)fraction * (nanoseconds ? 1 : 1000);
            packets.Add(new NaiveCapturedPacket(at, at + header, (int)captured, original, link, header == 24 ? (int)U32(at + 16) : 0, time));
            at += header + (int)captured;
        }

        return new NaiveCapture(packets, sound);
    }

    internal static uint Big32(byte[] bytes, int at) => ((uint)bytes[at] << 24) | ((uint)bytes[at + 1] << 16) | ((uint)bytes[at + 2] << 8) | bytes[at + 3];

    internal static uint Little32(byte[] bytes, int at) => bytes[at] | ((uint)bytes[at + 1] << 8) | ((uint)bytes[at + 2] << 16) | ((uint)bytes[at + 3] << 24);
}
