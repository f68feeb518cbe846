using System.Globalization;
using Breakwater.Wire;
using Breakwater.Wire.AccessLog;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Telemetry;

/// <summary>The end of a run for a person: what was read, and each thing that was not, with its cure where there is one.</summary>
internal static class SummaryText
{
    private const int MaximumListed = 20;

    public static void Write(DecodeSummary summary, TextWriter writer)
    {
        foreach (var input in summary.Inputs)
            WriteInput(input, writer);
        var listed = 0;
        foreach (var set in summary.UndecodableSets)
        {
            if (listed++ == MaximumListed)
                break;
            writer.WriteLine(Invariant(
                $"{set.Exporter}: set {set.SetId} of domain {set.ObservationDomainId}, {set.LengthBytes} bytes: {Explain(set, summary)}"));
        }

        if (summary.UndecodableSets.Count > MaximumListed)
            writer.WriteLine(Invariant($"… and {summary.Exporters.Sum(static exporter => exporter.UndecodableSets) - MaximumListed} more such sets"));
        foreach (var exporter in summary.Exporters)
            WriteExporter(exporter, writer);
        if (summary.RefusedDatagrams > 0)
            writer.WriteLine(Invariant($"{summary.RefusedDatagrams} datagrams of further exporters were not read: more than {ExporterDirectory.Maximum}"));
    }

    private static void WriteInput(InputSummary input, TextWriter writer)
    {
        if (input.Failure is not null)
        {
            writer.WriteLine($"{input.Path}: {input.Failure}");
            return;
        }

        if (input.LogFormats is not null)
            WriteLog(input, writer);
        foreach (var damage in input.Damage.Take(MaximumListed))
            writer.WriteLine(Invariant($"{input.Path}: damaged at byte {damage.Offset} ({Explain(damage.Error)}), {damage.LengthBytes} bytes not read"));
        if (input.Damage.Count > MaximumListed)
            writer.WriteLine(Invariant($"{input.Path}: … and {input.Damage.Count - MaximumListed} more damaged places"));
    }

    private static void WriteLog(InputSummary input, TextWriter writer)
    {
        writer.WriteLine(Invariant($"{input.Path} (log, {input.LogFormats}): {input.Records} requests in {input.Lines} lines"));
        foreach (var error in Enum.GetValues<LogError>())
        {
            if (input.LinesWithout[(int)error] is var lines and > 0)
                writer.WriteLine(Invariant($"{input.Path}: {lines} lines without a request: {Explain(error)}"));
        }
    }

    private static string Explain(LogError error) => error switch
    {
        LogError.NoRequest => "empty, directives, messages of the server",
        LogError.Truncated => "they end too early",
        LogError.OtherFormat => "they have another format",
        LogError.BadAddress => "no address where the client's should stand",
        LogError.BadTime => "no time where it should stand, or one that does not exist",
        LogError.BadNumber => "a status, size or duration that is no number",
        LogError.BadJson => "no valid JSON",
        LogError.TooDeep => "JSON that is nested too deep",
        _ => "longer than 65,536 bytes",
    };

    private static void WriteExporter(Exporter exporter, TextWriter writer)
    {
        writer.Write(Invariant($"{exporter.Name} ({exporter.Kind.Name()}{(exporter.Guessed ? ", guessed by content" : "")}): "));
        writer.Write(Invariant($"{exporter.Records} records in {exporter.Datagrams} datagrams"));
        if (exporter.UndecodableSets > 0)
            writer.Write(Invariant($", {exporter.UndecodableSets} sets undecodable"));
        if (exporter.Lost > 0)
            writer.Write(Invariant($", {exporter.Lost} lost by sequence number"));
        if (exporter.AmbiguousLoss > 0)
            writer.Write(Invariant($", {exporter.AmbiguousLoss} perhaps lost (undecodable records stand between)"));
        if (exporter.Resets > 0)
            writer.Write(Invariant($", {exporter.Resets} restarts"));
        if (exporter.Late > 0)
            writer.Write(Invariant($", {exporter.Late} late or twice"));
        if (exporter.UnknownSamples > 0)
            writer.Write(Invariant($", {exporter.UnknownSamples} samples of unknown types passed over"));
        if (exporter.UnfollowedDatagrams > 0)
            writer.Write(Invariant($", {exporter.UnfollowedDatagrams} datagrams of further agents not followed"));
        if (exporter.State.Counters.RefusedTemplates > 0)
            writer.Write(Invariant($", {exporter.State.Counters.RefusedTemplates} templates refused"));
        if (exporter.State.Counters.EvictedTemplates > 0)
            writer.Write(Invariant($", {exporter.State.Counters.EvictedTemplates} templates gave way to others"));
        if (exporter.Gaps > 0)
            writer.Write(Invariant($", {exporter.Gaps} gaps in its TCP stream"));
        foreach (var (error, count) in exporter.Errors)
            writer.Write(Invariant($", {count} × {Explain(error)}"));
        writer.WriteLine();
    }

    public static string Explain(DecodeError error) => error switch
    {
        DecodeError.Truncated => "cut off",
        DecodeError.BadVersion => "unknown version",
        DecodeError.BadLength => "a length contradicts its surroundings",
        DecodeError.BadCount => "a count announces more than there is",
        DecodeError.BadValue => "a forbidden value",
        DecodeError.Unsupported => "a kind that is not read",
        DecodeError.TooDeep => "nested too deep",
        DecodeError.LimitReached => "a limit was reached",
        _ => "no error",
    };

    private static string Explain(UndecodableSet set, DecodeSummary summary)
    {
        var mayHaveCome = set.Reason == UndecodableReason.NoTemplate && summary.Exporters.Any(exporter => exporter.Name == set.Exporter
            && (exporter.State.Counters.RefusedTemplates > 0 || exporter.State.Counters.EvictedTemplates > 0));
        return mayHaveCome ? "no template is known for it: it never came, was refused or gave way to others" : Explain(set.Reason);
    }

    private static string Explain(UndecodableReason reason) => reason switch
    {
        UndecodableReason.NoTemplate => "its template never came; read the file that has it in the same command",
        UndecodableReason.WaitedTooLong => "its template did not come in time",
        UndecodableReason.QueueFull => "too much waits for templates already",
        UndecodableReason.ZeroLengthTemplate => "its template has no length",
        UndecodableReason.ReservedSetId => "a reserved set id",
        UndecodableReason.LayoutMismatch => "it contradicts its template",
        UndecodableReason.BadTemplate => "a template that cannot be read",
        _ => reason.ToString(),
    };

    private static string Invariant(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
