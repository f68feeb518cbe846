using System.Globalization;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Samples;
using Breakwater.Telemetry;
using Breakwater.Tests.HouseRules;
using Breakwater.Tests.Samples;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>
/// The same attack as packets, sFlow and IPFIX, 1:1 to 1:1000: the same vector, or insufficient evidence, never a wrong one. All vectors
/// are gone through by <c>./test --full formats</c>.
/// </summary>
public sealed class FormatsTests
{
    private static readonly (string Format, uint Sampling)[] _exports =
    [
        ("packets", 1),
        ("sflow", 1), ("sflow", 10), ("sflow", 100), ("sflow", 1000),
        ("ipfix", 1), ("ipfix", 10), ("ipfix", 100), ("ipfix", 1000),
    ];

    /// <summary>Packets that must have been seen before silence is a fault.</summary>
    private const int TellingSamples = 2000;

    private sealed record Outcome(SampleKind Kind, string Format, uint Sampling, DetectionResult Result, int Samples)
    {
        /// <summary>What is wrong with it; null for the right vector, and for evidence that is said to be thin.</summary>
        public string? Fault()
        {
            var sure = Result.Incidents.Where(static incident => incident.Verdict == Verdict.Attack).SelectMany(static incident => incident.Vectors)
                .Select(static vector => vector.Vector).Distinct().ToList();
            var wrong = sure.Where(vector => !IsRight(vector)).Select(Vectors.Name).ToList();
            if (wrong.Count > 0)
                return Text($"named {string.Join(", ", wrong)}");
            var isFound = sure.Count > 0 || Result.Incidents.Any(static incident => incident.Verdict is Verdict.InsufficientEvidence or Verdict.Undetermined);
            return isFound || Samples < TellingSamples ? null : Text($"silent on {Samples} packets seen");
        }

        public override string ToString() => Text($"{Kind.Name} as {Format} 1:{Sampling}");

        /// <summary>
        /// The kind's own name. Flow records hold no payload (RFC 7012 has elements for it, few exporters send them): what the payload
        /// tells apart is one vector there.
        /// </summary>
        private bool IsRight(Vector vector) => vector == Kind.Vector || (Format == "ipfix" && (Kind.Vector, vector) switch
        {
            // The names asked for are payload.
            (Vector.DnsRandomSubdomain, Vector.DnsQueryFlood) => true,
            // What is behind the extension headers: templates without ipv6ExtensionHeaders (IE 64) tell nothing of these.
            (Vector.IPv6ExtensionHeaderFlood, Vector.UdpFlood) => true,
            // Paths and query strings are payload as well: what is left are sessions that carry little.
            (Vector.HttpFlood or Vector.HttpCacheBusting, Vector.TcpConnectionFlood) => true,
            _ => false,
        });

        private static string Text(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
    }

    private static IEnumerable<Outcome> Run(SampleKind kind, string rate, string duration)
    {
        using var files = new SampleFiles();
        foreach (var (format, sampling) in _exports)
        {
            var path = files.Make($"{format}-{sampling}.pcap", new SampleArguments
            {
                Kind = kind.Name,
                Rate = rate,
                Duration = duration,
                Mix = "2%",
                As = format,
                Sampling = format == "packets" ? null : sampling.ToString(CultureInfo.InvariantCulture),
            });
            var report = AnalyzeRun.Run([path], InputOptions.Default, new DetectorOptions(), TimeProvider.System);
            File.Delete(path);
            yield return new Outcome(kind, format, sampling, report.Result, (int)(Packets(rate, duration) / sampling));
        }
    }

    private static double Packets(string rate, string duration)
    {
        Assert.True(Quantity.TryPacketRate(rate, out var perSecond) & Quantity.TryDuration(duration, out var nanoseconds));
        return perSecond * (nanoseconds / 1e9);
    }

    private static void AssertRight(IEnumerable<SampleKind> kinds, string rate, string duration)
    {
        var outcomes = kinds.SelectMany(kind => Run(kind, rate, duration)).ToList();
        System.Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{outcomes[0].Kind.Name}, {outcomes.Count} files: {outcomes.Count(static outcome => outcome.Result.Incidents.IsEmpty)} silent, {outcomes.Count(static outcome => outcome.Fault() is not null)} wrong"));
        Rule.Holds(outcomes.Where(static outcome => outcome.Fault() is not null).Select(static outcome => $"{outcome}: {outcome.Fault()}"));
    }

    [Theory]
    [InlineData(Vector.SynFlood)]
    [InlineData(Vector.CldapAmplification)]
    [InlineData(Vector.IcmpFlood)]
    public void FewVectors_InEachFormat_AreNamedRightly(Vector vector) =>
        AssertRight([SampleKind.All.Single(kind => kind.Vector == vector)], "10kpps", "4s");

    /// <summary>The twin: held against another kind, the same outcomes are wrong.</summary>
    [Fact]
    public void Outcome_OfAnotherKind_IsWrong()
    {
        var other = SampleKind.All.Single(static kind => kind.Vector == Vector.AckFlood);
        var outcomes = Run(SampleKind.All.Single(static kind => kind.Vector == Vector.SynFlood), "10kpps", "2s").ToList();
        Assert.All(outcomes.Where(static outcome => outcome.Sampling <= 10), outcome => Assert.NotNull((outcome with { Kind = other }).Fault()));
        Assert.NotNull((outcomes[0] with { Result = outcomes[0].Result with { Incidents = [] } }).Fault());
    }

    public static TheoryData<string> Kinds => [.. SampleKind.All.Where(static kind => kind.IsAttack).Select(static kind => kind.Name)];

    [Theory(Explicit = true)]
    [MemberData(nameof(Kinds))]
    public void EveryVector_InEachFormat_IsNamedRightly(string kind) => AssertRight([SampleKind.Find(kind)!], "20kpps", "10s");
}
