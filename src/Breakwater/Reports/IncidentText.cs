using System.Globalization;
using Breakwater.Detection;
using Breakwater.Geo;
using Breakwater.Response.Price;
using static Breakwater.Reports.Figures;

namespace Breakwater.Reports;

/// <summary>One incident on half a screen.</summary>
internal static class IncidentText
{
    private const int CountriesShown = 5;
    private const int MostReasons = 6;

    public static void Write(Incident incident, GeoLookup? geo, TextWriter output, FilterPlan? plan = null)
    {
        Paragraph.Write(output, "", "  ", Headline(incident));
        Paragraph.Write(output, "", "  ", Size(incident));
        if (When(incident) is { } when)
            Paragraph.Write(output, "", "  ", when);
        if (Origins(incident, SourceOrigins.Countries(incident, geo)) is { } origins)
            Paragraph.Write(output, "", "  ", origins);
        if (SeenBefore(incident) is { } seenBefore)
            Paragraph.Write(output, "", "  ", seenBefore);
        output.WriteLine();
        WriteVectors(incident, output);
        WriteSeries(incident, output);
        output.WriteLine();
        output.WriteLine("  Why:");
        foreach (var reason in incident.Reasons.Where(static reason => reason.Weight is null or not 0).Take(MostReasons))
        {
            Paragraph.Write(output, "  - ", reason.Text);
            Paragraph.Write(output, "    (", "     ", $"{reason.Counterfactual})");
        }
        PlanText.Write(plan, output);
        WriteRules(incident, output);
        WriteLimits(incident, output);
        output.WriteLine($"  More: --explain {IncidentJson.Id(incident)}");
    }

    /// <summary>What, at whom, how sure: one sentence.</summary>
    public static string Headline(Incident incident)
    {
        var names = Listed([.. incident.Vectors.Select(static vector => Vectors.Name(vector.Vector))]);
        var (who, sure) = (Who(incident.Target), $"({IncidentJson.Name(incident.Confidence)} confidence)");
        var isOutbound = incident.Target.Direction == Direction.Outbound;
        var pulses = incident.Shape == Shape.Pulse ? " in pulses" : "";
        var carpet = incident.Shape == Shape.Carpet && !isOutbound ? " (carpet over many hosts)" : "";
        var traffic = $"traffic{pulses} {(isOutbound ? "from" : "to")} {who}{carpet}";
        return incident.Verdict switch
        {
            Verdict.Attack when isOutbound => $"{who} attacks others{pulses}: {names} {sure}.",
            Verdict.Attack => $"Attack{pulses} on {who}{carpet}: {names} {sure}.",
            Verdict.FlashCrowd => $"Flash crowd: {who} is popular, not attacked.",
            Verdict.Undetermined => $"Undetermined: {traffic} may be {names}, or ordinary use.",
            _ => $"Too little evidence: {traffic} looks like {names}.",
        };
    }

    /// <summary>A service by its name, a host of one with both.</summary>
    private static string Who(Target target) => target switch
    {
        { Kind: TargetKind.Service, Service: null } => "the web server",
        { Kind: TargetKind.Service } => $"service {target}",
        { Service: { } service } => $"{target} (service {service})",
        _ => target.ToString(),
    };

    /// <summary>How large: peak, total, senders.</summary>
    public static string Size(Incident incident)
    {
        var peak = incident.Peak;
        // Where all that counts is requests, packets would be the same number under another name.
        if (WebReport.IsOfLogs(incident))
        {
            return $"Peak {Quantity(peak.RequestsPerSecond!.Value, 0, "requests/s")}; in all {Quantity(incident.Requests!.Value, 0, Many(incident.Requests.Value, "request"))}, "
                + $"{Quantity(incident.Bytes, 1000, "B")} sent, {Peers(incident)}.";
        }

        var isRequests = incident.Requests is { } requests && requests.Value == incident.Packets.Value && requests.Low == incident.Packets.Low;
        var unit = isRequests ? "request" : "packet";
        var extra = isRequests || peak.RequestsPerSecond is not { } rate ? "" : $"{Quantity(rate, 0, "requests/s")}, ";
        return $"Peak {Quantity(peak.PacketsPerSecond, 0, unit + "s/s")}, {extra}{Quantity(peak.BitsPerSecond, 1000, "bit/s")} over {ReportTime.Span(peak.WindowSeconds)}; "
            + $"in all {Quantity(incident.Packets, 0, Many(incident.Packets, unit))}, {Quantity(incident.Bytes, 1000, "B")}, {Peers(incident)}.";
    }

