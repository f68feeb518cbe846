using System.Text;

namespace Breakwater.Wire.AccessLog;

/// <summary>Makes plans from nginx's log_format, Apache's LogFormat, and the #Fields line of W3C logs.</summary>
internal static class LogPlans
{
    /// <summary>Makes a plan from a format string: nginx's when it has a $, Apache's when it has a %.</summary>
    /// <param name="format">As in the server's configuration, without the quotes around it.</param>
    /// <param name="plan">The plan.</param>
    /// <param name="fault">Why there is none, as a sentence without its full stop.</param>
    public static bool TryParse(string format, out LogPlan? plan, out string? fault)
    {
        plan = null;
        fault = null;
        var builder = new PlanBuilder();
        if (format.Length > LogLimits.FormatCharacters)
            fault = $"a format has at most {LogLimits.FormatCharacters} characters";
        else if (format.Contains('$', StringComparison.Ordinal))
            fault = NginxFormat.Read(format, builder);
        else if (format.Contains('%', StringComparison.Ordinal))
            fault = ApacheFormat.Read(format, builder);
        else
            fault = "a format has fields, which begin with $ (nginx) or % (Apache)";
        fault ??= builder.Fault;
        if (fault is null)
            plan = builder.Finish(LogEscapes.Backslash, allowsMore: false);
        return plan is not null;
    }

    /// <summary>Makes the plan of a format that this program knows: fields stand by name in braces.</summary>
    public static LogPlan OfTemplate(string template, LogEscapes escapes)
    {
        var builder = new PlanBuilder();
        while (template.Length > 0)
        {
            var open = template.IndexOf('{', StringComparison.Ordinal);
            var close = template.IndexOf('}', StringComparison.Ordinal);
            builder.Literal(open < 0 ? template : template[..open]);
            if (open < 0)
                break;
            builder.Field(Enum.Parse<LogField>(template[(open + 1)..close]));
            template = template[(close + 1)..];
        }

        return builder.Finish(escapes, allowsMore: true);
    }

    /// <summary>Makes a plan from a directive <c>#Fields: date time c-ip …</c>; null when it has no address or time, or too many fields.</summary>
    public static LogPlan? OfFieldsLine(ReadOnlySpan<byte> line)
    {
        var text = line["#Fields:"u8.Length..].Trim(" \t\r"u8);
        var isCloudFront = text.IndexOf("x-edge-location"u8) >= 0;
        var builder = new PlanBuilder();
        var (hasTime, hasClient) = (false, false);
        while (!text.IsEmpty)
        {
            var end = text.IndexOfAny((byte)' ', (byte)'\t');
            var name = end < 0 ? text : text[..end];
            text = end < 0 ? default : text[(end + 1)..].TrimStart(" \t"u8);
            if (name.Length > 128)
                return null;
            var field = W3cFields.Find(Encoding.Latin1.GetString(name), isCloudFront);
            hasTime |= field == LogField.UtcTimeOfDay;
            hasClient |= field == LogField.Client;
            builder.Field(field);
            if (!text.IsEmpty)
                builder.Literal(isCloudFront ? "\t" : " ");
        }

        return hasTime && hasClient && builder.Fault is null ? builder.Finish(LogEscapes.None, allowsMore: true) : null;
    }
}

/// <summary>Collects literals and fields in their order.</summary>
internal sealed class PlanBuilder
{
    private readonly List<(LogField Field, bool IsQuoted)> _fields = [];
    private readonly List<StringBuilder> _literals = [new()];

    /// <summary>The first fault, as a sentence without its full stop; null without one.</summary>
    public string? Fault { get; private set; }

    public void Literal(string text) => _literals[^1].Append(text);

    public void Literal(char character) => _literals[^1].Append(character);

    public void Field(LogField field)
    {
        var before = _literals[^1];
        if (_fields.Count > 0 && before.Length == 0)
            Fault ??= "two fields need a character between them, or nobody knows where the first ends";
        if (_fields.Count == LogLimits.Fields)
            Fault ??= $"a format has at most {LogLimits.Fields} fields";
        if (Fault is not null)
            return;
        _fields.Add((field, before.Length > 0 && before[^1] == '"'));
        _literals.Add(new StringBuilder());
    }

    public LogPlan Finish(LogEscapes escapes, bool allowsMore)
    {
        var steps = new LogStep[_fields.Count];
        for (var index = 0; index < steps.Length; index++)
        {
            var after = Encoding.UTF8.GetBytes(_literals[index + 1].ToString());
            steps[index] = new LogStep(_fields[index].Field, after, _fields[index].IsQuoted && after is [(byte)'"', ..]);
        }

        return new LogPlan(Encoding.UTF8.GetBytes(_literals[0].ToString()), steps, escapes, allowsMore);
    }
}
