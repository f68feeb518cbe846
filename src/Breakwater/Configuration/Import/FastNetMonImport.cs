using System.Collections.Immutable;
using Breakwater.Wire;

namespace Breakwater.Configuration.Import;

/// <summary>What an import may be told beside the file.</summary>
/// <param name="Networks">A list of networks in the place of <c>networks_list_path</c>; null: that one.</param>
/// <param name="WhiteList">Likewise of <c>white_list_path</c>.</param>
/// <param name="Exporters">Addresses that telemetry comes from.</param>
internal sealed record ImportOptions(string? Networks, string? WhiteList, ImmutableArray<Address> Exporters);

/// <summary>Turns a FastNetMon configuration (Community Edition) into a <c>breakwater.yaml</c>, and finds what has no counterpart.</summary>
internal sealed class FastNetMonImport
{
    private const long MostSampling = uint.MaxValue;

    private readonly FastNetMonFile _file;
    private readonly ImportOptions _options;
    private readonly ImportFindings _findings;

    private FastNetMonImport(FastNetMonFile file, ImportOptions options, ImportFindings findings) => (_file, _options, _findings) = (file, options, findings);

    /// <summary>The configuration as text; null: there are mistakes.</summary>
    public static string? Run(string path, ImportOptions options, ImportFindings findings)
    {
        if (FastNetMonFile.Read(path, findings) is not { } file)
            return null;
        var parts = new FastNetMonImport(file, options, findings).Read(new ImportPlace(path, 0));
        return findings.HasMistakes ? null : ImportedYaml.Write(path, parts, findings);
    }

    private ImportedParts Read(ImportPlace whole)
    {
        // Per protocol FastNetMon is off, and on for totals, unless the file says otherwise.
        var floors = FastNetMonThresholds.Read(_file, "", _findings, static what => what is "pps" or "bandwidth");
        var groups = FastNetMonGroup.ReadAll(_file, _findings);
        var isActing = _file.IsOn("enable_ban", otherwise: true);
        var parts = new ImportedParts(
            Listen(whole), Exporters(whole), FastNetMonNetworks.Services(_file, _options, groups, _findings, out var allow), allow, floors, isActing ? Script() : null);
        Tell();
        return parts;
    }

    /// <summary>Where telemetry is taken; null: nowhere.</summary>
    private ImmutableArray<ListenEndpoint>? Listen(ImportPlace whole)
    {
        var endpoints = ImmutableArray.CreateBuilder<ListenEndpoint>();
        var isAny = false;
        foreach (var kind in (string[])["netflow", "sflow"])
        {
            var (ports, hosts) = (_file.Ports($"{kind}_port"), Hosts($"{kind}_host"));
            if (!_file.IsOn(kind, otherwise: false))
                continue;
            isAny = true;
            endpoints.AddRange(from host in hosts from port in ports.IsEmpty ? [kind == "netflow" ? (ushort)2055 : (ushort)6343] : ports select new ListenEndpoint(host, port));
        }

        if (!isAny)
            _findings.Note(whole, "neither 'netflow' nor 'sflow' is on: telemetry is taken on loopback until 'listen.telemetry' names an address");
        return isAny ? [.. endpoints.Distinct().Order()] : null;
    }

    /// <summary>FastNetMon's :: is IPv4 as well.</summary>
    private ImmutableArray<Address> Hosts(string key)
    {
        var (any4, any6) = (Address.Parse("0.0.0.0"), Address.Parse("::"));
        if (_file.Text(key) is not { } text)
            return [any4];
        if (AddressValue.ReadStrict(text, out var address) is not null)
            _findings.Mistake(_file.PlaceOf(key), $"'{key}': {ConfigMistakes.Quote(text)} is no address");
        return address == any6 ? [any4, any6] : text == "::1" ? [Address.Parse("127.0.0.1"), address] : [address];
    }

    private ImmutableArray<ImportedExporter> Exporters(ImportPlace whole)
    {
        var sampling = _file.Number("netflow_sampling_ratio", 1, MostSampling);
        if (_options.Exporters.IsEmpty)
            _findings.Note(whole, "FastNetMon reads telemetry of anybody, Breakwater that of its exporters alone: name your routers under 'exporters', or import again with --exporter ADDRESS");
        else if (sampling is > 1)
            _findings.Note(_file.PlaceOf("netflow_sampling_ratio"), "the sampling ratio stands at each exporter; remove it at those that tell their own");
        return [.. _options.Exporters.Distinct().Order().Select((address, number) => new ImportedExporter($"router-{number + 1}", address, sampling is > 1 ? sampling : null))];
    }

    private string? Script()
    {
        if (_file.Text("notify_script_path") is not { } path)
            return null;
        var place = _file.PlaceOf("notify_script_path");
        if (new ScriptPathValue().Read(path, out _) is { } fault)
        {
            _findings.Mistake(place, $"'notify_script_path': {fault.What}");
            return null;
        }

        if (ScriptPathValue.Fault(path) is { } missing)
        {
            _findings.Note(place, $"the script {ConfigMistakes.Quote(path)} {missing} on this machine: it is left out of 'notify.scripts'");
            return null;
        }

        return path;
    }

    /// <summary>Everything of the file that was not looked at so far.</summary>
    private void Tell()
    {
        if (!_file.IsOn("enable_ban", otherwise: true))
            _findings.Note(_file.PlaceOf("enable_ban"), "'enable_ban' is off: no script is called ('notify.scripts' stays away)");
        foreach (var key in (string[])["enable_ban_ipv6", "process_incoming_traffic", "process_outgoing_traffic"])
        {
            if (!_file.IsOn(key, otherwise: true))
                _findings.Note(_file.PlaceOf(key), $"'{key}' off has no counterpart: Breakwater looks at IPv4 and IPv6, and at both directions");
        }

        foreach (var (key, _, note) in FastNetMonKeys.Switches)
        {
            if (_file.IsOn(key, otherwise: false) && note.Length > 0)
                _findings.Note(_file.PlaceOf(key), $"'{key}' has no counterpart in the configuration: {note}");
        }

        foreach (var (key, value) in _file.Values)
        {
            if (FastNetMonKeys.Values.TryGetValue(key, out var note) && note.Length > 0)
                _findings.Note(value.Place, $"'{key}' has no counterpart: {note}");
            else if (!IsKnown(key))
                _findings.Note(value.Place, $"{ConfigMistakes.Quote(key)} is not known to this version of Breakwater, and left out");
        }
    }

    private bool IsKnown(string key) => FastNetMonKeys.Values.ContainsKey(key) || _read.Contains(key) || FastNetMonGroup.IsKey(key, _file)
        || FastNetMonKeys.Switches.Any(entry => entry.Switch == key || entry.Parts.Any(part => key.StartsWith(part, StringComparison.Ordinal)));

    private static readonly ImmutableHashSet<string> _read = ImmutableHashSet.Create(
        StringComparer.Ordinal,
        [
            "enable_ban", "enable_ban_ipv6", "process_incoming_traffic", "process_outgoing_traffic", "networks_list_path", "white_list_path",
            "netflow", "netflow_port", "netflow_host", "netflow_sampling_ratio", "sflow", "sflow_port", "sflow_host", "notify_script_path",
            .. FastNetMonGroup.Settings,
        ]);
}
