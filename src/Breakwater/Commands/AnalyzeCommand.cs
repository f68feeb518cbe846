using System.Collections.Immutable;
using System.CommandLine;
using System.Text;
using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Detection.Rules;
using Breakwater.Geo;
using Breakwater.Live;
using Breakwater.Reports;

namespace Breakwater.Commands;

/// <summary><c>analyze FILE…</c>: which attacks the files hold, how sure, and why (docs/reference/analyze.md).</summary>
internal sealed class AnalyzeCommand
{
    private const int MostShards = 64;

    private readonly Argument<string[]> _files = new("FILE")
    {
        Description = "Captures, export datagrams, IPFIX files or access logs, plain or gzip; - is standard input",
        Arity = ArgumentArity.OneOrMore,
    };

    private readonly Option<string> _config = new("--config") { HelpName = "FILE", Description = "Services, floors, exporters and geo data from a configuration, such as breakwater.yaml" };
    private readonly Option<string[]> _protect = new("--protect") { Description = "Only hosts in this network (CIDR) can be targets; may be given again" };
    private readonly Option<string[]> _geo = new("--geo") { HelpName = "FILE", Description = "An MMDB database that names countries and networks; may be given again" };
    private readonly Option<string> _explain = new("--explain") { HelpName = "ID", Description = "Only this incident, at length" };
    private readonly Option<string> _format = new("--format") { Description = "text or json", DefaultValueFactory = _ => "text" };
    private readonly Option<string> _failOn = new("--fail-on") { Description = "Exit 1 when there is an attack, or (undetermined) anything but quiet" };
    private readonly Option<int> _shards = new("--shards") { HelpName = "N", Description = "Count into so many shards (1 to 64); the verdicts are the same", DefaultValueFactory = _ => 1 };
    private readonly Option<string> _logService = new("--log-service") { HelpName = "NAME", Description = "Access logs are of this service of --config: with what packets tell of it, it is one incident" };
    private readonly InputCommandOptions _inputs = new();

    public static Command Create() => new AnalyzeCommand().Build();

