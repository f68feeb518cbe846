using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Ipfix;

/// <summary>The NetFlow and IPFIX datagrams of the shared captures, by exporter address.</summary>
internal static class SharedCaptures
{
    public static IEnumerable<(string File, Dictionary<string, List<byte[]>> Exporters)> All()
    {
        var root = SharedData.Path("flow-telemetry");
        foreach (var path in Directory.EnumerateFiles(root, "*.pcap", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var exporters = Read(path);
            if (exporters.Count > 0)
                yield return (Path.GetRelativePath(root, path), exporters);
        }
    }

    private static Dictionary<string, List<byte[]>> Read(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new PcapReader(stream);
        var exporters = new Dictionary<string, List<byte[]>>(StringComparer.Ordinal);
        while (reader.TryRead(out var packet))
        {
            var sink = new UdpPayload();
            PacketDissector.Dissect(packet.Data, packet.Link, ref sink);
            var datagram = packet.Data.Slice(sink.Offset, sink.Length);
            if (datagram.Length < 4 || datagram[0] != 0 || datagram[1] is not (5 or 9 or 10))
                continue;
            if (!exporters.TryGetValue(sink.Source!, out var datagrams))
                exporters[sink.Source!] = datagrams = [];
            datagrams.Add(datagram.ToArray());
        }

        return exporters;
    }

    private struct UdpPayload : IPacketSink
    {
        public int Offset;
        public int Length;
        public string? Source;

        public readonly void OnLink(in LinkLayer link)
        {
        }

        public bool OnIp(in IpLayer layer)
        {
            if (layer.Protocol == 17)
                (Offset, Length, Source) = (layer.PayloadOffset, layer.PayloadLength, layer.Source.ToString());
            return false;
        }
    }
}
