using System.CommandLine;
using Breakwater.Telemetry;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Commands;

/// <summary>The options that all commands which read files share.</summary>
internal sealed class InputCommandOptions
{
    private readonly Option<string> _kind = new("--as")
    {
        Description = "Read every file as this kind instead of finding it from the content: " + string.Join(", ", InputKinds.AllNames),
    };

    private readonly Option<string[]> _exporters = new("--exporter")
    {
        Description = "NAME=GLOB: raw datagram files whose name matches come from exporter NAME (otherwise all share 'raw')",
    };

    private readonly Option<string[]> _rates = new("--sampling-rate")
    {
        Description = "[EXPORTER=]N: records whose sampling rate the exporter does not tell are 1 in N",
    };

    private readonly Option<bool> _separatePorts = new("--separate-ports")
    {
        Description = "Source ports of one address are different exporters, each with its own templates",
    };

    private readonly Option<string> _logFormat = new("--log-format")
    {
        HelpName = "FORMAT",
        Description = "How the lines of access logs are written: nginx's log_format, Apache's LogFormat, or one of " + string.Join(", ", LogFormat.Known.Select(static format => format.Name)),
    };

    private readonly Option<string[]> _trustedProxies = new("--trusted-proxy")
    {
        HelpName = "CIDR",
        Description = "Believe X-Forwarded-For in access logs when it comes from this network; may be given again",
    };

    /// <param name="command">The command.</param>
    /// <param name="readsLogs">True for one that takes requests of access logs.</param>
    public void AddTo(Command command, bool readsLogs = false)
    {
        _logFormat.Validators.Add(static result =>
        {
            if (result.Tokens is [var token] && !LogFormat.TryParse(token.Value, out _, out var fault))
                result.AddError($"--log-format: {fault}");
        });
        _trustedProxies.Validators.Add(static result =>
        {
            if (!TrustedProxies.TryParse([.. result.Tokens.Select(static token => token.Value)], out _))
                result.AddError("--trusted-proxy wants networks like 192.0.2.0/24 or 2001:db8::/32, 256 at most");
        });
        _kind.AcceptOnlyFromAmong([.. InputKinds.AllNames]);
        _exporters.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!InputOptions.TryParseExporter(token.Value, out _))
                    result.AddError($"--exporter wants NAME=GLOB, not '{token.Value}'");
            }
        });
        _rates.Validators.Add(static result =>
        {
            foreach (var token in result.Tokens)
            {
                if (!InputOptions.TryParseSamplingRate(token.Value, out _))
                    result.AddError($"--sampling-rate wants [EXPORTER=]N with N from 1 to 4294967295, not '{token.Value}'");
            }
        });
        command.Add(_kind);
        command.Add(_exporters);
        command.Add(_rates);
        command.Add(_separatePorts);
        if (!readsLogs)
            return;
        command.Add(_logFormat);
        command.Add(_trustedProxies);
    }

    /// <param name="parsed">The command line, which wins.</param>
    /// <param name="configured">Sampling rates of the configuration.</param>
    public InputOptions Read(ParseResult parsed, IEnumerable<ConfiguredSampling>? configured = null) => InputOptions.Create(
        parsed.GetValue(_kind),
        parsed.GetValue(_exporters) ?? [],
        parsed.GetValue(_rates) ?? [],
        parsed.GetValue(_separatePorts),
        configured,
        parsed.GetValue(_logFormat),
        parsed.GetValue(_trustedProxies));
}
