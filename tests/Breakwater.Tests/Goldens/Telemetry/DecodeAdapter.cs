using Breakwater.Telemetry;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>Our side of the comparison: <c>decode --format json</c>, run in this process.</summary>
internal static class DecodeAdapter
{
    private const int SetHeaderBytes = 4;

    /// <summary>The telemetry records of the inputs in the order of the lines, and the sets that could not be decoded.</summary>
    public static (IReadOnlyList<DecodedRecord> Records, IReadOnlyList<UndecodedSet> Undecoded) Decode(IReadOnlyList<string> inputs)
    {
        using var output = new StringWriter();
        var summary = DecodeRun.ToJson(inputs, output);
        using var lines = new StringReader(output.ToString());
        // Other traffic of the capture is no telemetry; the goldens list templates apart from records.
        var records = DecodedRecord.ReadLines(lines).Where(r => r.Format != "packet" && r.RecordType != "template").ToList();
        return (records, [.. summary.UndecodableSets.Select(s => new UndecodedSet(s.SetId, s.LengthBytes + SetHeaderBytes))]);
    }
}
