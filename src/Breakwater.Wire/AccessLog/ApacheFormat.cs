namespace Breakwater.Wire.AccessLog;

/// <summary>Apache's LogFormat (mod_log_config): text with directives that begin with %.</summary>
internal static class ApacheFormat
{
    /// <summary>Directives that mean something here; all others are passed over.</summary>
    private static readonly (string Name, LogField Field)[] _known =
    [
        ("a", LogField.Client),
        ("h", LogField.Client),
        ("{c}a", LogField.PeerAddress),
        ("{c}h", LogField.PeerAddress),
        ("b", LogField.BytesOrDash),
        ("B", LogField.Bytes),
        ("O", LogField.Bytes),
        ("D", LogField.DurationMicroseconds),
        ("T", LogField.DurationSeconds),
        ("{s}T", LogField.DurationSeconds),
        ("{ms}T", LogField.DurationMilliseconds),
        ("{us}T", LogField.DurationMicroseconds),
        ("H", LogField.Protocol),
        ("m", LogField.Method),
        ("U", LogField.Path),
        ("r", LogField.RequestLine),
        ("s", LogField.Status),
        ("v", LogField.OtherHost),
        ("V", LogField.OtherHost),
        ("{sec}t", LogField.UnixSeconds),
        ("{msec}t", LogField.UnixMilliseconds),
        ("{usec}t", LogField.UnixMicroseconds),
        ("{host}i", LogField.Host),
        ("{referer}i", LogField.Referer),
        ("{user-agent}i", LogField.UserAgent),
        ("{x-forwarded-for}i", LogField.ForwardedFor),
    ];

    /// <summary>Reads a format; returns what is wrong with it.</summary>
    public static string? Read(string format, PlanBuilder builder)
    {
        for (var at = 0; at < format.Length; at++)
        {
            var next = at + 1 < format.Length ? format[at + 1] : '\0';
            switch (format[at])
            {
                case '\\' when next is '"' or '\\':
                    builder.Literal(next);
                    at++;
                    break;
                case '\\' when next is 't':
                    builder.Literal('\t');
                    at++;
                    break;
                case '%' when next == '%':
                    builder.Literal('%');
                    at++;
                    break;
                case '%':
                    if (ReadDirective(format, ref at, builder) is { } fault)
                        return fault;
                    break;
                default:
                    builder.Literal(format[at]);
                    break;
            }
        }

        return null;
    }

    // %, a condition (statuses, with ! for all others), < or >, a name in braces, letters; at stays at its last character.
    private static string? ReadDirective(string format, ref int at, PlanBuilder builder)
    {
        var position = at + 1;
        while (position < format.Length && (char.IsAsciiDigit(format[position]) || format[position] is '!' or ',' or '<' or '>'))
            position++;
        var name = "";
        if (position < format.Length && format[position] == '{')
        {
            var close = format.IndexOf('}', position);
            if (close < 0)
                return "a { that is not closed";
            name = format[position..(close + 1)];
            position = close + 1;
        }

        if (position < format.Length && format[position] == '^')
            position += 2; // %{NAME}^ti, %{NAME}^to
        if (position >= format.Length || !char.IsAsciiLetter(format[position]))
            return "a % that no directive's letter follows";
        var letter = format[position];
        at = position;
        if (letter == 't')
            return ReadTime(name, builder);
        var key = (letter == 'i' ? name.ToLowerInvariant() : name) + letter;
        // %q has its question mark with it, and nothing where there is no query: it has no place of its own.
        builder.Field(Array.Find(_known, entry => entry.Name == key).Field);
        return null;
    }

    private static string? ReadTime(string name, PlanBuilder builder)
    {
        if (name.Length == 0)
        {
            builder.Literal('[');
            builder.Field(LogField.CommonTime);
            builder.Literal(']');
            return null;
        }

        var text = name.StartsWith("{begin:", StringComparison.Ordinal) || name.StartsWith("{end:", StringComparison.Ordinal)
            ? string.Concat("{", name.AsSpan(name.IndexOf(':', StringComparison.Ordinal) + 1))
            : name;
        var field = text switch
        {
            "{%d/%b/%Y:%H:%M:%S %z}" => LogField.CommonTime,
            "{%Y-%m-%dT%H:%M:%S%z}" => LogField.IsoTime,
            _ => Array.Find(_known, entry => entry.Name == text + "t").Field,
        };
        if (field == LogField.Skipped)
            return $"the time %{name}t is not read; use %t, %{{sec}}t, %{{msec}}t, %{{usec}}t or %{{%Y-%m-%dT%H:%M:%S%z}}t";
        builder.Field(field);
        return null;
    }
}
