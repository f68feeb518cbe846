using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Tests.Ipfix;

public sealed class ZeroAllocationTests
{
    private struct Counting : IFlowSink
    {
        public long Flows;

        public void OnFlow(in FlowRecord flow) => Flows++;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void HotSet_AnyNumberOfRecords_AllocatesNothing(bool isVariable)
    {
        FieldSpecifier[] fields = [Wire.Field(8, 4), Wire.Field(12, 4), Wire.Field(82, isVariable ? 65535 : 5), Wire.Field(1, 5), Wire.Field(4, 1)];
        var template = Wire.Ipfix((ref writer) => writer.Template(256, fields));
        var data = Wire.Ipfix((ref writer) =>
        {
            writer.BeginData(256);
            for (var i = 0; i < 40; i++)
            {
                writer.Integer(0xC0000201, 8);
                if (isVariable)
                    writer.Variable("eth0"u8);
                else
                    writer.Integer(1, 5);
                writer.Integer(1500, 5);
                writer.Integer((ulong)(i % 3), 1);
                writer.EndRecord();
            }
        });
        var state = new ExporterState();
        var sink = new FlowExtractor<Counting>(default);
        Wire.Decode(template, state, ref sink);
        for (var i = 0; i < 100; i++)
            IpfixDecoder.Decode(data, 0, state, ref sink);

        // The runtime may still load a type in the first round; what a record allocates, it allocates in every round.
        var allocated = long.MaxValue;
        for (var round = 0; round < 3; round++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            for (var i = 0; i < 1000; i++)
                IpfixDecoder.Decode(data, 0, state, ref sink);
            allocated = Math.Min(allocated, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        Assert.Equal(0, allocated);
        Assert.Equal(3100 * 40, sink.Sink.Flows);
    }
}
