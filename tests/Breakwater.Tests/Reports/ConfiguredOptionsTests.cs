using Breakwater.Configuration;
using Breakwater.Detection;
using Breakwater.Reports;
using Breakwater.Telemetry;
using Breakwater.Tests.Configuration;
using Breakwater.Wire;

namespace Breakwater.Tests.Reports;

/// <summary>What a configuration does to the detector.</summary>
public sealed class ConfiguredOptionsTests
{
    private const string Full = """
        version: 1
        services:
          - name: shop
            addresses: [203.0.113.0/28]
            floors: {syn: 900pps}
        exporters:
          - {name: edge, address: 192.0.2.1, sampling: 512}
          - {name: core, address: 192.0.2.2, sampling: 64, domain: 7}
        detection:
          falseAlarm: 1e-8
          quiet: 90500ms
          floors: {syn: 700pps, volume: 2Gbps}
          prefixFactor: 3
          prefixes: [203.0.112.0/20]
          off: [carpet]
          unaskedReplies: 250
          reflectionSenders: 20
          crowdSenders: 300
        limits: {hosts: 2048, dossiers: 32, tickRecords: 4096}
        """;

    [Fact]
    public void Detector_EveryKey_IsTaken()
    {
        Prefix[] protect = [new(Address.Parse("198.51.100.0"), 24)];
        var options = ConfiguredOptions.Detector(Configurations.Good(Full), [.. protect]);

        Assert.Equal(protect, options.Protect);
        Assert.Equal("shop", options.Services.Single().Name);
        Assert.Equal("203.0.113.0/28", options.Services[0].Prefixes.Single().ToString());
        Assert.Equal((900, 700), (options.Services[0].Floors!.Syn, options.Floors.Syn));
        Assert.Equal(2e9, options.Floors.VolumeBitsPerSecond);
        Assert.Equal((1e-8, 91, 3, 250), (options.FalseAlarmProbability, options.QuietSeconds, options.PrefixFactor, options.UnaskedRepliesFloorPackets));
        Assert.Equal((20, 300), (options.ReflectionSources, options.CrowdSources));
        Assert.Equal("203.0.112.0/20", options.Aggregates.Single().ToString());
        Assert.Equal(["carpet"], options.Off);
        Assert.Equal((2048, 32, 4096), (options.MaxHosts, options.MaxDossiers, options.MaxTickRecords));
    }

    /// <summary>Without a word the two say the same, so that a configuration with services alone changes no floor.</summary>
    [Fact]
    public void Detector_EmptyConfiguration_HasTheDetectorsOwnDefaults()
    {
        Assert.Equal(new DetectorOptions().Canonical(), ConfiguredOptions.Detector(Configurations.Good("version: 1\n"), []).Canonical());
        Assert.NotEqual(new DetectorOptions().Canonical(), ConfiguredOptions.Detector(Configurations.Good(Full), []).Canonical());
    }

    [Fact]
    public void SamplingRates_ByNameAndAddress_AndTheCommandLineWins()
    {
        var rates = ConfiguredOptions.SamplingRates(Configurations.Good(Full)).ToList();
        Assert.Equal([new("core", 7, 64), new("192.0.2.2", 7, 64), new("edge", null, 512), new("192.0.2.1", null, 512)], rates);

        var options = InputOptions.Create(null, [], ["edge=10"], separatePorts: false, rates);
        Assert.Equal((10u, 512u, 0u), (options.ConfiguredRate("edge"), options.ConfiguredRate("192.0.2.1"), options.ConfiguredRate("192.0.2.2")));
        Assert.Equal(KeyValuePair.Create(7u, 64u), Assert.Single(options.ConfiguredDomainRates("192.0.2.2")));
        Assert.Empty(options.ConfiguredDomainRates("192.0.2.1"));

        // A rate of the command line is for all domains of the exporter.
        Assert.Empty(InputOptions.Create(null, [], ["core=10"], separatePorts: false, rates).ConfiguredDomainRates("core"));
    }
}
