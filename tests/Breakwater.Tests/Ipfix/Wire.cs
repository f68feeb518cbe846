using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Ipfix;

internal delegate void WriteIpfix(ref IpfixWriter writer);

internal delegate void WriteNetFlow9(ref NetFlow9Writer writer);

/// <summary>Datagrams made by the encoders, and their decoding in one call.</summary>
internal static class Wire
{
    public const uint ExportTime = 1_700_000_000;

    public const long ExportNanoseconds = ExportTime * 1_000_000_000L;

    public static FieldSpecifier Field(int id, int length, uint enterprise = 0) => new((ushort)id, enterprise, (ushort)length);

    public static FieldSpecifier Scope(int id, int length) => new((ushort)id, 0, (ushort)length, IsScope: true);

    public static byte[] Ipfix(WriteIpfix write, uint sequence = 0, uint domain = 1, uint time = ExportTime)
    {
        var writer = new IpfixWriter(new byte[65535], time, sequence, domain);
        write(ref writer);
        Assert.True(writer.TryFinish(out var message));
        return message.ToArray();
    }

    public static byte[] NetFlow9(WriteNetFlow9 write, uint sequence = 0, uint source = 1, uint time = ExportTime, uint uptime = 1_000_000)
    {
        var writer = new NetFlow9Writer(new byte[65535], uptime, time, sequence, source);
        write(ref writer);
        Assert.True(writer.TryFinish(out var packet));
        return packet.ToArray();
    }

    /// <summary>Decodes by the version in the header.</summary>
    public static DecodeError Decode<TSink>(ReadOnlySpan<byte> datagram, ExporterState state, ref TSink sink, long received = 0)
        where TSink : struct, ISetSink, INetFlow5Sink, allows ref struct => datagram.Length < 2 ? DecodeError.Truncated
            : datagram[1] switch
            {
                5 => NetFlow5Decoder.Decode(datagram, received, state, ref sink),
                9 => NetFlow9Decoder.Decode(datagram, received, state, ref sink),
                _ => IpfixDecoder.Decode(datagram, received, state, ref sink),
            };

    /// <summary>Decodes several datagrams as one exporter's stream, then flushes.</summary>
    public static SetCollector Collect(ExporterLimits? limits, params byte[][] datagrams)
    {
        var state = new ExporterState(limits);
        var sink = new SetCollector();
        foreach (var datagram in datagrams)
            Decode(datagram, state, ref sink);
        state.Flush(ref sink);
        Assert.Empty(sink.Faults);
        return sink;
    }

    public static SetCollector Collect(params byte[][] datagrams) => Collect(null, datagrams);

    /// <summary>The flows of several datagrams of one exporter.</summary>
    public static List<FlowRecord> Flows(ExporterLimits? limits, params byte[][] datagrams)
    {
        var state = new ExporterState(limits);
        var collector = new FlowCollector();
        var sink = new FlowExtractor<FlowCollector>(collector);
        foreach (var datagram in datagrams)
            Decode(datagram, state, ref sink);
        state.Flush(ref sink);
        return collector.Flows;
    }

    public static List<FlowRecord> Flows(params byte[][] datagrams) => Flows(null, datagrams);

    /// <summary>One IPFIX template and one record of integers, and the flow that comes of it.</summary>
    public static FlowRecord OneIpfix(params (int Id, int Length, ulong Value)[] fields) =>
        Assert.Single(Flows(Ipfix((ref IpfixWriter writer) =>
        {
            writer.Template(256, [.. fields.Select(field => Field(field.Id, field.Length))]);
            writer.BeginData(256);
            foreach (var field in fields)
                writer.Integer(field.Value, field.Length);
            writer.EndRecord();
        })));

    /// <summary>The same for NetFlow v9; the header's uptime is 1,000,000 ms.</summary>
    public static FlowRecord OneNetFlow9(params (int Id, int Length, ulong Value)[] fields) =>
        Assert.Single(Flows(NetFlow9((ref NetFlow9Writer writer) =>
        {
            writer.Template(256, [.. fields.Select(field => Field(field.Id, field.Length))]);
            writer.BeginData(256);
            foreach (var field in fields)
                writer.Integer(field.Value, field.Length);
            writer.EndRecord();
        })));
}
