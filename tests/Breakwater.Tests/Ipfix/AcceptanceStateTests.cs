using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Ipfix;

/// <summary>
/// What must be shown of exporter state: template and data from two source ports, in either order, redefined, after a restart, and
/// among 10,000 hostile templates, all below the stated bound of memory.
/// </summary>
public sealed class AcceptanceStateTests
{
    private static readonly FieldSpecifier[] Addresses = [Wire.Field(8, 4), Wire.Field(12, 4), Wire.Field(1, 4)];
    private static readonly FieldSpecifier[] Reordered = [Wire.Field(1, 8), Wire.Field(12, 4), Wire.Field(8, 4)];

    private static readonly byte[] Template = Wire.Ipfix((ref writer) => writer.Template(256, Addresses));

    private static byte[] Data(uint sequence = 0, uint time = Wire.ExportTime) => Wire.Ipfix(WriteData, sequence, time: time);

    private static void WriteData(ref IpfixWriter writer)
    {
        writer.BeginData(256);
        writer.Integer(0xC0000201, 4);
        writer.Integer(0xC6336401, 4);
        writer.Integer(1500, 4);
        writer.EndRecord();
    }

    private static void AssertFlow(FlowRecord flow, ulong bytes = 1500)
    {
        Assert.Equal("192.0.2.1", flow.Source.ToString());
        Assert.Equal("198.51.100.1", flow.Destination.ToString());
        Assert.Equal(bytes, flow.Bytes);
    }

    [Fact]
    public void TemplateOnPortA_DataOnPortB_SharedStateReadsIt()
    {
        // The key of the state is the caller's: by address alone both ports share one.
        var flows = Wire.Flows(Template, Data());

        AssertFlow(Assert.Single(flows));
    }

    [Fact]
    public void TemplateOnPortA_DataOnPortB_StateByPortKeepsThemApart()
    {
        var portA = new ExporterState();
        var portB = new ExporterState();
        var sink = new SetCollector();

        Wire.Decode(Template, portA, ref sink);
        Wire.Decode(Data(), portB, ref sink);
        portB.Flush(ref sink);

        Assert.Empty(sink.Records);
        Assert.Equal("1/256 12 NoTemplate", Assert.Single(sink.Undecodable));
    }

    [Fact]
    public void TemplateAndData_OneDatagramInEitherOrder_SameRecord()
    {
        var templateFirst = Wire.Ipfix((ref writer) =>
        {
            writer.Template(256, Addresses);
            WriteData(ref writer);
        });
        var dataFirst = Wire.Ipfix((ref writer) =>
        {
            WriteData(ref writer);
            writer.Template(256, Addresses);
        });

        var forward = Wire.Collect(templateFirst);
        var backward = Wire.Collect(dataFirst);

        Assert.Single(forward.Records);
        Assert.Equal(forward.Records, backward.Records);
        AssertFlow(Assert.Single(Wire.Flows(dataFirst)));
    }

    [Fact]
    public void DataOnly_NoTemplateEver_ReportedWithIdLengthAndReason()
    {
        var sink = Wire.Collect(Data());

        Assert.Empty(sink.Records);
        Assert.Equal("1/256 12 NoTemplate", Assert.Single(sink.Undecodable));
    }

    [Fact]
    public void DataBeforeTemplate_SeveralDatagrams_ReplayedInOrderOnce()
    {
        var sink = Wire.Collect(
            Wire.Ipfix((ref writer) => { writer.BeginData(256); writer.Integer(1, 12); writer.EndRecord(); }, 0),
            Wire.Ipfix((ref writer) => { writer.BeginData(256); writer.Integer(2, 12); writer.EndRecord(); }, 1),
            Wire.Ipfix((ref writer) => writer.Template(256, Addresses), 2),
            Wire.Ipfix((ref writer) => { writer.BeginData(256); writer.Integer(3, 12); writer.EndRecord(); }, 2));

        Assert.Equal(["00000001", "00000002", "00000003"], sink.Records.Select(record => record[^8..]));
        Assert.Empty(sink.Undecodable);
    }

    [Fact]
    public void Redefinition_AnotherLayout_NewDataByNewLayoutAndCounted()
    {
        var redefined = Wire.Ipfix(
            (ref writer) =>
            {
                writer.Template(256, Reordered);
                writer.BeginData(256);
                writer.Integer(9000, 8);
                writer.Integer(0xC6336401, 4);
                writer.Integer(0xC0000201, 4);
                writer.EndRecord();
            },
            1);
        var state = new ExporterState();
        var collector = new FlowCollector();
        var sink = new FlowExtractor<FlowCollector>(collector);

        foreach (var datagram in new[] { Template, Data(), redefined })
            Wire.Decode(datagram, state, ref sink);

        Assert.Equal(2, collector.Flows.Count);
        AssertFlow(collector.Flows[0]);
        AssertFlow(collector.Flows[1], 9000);
        Assert.Equal(1ul, state.Counters.Redefinitions);
    }

    [Fact]
    public void Refresh_SameLayout_IsNoRedefinition()
    {
        var state = new ExporterState();
        var sink = new SetCollector();

        Wire.Decode(Template, state, ref sink);
        Wire.Decode(Template, state, ref sink);

        Assert.Equal(["1/256 Added", "1/256 Refreshed"], sink.Templates);
        Assert.Equal(0ul, state.Counters.Redefinitions);
    }

