using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Goldens.Packets;

/// <summary>One frame of a capture.</summary>
internal sealed record CapturedFrame(byte[] Data, int OriginalLength, LinkType Link, long Offset);

/// <summary>The captures among the shared data, found by content in the folders that hold any.</summary>
internal static class SharedCaptures
{
    private static readonly string[] Folders = ["ddos-pcap", "benign-pcap", "pcap-decode", "flow-telemetry"];

    /// <summary>Full paths, in a fixed order.</summary>
    public static IReadOnlyList<string> All() => Under(Folders);

    public static IReadOnlyList<string> Under(params string[] folders) =>
    [
        .. folders.SelectMany(folder => Directory.EnumerateFiles(SharedData.Path(folder), "*", SearchOption.AllDirectories))
            .Where(IsCapture)
            .Order(StringComparer.Ordinal),
    ];

    /// <summary>All readable frames, and where the capture is damaged.</summary>
    public static (List<CapturedFrame> Frames, PcapDamageLog Damage) Read(string path)
    {
        using var stream = File.OpenRead(path);
        return Read(stream);
    }

    public static (List<CapturedFrame> Frames, PcapDamageLog Damage) Read(Stream stream)
    {
        var frames = new List<CapturedFrame>();
        using var reader = new PcapReader(stream);
        while (reader.TryRead(out var packet))
            frames.Add(new CapturedFrame(packet.Data.ToArray(), packet.OriginalLength, packet.Link, packet.Offset));
        return (frames, reader.Damage);
    }

    /// <summary>Path relative to the shared data, for messages.</summary>
    public static string NameOf(string path) => Path.GetRelativePath(SharedData.Root(), path);

    private static bool IsCapture(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new PcapReader(stream);
        return reader.Open() == DecodeError.None;
    }
}
