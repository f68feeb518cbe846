using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Tests.Sflow;

/// <summary>The sFlow datagrams of the shared captures.</summary>
internal static class SflowFiles
{
    private const ushort SflowPort = 6343;

    /// <summary>Every datagram to the sFlow port in every capture of the flow telemetry folder, and the raw ones of folders named for sFlow.</summary>
    public static IEnumerable<(string File, byte[] Datagram)> All()
    {
        var root = SharedData.Path("flow-telemetry");
        foreach (var path in Directory.EnumerateFiles(root, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal))
        {
            var name = Path.GetRelativePath(root, path);
            if (path.EndsWith(".pcap", StringComparison.Ordinal))
            {
                foreach (var datagram in FromCapture(path))
                    yield return (name, datagram);
            }
            else if (path.EndsWith(".bin", StringComparison.Ordinal) && name.Contains("sflow", StringComparison.Ordinal))
            {
                yield return (name, File.ReadAllBytes(path));
            }
        }
    }

    public static List<byte[]> FromCapture(string path)
    {
        using var stream = File.OpenRead(path);
        using var reader = new PcapReader(stream);
        var datagrams = new List<byte[]>();
        while (reader.TryRead(out var packet))
        {
            var sink = new UdpPayload();
            PacketDissector.Dissect(packet.Data, packet.Link, ref sink);
            if (sink.Length > 0)
                datagrams.Add(packet.Data.Slice(sink.Offset, sink.Length).ToArray());
        }

        return datagrams;
    }

    private struct UdpPayload : IPacketSink
    {
        public int Offset;
        public int Length;

        public readonly void OnLink(in LinkLayer link)
        {
        }

        public bool OnIp(in IpLayer layer)
        {
            if (layer.Protocol == 17 && layer.DestinationPort == SflowPort)
                (Offset, Length) = (layer.PayloadOffset, layer.PayloadLength);
            return false;
        }
    }
}
