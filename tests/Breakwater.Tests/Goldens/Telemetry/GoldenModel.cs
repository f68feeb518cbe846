namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>The programs whose decodings we compare with.</summary>
internal static class GoldenTool
{
    public const string Tshark = "tshark";
    public const string Telegraf = "telegraf";
    public const string Pmacct = "pmacct";
}

/// <summary>One value that a golden prints, under the tool's own name. Repeated names stand in the tool's order.</summary>
internal sealed record GoldenField(string Name, string Value);

/// <summary>One data record, sample or aggregate of a golden.</summary>
/// <param name="Format">As in our JSON lines: ipfix, netflow9, netflow5, sflow5; empty when the tool does not say.</param>
/// <param name="SetId">Id of the set it stands in, null where there are no sets or the tool does not say.</param>
/// <param name="Fields">All values, in the tool's order.</param>
/// <param name="ExportSeconds">Export time of the datagram (Unix seconds), 0 when the tool does not say.</param>
internal sealed record GoldenRecord(string Format, int? SetId, IReadOnlyList<GoldenField> Fields, long ExportSeconds = 0)
{
    /// <summary>Observation domain of the datagram, null when the tool does not say.</summary>
    public long? DomainId { get; init; }

    /// <summary>Number of the datagram where the tool's output keeps no order among its records; null where it does.</summary>
    public int? Unordered { get; init; }

    /// <summary>True when the tool stopped in this record because it took the datagram for malformed.</summary>
    public bool IsCutOff { get; init; }
}

/// <summary>A set that could not be decoded: its id and its length with the 4 octets of its header.</summary>
internal sealed record UndecodedSet(int SetId, int LengthBytes);

/// <summary>Everything that one golden says about one input.</summary>
/// <param name="Records">Data records, samples or aggregates.</param>
/// <param name="Undecoded">Sets without a template, in the tools that show them.</param>
/// <param name="Format">The format, for inputs without any record; empty when the tool does not say.</param>
/// <param name="Beyond">Sets that the tool read behind the end of their message (IPFIX header's length).</param>
internal sealed record GoldenExport(
    IReadOnlyList<GoldenRecord> Records, IReadOnlyList<UndecodedSet> Undecoded, string Format = "", IReadOnlyList<UndecodedSet>? Beyond = null);
