using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Wire;

namespace Breakwater.Tests.Configuration;

/// <summary>Good files and what they mean.</summary>
public sealed class ValueTests
{
    [Fact]
    public void File_WithItsVersionAlone_HasTheDefaults()
    {
        var config = Configurations.Good("version: 1\n");
        Assert.Empty(config.Services);
        Assert.Empty(config.Exporters);
        Assert.Empty(config.Allow);
        Assert.Equal(1e-10, config.Detection.FalseAlarm);
        Assert.Equal(TimeSpan.FromSeconds(60), config.Detection.Quiet);
        Assert.Equal(2, config.Detection.PrefixFactor);
        Assert.Equal(100, config.Detection.UnaskedRepliesPerMinute);
        Assert.Empty(config.Detection.Prefixes);
        Assert.Empty(config.Detection.Off);
        Assert.Equal(new FloorsConfig(), config.Detection.Floors);
        Assert.Equal(new LimitsConfig { Hosts = 1_048_576, Dossiers = 1024, TickRecords = 65_536 }, config.Limits);
        Assert.Equal(new GeoConfig(), config.Geo);
    }

    [Fact]
    public void Floors_ByDefault_AreThoseOfTheReference() => Assert.Equal(
        new FloorsConfig
        {
            Amplification = 500,
            Syn = 500,
            SynAck = 500,
            Segments = 1_000,
            Udp = 2_000,
            Icmp = 500,
            Fragments = 1_000,
            Protocols = 2_000,
            Queries = 1_000,
            ConnectionsPerSecond = 200,
            RequestsPerSecond = 100,
            VolumeBitsPerSecond = null,
        },
        new FloorsConfig());

    [Fact]
    public void Detection_EveryKey_IsRead()
    {
        const string text = """
            version: 1
            detection:
              falseAlarm: 1e-6
              quiet: 90s
              floors: {amplification: 1pps, syn: 2pps, synAck: 3pps, segments: 4pps, udp: 5pps, icmp: 6pps, fragments: 7pps, protocols: 8pps,
                       queries: 9pps, connections: 10cps, requests: 11rps, volume: 1.5Gbps}
              prefixFactor: 2.5
              prefixes: [2001:db8::/32, 192.0.2.0/23, 192.0.2.0/23]
              off: [volume, carpet, volume]
              unaskedReplies: 50
            """;
        var detection = Configurations.Good(text).Detection;
        Assert.Equal(1e-6, detection.FalseAlarm);
        Assert.Equal(TimeSpan.FromSeconds(90), detection.Quiet);
        Assert.Equal(2.5, detection.PrefixFactor);
        Assert.Equal(50, detection.UnaskedRepliesPerMinute);
        Assert.Equal([Network("192.0.2.0/23"), Network("2001:db8::/32")], detection.Prefixes);
        Assert.Equal(["carpet", "volume"], detection.Off);
        Assert.Equal(
            new FloorsConfig
            {
                Amplification = 1,
                Syn = 2,
                SynAck = 3,
                Segments = 4,
                Udp = 5,
                Icmp = 6,
                Fragments = 7,
                Protocols = 8,
                Queries = 9,
                ConnectionsPerSecond = 10,
                RequestsPerSecond = 11,
                VolumeBitsPerSecond = 1_500_000_000,
            },
            detection.Floors);
    }

    [Fact]
    public void Services_AreReadAndSorted()
    {
        const string text = """
            version: 1
            detection: {floors: {syn: 700pps, udp: 800pps, volume: 2Gbps}}
            services:
              - name: web_1
                addresses: [203.0.113.10, 203.0.113.0/29]
                profile: web
                floors: {udp: 900pps, volume: none}
              - {name: Dns-2, addresses: ["2001:db8::53"], profile: dns}
            """;
        var services = Configurations.Good(text).Services;
        Assert.Equal(["Dns-2", "web_1"], services.Select(service => service.Name));
        Assert.Equal([Network("2001:db8::53")], services[0].Addresses);
        Assert.Equal(ServiceProfile.Dns, services[0].Profile);
        Assert.Equal(new FloorsConfig { Syn = 700, Udp = 800, Fragments = 2_000, Queries = 20_000, ConnectionsPerSecond = 400, VolumeBitsPerSecond = 2_000_000_000 }, services[0].Floors);
        Assert.Equal([Network("203.0.113.0/29"), Network("203.0.113.10")], services[1].Addresses);
        Assert.Equal(ServiceProfile.Web, services[1].Profile);
        Assert.Equal(new FloorsConfig { Syn = 1_400, Udp = 900, ConnectionsPerSecond = 1_000, RequestsPerSecond = 500, VolumeBitsPerSecond = null }, services[1].Floors);
    }

