using Breakwater.Reports;

namespace Breakwater.Live;

/// <summary>A recording's verdicts as a report.</summary>
internal static class ReplayReport
{
    /// <exception cref="InvalidDataException">The files are no recording.</exception>
    /// <exception cref="IOException">They cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">They must not be read.</exception>
    public static AnalysisReport Of(string controlPath, int shards, TimeProvider clock)
    {
        var started = clock.GetTimestamp();
        var replay = Replay.Run(controlPath, shards);
        var result = replay.Result;
        return new AnalysisReport
        {
            Options = replay.Options,
            Inputs = [.. Replay.Captures(controlPath).Select(path => new ReportInput(path, "packets", 0, new FileInfo(path).Length, result.FirstNanoseconds, result.LastNanoseconds, 0, null))],
            Result = result,
            RecordsRead = replay.Datagrams,
            Warnings = [],
            Complete = true,
            ElapsedSeconds = clock.GetElapsedTime(started).TotalSeconds,
        };
    }
}
