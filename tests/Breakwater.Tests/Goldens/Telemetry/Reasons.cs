using System.Numerics;
using System.Text.Json;

namespace Breakwater.Tests.Goldens.Telemetry;

/// <summary>Why a golden and our lines differ.</summary>
/// <param name="Errs">Who is wrong: <c>golden</c> (the section says so), <c>neither</c> (both are right, the tools show different things).</param>
/// <param name="Section">Section of the specification; required when the golden errs.</param>
internal sealed record Reason(string Tool, string Format, string Element, string Kind, string Check, string Errs, string Section, string Text);

/// <summary>
/// The reasons as data: <c>Maps/reasons.tsv</c>, columns tool, format, element, kind, check, errs, section, reason. The key is never a file,
/// an address or a length; the check is a condition on the two values, so that a reason covers only what it explains.
/// </summary>
internal sealed class Reasons
{
    private static readonly Dictionary<string, Func<Difference, bool>> s_checks = new(StringComparer.Ordinal)
    {
        ["-"] = _ => true,
        ["ours-zero"] = d => d.Ours.Trim('0').Length == 0,
        ["ours-empty"] = d => d.Ours.Length == 0,
        ["within-microsecond"] = d => Times(d) is { } t && BigInteger.Abs(t.Golden - t.Ours) < 1_000,
        ["within-nanosecond"] = d => Times(d) is { } t && BigInteger.Abs(t.Golden - t.Ours) <= 1,
        // The tool reads four octets, or two, where the template has fewer.
        ["golden-overreads"] = d => (ValueForms.GoldenInteger(d.Golden) ?? Milliseconds(d)) is { } g && BigInteger.TryParse(d.Ours, out var o)
            && (g >> 8 == o || g >> 16 == o || g >> 24 == o),
        ["golden-overreads-us"] = d => ValueForms.GoldenDuration(d.Golden) / 1_000 is { } g && BigInteger.TryParse(d.Ours, out var o)
            && (g >> 8 == o || g >> 16 == o || g >> 24 == o),
        ["ours-one-octet"] = d => BigInteger.TryParse(d.Ours, out var o) && o < 256,
        ["golden-later"] = d => Epochs(d) is { } t && t.Golden > t.Ours,
        ["golden-zero-of-structure"] = d => ValueForms.GoldenInteger(d.Golden) is { IsZero: true } && !d.GoldenName.StartsWith("header:", StringComparison.Ordinal),
        ["golden-extension"] = d => d.Golden is "hopopt" or "ipv6-route" or "ipv6-frag" or "ipv6-opts",
        ["golden-epoch"] = d => d.Golden.StartsWith("Jan  1, 1970 00:00:00.", StringComparison.Ordinal),
    };

    public IReadOnlyList<Reason> All { get; }

    public Reasons(IEnumerable<string> lines)
    {
        All = lines.Where(l => l.Length > 0 && l[0] != '#').Select(Parse).ToList();
    }

    /// <summary>
    /// Those of the shared goldens (<c>reasons.tsv</c>) and those that only other inputs show (<c>reasons-other.tsv</c>): behaviour of the tools
    /// found with made datagrams.
    /// </summary>
    public static Reasons Load() => new([.. Lines("reasons.tsv"), .. Lines("reasons-other.tsv")]);

    /// <summary>The reasons that the shared goldens must need.</summary>
    public static Reasons LoadShared() => new(Lines("reasons.tsv"));

    private static IEnumerable<string> Lines(string name) => File.ReadLines(Path.Combine(NameMap.Folder, name));

    /// <summary>The reason for a difference; null when nobody has explained it.</summary>
    public Reason? Find(string tool, Difference difference) => All.FirstOrDefault(r =>
        r.Tool == tool
        && (r.Format == "*" || r.Format == difference.Format)
        && Matches(r.Element, difference.Element)
        && r.Kind == difference.Kind.ToString()
        && s_checks[r.Check](difference));

    private static BigInteger? Milliseconds(Difference d) => ValueForms.GoldenDuration(d.Golden) / 1_000_000;

    private static (BigInteger Golden, BigInteger Ours)? Times(Difference d) =>
        ValueForms.GoldenTime(d.Golden) is { } golden && ValueForms.OurTime(JsonSerializer.SerializeToElement(d.Ours)) is { } ours ? (golden, ours) : null;

    private static (BigInteger Golden, BigInteger Ours)? Epochs(Difference d) =>
        ValueForms.GoldenDuration(d.Golden + "000") is { } golden && ValueForms.OurTime(JsonSerializer.SerializeToElement(d.Ours)) is { } ours ? (golden, ours) : null;

    /// <summary>What holds for an element holds for its reverse (RFC 5103).</summary>
    private static bool Matches(string pattern, string element) =>
        pattern == element
        || (pattern.EndsWith('*') && element.StartsWith(pattern[..^1], StringComparison.Ordinal))
        || (element == "reverse" + char.ToUpperInvariant(pattern[0]) + pattern[1..]);

    private static Reason Parse(string line)
    {
        var c = line.Split('\t');
        if (c.Length != 8 || !Enum.TryParse<DifferenceKind>(c[3], out _) || !s_checks.ContainsKey(c[4]) || c[5] is not ("golden" or "neither"))
            throw new FormatException($"Not a reason: {line}");
        if (c[5] == "golden" && c[6].Length < 2)
            throw new FormatException($"The golden errs by which section? {line}");
        return new Reason(c[0], c[1], c[2], c[3], c[4], c[5], c[6], c[7]);
    }
}