    /// <summary>Their number, on the other side of the traffic.</summary>
    public static string Peers(Incident incident) => incident.Target.Direction == Direction.Outbound
        ? $"to {Quantity(incident.Sources, 0, Many(incident.Sources, "receiver"))}"
        : $"from {Quantity(incident.Sources, 0, Many(incident.Sources, "sender"))}";

    public static string? When(Incident incident)
    {
        if (incident is not { StartedNanoseconds: { } started, DetectedNanoseconds: { } detected })
            return null;
        var detection = $"seen after {ReportTime.Span(Math.Max(0, detected - started) / 1e9)}";
        if (incident.EndedNanoseconds is not { } ended)
            return $"Since {ReportTime.Short(started, finely: true)}, {detection}; still going on when the input ended.";
        return $"From {ReportTime.Short(started, finely: true)} for {ReportTime.Span(Math.Max(0, ended - started) / 1e9)}, {detection}.";
    }

    /// <summary><c>From: NL 31 %, DE 12 %, others or unknown 57 % (by senders, forged senders included).</c>; null when nothing is known.</summary>
    public static string? Origins(Incident incident, IReadOnlyList<OriginShare>? origins)
    {
        if (origins is not { Count: > 0 })
            return null;
        var shown = origins.Take(CountriesShown).ToList();
        var parts = shown.ConvertAll(static origin => $"{origin.Code} {Percent(origin.Share)}");
        var rest = 1 - shown.Sum(static origin => origin.Share);
        if (rest >= 0.005)
            parts.Add($"others or unknown {Percent(rest)}");
        var (way, whom) = incident.Target.Direction == Direction.Outbound ? ("To", "receivers") : ("From", "senders");
        var forged = way == "To" || AreProven(incident) ? "" : ", forged senders included";
        return $"{way}: {string.Join(", ", parts)} (by {whom}{forged}).";
    }

    /// <summary>How many of the other side are no strangers; null without a past.</summary>
    public static string? SeenBefore(Incident incident) => incident.SeenBeforeShare is { } share
        ? $"Seen before: {Percent(share)} of the {(incident.Target.Direction == Direction.Outbound ? "receivers" : "senders")}, by their networks."
        : null;

    public static void WriteVectors(Incident incident, TextWriter output)
    {
        var title = incident.Verdict == Verdict.Attack ? "vector" : "looks like";
        output.WriteLine($"  {title,-30} {"share",6}  {"from port",9}  {"to port",7}");
        var isOfLogs = WebReport.IsOfLogs(incident);
        foreach (var vector in incident.Vectors)
        {
            var (from, to) = isOfLogs ? ("-", "-") : (Port(vector.SourcePort), Port(vector.DestinationPort));
            output.WriteLine($"  {Vectors.Name(vector.Vector),-30} {Percent(vector.Share),6}  {from,9}  {to,7}");
        }
    }

    public static void WriteSeries(Incident incident, TextWriter output)
    {
        if (incident.Series.Length <= 1)
            return;
        output.WriteLine();
        output.WriteLine($"  {Sparkline.Draw(incident.Series)}  {(WebReport.IsOfLogs(incident) ? "requests" : "packets")} from start to end");
    }

    /// <summary>Rules that would meet the surge of a web log, each with its price.</summary>
    public static void WriteRules(Incident incident, TextWriter output)
    {
        if (incident.WebRules.IsEmpty)
            return;
        output.WriteLine("  Rules that would meet it (--explain prints them for HAProxy and nginx):");
        foreach (var rule in incident.WebRules)
            Paragraph.Write(output, "  - ", WebRuleText.Sentence(rule));
    }

    public static void WriteLimits(Incident incident, TextWriter output)
    {
        if (incident.Limits.IsEmpty)
            return;
        output.WriteLine("  Keep in mind:");
        foreach (var limit in incident.Limits)
            Paragraph.Write(output, "  - ", limit);
    }

    /// <summary>Every sender completed a handshake: none is forged.</summary>
    public static bool AreProven(Incident incident) => incident.Proven.Low is > 0 and var proven && proven >= incident.Sources.Low;

    private static string Many(Estimate estimate, string noun) => (estimate.Value ?? estimate.Low) == 1 ? noun : noun + "s";

    private static string Port(ushort? port) => port?.ToString(CultureInfo.InvariantCulture) ?? "many";
}
