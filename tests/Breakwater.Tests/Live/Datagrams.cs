using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Live;

/// <summary>Small export datagrams: replies of NTP servers to a host that asked none, 10 packets of 468 bytes each, made with the product's encoders.</summary>
internal static class Datagrams
{
    public const ushort TemplateId = 256;

    public static readonly Address Victim = Address.Parse("203.0.113.80");

    private static readonly FieldSpecifier[] _fields =
    [
        new(8, 0, 4, false), new(12, 0, 4, false), new(7, 0, 2, false), new(11, 0, 2, false), new(4, 0, 1, false), new(1, 0, 4, false), new(2, 0, 4, false),
        new(10, 0, 4, false), new(14, 0, 4, false), new(305, 0, 4, false), new(306, 0, 4, false),
    ];

    private static readonly FieldSpecifier[] _unsampledFields = _fields[..9];

    /// <summary>One NetFlow v9 packet.</summary>
    public static byte[] NetFlow9(uint sequence, long nanoseconds, int records, bool template = true, uint domain = 1, uint input = 1, uint rate = 1)
    {
        var writer = new NetFlow9Writer(new byte[60_000], 1_000_000, (uint)(nanoseconds / 1_000_000_000), sequence, domain);
        if (template)
            writer.Template(TemplateId, rate == 0 ? _unsampledFields : _fields);
        if (records > 0)
            writer.BeginData(TemplateId);
        for (var index = 0; index < records; index++)
        {
            foreach (var (value, length) in Record(sequence, index, input, rate))
                writer.Integer(value, length);
            writer.EndRecord();
        }

        Assert.True(writer.TryFinish(out var packet));
        return packet.ToArray();
    }

    /// <summary>One NetFlow v5 packet with one flow that has lasted so long; unsampled.</summary>
    public static byte[] NetFlow5(uint sequence, long nanoseconds, TimeSpan length)
    {
        const uint uptime = 100_000_000;
        var header = new NetFlow5Header
        {
            Count = 1,
            SysUptimeMilliseconds = uptime,
            UnixSeconds = (uint)(nanoseconds / 1_000_000_000),
            FlowSequence = sequence,
            SamplingField = (1 << 14) | 1,
        };
        var writer = new NetFlow5Writer(new byte[1500], header);
        writer.Record(new NetFlow5Fields
        {
            SourceAddress = 0x0B000001,
            DestinationAddress = Victim.IPv4,
            Packets = 100,
            Bytes = 40_000,
            FirstMilliseconds = uptime - (uint)length.TotalMilliseconds,
            LastMilliseconds = uptime,
            Protocol = 17,
        });
        Assert.True(writer.TryFinish(out var packet));
        return packet.ToArray();
    }

    /// <summary>One IPFIX message.</summary>
    public static byte[] Ipfix(uint sequence, long nanoseconds, int records, bool template = true, uint domain = 1, uint rate = 1)
    {
        var writer = new IpfixWriter(new byte[60_000], (uint)(nanoseconds / 1_000_000_000), sequence, domain);
        if (template)
            writer.Template(TemplateId, rate == 0 ? _unsampledFields : _fields);
        if (records > 0)
            writer.BeginData(TemplateId);
        for (var index = 0; index < records; index++)
        {
            foreach (var (value, length) in Record(sequence, index, input: 1, rate))
                writer.Integer(value, length);
            writer.EndRecord();
        }

        Assert.True(writer.TryFinish(out var message));
        return message.ToArray();
    }

    private static (ulong Value, int Length)[] Record(uint sequence, int index, uint input, uint rate)
    {
        (ulong, int)[] record =
        [
            (0x0B000000u + (sequence * 1000) + (uint)index, 4), (Victim.IPv4, 4), (123, 2), (40_000, 2), (17, 1), (4680, 4), (10, 4), (input, 4), (2, 4),
        ];
        return rate == 0 ? record : [.. record, (1, 4), (rate - 1, 4)];
    }
}
