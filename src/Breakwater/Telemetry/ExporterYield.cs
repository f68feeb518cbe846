namespace Breakwater.Telemetry;

/// <summary>What an exporter's datagrams gave: compared before and after one of them.</summary>
/// <param name="Records">Records and samples.</param>
/// <param name="UnknownSamples">sFlow samples that were passed over.</param>
/// <param name="Templates">Template records and withdrawals.</param>
/// <param name="Unreadable">Template records and sets that could not be read.</param>
/// <param name="Waiting">Sets that wait for their template.</param>
internal readonly record struct ExporterYield(long Records, long UnknownSamples, ulong Templates, ulong Unreadable, int Waiting);