    private Command Build()
    {
        _protect.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!Prefix.TryParse(token.Value, out _))
                    result.AddError($"--protect wants a network like 192.0.2.0/24 or 2001:db8::/32, not '{token.Value}'");
            }
        });
        _format.AcceptOnlyFromAmong("text", "json");
        _failOn.AcceptOnlyFromAmong("attack", "undetermined");
        _shards.Validators.Add(static result =>
        {
            if (result.GetValueOrDefault<int>() is < 1 or > MostShards)
                result.AddError("--shards wants a number from 1 to 64");
        });
        var command = new Command("analyze", "Say which attacks captures, flow exports and access logs hold, how sure, and why")
        {
            _files, _config, _protect, _geo, _explain, _format, _failOn, _shards, _logService,
        };
        _inputs.AddTo(command, readsLogs: true);
        command.SetAction(Run);
        return command;
    }

    private int Run(ParseResult parsed)
    {
        BreakwaterConfig? config = null;
        if (parsed.GetValue(_config) is { } path)
        {
            var loaded = ConfigLoader.Load(path, ConfigLoader.ProcessEnvironment(), DetectorNames.All);
            if (loaded.Config is null)
            {
                CheckCommand.TellMistakes(path, loaded);
                return ExitCode.BadUsage;
            }
            config = loaded.Config;
        }
        if (parsed.GetValue(_logService) is { } service && config?.Services.Any(known => known.Name == service) != true)
            return Refuse([config is null ? "--log-service names a service of --config, and there is none" : $"--log-service: the configuration has no service '{service}'"]);
        var named = GeoPaths(parsed.GetValue(_geo), config);
        var geo = GeoFiles.Open(named, AppContext.BaseDirectory);
        if (named.Count > 0 && geo.Faults.Count > 0)
            return Refuse(geo.Faults);

        var files = parsed.GetValue(_files)!;
        if (files is [var control] && Replay.IsControlFile(control))
            return RunAgain(control, parsed, geo.Lookup, report => report with { Geo = geo.Lookup, Warnings = [.. report.Warnings, .. geo.Faults] });
        var protect = Prefixes(parsed.GetValue(_protect));
        var options = config is null ? new DetectorOptions { Protect = protect } : ConfiguredOptions.Detector(config, protect);
        options = options with { Shards = parsed.GetValue(_shards) };
        var inputs = _inputs.Read(parsed, config is null ? [] : ConfiguredOptions.SamplingRates(config));
        // Not System.Console.Error: the runtime would send the terminal key settings of its own.
        using var terminal = new StreamWriter(System.Console.OpenStandardError());
        var progress = System.Console.IsErrorRedirected ? null : new ReadingProgress(terminal, TimeProvider.System);
        var report = AnalyzeRun.Run(files, inputs, options, TimeProvider.System, progress, parsed.GetValue(_logService), config?.Allow ?? [], geo.Lookup);
        report = report with { FileHash = config?.Hash, Geo = geo.Lookup, Warnings = [.. report.Warnings, .. geo.Faults] };
        return Print(report, parsed);
    }

    /// <summary>A recording of <c>serve</c>: its own settings hold, not those of the command line.</summary>
    private int RunAgain(string control, ParseResult parsed, GeoLookup? geo, Func<AnalysisReport, AnalysisReport> finish)
    {
        if (parsed.GetValue(_config) is not null || parsed.GetValue(_protect) is { Length: > 0 })
            System.Console.Error.WriteLine("breakwater: a recording runs with its own settings; --config and --protect change nothing");
        try
        {
            return Print(finish(ReplayReport.Of(control, parsed.GetValue(_shards), TimeProvider.System, geo)), parsed);
        }
        catch (Exception error) when (error is InvalidDataException or IOException or UnauthorizedAccessException or FormatException)
        {
            System.Console.Error.WriteLine($"breakwater: {control}: {error.Message}");
            return ExitCode.NothingReadable;
        }
    }

    /// <summary>The command line's databases, else the configuration's; none: the usual places.</summary>
    private static IReadOnlyList<string> GeoPaths(string[]? given, BreakwaterConfig? config) => given is { Length: > 0 }
        ? given
        : [.. new[] { config?.Geo.Countries?.FullPath, config?.Geo.Asns?.FullPath }.OfType<string>()];

    private static ImmutableArray<Prefix> Prefixes(string[]? texts) =>
        [.. (texts ?? []).Select(static text => Prefix.TryParse(text, out var prefix) ? prefix : default)];

    private static int Refuse(IEnumerable<string> sentences)
    {
        foreach (var sentence in sentences)
            System.Console.Error.WriteLine($"breakwater: {sentence}");
        return ExitCode.BadUsage;
    }

    private int Print(AnalysisReport report, ParseResult parsed)
    {
        var isJson = parsed.GetValue(_format) == "json";
        if (report.RecordsRead == 0)
            return PrintNothing(report, isJson);
        Incident? only = null;
        if (parsed.GetValue(_explain) is { } id && (only = Find(report, id)) is null)
            return Refuse([$"no incident '{id}' is in the input; {Known(report)}"]);
        using var output = new StandardOutput();
        if (isJson)
            ReportJson.Write(report, output, only);
        else
            output.Write(Encoding.UTF8.GetBytes(Text(report, only)));
        return Fails(report, parsed.GetValue(_failOn)) ? ExitCode.Found : ExitCode.Done;
    }

    private static int PrintNothing(AnalysisReport report, bool isJson)
    {
        if (isJson)
        {
            using var output = new StandardOutput();
            ReportJson.Write(report, output);
        }
        foreach (var warning in report.Warnings)
            System.Console.Error.WriteLine($"breakwater: {warning}");
        System.Console.Error.WriteLine("breakwater: nothing readable: no record in any input");
        return ExitCode.NothingReadable;
    }

    private static string Text(AnalysisReport report, Incident? only)
    {
        using var text = new StringWriter();
        if (only is null)
            ReportText.Write(report, text);
        else
            ExplainText.Write(report, only, text);
        return text.ToString();
    }

    private static Incident? Find(AnalysisReport report, string id) =>
        report.Result.Incidents.FirstOrDefault(incident => string.Equals(IncidentJson.Id(incident), id, StringComparison.Ordinal));

    private static string Known(AnalysisReport report)
    {
        var incidents = report.Result.Incidents;
        if (incidents.IsEmpty)
            return "there is none at all";
        var more = incidents.Length > ReportText.MostListed ? ", …" : "";
        return $"there {(incidents.Length == 1 ? "is" : "are")} {string.Join(", ", incidents.Take(ReportText.MostListed).Select(IncidentJson.Id))}{more}";
    }

    private static bool Fails(AnalysisReport report, string? failOn) => failOn switch
    {
        "attack" => report.Result.Incidents.Any(static incident => incident.Verdict == Verdict.Attack),
        "undetermined" => report.Result.Incidents.Any(static incident => incident.Verdict != Verdict.FlashCrowd),
        _ => false,
    };
}
