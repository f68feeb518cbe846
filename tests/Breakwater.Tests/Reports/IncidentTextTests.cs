using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Geo;
using Breakwater.Reports;
using Breakwater.Tests.Geo;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Reports;

/// <summary>What a person reads of incidents of every shape and verdict.</summary>
public sealed class IncidentTextTests
{
    private static readonly Incident _attack = Detect(
        Stream(3000, 4, static (index, time) => Udp(time, Sender(index % 700), 389, Victim, 20_000 + (index * 7 % 40_000), 1400))).Incidents.Single();

    private static readonly Prefix _network = new(Address.Parse("203.0.113.0"), 24);

    private static readonly Target _host = _attack.Target;
    private static readonly Target _shop = new(TargetKind.Service, _network, Direction.Inbound, "shop");
    private static readonly Target _outbound = Target.Host(Victim, Direction.Outbound);

    private static readonly Estimate _many = new(700, 690, 710, 12_000);

    private static string Written(Incident incident, GeoLookup? geo = null)
    {
        using var text = new StringWriter();
        IncidentText.Write(incident, geo, text);
        return text.ToString();
    }

    [Fact]
    public void Headline_OfEachShapeAndDirection_SaysIt()
    {
        var carpet = _attack with { Shape = Shape.Carpet, Target = new Target(TargetKind.Prefix, _network, Direction.Inbound) };
        string[] expected =
        [
            "Attack on 203.0.113.80: cldap-amplification (medium confidence).",
            "Attack on 203.0.113.80 (service shop): cldap-amplification (medium confidence).",
            "Attack on 203.0.113.0/24 (carpet over many hosts): cldap-amplification (medium confidence).",
            "Attack on service shop (carpet over many hosts): cldap-amplification (medium confidence).",
            "Attack in pulses on 203.0.113.80: cldap-amplification (medium confidence).",
            "203.0.113.80 attacks others: cldap-amplification (medium confidence).",
        ];
        Incident[] incidents =
        [
            _attack, _attack with { Target = _host with { Service = "shop" } }, carpet, carpet with { Target = _shop },
            _attack with { Shape = Shape.Pulse }, _attack with { Target = _outbound },
        ];

        Assert.Equal(expected, incidents.Select(IncidentText.Headline));
    }

    [Theory]
    [InlineData(Verdict.FlashCrowd, "Flash crowd: 203.0.113.80 is popular, not attacked.")]
    [InlineData(Verdict.Undetermined, "Undetermined: traffic to 203.0.113.80 may be cldap-amplification, or ordinary use.")]
    [InlineData(Verdict.InsufficientEvidence, "Too little evidence: traffic to 203.0.113.80 looks like cldap-amplification.")]
    public void Headline_NoCertainAttack_NamesNone(Verdict verdict, string headline)
    {
        var incident = _attack with { Verdict = verdict };

        Assert.Equal(headline, IncidentText.Headline(incident));
        Assert.Contains("  looks like", Written(incident), StringComparison.Ordinal);
        Assert.Contains("  vector  ", Written(_attack), StringComparison.Ordinal);
    }

    [Fact]
    public void Size_OnlyRequests_CountsRequests()
    {
        var http = _attack with { Requests = _attack.Packets, Peak = _attack.Peak with { RequestsPerSecond = _attack.Peak.PacketsPerSecond } };
        var mixed = http with { Requests = new Estimate(10, 10, 10, 10), Peak = _attack.Peak with { RequestsPerSecond = new Estimate(5, 5, 5, 5) } };

        Assert.Contains("Peak 3,000 requests/s, 33.6 Mbit/s over 1 s; in all 12,000 requests, ", IncidentText.Size(http), StringComparison.Ordinal);
        Assert.Contains("Peak 3,000 packets/s, 5 requests/s, 33.6 Mbit/s over 1 s; in all 12,000 packets, ", IncidentText.Size(mixed), StringComparison.Ordinal);
    }

    [Fact]
    public void Size_Outbound_HasReceivers()
    {
        Assert.EndsWith("to 1 receiver.", IncidentText.Size(_attack with { Target = _outbound, Sources = new Estimate(1, 1, 1, 9) }), StringComparison.Ordinal);
        Assert.EndsWith("from about 700 senders (690 to 710).", IncidentText.Size(_attack with { Sources = _many }), StringComparison.Ordinal);
    }

    [Fact]
    public void Origins_ForgeableOrProven_SaysSo()
    {
        OriginShare[] origins = [new("NL", 0.31, null), new("DE", 0.12, null)];
        var proven = _attack with { Sources = _many, Proven = _many };

        Assert.Equal("From: NL 31 %, DE 12 %, others or unknown 57 % (by senders, forged senders included).", IncidentText.Origins(_attack, origins));
        Assert.Equal("From: NL 31 %, DE 12 %, others or unknown 57 % (by senders).", IncidentText.Origins(proven, origins));
        Assert.Equal("To: NL 31 %, DE 12 %, others or unknown 57 % (by receivers).", IncidentText.Origins(_attack with { Target = _outbound }, origins));
        Assert.Null(IncidentText.Origins(_attack, null));
        Assert.Null(IncidentText.Origins(_attack, []));
    }

