using System.Buffers.Binary;
using Breakwater.Bench.Harness;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Bench.Workloads;

/// <summary>
/// An edge router's NetFlow v9 of what comes in, endless: six million records in memory, again and again with later times. Every own
/// host gets the same share at random, senders are drawn from five million. Mostly TCP sessions and parts of such, some DNS queries, UDP and pings; nothing
/// that is an attack. Own hosts stand sixteen to a /24, the /24s spread over 10.0.0.0/8.
/// </summary>
internal sealed class DetectTraffic
{
    /// <summary>Different senders.</summary>
    public const uint Sources = 5_000_000;

    private const int Records = 6_000_000;
    private const int DatagramBytes = 1420;
    private const int HostsPerPrefix = 16;
    private const long StartNanoseconds = 1_700_000_000L * 1_000_000_000;
    private static readonly FieldSpecifier[] _options = [new(1, 0, 4, IsScope: true), new(34, 0, 4), new(35, 0, 1)];

    private readonly ExporterState _state = new();
    private readonly byte[] _bytes = new byte[Records * 52 / 24 * 25];
    private readonly List<(int Offset, int Length, int Records)> _places = [];
    private readonly uint _hosts;
    private Traffic _traffic = new(0xB00C);
    private long _record;
    private uint _sequence;
    private int _next;

    public DetectTraffic(uint hosts)
    {
        _hosts = hosts;
        var buffer = new byte[DatagramBytes];
        var length = 0;
        for (var records = 0; records < Records; records += _places[^1].Records)
        {
            var (message, count) = Data(buffer, records);
            message.Span.CopyTo(_bytes.AsSpan(length));
            _places.Add((length, message.Length, count));
            length += message.Length;
        }

        var sink = new FlowExtractor<SumSink>(default);
        NetFlow9Decoder.Decode(Announcement(buffer), StartNanoseconds, _state, ref sink);
    }

    /// <summary>Records per second of record time.</summary>
    public long RecordsPerSecond { get; set; } = 1_000_000;

    /// <summary>Arrival of the next datagram, nanoseconds.</summary>
    public long Nanoseconds { get; private set; } = StartNanoseconds;

    /// <summary>Memory that the telemetry takes.</summary>
    public long HeldBytes => _bytes.Length + (_places.Capacity * 12L);

    /// <summary>The own host of this number.</summary>
    public static uint Host(uint number)
    {
        var prefix = number / HostsPerPrefix;
        return 0x0A000000 | ((prefix & 255) << 16) | (((prefix >> 8) & 255) << 8) | ((number % HostsPerPrefix * 16) + 3);
    }

    /// <summary>Decodes the next datagrams until that many records have come; returns how many there were.</summary>
    public long Decode<TSink>(ref TSink sink, long records)
        where TSink : struct, IFlowSink
    {
        var extractor = new FlowExtractor<TSink>(sink);
        var start = _record;
        while (_record - start < records)
        {
            var (offset, length, count) = _places[_next];
            _next = _next + 1 < _places.Count ? _next + 1 : 0;
            var datagram = _bytes.AsSpan(offset, length);
            // Uptime stays, so the records' own times move along with the time of export.
            BinaryPrimitives.WriteUInt32BigEndian(datagram[8..], (uint)(Nanoseconds / 1_000_000_000));
            BinaryPrimitives.WriteUInt32BigEndian(datagram[12..], ++_sequence);
            NetFlow9Decoder.Decode(datagram, Nanoseconds, _state, ref extractor);
            _record += count;
            Nanoseconds += count * 1_000_000_000L / RecordsPerSecond;
        }

        sink = extractor.Sink;
        return _record - start;
    }

    private static ReadOnlySpan<byte> Announcement(byte[] buffer)
    {
        var writer = new NetFlow9Writer(buffer, 3_600_000, (uint)(StartNanoseconds / 1_000_000_000), 0, 1);
        writer.Template(256, Layouts.IPv4);
        writer.OptionsTemplate(258, _options);
        writer.BeginData(258);
        writer.Integer(0, 4);
        writer.Integer(1, 4);
        writer.Integer(2, 1);
        writer.EndRecord();
        writer.EndSet();
        return writer.TryFinish(out var message) ? message : throw new InvalidOperationException("templates did not fit");
    }

    private (ReadOnlyMemory<byte> Message, int Records) Data(byte[] buffer, int first)
    {
        var writer = new NetFlow9Writer(buffer, 3_600_000, (uint)(StartNanoseconds / 1_000_000_000), 0, 1);
        writer.BeginData(256);
        var count = 0;
        for (; writer.Free > 96; count++)
        {
            // The first five million senders are all different, in an order without pattern.
            var sender = (uint)((first + count) * 2_654_435_761L % Sources);
            var flow = Mix(ref _traffic);
            foreach (var field in Layouts.IPv4)
                writer.Integer(Value(field.Id, in flow, sender), field.Length);
            writer.EndRecord();
        }

        writer.EndSet();
        return writer.TryFinish(out var message) ? (message.ToArray(), count) : throw new InvalidOperationException("records did not fit");
    }

    private ulong Value(ushort id, in Flow flow, uint sender) => id switch
    {
        1 => flow.Packets * flow.PacketBytes,
        2 => flow.Packets,
        4 => flow.Protocol,
        6 => flow.Flags,
        7 => flow.SourcePort,
        8 => 0x0B000000 + sender,
        11 => flow.DestinationPort,
        12 => Host(_traffic.Below(_hosts)),
        15 => 0xC0000201,
        10 or 14 => 1 + _traffic.Below(48),
        21 => 3_600_000 - _traffic.Below(1000),
        22 => 3_598_000 - _traffic.Below(20_000),
        _ => _traffic.Below(24),
    };

    // Per cent of the records; packets and their size as such flows have them.
    private static Flow Mix(ref Traffic traffic)
    {
        var port = (ushort)(1024 + traffic.Below(60_000));
        return traffic.Below(100) switch
        {
            < 50 => new Flow(6, 0x1B, port, 443, 6 + traffic.Below(34), 500),
            < 70 => new Flow(6, 0x10, port, 443, 1 + traffic.Below(7), 60),
            < 72 => new Flow(6, 0x02, port, 443, 1, 60),
            < 84 => new Flow(17, 0, port, 53, 1, 70),
            < 90 => new Flow(17, 0, port, 443, 4 + traffic.Below(12), 800),
            < 98 => new Flow(17, 0, port, (ushort)(1024 + traffic.Below(60_000)), 1 + traffic.Below(9), 300),
            _ => new Flow(1, 0, 0, 0x0800, 1, 84),
        };
    }

    private readonly record struct Flow(byte Protocol, byte Flags, ushort SourcePort, ushort DestinationPort, uint Packets, uint PacketBytes);
}
