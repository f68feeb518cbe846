using Breakwater.Detection;
using static Breakwater.Reports.Figures;

namespace Breakwater.Reports;

/// <summary>The report for a person who has been up since four: the answer first, then the figures, then the reasons.</summary>
internal static class ReportText
{
    /// <summary>Incidents that are shown whole; further ones have their headline.</summary>
    public const int MostDetailed = 10;

    /// <summary>Incidents that have a headline.</summary>
    public const int MostListed = 50;

    public static void Write(AnalysisReport report, TextWriter output)
    {
        var incidents = report.Result.Incidents;
        if (incidents.IsEmpty)
            output.WriteLine(Quiet(report));
        if (incidents.Length > 1)
            WriteList(report, output);
        for (var index = 0; index < Math.Min(incidents.Length, MostDetailed); index++)
        {
            if (incidents.Length > 1)
                output.WriteLine();
            IncidentText.Write(incidents[index], report.Geo, output, report.Plans.GetValueOrDefault(IncidentJson.Id(incidents[index])));
        }
        WriteNotes(report, output);
    }

    /// <summary>What was not read or not judged.</summary>
    public static void WriteNotes(AnalysisReport report, TextWriter output)
    {
        if (report.Warnings.IsEmpty)
            return;
        output.WriteLine();
        foreach (var warning in report.Warnings)
            Paragraph.Write(output, "Note: ", $"{warning}.");
    }

    /// <summary>All headlines before the first detail: who has twelve incidents wants to see which one to read.</summary>
    private static void WriteList(AnalysisReport report, TextWriter output)
    {
        var incidents = report.Result.Incidents;
        output.WriteLine(Text($"{incidents.Length:N0} incidents:"));
        foreach (var incident in incidents.Take(MostListed))
            Paragraph.Write(output, "- ", $"{IncidentText.Headline(incident)} {IncidentJson.Id(incident)}");
        if (incidents.Length > MostListed)
            output.WriteLine(Text($"- and {incidents.Length - MostListed:N0} more: --format json has all"));
        if (incidents.Length > MostDetailed)
            output.WriteLine($"The first {MostDetailed} follow; --explain ID shows any other.");
    }

    private static string Quiet(AnalysisReport report)
    {
        var result = report.Result;
        if (result.Records == 0)
            return $"Nothing to judge: {Plural(report.RecordsRead, "record")} read, but no flow or packet among them.";
        var span = result is { FirstNanoseconds: { } first, LastNanoseconds: { } last }
            ? $" over {ReportTime.Span((last - first) / 1e9)}" : ", which carry no times";
        return $"No attack found in {Plural(result.Records, "record")}{span}, towards {Plural(result.Hosts, "host")}.";
    }
}
