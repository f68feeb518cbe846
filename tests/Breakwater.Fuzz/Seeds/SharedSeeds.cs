using Breakwater.Fuzz.Oracles;

namespace Breakwater.Fuzz.Seeds;

/// <summary>
/// Seeds from the real captures beside the checkout, read with the slow readers; none where they are absent. A few frames of each file
/// are enough: what follows in a file mostly repeats its shapes.
/// </summary>
internal static class SharedSeeds
{
    private const int FramesPerFile = 24;
    private const int MaxFileBytes = 2 * 1024 * 1024;
    private static readonly Lazy<List<Frame>> _frames = new(ReadFrames);

    /// <summary>A frame with its file, so that datagrams of one exporter stay together.</summary>
    internal sealed record Frame(string File, uint Link, byte[] Bytes);

    /// <summary>Some frames of every capture, with one link type.</summary>
    public static IEnumerable<byte[]> Frames(uint link, int mostBytes) => _frames.Value
        .Where(frame => frame.Link == link)
        .GroupBy(frame => frame.File, StringComparer.Ordinal)
        .SelectMany(Spread)
        .Select(frame => frame.Bytes.Length > mostBytes ? frame.Bytes[..mostBytes] : frame.Bytes);

    /// <summary>UDP payloads that begin with one of the given 16-bit version numbers, by file, in the order of the capture (sFlow's 32-bit
    /// version begins with 0).</summary>
    public static IEnumerable<List<byte[]>> Datagrams(params int[] versions) => _frames.Value
        .GroupBy(frame => frame.File, StringComparer.Ordinal)
        .Select(file => file.Select(frame => Udp(frame)).OfType<byte[]>().Where(payload => HasVersion(payload, versions)).ToList())
        .Concat(RawFiles(".dat", 64 * 1024).GroupBy(file => Path.GetDirectoryName(file.Path), StringComparer.Ordinal)
            .Select(folder => folder.OrderBy(file => file.Path.Contains("tpl", StringComparison.Ordinal) ? 0 : 1)
                .Select(file => file.Bytes).Where(bytes => HasVersion(bytes, versions)).ToList()))
        .Where(list => list.Count > 0);

    /// <summary>Small capture files whole, cut to a length.</summary>
    public static IEnumerable<byte[]> Captures(int mostBytes) => RawFiles("", MaxFileBytes)
        .Where(file => IsCapture(file.Bytes))
        .Select(file => file.Bytes.Length > mostBytes ? file.Bytes[..mostBytes] : file.Bytes);

    private static List<Frame> ReadFrames()
    {
        var frames = new List<Frame>();
        foreach (var (path, bytes) in RawFiles("", MaxFileBytes))
        {
            var capture = NaivePcap.Read(bytes) ?? NaivePcapng.Read(bytes);
            foreach (var packet in capture?.Packets ?? [])
                frames.Add(new Frame(path, packet.Link, bytes[packet.DataOffset..(packet.DataOffset + packet.Captured)]));
        }

        return frames;
    }

    private static IEnumerable<(string Path, byte[] Bytes)> RawFiles(string extension, long mostBytes)
    {
        if (Repository.SharedData is not { } root)
            yield break;
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            if (path.EndsWith(extension, StringComparison.Ordinal) && new FileInfo(path).Length <= mostBytes)
                yield return (path, File.ReadAllBytes(path));
        }
    }

    private static bool IsCapture(byte[] bytes) => bytes.Length >= 4
        && NaivePcap.Big32(bytes, 0) is 0xA1B2C3D4 or 0xD4C3B2A1 or 0xA1B23C4D or 0x4D3CB2A1 or 0xA1B2CD34 or 0x34CDB2A1 or 0x0A0D0D0A;

    private static IEnumerable<Frame> Spread(IEnumerable<Frame> file)
    {
        var list = file.ToList();
        var step = Math.Max(1, list.Count / FramesPerFile);
        for (var i = 0; i < list.Count; i += step)
            yield return list[i];
    }

    private static bool HasVersion(byte[] payload, int[] versions) =>
        payload.Length >= 16 && versions.Contains((payload[0] << 8) | payload[1]);

    // Ethernet, VLAN tags, IPv4 or IPv6 without extension headers, UDP: how exporters send.
    private static byte[]? Udp(Frame frame)
    {
        var bytes = frame.Bytes;
        var at = frame.Link switch { 1 => 14, 113 => 16, 101 => 0, _ => -1 };
        while (frame.Link == 1 && at + 4 < bytes.Length && bytes[at - 2] == 0x81 && bytes[at - 1] == 0)
            at += 4;
        if (at < 0 || at + 48 > bytes.Length)
            return null;
        var (protocol, header) = bytes[at] >> 4 == 4 ? (bytes[at + 9], (bytes[at] & 15) * 4) : (bytes[at + 6], 40);
        var payload = at + header + 8;
        return protocol == 17 && payload < bytes.Length ? bytes[payload..] : null;
    }
}
