namespace Breakwater.Wire.AccessLog;

/// <summary>How the lines of an access log are written.</summary>
public sealed class LogFormat
{
    private const string Common = "{ClientAddress} {Skipped} {Skipped} [{CommonTime}] \"{RequestLine}\" {Status} {BytesOrDash}";
    private const string Combined = Common + " \"{Referer}\" \"{UserAgent}\"";

    private LogFormat(string name) => Name = name;

    /// <summary>All formats that are known by name, in the order in which a file is asked for them.</summary>
    public static IReadOnlyList<LogFormat> Known { get; } =
    [
        OfTemplate("main", Combined + " \"{ForwardedFor}\"", LogEscapes.Backslash),
        OfTemplate("combined", Combined, LogEscapes.Backslash, rank: 1),
        OfTemplate("vhost_combined", "{OtherHost} " + Combined, LogEscapes.Backslash, rank: 1),
        OfTemplate("common", Common, LogEscapes.Backslash, rank: 2),
        OfTemplate("vhost_common", "{OtherHost} " + Common, LogEscapes.Backslash, rank: 2),
        OfTemplate("haproxy", "{ClientEndpoint} [{LocalTime}] {Skipped} {Skipped} {Timers} {Status} {Bytes} {Skipped} {Skipped} {Skipped} {Skipped} {Skipped} \"{RequestLine}\"", LogEscapes.Hash),
        OfTemplate(
            "envoy",
            "[{IsoTime}] \"{RequestLine}\" {Status} {Skipped} {Skipped} {Bytes} {DurationMilliseconds} {UpstreamMilliseconds} \"{ForwardedFor}\" \"{UserAgent}\" \"{Skipped}\" \"{Host}\" \"{Skipped}\"",
            LogEscapes.None),
        new("caddy") { Keys = JsonKeys.Caddy },
        new("traefik") { Keys = JsonKeys.Traefik },
        new("envoy_json") { Keys = JsonKeys.Envoy },
        new("nginx_json") { Keys = JsonKeys.Nginx },
        OfTemplate(
            "alb",
            "{Skipped} {IsoTime} {Skipped} {ClientEndpoint} {Skipped} {DurationPart} {UpstreamPart} {DurationPart} {Status} {Skipped} {Skipped} {Bytes} \"{RequestLine}\" \"{UserAgent}\" {Skipped} {Skipped} {Skipped} \"{Skipped}\" \"{OtherHost}\"",
            LogEscapes.Backslash),
        new("w3c") { IsW3c = true },
        OfNames("combined_by_name", Combined),
        OfNames("common_by_name", Common),
    ];

    /// <summary>Its name; <c>custom</c> for a format string.</summary>
    public string Name { get; }

    /// <summary>The plan of its lines; null where they are JSON, and of W3C logs, whose own directive gives it.</summary>
    internal LogPlan? Plan { get; private init; }

    /// <summary>The members of its JSON lines; null where they are none.</summary>
    internal JsonKeys? Keys { get; private init; }

    /// <summary>True when a <c>#Fields</c> line in the file says what follows.</summary>
    internal bool IsW3c { get; private init; }

    /// <summary>How much of other formats' lines this one reads too, with less in them: a file is asked for those of a lower rank first.</summary>
    internal int Rank { get; private init; }

    /// <summary>Makes a format from the name of a known one, nginx's log_format or Apache's LogFormat.</summary>
    /// <param name="text">A name, or the string as in the server's configuration.</param>
    /// <param name="format">The format.</param>
    /// <param name="fault">Why there is none, as a sentence without its full stop.</param>
    public static bool TryParse(string text, out LogFormat? format, out string? fault)
    {
        fault = null;
        format = Known.FirstOrDefault(known => string.Equals(known.Name, text, StringComparison.OrdinalIgnoreCase));
        if (format is not null)
            return true;
        if (!LogPlans.TryParse(text, out var plan, out fault))
            return false;
        format = new LogFormat("custom") { Plan = plan };
        return true;
    }

    private static LogFormat OfNames(string name, string template) => new(name)
    {
        Plan = LogPlans.OfTemplate(template.Replace("{ClientAddress}", "{Client}", StringComparison.Ordinal), LogEscapes.Backslash),
        Rank = 3,
    };

    private static LogFormat OfTemplate(string name, string template, LogEscapes escapes, int rank = 0) => new(name) { Plan = LogPlans.OfTemplate(template, escapes), Rank = rank };
}
