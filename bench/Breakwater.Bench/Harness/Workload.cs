using Breakwater.Wire;

namespace Breakwater.Bench.Harness;

/// <summary>Telemetry in memory, and how it is decoded.</summary>
internal abstract class Workload
{
    /// <summary>Size of the telemetry: more than the caches near the core hold.</summary>
    public const int BufferBytes = 48 * 1024 * 1024;

    /// <summary>Name on the command line and in the history.</summary>
    public abstract string Name { get; }

    /// <summary>Million records a second on one core that are promised; null where the figure is only for comparison.</summary>
    public abstract int? Goal { get; }

    /// <summary>All bytes that one pass reads.</summary>
    public abstract ReadOnlyMemory<byte> Bytes { get; }

    /// <summary>Bytes allocated while records were read in the last pass (opening a reader is not part of it).</summary>
    public long AllocatedBytes { get; private protected set; }

    /// <summary>One pass: decode all to flow records and add up some members.</summary>
    public long Sum(ref ulong sum)
    {
        var sink = default(SumSink);
        Pass(ref sink);
        sum += sink.Sum;
        return sink.Flows;
    }

    /// <summary>One pass: decode all to flow records and count them by destination.</summary>
    public long Count(DestinationTable table)
    {
        var sink = new CountSink(table);
        Pass(ref sink);
        table.Flush();
        return sink.Flows;
    }

    private protected abstract void Pass<TSink>(ref TSink sink)
        where TSink : struct, IFlowSink;
}
