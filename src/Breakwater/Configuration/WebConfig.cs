using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Configuration;

/// <summary>What web servers tell.</summary>
internal sealed record WebConfig
{
    public static readonly WebConfig Default = new();

    /// <summary>Logs and syslog that are read; default none.</summary>
    public ImmutableArray<WebInputConfig> Inputs { get; init; } = [];
}

/// <summary>One input of web logs: <see cref="File"/> or <see cref="Syslog"/>.</summary>
internal sealed record WebInputConfig
{
    /// <summary>As written.</summary>
    public string? File { get; init; }

    /// <summary>In full, from the folder of the configuration on.</summary>
    public string? FullPath { get; init; }

    public SyslogListen? Syslog { get; init; }

    /// <summary>A name or a format string; null: found from the lines.</summary>
    public string? Format { get; init; }

    /// <summary>Name of the service that its requests are for; null: none.</summary>
    public string? Service { get; init; }

    /// <summary>Networks whose word on X-Forwarded-For is taken; default none.</summary>
    public ImmutableArray<Prefix> TrustedProxies { get; init; } = [];

    /// <summary>Senders of syslog that are believed; default loopback.</summary>
    public ImmutableArray<Prefix> Allow { get; init; } = Loopback;

    internal static ImmutableArray<Prefix> Loopback { get; } = [Prefix.TryParse("::1/128", out var six) ? six : default, Prefix.TryParse("127.0.0.0/8", out var four) ? four : default];

    /// <summary>What it is called in health and metrics.</summary>
    public string Name => File ?? Syslog?.ToString() ?? "";
}

internal static class WebKeys
{
    /// <summary>Most inputs.</summary>
    public const int MaximumInputs = 64;

    public static readonly SectionListKey Inputs = new("inputs", WebInputKeys.All, "Logs of web servers: files that are followed, and syslog")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ImmutableArray<ConfigKey> All = [Inputs];
}

internal static class WebInputKeys
{
    public static readonly ScalarKey<string> File = new(
        "file", new LogPathValue(), "A log that is followed through rotation; in its last part * and ? stand for letters of its name")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ScalarKey<SyslogListen> Syslog = new(
        "syslog", new SyslogValue(), "Instead of a file: where servers send their log, as nginx and HAProxy do")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ScalarKey<string> Format = new(
        "format", new LogFormatValue(), "The format of its lines, when it is not found from them")
    {
        Default = LogFormatValue.Found,
        Reload = ConfigReload.Restart,
    };

    public static readonly ScalarKey<string> Service = new(
        "service", new NameValue(), "The service of this file that its requests are for; what packets and the log tell of it is then one incident")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ListKey<Prefix> TrustedProxies = new(
        "trustedProxies", new PrefixValue(), "Networks whose word on X-Forwarded-For is taken; nobody else's is")
    {
        Reload = ConfigReload.Restart,
    };

    public static readonly ListKey<Prefix> Allow = new(
        "allow", new PrefixValue(), "Senders of syslog that are believed; of others messages are counted and nothing else")
    {
        Default = WebInputConfig.Loopback,
        Reload = ConfigReload.Restart,
    };

    public static readonly ImmutableArray<ConfigKey> All = [File, Syslog, Format, Service, TrustedProxies, Allow];
}

/// <summary>The path of a log, relative to the folder of the configuration, with a pattern perhaps in its last part.</summary>
internal sealed record LogPathValue : ConfigValue<string>
{
    public override string Kind => "a log";

    public override string Range => "a path such as /var/log/nginx/access.log or /var/log/nginx/*.log, relative to the folder of this file";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        if (text.Length is 0 or > PathValue.MaxCharacters || text.Any(char.IsControl) || Path.GetFileName(text).Length == 0)
            return new($"{ConfigMistakes.Quote(text)} is no path of a file", "write a path such as /var/log/nginx/access.log");
        return (Path.GetDirectoryName(text) ?? "").AsSpan().IndexOfAny('*', '?') < 0 ? null
            : new($"{ConfigMistakes.Quote(text)} has a pattern in the name of a folder", "write * and ? in the last part alone, and an input for each folder");
    }
}

/// <summary>The format of a log: a known name, nginx's log_format or Apache's LogFormat.</summary>
internal sealed record LogFormatValue : ConfigValue<string>
{
    /// <summary>Found from the lines.</summary>
    public const string Found = "auto";

    public override string Kind => "a log format";

    public override string Range => $"{Found}, {string.Join(", ", LogFormat.Known.Select(static format => format.Name))}, or the string as in the server's configuration";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        if (text == Found || LogFormat.TryParse(text, out _, out var fault))
            return null;
        return new($"{ConfigMistakes.Quote(text)} is no log format: {fault}", $"write {Found}, a name such as combined or haproxy, or the server's own string such as '$remote_addr - $remote_user [$time_local] \"$request\" $status $bytes_sent'");
    }
}
