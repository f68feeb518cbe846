using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;

namespace Breakwater.Response.Rules;

/// <summary>
/// A rule on one line, in a fixed order, such as <c>destination 203.0.113.7/32 protocol 17 source-port 53 packet-length 512-1500 then
/// discard</c>: what the ledger keeps, commands take and people read. Reading what was written gives the same rule.
/// </summary>
internal static class RuleText
{
    /// <summary>Longest line that is read.</summary>
    public const int MaxCharacters = 1024;

    /// <summary>Most ranges of one kind.</summary>
    public const int MaxRanges = 16;

    public static string Of(FilterRule rule) => string.Create(CultureInfo.InvariantCulture, $"{Of(rule.Match)} then {Of(rule.Action)}");

    public static string Of(FilterMatch match)
    {
        var parts = new List<string> { $"destination {match.Destination}" };
        if (match.Source is { } source)
            parts.Add($"source {source}");
        Add(parts, "protocol", match.Protocol);
        Add(parts, "destination-port", match.DestinationPorts);
        Add(parts, "source-port", match.SourcePorts);
        Add(parts, "icmp-type", match.IcmpType);
        Add(parts, "icmp-code", match.IcmpCode);
        if (match.TcpFlags is { } flags)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"tcp-flags {flags.Set}/{flags.Set | flags.Clear}"));
        Add(parts, "packet-length", match.PacketLengths);
        if (match.Fragments != FragmentMatch.Any)
            parts.Add(match.Fragments == FragmentMatch.Later ? "fragment later" : "fragment not-later");
        return string.Join(' ', parts);
    }

    public static string Of(FilterAction action) => action.Kind switch
    {
        FilterActionKind.RateLimit => string.Create(CultureInfo.InvariantCulture, $"rate-limit {action.Value}"),
        FilterActionKind.Blackhole => "blackhole",
        FilterActionKind.Mark => string.Create(CultureInfo.InvariantCulture, $"mark {action.Value}"),
        _ => "discard",
    };

    /// <summary>Why the text is no rule, as a sentence without its full stop; null when it is one.</summary>
    public static string? Read(string text, out FilterRule rule)
    {
        rule = null!;
        if (text.Length > MaxCharacters)
            return string.Create(CultureInfo.InvariantCulture, $"a rule has at most {MaxCharacters} characters");
        var words = text.Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var then = Array.IndexOf(words, "then");
        if (then < 0)
            return "a rule needs 'then' and an action: discard, rate-limit BYTES-PER-SECOND, mark DSCP, blackhole";
        if (ReadAction(words.AsSpan(then + 1), out var action) is { } wrongAction)
            return wrongAction;
        if (ReadMatch(words.AsSpan(0, then), out var match) is { } wrongMatch)
            return wrongMatch;
        if (RuleCheck.Fault(match, action) is { } fault)
            return fault;
        rule = new FilterRule(match, action);
        return null;
    }

    private static string? ReadAction(ReadOnlySpan<string> words, out FilterAction action)
    {
        action = words switch
        {
            ["discard"] => FilterAction.Discard,
            ["blackhole"] => FilterAction.Blackhole,
            ["rate-limit", var bytes] when TryRead(bytes, 1L << 40, out var value) && value > 0 => FilterAction.RateLimit(value),
            ["mark", var code] when TryRead(code, 63, out var value) => new FilterAction(FilterActionKind.Mark, value),
            _ => new FilterAction((FilterActionKind)(-1)),
        };
        return action.Kind >= 0 ? null : "an action is discard, rate-limit BYTES-PER-SECOND, mark DSCP (0 to 63) or blackhole";
    }

    private static string? ReadMatch(ReadOnlySpan<string> words, out FilterMatch match)
    {
        match = new FilterMatch { Destination = default };
        var seen = new HashSet<string>(StringComparer.Ordinal);
        for (var i = 0; i < words.Length; i += 2)
        {
            if (i + 1 >= words.Length)
                return $"'{words[i]}' has no value";
            if (!seen.Add(words[i]))
                return $"'{words[i]}' stands there twice";
            if (With(match, words[i], words[i + 1]) is not { } next)
                return $"'{words[i]} {words[i + 1]}' is not understood";
            match = next;
        }

        return seen.Contains("destination") ? null : "a rule needs a destination";
    }

    private static FilterMatch? With(FilterMatch match, string name, string value)
    {
        ImmutableArray<NumberRange> ranges;
        long number;
        switch (name)
        {
            case "destination":
                return Prefix.TryParse(value, out var destination) ? match with { Destination = destination } : null;
            case "source":
                return Prefix.TryParse(value, out var source) ? match with { Source = source } : null;
            case "protocol":
                return TryRead(value, 255, out number) ? match with { Protocol = (byte)number } : null;
            case "destination-port":
                return TryRead(value, out ranges) ? match with { DestinationPorts = ranges } : null;
            case "source-port":
                return TryRead(value, out ranges) ? match with { SourcePorts = ranges } : null;
            case "icmp-type":
                return TryRead(value, 255, out number) ? match with { IcmpType = (byte)number } : null;
            case "icmp-code":
                return TryRead(value, 255, out number) ? match with { IcmpCode = (byte)number } : null;
            case "tcp-flags":
                var slash = value.IndexOf('/', StringComparison.Ordinal);
                return slash > 0 && TryRead(value[..slash], 63, out var set) && TryRead(value[(slash + 1)..], 63, out var mask) && (set & ~mask) == 0 && mask != 0
                    ? match with { TcpFlags = new TcpFlagsMatch((byte)set, (byte)(mask & ~set)) }
                    : null;
            case "packet-length":
                return TryRead(value, out ranges) ? match with { PacketLengths = ranges } : null;
            case "fragment":
                return value switch
                {
                    "later" => match with { Fragments = FragmentMatch.Later },
                    "not-later" => match with { Fragments = FragmentMatch.NotLater },
                    _ => null,
                };
            default:
                return null;
        }
    }

    private static bool TryRead(string text, long most, out long value) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value) && value <= most;

    private static bool TryRead(string text, out ImmutableArray<NumberRange> ranges)
    {
        ranges = [];
        var parts = text.Split(',');
        if (parts.Length > MaxRanges)
            return false;
        foreach (var part in parts)
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            var isRange = TryRead(dash < 0 ? part : part[..dash], ushort.MaxValue, out var low) & TryRead(dash < 0 ? part : part[(dash + 1)..], ushort.MaxValue, out var high);
            if (!isRange || low > high)
                return false;
            ranges = ranges.Add(new NumberRange((ushort)low, (ushort)high));
        }

        return true;
    }

    private static void Add(List<string> parts, string name, byte? value)
    {
        if (value is { } known)
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"{name} {known}"));
    }

    private static void Add(List<string> parts, string name, ImmutableArray<NumberRange> ranges)
    {
        if (!ranges.IsEmpty)
            parts.Add($"{name} {string.Join(',', ranges)}");
    }
}
