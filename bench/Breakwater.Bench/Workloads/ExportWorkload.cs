using Breakwater.Bench.Harness;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Bench.Workloads;

/// <summary>NetFlow v9 or IPFIX datagrams of about 1,400 octets with one template.</summary>
internal sealed class ExportWorkload : Workload
{
    private const int DatagramBytes = 1420;
    private const uint ExportSeconds = 1_700_000_000;

    private readonly bool _isIpfix;
    private readonly FieldSpecifier[] _fields;
    private readonly ExporterState _state = new();
    private readonly Datagrams _datagrams = new(BufferBytes);

    public ExportWorkload(string name, int? goal, bool isIpfix, FieldSpecifier[] fields)
    {
        (Name, Goal, _isIpfix, _fields) = (name, goal, isIpfix, fields);
        Fill();
        var sink = new FlowExtractor<SumSink>(default);
        Decode(Template(), ref sink);
    }

    public override string Name { get; }

    public override int? Goal { get; }

    public override ReadOnlyMemory<byte> Bytes => _datagrams.Bytes;

    public Datagrams Datagrams => _datagrams;

    private protected override void Pass<TSink>(ref TSink sink)
    {
        // The same datagrams come again in every pass: that is no restart of the exporter.
        _state.ForgetSequences();
        var before = GC.GetAllocatedBytesForCurrentThread();
        var extractor = new FlowExtractor<TSink>(sink);
        if (_isIpfix)
        {
            for (var i = 0; i < _datagrams.Count; i++)
                IpfixDecoder.Decode(_datagrams[i], 1, _state, ref extractor);
        }
        else
        {
            for (var i = 0; i < _datagrams.Count; i++)
                NetFlow9Decoder.Decode(_datagrams[i], 1, _state, ref extractor);
        }

        AllocatedBytes = GC.GetAllocatedBytesForCurrentThread() - before;
        sink = extractor.Sink;
    }

    private void Decode(ReadOnlySpan<byte> datagram, ref FlowExtractor<SumSink> sink)
    {
        if (_isIpfix)
            IpfixDecoder.Decode(datagram, 1, _state, ref sink);
        else
            NetFlow9Decoder.Decode(datagram, 1, _state, ref sink);
    }

    /// <summary>The datagram that announces the template.</summary>
    public byte[] Template()
    {
        var buffer = new byte[DatagramBytes];
        ReadOnlySpan<byte> message;
        if (_isIpfix)
        {
            var writer = new IpfixWriter(buffer, ExportSeconds, 0, 1);
            writer.Template(256, _fields);
            writer.TryFinish(out message);
        }
        else
        {
            var writer = new NetFlow9Writer(buffer, 3_600_000, ExportSeconds, 0, 1);
            writer.Template(256, _fields);
            writer.TryFinish(out message);
        }

        return message.ToArray();
    }

    private void Fill()
    {
        var traffic = new Traffic(0x5EED);
        var buffer = new byte[DatagramBytes];
        var records = 0u;
        for (var sequence = 0u; ; sequence++)
        {
            ReadOnlySpan<byte> message;
            if (_isIpfix)
            {
                var writer = new IpfixWriter(buffer, ExportSeconds, records, 1);
                writer.BeginData(256);
                while (writer.Free > 140)
                {
                    foreach (var field in _fields)
                        Write(ref writer, field, ref traffic);
                    writer.EndRecord();
                }

                writer.EndSet();
                records += (uint)writer.DataRecords;
                writer.TryFinish(out message);
            }
            else
            {
                var writer = new NetFlow9Writer(buffer, 3_600_000, ExportSeconds, sequence, 1);
                writer.BeginData(256);
                while (writer.Free > 96)
                {
                    foreach (var field in _fields)
                        WriteFixed(ref writer, field, ref traffic);
                    writer.EndRecord();
                }

                writer.EndSet();
                writer.TryFinish(out message);
            }

            if (!_datagrams.TryAdd(message))
                return;
        }
    }

    private static void Write(ref IpfixWriter writer, in FieldSpecifier field, ref Traffic traffic)
    {
        if (field.IsVariable)
            writer.Variable("GigabitEthernet0/1"u8[..(4 + (int)traffic.Below(14))]);
        else if (field.EnterpriseNumber == 0 && field.Id is 27 or 28 or 62)
            writer.Octets(Octets(field.Id, ref traffic));
        else
            writer.Integer(Value(field, ref traffic), field.Length);
    }

    private static void WriteFixed(ref NetFlow9Writer writer, in FieldSpecifier field, ref Traffic traffic)
    {
        if (field.Id is 27 or 28 or 62)
            writer.Octets(Octets(field.Id, ref traffic));
        else
            writer.Integer(Value(field, ref traffic), field.Length);
    }

    private static byte[] Octets(ushort id, ref Traffic traffic)
    {
        var octets = new byte[16];
        Traffic.IPv6(id == 28 ? traffic.Destination6() : traffic.Source()).WriteTo(octets);
        return octets;
    }

    private static ulong Value(in FieldSpecifier field, ref Traffic traffic)
    {
        if (field.EnterpriseNumber != 0)
            return traffic.Below(200);
        return field.Id switch
        {
            1 => traffic.Packets() * 400,
            2 => traffic.Packets(),
            4 => traffic.Protocol(),
            6 => 0x18,
            7 or 11 => traffic.Port(),
            8 => traffic.Source(),
            12 => traffic.Destination(),
            15 => 0xC0000201,
            10 or 14 => 1 + traffic.Below(48),
            21 => 3_600_000 - traffic.Below(1000),
            22 => 3_590_000 - traffic.Below(50_000),
            34 => 1000,
            152 => 1_699_999_990_000UL - traffic.Below(60_000),
            153 => 1_699_999_999_000UL - traffic.Below(900),
            _ => traffic.Below(120),
        };
    }
}
