using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Fuzz.Seeds;

/// <summary>sFlow datagrams with every kind of sample and the records that flows are made of.</summary>
internal static class SflowSeeds
{
    private static readonly SflowDatagram _header = new()
    {
        HasAgent = true,
        Agent = Address.Parse("192.0.2.9"),
        SubAgentId = 3,
        SequenceNumber = 700,
        UptimeMilliseconds = 86_400_000,
    };

    public static IEnumerable<byte[]> All()
    {
        for (var i = 0; i < 40; i++)
            yield return Flows(i, isExpanded: i % 3 == 0);
        yield return Counters();
        yield return Discarded();
        foreach (var file in SharedSeeds.Datagrams(0))
        {
            foreach (var datagram in file.Where(one => one.Length > 28 && one[3] == 5).Take(12))
                yield return datagram.Length > 2000 ? datagram[..2000] : datagram;
        }
    }

    private static byte[] Flows(int index, bool isExpanded)
    {
        var writer = new SflowWriter(new byte[2048], index % 5 == 4 ? _header with { Agent = Address.Parse("2001:db8::9") } : _header);
        for (var i = 0; i < 3; i++)
        {
            writer.BeginFlowSample(new SflowFlowSample
            {
                SequenceNumber = (uint)(100 + i),
                Source = new SflowSource(0, 17),
                SamplingRate = 1024,
                SamplePool = (uint)(102_400 + (1024 * i)),
                Drops = 2,
                Input = new SflowInterface(SflowInterfaceFormat.Index, 17),
                Output = i == 1 ? new SflowInterface(SflowInterfaceFormat.Discarded, 258) : new SflowInterface(SflowInterfaceFormat.Index, SflowInterface.Local),
                IsExpanded = isExpanded,
            });
            var frame = PacketSeeds.Plain((index * 3) + i);
            writer.WriteRawHeader(1, (uint)frame.Length + 4, 4, frame.AsSpan(0, Math.Min(128, frame.Length)));
            writer.WriteExtendedSwitch(10, 0, 20, 0);
            if (i == 2)
                writer.WriteRecord(new SflowTag(1003), Gateway());
            writer.EndSample();
        }

        writer.BeginFlowSample(new SflowFlowSample { SequenceNumber = 1, Source = new SflowSource(1, 5), SamplingRate = 400 });
        writer.WriteIp(new SflowIp { Length = 900, Protocol = 6, Source = Address.Parse("198.51.100.1"), Destination = Address.Parse("203.0.113.5"), SourcePort = 80, DestinationPort = 4000, TcpFlags = 16, TypeOfService = 8 });
        writer.WriteIp(new SflowIp { Length = 900, Protocol = 17, Source = Address.Parse("2001:db8::1"), Destination = Address.Parse("2001:db8::2"), SourcePort = 53, DestinationPort = 4000 });
        writer.WriteEthernet(new SflowEthernet { Length = 918, Source = [0, 0, 0x5E, 0, 0x53, 1], Destination = [0, 0, 0x5E, 0, 0x53, 2], Type = 0x800 });
        writer.EndSample();
        return writer.Written.ToArray();
    }

    // extended_gateway: next hop, three AS numbers, two path segments, communities, local preference.
    private static byte[] Gateway() =>
    [
        0, 0, 0, 1, 192, 0, 2, 1, 0, 0, 0xFD, 0xE8, 0, 0, 0xFD, 0xE9, 0, 0, 0xFD, 0xEA, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0, 2, 0, 0, 0xFD, 0xEB, 0, 0, 0xFD, 0xEC,
        0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0xFD, 0xED, 0, 0, 0, 1, 0xFD, 0xE8, 2, 0x9A, 0, 0, 0, 100,
    ];

    private static byte[] Counters()
    {
        byte[] optics = [.. Numbers(16), 0, 0, 0, 2, .. Numbers(80)];
        byte[] adapters = [0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 1, .. Numbers(8), 0, 0, 0, 2, 0, 0, 0, 2, .. Numbers(16)];
        var writer = new SflowWriter(new byte[2048], _header);
        writer.BeginCounterSample(new SflowCounterSample { SequenceNumber = 9, Source = new SflowSource(0, 17) });
        writer.WriteRecord(new SflowTag(1), Numbers(88));
        writer.WriteRecord(new SflowTag(2), Numbers(52));
        writer.WriteRecord(new SflowTag(1005), [0, 0, 0, 5, (byte)'e', (byte)'t', (byte)'h', (byte)'-', (byte)'1', 0, 0, 0]);
        writer.WriteRecord(new SflowTag(10), optics);
        writer.WriteRecord(new SflowTag(2001), adapters);
        writer.EndSample();
        writer.BeginCounterSample(new SflowCounterSample { SequenceNumber = 9, Source = new SflowSource(2, 0x1000017), IsExpanded = true });
        writer.WriteRecord(new SflowTag(2003), Numbers(68));
        writer.EndSample();
        writer.WriteSample(new SflowTag(0x1234001), Numbers(9));
        return writer.Written.ToArray();
    }

    private static byte[] Discarded()
    {
        var writer = new SflowWriter(new byte[2048], _header with { HasAgent = false });
        writer.BeginDiscardedPacket(new SflowDiscardedPacket { SequenceNumber = 4, Source = new SflowSource(0, 1), InputIfIndex = 3, Reason = 258 });
        var frame = PacketSeeds.Plain(1);
        writer.WriteRawHeader(1, 600, 0, frame);
        writer.WriteRecord(new SflowTag(1038), [0, 0, 0, 3, (byte)'t', (byte)'c', (byte)'p', 0]);
        writer.EndSample();
        return writer.Written.ToArray();
    }

    private static byte[] Numbers(int count) => [.. Enumerable.Range(1, count).Select(i => (byte)i)];
}