    [Fact]
    public void Services_WithNeighbouringNetworks_DoNotOverlap() => Assert.Equal(
        3,
        Configurations.Good("""
            version: 1
            services:
              - {name: a, addresses: [192.0.2.0/25, 192.0.2.7]}
              - {name: b, addresses: [192.0.2.128/25]}
              - {name: c, addresses: ["::/0"]}
            """).Services.Length);

    [Fact]
    public void Exporters_AreReadAndSorted()
    {
        const string text = """
            version: 1
            exporters:
              - {name: edge-2, address: "2001:db8::2", sampling: 1000, domain: 0}
              - {name: edge-1, address: 192.0.2.1}
              - {name: edge-3, address: "2001:db8::2", domain: 4294967295}
              - {name: edge-4, address: "2001:db8::2"}
            """;
        Assert.Equal(
            [
                new ExporterConfig { Name = "edge-1", Address = Address.Parse("192.0.2.1") },
                new ExporterConfig { Name = "edge-2", Address = Address.Parse("2001:db8::2"), Sampling = 1000, Domain = 0 },
                new ExporterConfig { Name = "edge-3", Address = Address.Parse("2001:db8::2"), Domain = 4_294_967_295 },
                new ExporterConfig { Name = "edge-4", Address = Address.Parse("2001:db8::2") },
            ],
            Configurations.Good(text).Exporters);
    }

    [Theory]
    [InlineData("250ms", 250)]
    [InlineData("30s", 30_000)]
    [InlineData("1.5m", 90_000)]
    [InlineData("1h", 3_600_000)]
    [InlineData("2d", 172_800_000)]
    public void Duration_IsReadInMilliseconds(string text, long milliseconds) => AssertRead(Units.Duration, text, milliseconds);

    [Theory]
    [InlineData("500pps", 500)]
    [InlineData("5kpps", 5_000)]
    [InlineData("1.25Mpps", 1_250_000)]
    [InlineData("1Gpps", 1_000_000_000)]
    public void PacketRate_IsRead(string text, long value) => AssertRead(Units.PacketRate, text, value);

    [Theory]
    [InlineData("1bps", 1)]
    [InlineData("10Mbps", 10_000_000)]
    [InlineData("1.5Gbps", 1_500_000_000)]
    [InlineData("9223372Tbps", 9_223_372_000_000_000_000)]
    public void BitRate_IsRead(string text, long value) => AssertRead(Units.BitRate, text, value);

    [Theory]
    [InlineData("512B", 512)]
    [InlineData("64KiB", 65_536)]
    [InlineData("1.5GiB", 1_610_612_736)]
    public void Size_IsRead(string text, long value) => AssertRead(Units.Size, text, value);

    [Theory]
    [InlineData("1kB")]
    [InlineData("1")]
    [InlineData(".5B")]
    [InlineData("5.B")]
    [InlineData("")]
    [InlineData("1e3B")]
    [InlineData("99999999999999999999999999999999999999B")]
    [InlineData("9999999999999TiB")]
    public void Size_WithoutUnitOrSense_IsRefused(string text) => Assert.NotNull(Units.Size.Read(text, "1B", out _));

    [Theory]
    [InlineData("quiet", "quiet", 0)]
    [InlineData("QUIET", "quiet", 0)]
    [InlineData("qiuet", "quiet", 1)]
    [InlineData("quie", "quiet", 1)]
    [InlineData("quieter", "quiet", 2)]
    [InlineData("", "quiet", 5)]
    [InlineData("kitten", "sitting", 3)]
    public void Names_AreAsFarApartAsTheirEdits(string left, string right, int edits)
    {
        Assert.Equal(edits, NearestName.Edits(left, right));
        Assert.Equal(edits, NearestName.Edits(right, left));
    }

    /// <summary>Every default and bound that pages show is itself accepted.</summary>
    [Fact]
    public void Defaults_AsSpelled_AreReadBack()
    {
        var defaults = Configurations.AllKeys().Where(entry => entry.Key is ScalarKey && entry.Key.DefaultText is not null).ToList();
        Assert.True(defaults.Count > 20);
        // A key of mail alone is no mail: it needs a server too.
        foreach (var (path, key) in defaults.Where(entry => !entry.Path.Contains("[]", StringComparison.Ordinal) && !entry.Path.StartsWith("notify.mail.", StringComparison.Ordinal)))
        {
            var config = Configurations.Good("version: 1\n", ($"BREAKWATER__{path.Replace(".", "__", StringComparison.Ordinal)}", key.DefaultText!));
            Assert.Equal(new BreakwaterConfig().Hash, config.Hash);
        }
    }

    private static void AssertRead(Units units, string text, long value)
    {
        Assert.Null(units.Read(text, text, out var read));
        Assert.Equal(value, read);
        Assert.Null(units.Read(units.Spell(value), text, out var again));
        Assert.Equal(value, again);
    }

    private static Prefix Network(string text) => Prefix.TryParse(text, out var prefix) ? prefix : throw new FormatException(text);
}
