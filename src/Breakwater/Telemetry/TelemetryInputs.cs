using Breakwater.Wire;

namespace Breakwater.Telemetry;

/// <summary>Takes flows and may have enough of them.</summary>
internal interface IFlowReader : IFlowSink
{
    /// <summary>True when nothing more is wanted.</summary>
    bool IsFull { get; }
}

/// <summary>Any mix of files as one stream of flows.</summary>
internal static class TelemetryInputs
{
    /// <summary>Reads the files in the order given: each packet, sFlow sample and flow record becomes one <see cref="FlowRecord"/>.</summary>
    /// <param name="paths">Captures, datagram files, IPFIX files; plain or gzip; <c>-</c> is standard input.</param>
    /// <param name="options">How to read them.</param>
    /// <param name="summary">What was read, and what was not.</param>
    /// <param name="sink">Gets the flows.</param>
    /// <param name="requests">Gets the requests of access logs; null: such files are refused.</param>
    public static void Read<TSink>(IReadOnlyList<string> paths, InputOptions options, DecodeSummary summary, ref TSink sink, IRequestReader? requests = null)
        where TSink : struct, IFlowReader
    {
        var consumer = new FlowConsumer<TSink>(sink, summary, requests);
        new InputReader<FlowConsumer<TSink>.Handle>(options, summary, new(consumer)).Read(paths);
        sink = consumer.Sink;
    }
}
