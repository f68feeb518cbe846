using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Geo;
using Breakwater.Telemetry;

namespace Breakwater.Reports;

/// <summary>Files in, report out: the one place where telemetry meets detection.</summary>
internal static class AnalyzeRun
{
    /// <param name="paths">Files, in the order given.</param>
    /// <param name="inputs">How they are read.</param>
    /// <param name="options">All that changes verdicts.</param>
    /// <param name="clock">For the time that it took.</param>
    /// <param name="progress">Told while it reads.</param>
    /// <param name="logService">The service that access logs are of: what they tell is joined with what packets tell of it; null: none.</param>
    /// <param name="allow">Senders that filters should not hurt.</param>
    /// <param name="geo">Countries and systems of clients; null: unknown.</param>
    public static AnalysisReport Run(IReadOnlyList<string> paths, InputOptions inputs, DetectorOptions options, TimeProvider clock,
        ReadingProgress? progress = null, string? logService = null, ImmutableArray<Prefix> allow = default, GeoLookup? geo = null)
    {
        var started = clock.GetTimestamp();
        // A pipe can be read only once: it is put into order at once.
        var isStraight = paths is [var only] && InputFile.IsRereadable(only);
        var (web, service) = (NewWebDetector(options, logService, geo), logService is null ? -1 : 0);
        var pass = isStraight ? Straight(paths, inputs, options, progress, web, service) : Merged(paths, inputs, options, progress, web, service);
        if (pass.OutOfOrder > 0 && isStraight)
            pass = Merged(paths, inputs, options, progress, NewWebDetector(options, logService, geo), service);
        progress?.Erase();
        var warnings = Warnings(pass);
        var result = WebReport.Join(pass.Result, pass.Web, options.QuietSeconds);
        return new AnalysisReport
        {
            Options = options,
            Inputs = [.. pass.Summary.Inputs.Select(ToReportInput)],
            Result = result,
            Plans = IncidentPlans.Of(pass.Detector, result with { Incidents = result.Incidents.RemoveAll(WebReport.IsOfLogs) }, options, allow.IsDefault ? [] : allow),
            RecordsRead = pass.Summary.RecordsRead,
            Warnings = warnings.Sentences,
            Complete = warnings.Complete,
            ElapsedSeconds = clock.GetElapsedTime(started).TotalSeconds,
        };
    }

    /// <summary>One file in its own order: no copy of a record is kept.</summary>
    private static Pass Straight(IReadOnlyList<string> paths, InputOptions inputs, DetectorOptions options, ReadingProgress? progress, WebDetector web, int service)
    {
        var summary = new DecodeSummary();
        var detector = new Detector(options);
        var feed = new ProgressFeed<DetectorFeed>(new DetectorFeed(detector), progress, summary);
        TelemetryInputs.Read(paths, inputs, summary, ref feed, new WebFeed(web, progress, summary, service));
        return new Pass(summary, detector, detector.Finish(), web.Finish(), feed.Feed.OutOfOrder);
    }

    /// <summary>Several files, or one whose times jump back, put into the order of arrival.</summary>
    private static Pass Merged(IReadOnlyList<string> paths, InputOptions inputs, DetectorOptions options, ReadingProgress? progress, WebDetector web, int service)
    {
        var summary = new DecodeSummary();
        var detector = new Detector(options);
        var reader = new ProgressFeed<MergingFeed>(new MergingFeed(new DetectorFeed(detector)), progress, summary);
        TelemetryInputs.Read(paths, inputs, summary, ref reader, new WebFeed(web, progress, summary, service));
        var feed = reader.Feed;
        feed.Flush();
        return new Pass(summary, detector, detector.Finish(), web.Finish(), feed.OutOfOrder);
    }

    private static WebDetector NewWebDetector(DetectorOptions options, string? service, GeoLookup? geo)
    {
        var detector = new WebDetector(options, service is null ? [] : [service]);
        detector.Take(WebOrigins.Of(geo));
        return detector;
    }

    private sealed record Pass(DecodeSummary Summary, Detector Detector, DetectionResult Result, WebResult Web, long OutOfOrder);

    private static ReportInput ToReportInput(InputSummary input) => new(
        input.Path, input.Kind == InputKind.Unknown ? "unknown" : input.Kind.Name(), input.Records, input.Bytes, input.FirstSeenNanoseconds,
        input.LastSeenNanoseconds, input.DecodeErrors, input.Failure);

    private static (ImmutableArray<string> Sentences, bool Complete) Warnings(Pass pass)
    {
        var (summary, _, result, web, outOfOrder) = pass;
        var lacks = new List<string>();
        foreach (var input in summary.Inputs)
        {
            if (input.Failure is not null)
                lacks.Add($"{input.Path}: {input.Failure}");
            else if (input is { Kind: InputKind.AccessLog, DecodeErrors: > 0 })
                lacks.Add(Text($"{input.Path}: {input.DecodeErrors:N0} of {input.Lines:N0} lines are no requests that can be read; decode tells why"));
            else if (input.DecodeErrors > 0)
                lacks.Add(Text($"{input.Path}: {input.DecodeErrors:N0} packets or places could not be read to their end"));
        }
        foreach (var exporter in summary.Exporters)
        {
            if (exporter.UndecodableSets > 0)
                lacks.Add(Text($"{exporter.Name}: {exporter.UndecodableSets:N0} sets could not be decoded; give the file with their templates in the same command"));
        }
        if (outOfOrder > 0)
            lacks.Add(Text($"{outOfOrder:N0} records arrived more than a second before ones already judged and were left out"));
        WebReport.AddLacks(web, lacks);
        var isComplete = lacks.Count == 0;
        foreach (var (reason, records) in result.LeftOut)
        {
            // ARP and the like lack nothing.
            if (reason == DetectionResult.WithoutAddresses)
                continue;
            lacks.Add(Text($"{records:N0} records {reason} bear on no verdict"));
            isComplete = false;
        }
        if (result.UnknownRateRecords > 0)
            lacks.Add(Text($"{result.UnknownRateRecords:N0} records have no known sampling rate: attacks may be larger than reported, or missed"));
        return ([.. lacks], isComplete);
    }

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
