using System.Buffers.Binary;
using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Live;

/// <summary>sFlow datagrams with counters and samples of one interface, made with the product's encoder.</summary>
internal static class SflowDatagrams
{
    /// <summary>Counters of an interface, and its name when one is given.</summary>
    public static byte[] Counters(uint sequence, uint ifIndex, ulong speed, ulong inOctets, ulong outOctets, uint inPackets, uint outPackets, string? name = null)
    {
        Span<byte> body = stackalloc byte[88];
        BinaryPrimitives.WriteUInt32BigEndian(body, ifIndex);
        BinaryPrimitives.WriteUInt32BigEndian(body[4..], 6);
        BinaryPrimitives.WriteUInt64BigEndian(body[8..], speed);
        BinaryPrimitives.WriteUInt64BigEndian(body[24..], inOctets);
        BinaryPrimitives.WriteUInt32BigEndian(body[32..], inPackets);
        BinaryPrimitives.WriteUInt64BigEndian(body[56..], outOctets);
        BinaryPrimitives.WriteUInt32BigEndian(body[64..], outPackets);
        var writer = new SflowWriter(new byte[1500], Header(sequence));
        writer.BeginCounterSample(new SflowCounterSample { SequenceNumber = sequence, Source = new SflowSource(0, ifIndex) });
        writer.WriteRecord(new SflowTag(LinkCountersTag), body);
        if (name is not null)
        {
            var text = Encoding.UTF8.GetBytes(name);
            var record = new byte[4 + ((text.Length + 3) & ~3)];
            BinaryPrimitives.WriteUInt32BigEndian(record, (uint)text.Length);
            text.CopyTo(record, 4);
            writer.WriteRecord(new SflowTag(1005), record);
        }

        writer.EndSample();
        return writer.Written.ToArray();
    }

    /// <summary>Samples of packets of 1,000 octets that came in at one interface and left at another, taken where they came in.</summary>
    public static byte[] Samples(uint sequence, uint input, uint output, uint rate, int count)
    {
        var writer = new SflowWriter(new byte[60_000], Header(sequence));
        for (var index = 0; index < count; index++)
        {
            writer.BeginFlowSample(new SflowFlowSample
            {
                SequenceNumber = (uint)index,
                Source = new SflowSource(0, input),
                SamplingRate = rate,
                Input = new SflowInterface(SflowInterfaceFormat.Index, input),
                Output = new SflowInterface(SflowInterfaceFormat.Index, output),
            });
            writer.WriteIp(new SflowIp
            {
                Length = 1000,
                Protocol = 17,
                Source = Address.FromIPv4(0x0B000000u + (sequence * 100) + (uint)index),
                Destination = Datagrams.Victim,
                SourcePort = 123,
                DestinationPort = 40_000,
            });
            writer.EndSample();
        }

        return writer.Written.ToArray();
    }

    private const uint LinkCountersTag = 1;

    private static SflowDatagram Header(uint sequence) => new()
    {
        Agent = Address.Parse("192.0.2.1"),
        HasAgent = true,
        SequenceNumber = sequence,
        UptimeMilliseconds = 1_000_000 + sequence,
    };
}
