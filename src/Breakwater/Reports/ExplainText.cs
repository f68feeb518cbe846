using System.Globalization;
using Breakwater.Detection;
using Breakwater.Geo;
using static Breakwater.Reports.Figures;

namespace Breakwater.Reports;

/// <summary>One incident at length, for who has to justify what is done about it.</summary>
internal static class ExplainText
{
    private const int TopSenders = 10;

    public static void Write(AnalysisReport report, Incident incident, TextWriter output)
    {
        Paragraph.Write(output, "", "  ", IncidentText.Headline(incident));
        Paragraph.Write(output, "", "  ", IncidentText.Size(incident));
        output.WriteLine();
        Line(output, "incident", IncidentJson.Id(incident));
        Line(output, "target", Target(incident));
        Line(output, "verdict", $"{IncidentJson.Name(incident.Verdict)}, {IncidentJson.Name(incident.Confidence)} confidence");
        WriteTimeline(incident, output);
        output.WriteLine();
        IncidentText.WriteVectors(incident, output);
        IncidentText.WriteSeries(incident, output);
        output.WriteLine();
        WriteTotals(incident, output);
        output.WriteLine();
        WriteReasons(incident, output);
        output.WriteLine();
        WriteSources(incident, report.Geo, output);
        PlanText.Write(report.Plans.GetValueOrDefault(IncidentJson.Id(incident)), output);
        WriteRules(incident, output);
        output.WriteLine();
        output.WriteLine("  Telemetry");
        Line(output, "sampling", incident.SamplingRate switch
        {
            1 => WebReport.IsOfLogs(incident) ? "every request that was logged" : "every packet",
            { } rate => Text($"1 in {rate:N0} packets"),
            null => "unknown, or different rates",
        });
        Line(output, "settings", $"hash {report.ConfigHash[..12]}");
        if (!incident.Limits.IsEmpty)
            output.WriteLine();
        IncidentText.WriteLimits(incident, output);
        ReportText.WriteNotes(report, output);
    }

    private static void Line(TextWriter output, string name, string text) => Paragraph.Write(output, $"  {name,-18}", text);

    private static string Target(Incident incident)
    {
        var target = incident.Target;
        var service = target is { Kind: not TargetKind.Service, Service: { } name } ? $", of service {name}" : "";
        return $"{IncidentJson.Name(target.Kind)} {target}{service}, {IncidentJson.Name(target.Direction)}, shape {IncidentJson.Name(incident.Shape)}";
    }

    private static void WriteTimeline(Incident incident, TextWriter output)
    {
        Line(output, "started", Time(incident.StartedNanoseconds, "unknown: the records have no times"));
        var delay = incident is { StartedNanoseconds: { } started, DetectedNanoseconds: { } detected }
            ? $", {ReportTime.Span(Math.Max(0, detected - started) / 1e9)} after the start" : "";
        Line(output, "detected", Time(incident.DetectedNanoseconds, "unknown") + delay);
        Line(output, "ended", Time(incident.EndedNanoseconds, incident.StartedNanoseconds is null ? "unknown" : "not yet when the input ended"));
        Line(output, "state", incident.State switch
        {
            IncidentState.Active => "active: the traffic was there when the input ended",
            IncidentState.Quiet => "quiet: the traffic is gone, for less than the quiet period",
            _ => "closed: the quiet period has passed",
        });
    }

    private static string Time(long? nanoseconds, string otherwise) =>
        nanoseconds is { } time ? ReportTime.Short(time, finely: true) : otherwise;

    private static void WriteTotals(Incident incident, TextWriter output)
    {
        var peak = incident.Peak;
        output.WriteLine($"  {$"Peak over {ReportTime.Span(peak.WindowSeconds)}",-18}{"value",14}  {"least",14}  {"most",14}  {"samples",10}");
        var isOfLogs = WebReport.IsOfLogs(incident);
        if (!isOfLogs)
            Row(output, "packets/s", peak.PacketsPerSecond);
        Row(output, "bit/s", peak.BitsPerSecond);
        if (peak.RequestsPerSecond is { } rate)
            Row(output, "requests/s", rate);
        output.WriteLine("  In all");
        if (!isOfLogs)
            Row(output, "packets", incident.Packets);
        Row(output, "bytes", incident.Bytes);
        if (incident.Requests is { } requests)
            Row(output, "requests", requests);
    }

