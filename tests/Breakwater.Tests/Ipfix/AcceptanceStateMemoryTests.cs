using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

/// <summary>Runs alone: it measures the memory of the whole process.</summary>
[CollectionDefinition(nameof(MemoryMeasurement), DisableParallelization = true)]
public sealed class MemoryMeasurement;

[Collection(nameof(MemoryMeasurement))]
public sealed class AcceptanceStateMemoryTests
{
    [Theory]
    [InlineData(2, 64)]
    [InlineData(400, 1024)]
    public void TenThousandHostileTemplatesAndWaitingSets_MemoryStaysBelowTheStatedBound(int fields, int maxTemplates)
    {
        var limits = new ExporterLimits { MaxTemplates = maxTemplates, MaxTemplateFields = 16_384 };
        var wide = Enumerable.Range(0, fields).Select(i => i % 3 == 0 ? Wire.Field(1 + i, 65535, 9) : Wire.Field(1 + i, 4)).ToArray();
        var body = new byte[1200];
        var datagrams = Enumerable.Range(0, 10_000).Select(i => Wire.Ipfix(
            (ref writer) =>
            {
                wide[0] = Wire.Field(1 + (i % 7), 4 + (i % 5), (uint)i);
                writer.Template((ushort)(256 + (i % 5000)), wide);
                writer.BeginData((ushort)(256 + (i % 5000)));
                foreach (var field in wide)
                    writer.Integer(0, field.IsVariable ? 1 : field.Length);
                writer.EndRecord();
                writer.BeginData((ushort)(10_000 + i));
                writer.Octets(body);
                writer.EndRecord();
            },
            (uint)i,
            (uint)(i / 3))).ToArray();
        var sink = new FlowExtractor<NoFlows>(default);
        Wire.Decode(datagrams[0], new ExporterState(limits), ref sink);

        // What the process gives back meanwhile, buffers of a pool for example, can hide a small state: not three times.
        long[] grown = [Held(datagrams, limits), Held(datagrams, limits), Held(datagrams, limits)];
        Assert.True(grown.Max() > 16 * 1024, "the flood was held at all: the measurement can fail");
        GC.KeepAlive(datagrams);
    }

    /// <summary>What a state of these datagrams holds, in bytes, which is below its bound.</summary>
    private static long Held(byte[][] datagrams, ExporterLimits limits)
    {
        var sink = new FlowExtractor<NoFlows>(default);
        var before = GC.GetTotalMemory(forceFullCollection: true);
        var state = new ExporterState(limits);
        foreach (var datagram in datagrams)
            Wire.Decode(datagram, state, ref sink);
        var grown = GC.GetTotalMemory(forceFullCollection: true) - before;
        Assert.True(grown < state.MemoryBoundBytes, $"grew by {grown}, bound {state.MemoryBoundBytes}");
        Assert.True(state.TemplateCount > 1 && state.WaitingSetCount > 1);
        return grown;
    }

    private struct NoFlows : IFlowSink
    {
        public readonly void OnFlow(in FlowRecord flow)
        {
        }
    }
}
