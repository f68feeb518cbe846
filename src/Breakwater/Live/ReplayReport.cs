using Breakwater.Geo;
using Breakwater.Reports;
using Breakwater.Telemetry.Live;

namespace Breakwater.Live;

/// <summary>The verdicts of a run of <c>serve</c> as a report: of the run itself, and of its recording.</summary>
internal static class ReplayReport
{
    /// <summary>Writes the report of a run that has ended beside its recording.</summary>
    /// <returns>Its verdict hash.</returns>
    /// <exception cref="IOException">The disk fails.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder must not be written.</exception>
    public static string Write(LiveEngine engine, string path)
    {
        var result = engine.Finish();
        var report = new AnalysisReport
        {
            Options = engine.Settings.Detection,
            Inputs = [],
            Result = result,
            RecordsRead = result.Records,
            Warnings = [],
            Complete = true,
            ElapsedSeconds = 0,
        };
        using var written = new MemoryStream();
        ReportJson.Write(report, written);
        using var file = RecordingFile.Create(path);
        file.Append(written.GetBuffer().AsSpan(0, (int)written.Length));
        return ReportJson.VerdictHash(result);
    }

    /// <summary>The verdicts of a recording; <paramref name="geo"/> is used where the run used the same.</summary>
    /// <exception cref="InvalidDataException">The files are no recording.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They must not be read.</exception>
    public static AnalysisReport Of(string controlPath, int shards, TimeProvider clock, GeoLookup? geo = null)
    {
        var started = clock.GetTimestamp();
        var replay = Replay.Run(controlPath, shards, geo);
        var result = replay.Result;
        return new AnalysisReport
        {
            Options = replay.Options,
            Inputs = [.. Replay.Captures(controlPath).Select(path => new ReportInput(path, "packets", 0, new FileInfo(path).Length, result.FirstNanoseconds, result.LastNanoseconds, 0, null))],
            Result = result,
            RecordsRead = replay.Datagrams + replay.Requests,
            Warnings = [.. replay.Lacks],
            Complete = replay.Lacks.Count == 0,
            ElapsedSeconds = clock.GetElapsedTime(started).TotalSeconds,
        };
    }
}
