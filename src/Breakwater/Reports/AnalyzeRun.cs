using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Telemetry;

namespace Breakwater.Reports;

/// <summary>Files in, report out: the one place where telemetry meets detection.</summary>
internal static class AnalyzeRun
{
    public static AnalysisReport Run(IReadOnlyList<string> paths, InputOptions inputs, DetectorOptions options, TimeProvider clock)
    {
        var started = clock.GetTimestamp();
        var summary = new DecodeSummary();
        var detector = new Detector(options);
        var outOfOrder = Feed(paths, inputs, summary, detector);
        var result = detector.Finish();
        var warnings = Warnings(summary, result, outOfOrder);
        return new AnalysisReport
        {
            Options = options,
            Inputs = [.. summary.Inputs.Select(ToReportInput)],
            Result = result,
            Warnings = warnings.Sentences,
            Complete = warnings.Complete,
            ElapsedSeconds = clock.GetElapsedTime(started).TotalSeconds,
        };
    }

    private static long Feed(IReadOnlyList<string> paths, InputOptions inputs, DecodeSummary summary, Detector detector)
    {
        var feed = new DetectorFeed(detector);
        if (paths.Count == 1)
        {
            TelemetryInputs.Read(paths, inputs, summary, ref feed);
            return feed.OutOfOrder;
        }
        var merging = new MergingFeed(feed);
        TelemetryInputs.Read(paths, inputs, summary, ref merging);
        merging.Flush();
        return merging.OutOfOrder;
    }

    private static ReportInput ToReportInput(InputSummary input) => new(
        input.Path, input.Kind == InputKind.Unknown ? "unknown" : input.Kind.Name(), input.Records, input.Bytes, input.FirstSeenNanoseconds,
        input.LastSeenNanoseconds, input.DecodeErrors, input.Failure);

    private static (ImmutableArray<string> Sentences, bool Complete) Warnings(DecodeSummary summary, DetectionResult result, long outOfOrder)
    {
        var lacks = new List<string>();
        foreach (var input in summary.Inputs)
        {
            if (input.Failure is not null)
                lacks.Add($"{input.Path}: {input.Failure}");
            else if (input.DecodeErrors > 0)
                lacks.Add(Text($"{input.Path}: {input.DecodeErrors:N0} packets or places could not be read to their end"));
        }
        foreach (var exporter in summary.Exporters)
        {
            if (exporter.UndecodableSets > 0)
                lacks.Add(Text($"{exporter.Name}: {exporter.UndecodableSets:N0} sets could not be decoded"));
        }
        if (outOfOrder > 0)
            lacks.Add(Text($"{outOfOrder:N0} records arrived more than a second before ones already judged and were left out"));
        var isComplete = lacks.Count == 0;
        foreach (var (reason, records) in result.LeftOut)
        {
            lacks.Add(Text($"{records:N0} records {reason} bear on no verdict"));
            isComplete &= reason == DetectionResult.WithoutAddresses;
        }
        if (result.UnknownRateRecords > 0)
            lacks.Add(Text($"{result.UnknownRateRecords:N0} records have no known sampling rate: attacks may be larger than reported, or missed"));
        return ([.. lacks], isComplete);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