    private static void Row(TextWriter output, string name, Estimate estimate) => output.WriteLine(
        Text($"  {"  " + name,-18}{Cell(estimate.Value),14}  {Cell(estimate.Low),14}  {Cell(estimate.High),14}  {estimate.Samples,10:N0}"));

    private static string Cell(double? value) => value is { } known ? known.ToString("N0", CultureInfo.InvariantCulture) : "unknown";

    private static void WriteReasons(Incident incident, TextWriter output)
    {
        output.WriteLine("  Why");
        foreach (var reason in incident.Reasons)
        {
            Paragraph.Write(output, "  - ", reason.Text);
            var weight = reason.Weight is { } known ? $", weight {Plain(known)}" : "";
            Paragraph.Write(output, "      ", $"measure {reason.Measure}: value {Plain(reason.Value)}, threshold {Plain(reason.Threshold)}{weight}");
            Paragraph.Write(output, "      ", reason.Counterfactual);
        }
    }

    private static void WriteSources(Incident incident, GeoLookup? geo, TextWriter output)
    {
        var isOutbound = incident.Target.Direction == Direction.Outbound;
        output.WriteLine(isOutbound ? "  Receivers" : "  Senders");
        Line(output, "distinct", Quantity(incident.Sources, 0, "addresses"));
        if (!isOutbound)
            Line(output, "proven", incident.Proven.Value == 0 ? "none: no handshake shows that a sender is who it says" : Quantity(incident.Proven, 0, "addresses completed a handshake"));
        Line(output, "seen before", incident.SeenBeforeShare is { } share ? $"{Percent(share)} of them, by their networks" : "unknown: too little traffic before");
        if (geo is null)
        {
            Line(output, "origin", GeoOpening.Absent);
        }
        else
        {
            Line(output, "countries", Listed(SourceOrigins.Countries(incident, geo)));
            Line(output, "networks", Listed(SourceOrigins.Systems(incident, geo)));
        }
        if (geo is not null && !isOutbound && !IncidentText.AreProven(incident))
            Line(output, "", "(shares of senders, forged senders included)");
        foreach (var source in IncidentJson.TopSources(incident).Take(TopSenders))
            Line(output, "top sender", Text($"{source.Address}, {source.Packets:N0} {(WebReport.IsOfLogs(incident) ? "requests" : "packets")}"));
    }

    private static void WriteRules(Incident incident, TextWriter output)
    {
        for (var index = 0; index < incident.WebRules.Length; index++)
        {
            var (rule, name) = (incident.WebRules[index], WebRuleText.Name(incident, index));
            output.WriteLine();
            Paragraph.Write(output, "  Rule: ", "    ", WebRuleText.Sentence(rule));
            output.WriteLine("  HAProxy, in the frontend:");
            WriteIndented(WebRuleText.HaProxy(rule, name, incident.Target.Service), output);
            output.WriteLine("  nginx, in the http block:");
            WriteIndented(WebRuleText.Nginx(rule, name, incident.Target.Service), output);
        }
    }

    private static void WriteIndented(string lines, TextWriter output)
    {
        foreach (var line in lines.Split('\n', StringSplitOptions.RemoveEmptyEntries))
            output.WriteLine($"      {line}");
    }

    private static string Listed(IReadOnlyList<OriginShare>? origins) => origins switch
    {
        null => "unknown: no database tells them",
        [] => "none is known to the database",
        _ => string.Join(", ", origins.Select(static origin => $"{origin.Code}{(origin.Name is null ? "" : $" {origin.Name}")} {Percent(origin.Share)}")),
    };
}
