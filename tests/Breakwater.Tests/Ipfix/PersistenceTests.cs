using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;

namespace Breakwater.Tests.Ipfix;

public sealed class PersistenceTests
{
    private static readonly byte[] Announcement = Wire.Ipfix((ref writer) =>
    {
        writer.Template(256, [Wire.Field(8, 4), Wire.Field(82, 65535), Wire.Field(5, 2, 9)]);
        writer.OptionsTemplate(300, [Wire.Scope(149, 4), Wire.Field(34, 4)]);
        writer.BeginData(300);
        writer.Integer(1, 4);
        writer.Integer(100, 4);
        writer.EndRecord();
    });

    private static readonly byte[] Data = Wire.Ipfix((ref writer) =>
    {
        writer.BeginData(256);
        writer.Integer(0xC0000201, 4);
        writer.Variable("x"u8);
        writer.Integer(1, 2);
        writer.EndRecord();
    });

    private static byte[] Exported()
    {
        var state = new ExporterState();
        var sink = new SetCollector();
        Wire.Decode(Announcement, state, ref sink);
        return state.Export();
    }

    [Fact]
    public void ExportImport_DataDecodeAtOnce_WithTheirSamplingRate_AndTemplatesAreStale()
    {
        var state = new ExporterState();
        var sink = new SetCollector();

        Assert.Equal(DecodeError.None, state.TryImport(Exported()));
        Assert.True(state.FindTemplate(ExportFormat.Ipfix, 1, 256)!.IsStale);
        Wire.Decode(Data, state, ref sink);

        Assert.Single(sink.Records);
        Assert.Equal(new Sampling(100, SamplingSource.Options), Assert.Single(sink.Samplings));
        Wire.Decode(Announcement, state, ref sink);
        Assert.False(state.FindTemplate(ExportFormat.Ipfix, 1, 256)!.IsStale);
    }

    [Fact]
    public void ExportImportExport_SameBytes()
    {
        var exported = Exported();
        var state = new ExporterState();
        state.TryImport(exported);

        Assert.Equal(exported, state.Export());
    }

    [Fact]
    public void Import_CutAtEveryLength_IsAnErrorNeverAnException()
    {
        var exported = Exported();
        for (var length = 0; length < exported.Length; length++)
            Assert.Equal(DecodeError.Truncated, new ExporterState().TryImport(exported.AsSpan(0, length)));
    }

    [Fact]
    public void Import_EveryByteChanged_StaysWithinLimits()
    {
        var exported = Exported();
        for (var at = 0; at < exported.Length; at++)
        {
            foreach (var value in new byte[] { 0, 1, 0x7F, 0xFF })
            {
                var hostile = exported.ToArray();
                hostile[at] = value;
                var state = new ExporterState(new ExporterLimits { MaxTemplates = 2, MaxSamplers = 2 });
                state.TryImport(hostile);
                Assert.True(state.TemplateCount <= 2 && state.Samplers.Count <= 2);
            }
        }
    }
}