    private static byte[] Packet9(FieldSpecifier[]? template, bool hasData, uint sequence, uint time, uint uptime) => Wire.NetFlow9(
        (ref writer) =>
        {
            if (template is not null)
                writer.Template(256, template);
            if (!hasData)
                return;
            writer.BeginData(256);
            foreach (var field in template ?? Reordered)
                writer.Integer(field.Id switch { 8 => 0xC0000201, 12 => 0xC6336401, _ => 1500 }, field.Length);
            writer.EndRecord();
        },
        sequence,
        1,
        time,
        uptime);

    [Fact]
    public void RebootedExporter_SameIdOtherLayout_DataBeforeTheNewTemplateWaitForIt()
    {
        const uint Time = Wire.ExportTime;
        var flows = Wire.Flows(
            Packet9(Addresses, true, 5000, Time, 900_000_000),
            Packet9(null, true, 1, Time + 120, 20_000), // already in the new layout
            Packet9(Reordered, false, 2, Time + 121, 21_000),
            Packet9(Reordered, true, 3, Time + 122, 22_000));

        Assert.Equal(3, flows.Count);
        Assert.All(flows, flow => AssertFlow(flow));
    }

    [Fact]
    public void RebootedExporter_WithoutHold_OldLayoutWouldMisread()
    {
        // The twin: what the test above guards against does happen when old templates are trusted at once.
        const uint Time = Wire.ExportTime;
        var flows = Wire.Flows(
            new ExporterLimits { RestartHoldSeconds = 0 },
            Packet9(Addresses, true, 5000, Time, 900_000_000),
            Packet9(null, true, 1, Time + 120, 20_000));

        Assert.NotEqual("192.0.2.1", flows[1].Source.ToString());
    }

    [Fact]
    public void RebootedExporter_NoNewTemplateWithinHold_OldTemplateCountsAgain()
    {
        const uint Time = Wire.ExportTime;
        var state = new ExporterState();
        var collector = new FlowCollector();
        var sink = new FlowExtractor<FlowCollector>(collector);
        byte[] same = Wire.NetFlow9(Data9, 1, 1, Time + 120, 20_000);

        Wire.Decode(Packet9(Addresses, true, 5000, Time, 900_000_000), state, ref sink);
        Wire.Decode(same, state, ref sink);
        Assert.Single(collector.Flows);
        Wire.Decode(Wire.NetFlow9(Data9, 2, 1, Time + 160, 60_000), state, ref sink);

        Assert.Equal(3, collector.Flows.Count);
        Assert.All(collector.Flows, flow => AssertFlow(flow));

        static void Data9(ref NetFlow9Writer writer)
        {
            writer.BeginData(256);
            writer.Integer(0xC0000201, 4);
            writer.Integer(0xC6336401, 4);
            writer.Integer(1500, 4);
            writer.EndRecord();
        }
    }

    [Fact]
    public void UptimeWrapsAfter49Days_ClocksAgree_IsNoReboot()
    {
        const uint Time = Wire.ExportTime;
        var state = new ExporterState();
        var sink = new SetCollector();

        Wire.Decode(Packet9(Addresses, true, 1, Time, uint.MaxValue - 5_000), state, ref sink);
        Wire.Decode(Packet9(null, true, 2, Time + 10, 4_999), state, ref sink);

        Assert.Empty(sink.Sequence);
        Assert.Equal(0, state.WaitingSetCount);
    }

    [Fact]
    public void TwoExportersBehindOneDomain_UptimesAlternate_DataAreNotHeldForEver()
    {
        var state = new ExporterState();
        var sink = new SetCollector();
        for (uint i = 0; i < 40; i++)
        {
            var time = Wire.ExportTime + i;
            Wire.Decode(Packet9(i < 2 ? Addresses : null, true, i, time, (i % 2 == 0 ? 900_000_000u : 5_000u) + (i * 1000)), state, ref sink);
        }

        state.Flush(ref sink);
        Assert.Empty(sink.Undecodable);
        Assert.Equal(0, state.WaitingSetCount);
        Assert.True(state.Counters.Resets <= 4, $"{state.Counters.Resets} restarts");
    }

    [Fact]
    public void TenThousandHostileTemplates_TemplatesInUseStay()
    {
        var state = new ExporterState(new ExporterLimits { MaxTemplates = 256 });
        var collector = new FlowCollector();
        var sink = new FlowExtractor<FlowCollector>(collector);
        Wire.Decode(Template, state, ref sink);
        Wire.Decode(Data(), state, ref sink);
        for (uint i = 0; i < 10_000; i++)
            Wire.Decode(Wire.Ipfix((ref writer) => writer.Template((ushort)(256 + i), [Wire.Field(8, 4), Wire.Field(1, 8)]), domain: 2 + i), state, ref sink);

        Wire.Decode(Data(1), state, ref sink);

        Assert.Equal(256, state.TemplateCount);
        Assert.Equal(2, collector.Flows.Count);
        Assert.Equal(10_001ul - 256, state.Counters.EvictedTemplates);
    }
}
