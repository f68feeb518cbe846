using System.Collections.Immutable;
using System.Globalization;
using System.IO.Enumeration;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Telemetry;

/// <summary>How a command reads its files.</summary>
internal sealed class InputOptions
{
    /// <summary>The exporter's name of raw datagram files that no <c>--exporter</c> matches.</summary>
    public const string RawExporter = "raw";

    private IReadOnlyList<(string Name, string Glob)> _exporters = [];
    private IReadOnlyList<(string? Exporter, uint Rate)> _rates = [];
    private IReadOnlyList<ConfiguredSampling> _configured = [];

    public static InputOptions Default { get; } = new();

    /// <summary>Forced kind; <see cref="InputKind.Unknown"/> finds it from the content.</summary>
    public InputKind Kind { get; private init; }

    /// <summary>The telemetry that every UDP datagram of a capture is tried as; unknown recognises it.</summary>
    public InputKind TelemetryKind => Kind is InputKind.Packets or InputKind.AccessLog ? InputKind.Unknown : Kind;

    /// <summary>The format of access logs; null finds it from the first lines.</summary>
    public LogFormat? LogFormat { get; init; }

    /// <summary>Whose word on forwarded addresses is taken.</summary>
    public TrustedProxies TrustedProxies { get; init; } = TrustedProxies.None;

    /// <summary>True when datagrams from different source ports of one address are different exporters.</summary>
    public bool SeparatePorts { get; init; }

    /// <summary>Makes options from validated text.</summary>
    public static InputOptions Create(
        string? kind, IEnumerable<string> exporters, IEnumerable<string> rates, bool separatePorts, IEnumerable<ConfiguredSampling>? configured = null,
        string? logFormat = null, IReadOnlyCollection<string>? trustedProxies = null) => new()
        {
            LogFormat = logFormat is not null && LogFormat.TryParse(logFormat, out var format, out _) ? format : null,
            TrustedProxies = TrustedProxies.TryParse(trustedProxies ?? [], out var proxies) ? proxies : TrustedProxies.None,
            _configured = [.. configured ?? []],
            SeparatePorts = separatePorts,
            Kind = kind is not null && InputKinds.TryParse(kind, out var parsed) ? parsed : logFormat is null ? InputKind.Unknown : InputKind.AccessLog,
            _exporters = [.. exporters.Select(static text => TryParseExporter(text, out var entry) ? entry : default).Where(static entry => entry.Name is not null)],
            _rates = [.. rates.Select(static text => TryParseSamplingRate(text, out var entry) ? entry : default).Where(static entry => entry.Rate > 0)],
        };

    /// <summary>Reads <c>NAME=GLOB</c>.</summary>
    public static bool TryParseExporter(string text, out (string Name, string Glob) entry)
    {
        var equals = text.IndexOf('=', StringComparison.Ordinal);
        entry = equals > 0 && equals < text.Length - 1 ? (text[..equals], text[(equals + 1)..]) : default;
        return entry.Name is not null;
    }

    /// <summary>Reads <c>[EXPORTER=]N</c>.</summary>
    public static bool TryParseSamplingRate(string text, out (string? Exporter, uint Rate) entry)
    {
        var equals = text.LastIndexOf('=');
        entry = default;
        if (!uint.TryParse(text[(equals + 1)..], NumberStyles.None, CultureInfo.InvariantCulture, out var rate) || rate == 0 || equals == 0)
            return false;
        entry = (equals < 0 ? null : text[..equals], rate);
        return true;
    }

    /// <summary>The exporter of a raw datagram file: the first glob that its path or its name matches.</summary>
    public string ExporterOf(string path)
    {
        foreach (var (name, glob) in _exporters)
        {
            if (FileSystemName.MatchesSimpleExpression(glob, path, ignoreCase: false)
                || FileSystemName.MatchesSimpleExpression(glob, Path.GetFileName(path), ignoreCase: false))
                return name;
        }

        return RawExporter;
    }

    /// <summary>The operator's sampling rate for an exporter, 0 when none was given. The command line wins over the configuration.</summary>
    public uint ConfiguredRate(string exporter)
    {
        if (GivenRate(exporter) is var given and > 0)
            return given;
        foreach (var entry in _configured)
        {
            if (entry.Domain is null && entry.Exporter == exporter)
                return entry.Rate;
        }

        return 0;
    }

    /// <summary>Rates for single observation domains of an exporter, which win over <see cref="ConfiguredRate"/> there.</summary>
    public ImmutableDictionary<uint, uint> ConfiguredDomainRates(string exporter) => GivenRate(exporter) > 0
        ? ImmutableDictionary<uint, uint>.Empty
        : _configured.Where(entry => entry.Domain is not null && entry.Exporter == exporter)
            .ToImmutableDictionary(static entry => entry.Domain!.Value, static entry => entry.Rate);

    private uint GivenRate(string exporter)
    {
        foreach (var (name, rate) in _rates)
        {
            if (name is null || name == exporter)
                return rate;
        }

        return 0;
    }
}