    [Fact]
    public void Text_SeenBefore_OnlyWhenKnown()
    {
        Assert.Contains("Seen before: 25 % of the senders, by their networks.", Written(_attack with { SeenBeforeShare = 0.25 }), StringComparison.Ordinal);
        Assert.DoesNotContain("Seen before", Written(_attack with { SeenBeforeShare = null }), StringComparison.Ordinal);
    }

    [Fact]
    public void Text_NoLimits_HasNoEmptyHeading()
    {
        Assert.Contains("Keep in mind:", Written(_attack), StringComparison.Ordinal);
        Assert.DoesNotContain("Keep in mind:", Written(_attack with { Limits = [] }), StringComparison.Ordinal);
    }

    [Fact]
    public void Report_ManyIncidents_ListsThemAndShowsTheFirst()
    {
        using var text = new StringWriter();
        var incidents = Enumerable.Range(0, 60).Select(index => _attack with { Target = Target.Host(Sender(index)) }).ToImmutableArray();
        var result = Detect(Stream(10, 1, static (_, time) => Udp(time, Sender(1), 4000, Victim, 4000, 100))) with { Incidents = incidents };
        ReportText.Write(Report(result), text);
        var lines = text.ToString().Split('\n');

        Assert.Equal("60 incidents:", lines[0]);
        Assert.Equal(ReportText.MostListed, lines.Count(static line => line.StartsWith("- Attack on ", StringComparison.Ordinal)));
        Assert.Equal(ReportText.MostDetailed, lines.Count(static line => line.StartsWith("  More: ", StringComparison.Ordinal)));
        Assert.Contains("- and 10 more: --format json has all", lines, StringComparer.Ordinal);
        Assert.All(lines, static line => Assert.InRange(line.Length, 0, Paragraph.Columns));
    }

    [Fact]
    public void Explain_Attack_HasEveryReasonWithItsNumbers()
    {
        using var text = new StringWriter();
        ExplainText.Write(Report(Detect([])) with { Warnings = ["half was read"] }, _attack with { SeenBeforeShare = 0.5 }, text);
        var written = text.ToString();

        Assert.All(_attack.Reasons, reason => Assert.Contains($"measure {reason.Measure}: value {Figures.Plain(reason.Value)}, threshold {Figures.Plain(reason.Threshold)}", written, StringComparison.Ordinal));
        string[] parts = [IncidentJson.Id(_attack), "  started  ", "  detected ", "  ended  ", "  state  ", "least", "samples", "  distinct ", "50 % of them", GeoOpening.Absent[..20], "  sampling  ", "Keep in mind:", "Note: half was read."];
        Assert.All(parts, part => Assert.Contains(part, written, StringComparison.Ordinal));
        Assert.All(written.Split('\n'), static line => Assert.InRange(line.Length, 0, Paragraph.Columns));
    }

    [Fact]
    public void Json_WithGeo_NamesOriginsAndKeepsTheVerdictHash()
    {
        using var folder = new GeoFolder();
        var path = folder.Write("a.mmdb", GeoFolder.Database("11.0.0.0/8", GeoFolder.CountryRecord("NL")));
        var geo = new GeoLookup([GeoDatabase.Load(path, out _)!]);
        var incident = _attack with { SourceSample = [new(Address.Parse("11.0.0.1"), 5), new(Address.Parse("11.0.0.2"), 5), new(Address.Parse("12.0.0.1"), 9), new(Address.Parse("13.0.0.1"), 9)] };
        var report = Report(Detect([]) with { Incidents = [incident] });
        var named = report with { Geo = geo };

        var document = ReportJson.Document(named);
        var sources = document["incidents"]![0]!["sources"]!;
        Assert.Equal("""[{"code":"NL","share":0.5}]""", sources["countries"]!.ToJsonString());
        Assert.Null(sources["asns"]);
        Assert.Equal(geo.Databases[0].Sha256, document["geo"]!["databases"]![0]!["sha256"]!.GetValue<string>());
        Assert.DoesNotContain(folder.Root, document.ToJsonString(), StringComparison.Ordinal);
        Assert.Null(ReportJson.Document(report)["incidents"]![0]!["sources"]!["countries"]);
        Assert.Equal(ReportJson.VerdictHash(report), ReportJson.VerdictHash(named));
        Assert.Contains("From: NL 50 %, others or unknown 50 %", Written(incident, geo), StringComparison.Ordinal);
    }

    [Fact]
    public void Origins_ManyCountries_AreRankedAndCut()
    {
        using var folder = new GeoFolder();
        var systems = GeoDatabase.Load(folder.Write("s.mmdb", GeoFolder.Database("11.0.0.0/8", Mmdb.Mmdbs.System(64_496, "Example"))), out _)!;
        var incident = _attack with { SourceSample = [.. Enumerable.Range(1, 3).Select(static index => new SampledSource(Address.FromIPv4(0x0B000000u + (uint)index), 1))] };

        Assert.Equal([new OriginShare("AS64496", 1, "Example")], SourceOrigins.Systems(incident, new GeoLookup([systems]))!.Value);
        Assert.Null(SourceOrigins.Countries(incident, new GeoLookup([systems])));
        Assert.Empty(SourceOrigins.Systems(incident with { SourceSample = [] }, new GeoLookup([systems]))!.Value);
    }

    [Fact]
    public void Id_OutboundAndInboundOfOneHost_Differ() =>
        Assert.NotEqual(IncidentJson.Id(_attack), IncidentJson.Id(_attack with { Target = _outbound }));
}
