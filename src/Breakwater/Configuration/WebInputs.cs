using System.Collections.Immutable;
using Breakwater.Detection;

namespace Breakwater.Configuration;

/// <summary>Makes the inputs of web logs, and tells what is wrong with them.</summary>
internal sealed class WebInputs(string folder, ConfigMistakes mistakes)
{
    private readonly Dictionary<string, ConfigPlace> _known = new(StringComparer.Ordinal);

    /// <param name="section">The section <c>web</c>.</param>
    /// <param name="services">Names of the services.</param>
    public WebConfig Read(ConfigSection section, IEnumerable<string> services)
    {
        var names = services.ToImmutableArray();
        var inputs = new List<WebInputConfig>();
        foreach (var input in section.ReadSections(WebKeys.Inputs))
        {
            if (inputs.Count == WebKeys.MaximumInputs && input.Place is { } place)
                mistakes.Add(place, "this is one input too many", $"keep {WebKeys.MaximumInputs}; a pattern such as /var/log/nginx/*.log is one");
            inputs.Add(ReadInput(input, names));
        }

        return new WebConfig { Inputs = [.. inputs.OrderBy(static input => input.Name, StringComparer.Ordinal)] };
    }

    private WebInputConfig ReadInput(ConfigSection section, ImmutableArray<string> services)
    {
        var hasFile = section.TryRead(WebInputKeys.File, out var file);
        var hasSyslog = section.TryRead(WebInputKeys.Syslog, out var syslog);
        if (section.Has(WebInputKeys.File) == section.Has(WebInputKeys.Syslog) && section.Place is { } place)
            mistakes.Add(place, section.Has(WebInputKeys.File) ? "an item of 'web.inputs' has both 'file' and 'syslog'" : "an item of 'web.inputs' says neither file nor syslog", "write one of 'file: /var/log/nginx/access.log' and 'syslog: udp://127.0.0.1:5514'");
        var fullPath = hasFile ? Path.GetFullPath(file.Value, folder) : null;
        if (hasFile)
            CheckNew(fullPath!, file.Place);
        if (hasSyslog)
            CheckNew(syslog.Value.ToString(), syslog.Place);
        var format = section.Read(WebInputKeys.Format);
        return new WebInputConfig
        {
            File = hasFile ? file.Value : null,
            FullPath = fullPath,
            Syslog = hasSyslog ? syslog.Value : null,
            Format = format == LogFormatValue.Found ? null : format,
            Service = Service(section, services),
            TrustedProxies = Sorted(section.ReadList(WebInputKeys.TrustedProxies)),
            Allow = Allow(section, hasSyslog ? syslog : null),
        };
    }

    private string? Service(ConfigSection section, ImmutableArray<string> services)
    {
        if (!section.TryRead(WebInputKeys.Service, out var service))
            return null;
        if (!services.Contains(service.Value, StringComparer.Ordinal))
            mistakes.Add(service.Place, $"unknown service {ConfigMistakes.Quote(service.Value)}", services.IsEmpty ? "add it to 'services'" : NearestName.Cure(service.Value, services));
        return service.Value;
    }

    /// <summary>Beyond this machine anybody can send: who is believed must be said.</summary>
    private ImmutableArray<Prefix> Allow(ConfigSection section, Placed<SyslogListen>? syslog)
    {
        if (!section.Has(WebInputKeys.Allow))
        {
            if (syslog is { Value.IsLocal: false } open)
                mistakes.Add(open.Place, $"{open.Value} can be reached from other machines, and nobody is allowed to send", "add 'allow: [192.0.2.1]' with the addresses of the servers");
            return WebInputConfig.Loopback;
        }

        if (syslog is not { Value.Endpoint: not null } && section.Place is { } place)
            mistakes.Add(place, "'allow' is for syslog over udp:// and tcp://", syslog is null ? "remove it" : "remove it: the permissions of the socket's folder say who may write");
        return Sorted(section.ReadList(WebInputKeys.Allow));
    }

    private void CheckNew(string name, ConfigPlace place)
    {
        if (!_known.TryAdd(name, place))
            mistakes.Add(place, $"{ConfigMistakes.Quote(name)} is an input already, {_known[name].InWords}", "keep one of them");
    }

    private static ImmutableArray<Prefix> Sorted(List<Placed<Prefix>> prefixes) =>
        [.. prefixes.Select(static prefix => prefix.Value).Distinct().OrderBy(static prefix => prefix.Network).ThenBy(static prefix => prefix.Length)];
}
