namespace Breakwater.Reports;

/// <summary>One input as a report names it.</summary>
/// <param name="Path">As given on the command line.</param>
/// <param name="Kind"><c>packets</c>, <c>sflow</c>, …; <c>unknown</c> when it was not recognised.</param>
/// <param name="Records">Packets and records read.</param>
/// <param name="Bytes">Bytes of the file that were read, before decompression.</param>
/// <param name="FirstSeenNanoseconds">First time of arrival; null when the file has none.</param>
/// <param name="LastSeenNanoseconds">Last time of arrival.</param>
/// <param name="DecodeErrors">Packets, datagrams and places that could not be read.</param>
/// <param name="Failure">Why it could not be read at all; null when it could.</param>
internal sealed record ReportInput(
    string Path, string Kind, long Records, long Bytes, long? FirstSeenNanoseconds, long? LastSeenNanoseconds, long DecodeErrors, string? Failure);
