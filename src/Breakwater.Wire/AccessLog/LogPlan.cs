using System.Runtime.CompilerServices;

namespace Breakwater.Wire.AccessLog;

/// <summary>One field of a format, and the literal that ends it.</summary>
/// <param name="Field">What it holds.</param>
/// <param name="After">The bytes behind it; none at the end of the format.</param>
/// <param name="IsQuoted">True between quotes, which are escaped inside.</param>
internal readonly record struct LogStep(LogField Field, byte[] After, bool IsQuoted);

/// <summary>A format of lines, compiled once: a literal, then fields with the literals that end them.</summary>
/// <param name="Before">The bytes before the first field.</param>
/// <param name="Steps">The fields in their order.</param>
/// <param name="Escapes">How texts are escaped.</param>
/// <param name="AllowsMore">True where further fields may follow after a space: known formats are often extended.</param>
internal sealed record LogPlan(byte[] Before, LogStep[] Steps, LogEscapes Escapes, bool AllowsMore)
{
    /// <summary>How a line begins that is read in one go; null where the format begins otherwise.</summary>
    public CommonLine? Common { get; } = CommonLine.Of(Before, Steps);
}

/// <summary>Reads a line by its plan.</summary>
internal static class PlanReader
{
    /// <summary>Reads the line from <paramref name="start"/>.</summary>
    public static LogError Read(LogPlan plan, ReadOnlySpan<byte> line, int start, ref LogTime time, ref LogRequest request)
    {
        if (!line[start..].StartsWith(plan.Before))
            return plan.Before.AsSpan().StartsWith(line[start..]) ? LogError.Truncated : LogError.OtherFormat;
        return ReadSteps(plan, line, 0, start + plan.Before.Length, ref time, ref request);
    }

    /// <summary>Reads a line that begins as most do, in one go; false where it has to be read otherwise, and the request holds parts of it then.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)] // in a caller's loop the compiler would have no room left for what this calls, and would call it
    public static bool TryReadCommon(LogPlan plan, ReadOnlySpan<byte> line, ref LogTime time, ref LogRequest request)
    {
        if (plan.Common is not { } common)
            return false;
        var at = common.Read(line, ref time, ref request);
        if (at < 0 || !line[at..].StartsWith(plan.Steps[common.Steps - 1].After))
            return false;
        at += plan.Steps[common.Steps - 1].After.Length;
        request.Escapes = plan.Escapes;
        if (common.Steps < plan.Steps.Length)
            return ReadSteps(plan, line, common.Steps, at, ref time, ref request) == LogError.None;
        return at == line.Length || (plan.AllowsMore && line[at] == ' ');
    }

    private static LogError ReadSteps(LogPlan plan, ReadOnlySpan<byte> line, int from, int at, ref LogTime time, ref LogRequest request)
    {
        // A name without quotes, or a text of a server that does not escape, may hold what ends it: then its end is looked for further on.
        var (retry, retryStart, retryFrom, retryKnown, retries) = (-1, 0, 0, LogFields.None, 0);
        var first = LogError.None;
        for (var index = from; index < plan.Steps.Length; index++)
        {
            ref readonly var step = ref plan.Steps[index];
            var length = index == retry && at == retryStart ? Further(step, line, at, retryFrom) : LengthOf(step, line, at, plan.AllowsMore);
            var error = length < 0 ? LogError.Truncated : FieldStore.Store(step.Field, line, new LogText(at, length), ref time, ref request);
            if (error == LogError.None && step.After.Length > 1 && (step.IsQuoted || step.Field == LogField.Skipped))
                (retry, retryStart, retryFrom, retryKnown) = (index, at, at + length + 1, request.Known);
            at += length + step.After.Length;
            if (error == LogError.None && index == plan.Steps.Length - 1 && at < line.Length && !(plan.AllowsMore && line[at] == ' '))
                error = LogError.OtherFormat;
            if (error == LogError.None)
                continue;
            if (first == LogError.None)
                first = error;
            if (retry < 0 || retries++ == LogLimits.Retries || (index == retry && length < 0))
                return first;
            (index, at, request.Known) = (retry - 1, retryStart, retryKnown);
        }

        request.Escapes = plan.Escapes;
        return LogError.None;
    }

    private static int Further(in LogStep step, ReadOnlySpan<byte> line, int at, int from)
    {
        var length = step.IsQuoted ? QuotedLength(line[from..], step.After) : PlainLength(line[from..], step.After);
        return length < 0 ? -1 : from - at + length;
    }

    private static int LengthOf(in LogStep step, ReadOnlySpan<byte> line, int at, bool allowsMore)
    {
        var rest = line[at..];
        if (step.IsQuoted)
            return QuotedLength(rest, step.After);
        if (step.Field == LogField.CommonTime && rest.Length >= LogTime.CommonLength && rest[LogTime.CommonLength..].StartsWith(step.After))
            return LogTime.CommonLength;
        if (step.After.Length > 0)
            return PlainLength(rest, step.After);
        var space = allowsMore ? rest.IndexOf((byte)' ') : -1;
        return space < 0 ? rest.Length : space;
    }

    private static int PlainLength(ReadOnlySpan<byte> rest, byte[] after)
    {
        var (first, from) = (after[0], 0);
        while (true)
        {
            var found = rest[from..].IndexOf(first);
            if (found < 0)
                return -1;
            if (Follows(rest[(from + found)..], after))
                return from + found;
            from += found + 1;
        }
    }

    // Servers of old did not escape quotes: one that the format does not go on behind is a part of the text.
    private static int QuotedLength(ReadOnlySpan<byte> rest, byte[] after)
    {
        var from = 0;
        while (true)
        {
            var found = rest[from..].IndexOfAny((byte)'"', (byte)'\\');
            if (found < 0)
                return -1;
            from += found;
            if (rest[from] == '"')
            {
                if (Follows(rest[from..], after))
                    return from;
                from++;
                continue;
            }

            from += 2;
            if (from > rest.Length)
                return -1;
        }
    }

    // The first octet is known to be the same; literals are of two or three, for which a loop is faster than a call.
    private static bool Follows(ReadOnlySpan<byte> rest, byte[] after)
    {
        if (rest.Length < after.Length)
            return false;
        for (var index = 1; index < after.Length; index++)
        {
            if (rest[index] != after[index])
                return false;
        }

        return true;
    }
}
