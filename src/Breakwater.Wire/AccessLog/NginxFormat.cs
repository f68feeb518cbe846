namespace Breakwater.Wire.AccessLog;

/// <summary>nginx's log_format (ngx_http_log_module): text with variables.</summary>
internal static class NginxFormat
{
    /// <summary>Variables that mean something here; all others are passed over.</summary>
    private static readonly (string Name, LogField Field)[] _known =
    [
        ("remote_addr", LogField.Client),
        ("realip_remote_addr", LogField.PeerAddress),
        ("http_x_forwarded_for", LogField.ForwardedFor),
        ("proxy_add_x_forwarded_for", LogField.ForwardedFor),
        ("time_local", LogField.CommonTime),
        ("time_iso8601", LogField.IsoTime),
        ("msec", LogField.UnixSeconds),
        ("request", LogField.RequestLine),
        ("request_method", LogField.Method),
        ("request_uri", LogField.Target),
        ("uri", LogField.Path),
        ("args", LogField.Query),
        ("query_string", LogField.Query),
        ("server_protocol", LogField.Protocol),
        ("status", LogField.Status),
        ("body_bytes_sent", LogField.Bytes),
        ("bytes_sent", LogField.Bytes),
        ("http_referer", LogField.Referer),
        ("http_user_agent", LogField.UserAgent),
        ("host", LogField.Host),
        ("http_host", LogField.Host),
        ("server_name", LogField.OtherHost),
        ("request_time", LogField.DurationSeconds),
        ("upstream_response_time", LogField.UpstreamSeconds),
    ];

    /// <summary>Reads a format; returns what is wrong with it.</summary>
    public static string? Read(string format, PlanBuilder builder)
    {
        for (var at = 0; at < format.Length; at++)
        {
            if (format[at] != '$')
            {
                builder.Literal(format[at]);
                continue;
            }

            var isBraced = at + 1 < format.Length && format[at + 1] == '{';
            var start = isBraced ? at + 2 : at + 1;
            var end = start;
            while (end < format.Length && (char.IsAsciiLetterOrDigit(format[end]) || format[end] == '_'))
                end++;
            if (end == start || (isBraced && (end == format.Length || format[end] != '}')))
                return "a $ that no variable's name follows";
            builder.Field(Find(format[start..end]));
            at = isBraced ? end : end - 1;
        }

        return null;
    }

    /// <summary>The variables that mean something here.</summary>
    public static IEnumerable<string> Names => _known.Select(static entry => entry.Name);

    /// <summary>The field of a variable.</summary>
    public static LogField Find(string name) => Array.Find(_known, entry => entry.Name == name).Field;
}
