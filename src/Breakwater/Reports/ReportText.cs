using System.Globalization;
using System.Text;
using Breakwater.Detection;

namespace Breakwater.Reports;

/// <summary>The report for a person who has been up since four: the answer first, then the figures, then the reasons.</summary>
internal static class ReportText
{
    public static void Write(AnalysisReport report, TextWriter output)
    {
        if (report.Result.Incidents.IsEmpty)
            output.WriteLine(Quiet(report));
        for (var index = 0; index < report.Result.Incidents.Length; index++)
        {
            if (index > 0)
                output.WriteLine();
            WriteIncident(report.Result.Incidents[index], output);
        }
        if (report.Warnings.IsEmpty)
            return;
        output.WriteLine();
        foreach (var warning in report.Warnings)
            output.WriteLine($"Note: {warning}.");
    }

    private static string Quiet(AnalysisReport report)
    {
        var result = report.Result;
        if (result.Records == 0)
            return Text($"Nothing to judge: {Plural(report.RecordsRead, "record")} read, but no flow or packet among them.");
        var span = result is { FirstNanoseconds: { } first, LastNanoseconds: { } last }
            ? $" over {ReportTime.Span((last - first) / 1e9)}" : ", which carry no times";
        return Text($"No attack found in {Plural(result.Records, "record")}{span}, towards {Plural(result.Hosts, "host")}.");
    }

    private static void WriteIncident(Incident incident, TextWriter output)
    {
        output.WriteLine(Headline(incident));
        output.WriteLine(Figures(incident));
        if (When(incident) is { } when)
            output.WriteLine(when);
        output.WriteLine();
        WriteVectors(incident, output);
        if (incident.Series.Length > 1)
        {
            output.WriteLine();
            output.WriteLine($"  {Sparkline.Draw(incident.Series)}  packets from start to end");
        }
        output.WriteLine();
        output.WriteLine("  Why:");
        foreach (var reason in incident.Reasons)
        {
            output.WriteLine($"  - {reason.Text}");
            output.WriteLine($"    ({reason.Counterfactual})");
        }
        output.WriteLine("  Keep in mind:");
        foreach (var limit in incident.Limits)
            output.WriteLine($"  - {limit}");
    }

    private static string Headline(Incident incident)
    {
        var names = string.Join(" and ", incident.Vectors.Select(static vector => Vectors.Name(vector.Vector)));
        return incident.Verdict switch
        {
            Verdict.Attack => $"Attack on {incident.Target}: {names} ({IncidentJson.Name(incident.Confidence)} confidence).",
            Verdict.FlashCrowd => $"{incident.Target} is popular, not attacked.",
            Verdict.Undetermined => $"Undetermined: traffic to {incident.Target} that could be {names}.",
            _ => $"Too little evidence: traffic to {incident.Target} looks like {names}.",
        };
    }

    private static string Figures(Incident incident)
    {
        var peak = incident.Peak;
        return Text($"Peak {Quantity(peak.PacketsPerSecond, 0, "packets/s")}, {Quantity(peak.BitsPerSecond, 1000, "bit/s")} over {ReportTime.Span(peak.WindowSeconds)}; ")
            + Text($"in all {Quantity(incident.Packets, 0, "packets")}, {Quantity(incident.Bytes, 1000, "B")}, from {Quantity(incident.Sources, 0, incident.Sources.Value == 1 ? "sender" : "senders")}.");
    }

    private static string? When(Incident incident)
    {
        if (incident is not { StartedNanoseconds: { } started, DetectedNanoseconds: { } detected })
            return null;
        var detection = $"seen after {ReportTime.Span(Math.Max(0, detected - started) / 1e9)}";
        if (incident.EndedNanoseconds is not { } ended)
            return $"Since {ReportTime.Short(started, finely: true)}, {detection}; still going on when the input ended.";
        return $"From {ReportTime.Short(started, finely: true)} for {ReportTime.Span(Math.Max(0, ended - started) / 1e9)}, {detection}.";
    }

    private static void WriteVectors(Incident incident, TextWriter output)
    {
        output.WriteLine($"  {"vector",-30} {"share",6}  {"from port",9}  {"to port",7}");
        foreach (var vector in incident.Vectors)
        {
            output.WriteLine(Text(
                $"  {Vectors.Name(vector.Vector),-30} {vector.Share,6:P0}  {Port(vector.SourcePort),9}  {Port(vector.DestinationPort),7}"));
        }
    }

    private static string Port(ushort? port) => port?.ToString(CultureInfo.InvariantCulture) ?? "many";

    /// <summary>A quantity with its interval where there is one: <c>1.2 M (1.1 M to 1.3 M) packets/s</c>, <c>at least 300 senders</c>.</summary>
    private static string Quantity(Estimate estimate, int scale, string unit)
    {
        if (estimate.Value is not { } value)
            return estimate.Low is { } low ? $"at least {Scaled(low, scale)}{unit}" : $"an unknown number of {unit}";
        var text = Scaled(value, scale);
        var (least, most) = (Scaled(estimate.Low ?? value, scale), Scaled(estimate.High ?? value, scale));
        return least == text && most == text
            ? text + unit
            : $"about {text}{unit} ({least.TrimEnd()} to {most.TrimEnd()})";
    }

    private static string Scaled(double value, int scale)
    {
        if (scale == 0)
            return Text($"{value:N0} ");
        string[] prefixes = [" ", " k", " M", " G", " T"];
        var step = 0;
        while (value >= 1000 && step < prefixes.Length - 1)
            (value, step) = (value / scale, step + 1);
        return Text($"{value.ToString(value < 10 ? "0.##" : value < 100 ? "0.#" : "0", CultureInfo.InvariantCulture)}{prefixes[step]}");
    }

    private static string Plural(long count, string noun) => Text($"{count:N0} {noun}{(count == 1 ? "" : "s")}");

    private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}

/// <summary>A line of eight heights.</summary>
internal static class Sparkline
{
    private const string Blocks = "▁▂▃▄▅▆▇█";

    /// <summary>One character a value, the largest full height; nothing at all is a space.</summary>
    public static string Draw(IReadOnlyList<ulong> values)
    {
        var most = values.Max();
        var line = new StringBuilder(values.Count);
        foreach (var value in values)
            line.Append(value == 0 ? ' ' : Blocks[Math.Min(7, (int)((UInt128)value * 8 / most))]);
        return line.ToString();
    }
}
