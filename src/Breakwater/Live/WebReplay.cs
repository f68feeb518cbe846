using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Geo;
using Breakwater.Reports;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>The web logs of one run of <c>serve --record</c> again: the same lines in the same pieces, the clock where it stood between them.</summary>
internal static class WebReplay
{
    private const string Prefix = "requests-", Suffix = ".lines";

    private const string OtherDatabases = "the run asked other address databases than are given here (--geo, in its order): what is said of countries and systems, and rules by these, may be others";

    /// <summary>Logs of a recording; more are none of ours.</summary>
    private const int MostLogs = 1 << 20;

    /// <summary>The recording of logs that belongs to control events.</summary>
    public static string PathOf(string controlPath) =>
        Path.Combine(Path.GetDirectoryName(Path.GetFullPath(controlPath))!, $"{Prefix}{Path.GetFileNameWithoutExtension(controlPath)["control-".Length..]}{Suffix}");

    /// <summary>Runs it.</summary>
    /// <param name="path">The recording.</param>
    /// <param name="lacks">Gets why the verdicts may not be those of the run.</param>
    /// <param name="geo">Address databases; used where the run used the same.</param>
    /// <exception cref="InvalidDataException">The file is no recording.</exception>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be read.</exception>
    public static WebResult Run(string path, List<string> lacks, GeoLookup? geo = null)
    {
        using var file = new BufferedStream(File.OpenRead(path), 1 << 20);
        var (buffer, hasEnd) = (Array.Empty<byte>(), false);
        if (!LineRecord.TryRead(file, ref buffer, out var record) || record.Kind != LineRecordKind.Start)
            throw new InvalidDataException("the recording of logs does not begin with its start");
        var options = RecordedWeb.ReadOptions(record.Octets);
        var lines = new WebLines(options, [.. options.Services.Select(static service => service.Name)]);
        TakeGeo(lines, record.Octets, geo, lacks);
        try
        {
            while (!hasEnd && LineRecord.TryRead(file, ref buffer, out record))
                hasEnd = !Apply(lines, in record, options.Services.Length, geo, lacks);
        }
        catch (InvalidDataException error)
        {
            lacks.Add($"{path}: {error.Message}");
        }

        if (!hasEnd)
            lacks.Add("the run did not end by itself: lines of logs that came last may be missing");
        return lines.Detector.Finish();
    }

    /// <summary>Countries and systems are asked for where the run did, of the same databases.</summary>
    private static void TakeGeo(WebLines lines, ReadOnlySpan<byte> settings, GeoLookup? geo, List<string> lacks)
    {
        var hashes = RecordedWeb.ReadGeo(settings);
        var isSame = geo is not null && hashes.SequenceEqual(geo.Hashes, StringComparer.Ordinal);
        lines.Detector.Take(WebOrigins.Of(isSame ? geo : null));
        if (hashes.Length > 0 && !isSame && !lacks.Contains(OtherDatabases))
            lacks.Add(OtherDatabases);
    }

    /// <summary>Does what the run did; false at its end.</summary>
    private static bool Apply(WebLines lines, in LineRecord record, int services, GeoLookup? geo, List<string> lacks)
    {
        lines.Logs.TryGetValue(record.Log, out var log);
        switch (record.Kind)
        {
            case LineRecordKind.Open when lines.Logs.Count < MostLogs:
                lines.Open(record.Log, RecordedWeb.ReadSource(record.Octets, services));
                break;
            case LineRecordKind.Lines when log is not null:
                lines.Take(log, record.Octets);
                break;
            case LineRecordKind.Skew when log is not null:
                log.SkewSeconds = (int)Math.Clamp(record.Value, int.MinValue, int.MaxValue);
                break;
            case LineRecordKind.Close:
                lines.Close(record.Log);
                break;
            case LineRecordKind.Pass:
                lines.Detector.Pass(Math.Clamp(record.Value, 0, int.MaxValue));
                break;
            case LineRecordKind.Hold:
                lines.Detector.HoldsIncidents = record.Value != 0;
                break;
            case LineRecordKind.Shed:
                lines.Detector.Shed((int)Math.Clamp(record.Value, 0, WebLimits.MaximumShedLevel));
                break;
            case LineRecordKind.Settings:
                lines.Detector.Take(RecordedWeb.ReadOptions(record.Octets));
                TakeGeo(lines, record.Octets, geo, lacks);
                break;
            case LineRecordKind.End:
                return false;
            default:
                throw new InvalidDataException("a record of logs stands where it cannot");
        }

        lines.Detector.TakeChanges([]);
        return true;
    }
}
