namespace Breakwater.Tests.Configuration;

/// <summary>Variables over the file.</summary>
public sealed class EnvironmentTests
{
    private const string File = "version: 1\ndetection: {quiet: 2m, floors: {syn: 700pps}}\n";

    [Fact]
    public void Variable_ReplacesTheValueOfTheFile()
    {
        var detection = Configurations.Good(File, ("BREAKWATER__detection__quiet", "3m"), ("BREAKWATER__detection__floors__syn", "9kpps")).Detection;
        Assert.Equal(TimeSpan.FromMinutes(3), detection.Quiet);
        Assert.Equal(9_000, detection.Floors.Syn);
    }

    [Theory]
    [InlineData("version: 1\n")]
    [InlineData("version: 1\ndetection: {prefixFactor: 3}\n")]
    [InlineData("version: 1\ndetection:\n")]
    [InlineData("version: 1\ndetection: {floors: }\n")]
    public void Variable_AddsWhatTheFileDoesNotHave(string file) =>
        Assert.Equal(9_000, Configurations.Good(file, ("BREAKWATER__detection__floors__syn", "9kpps")).Detection.Floors.Syn);

    [Fact]
    public void Variable_ReplacesAMistakeOfTheFile() =>
        Assert.Equal(9_000, Configurations.Good("version: 1\ndetection: {floors: {syn: 9}}", ("BREAKWATER__detection__floors__syn", "9kpps")).Detection.Floors.Syn);

    [Fact]
    public void Variable_GivesTheSameHashAsTheFile() => Assert.Equal(
        Configurations.Good("version: 1\ndetection: {quiet: 3m}").Hash,
        Configurations.Good("version: 1", ("BREAKWATER__detection__quiet", "180s")).Hash);

    [Theory]
    [InlineData("BREAKWATER_STRICT")]
    [InlineData("BREAKWATER")]
    [InlineData("breakwater__detection__quiet")]
    [InlineData("PATH")]
    public void Variable_OfSomethingElse_IsLeftAlone(string name) => Assert.Equal(Configurations.Good(File).Hash, Configurations.Good(File, (name, "x")).Hash);

    [Theory]
    [InlineData("BREAKWATER__detection__quiet", "5", "'detection.quiet': the duration '5' has no unit; add one of ms, s, m, h or d, such as 1m")]
    [InlineData("BREAKWATER__detection__quiet", "", "'detection.quiet' has no value; write a duration (10s to 1h), or remove it")]
    [InlineData("BREAKWATER__detection__floors__udp", "0pps", "'detection.floors.udp': '0pps' is out of range; write 1pps to 1Gpps")]
    [InlineData("BREAKWATER__version", "2", "'version': version '2' of the configuration is not known to this version of Breakwater; write 1")]
    [InlineData("BREAKWATER__limits__host", "5", "unknown key 'host' in 'limits'; did you mean 'hosts'?")]
    [InlineData("BREAKWATER__DETECTION__QUIET", "5m", "unknown key 'DETECTION'; did you mean 'detection'?")]
    [InlineData("BREAKWATER__", "x", "unknown key ''; known here: version, listen, exporters, interfaces, services, upstreams, detection, web, response, notify, allow, retention, limits, geo, storage")]
    [InlineData("BREAKWATER__public__path", "x", "'public' is not supported by this version of Breakwater; remove it until you use a version that has it")]
    [InlineData("BREAKWATER__limits", "x", "'limits' is a section; set one of its values, such as BREAKWATER__limits__hosts")]
    [InlineData("BREAKWATER__limits__hosts__most", "x", "'hosts' is a single value and has nothing under it; set BREAKWATER__limits__hosts")]
    [InlineData("BREAKWATER__allow", "10.0.0.0/8", "'allow' is a list, and variables set single values only; write it in the file")]
    [InlineData("BREAKWATER__services__0__name", "x", "'services' is a list, and variables set single values only; write it in the file")]
    public void Variable_Wrong_IsToldByItsName(string name, string value, string message) => Assert.Equal(
        [$"environment variable {name}: {message}"],
        Configurations.Messages(Configurations.Read(File, (name, value))));

    [Fact]
    public void Mistakes_OfVariables_ComeAfterThoseOfTheFile() => Assert.Equal(
        [
            "f.yaml:2:1: unknown key 'x'; known here: version, listen, exporters, interfaces, services, upstreams, detection, web, response, notify, allow, retention, limits, geo, storage",
            "environment variable BREAKWATER__limits__hosts: 'limits.hosts': '1' is out of range; write 1024 to 16777216 (hosts)",
            "environment variable BREAKWATER__y: unknown key 'y'; known here: version, listen, exporters, interfaces, services, upstreams, detection, web, response, notify, allow, retention, limits, geo, storage",
        ],
        Configurations.Messages(Configurations.Read("version: 1\nx: 1\n", ("BREAKWATER__y", "1"), ("BREAKWATER__limits__hosts", "1"))));

    [Fact]
    public void Variable_UnderAListOfTheFile_LeavesTheFilesMistake() => Assert.Equal(
        ["f.yaml:2:9: 'limits' is a list, and a section is needed; write keys with values under it: hosts, dossiers, tickRecords"],
        Configurations.Messages(Configurations.Read("version: 1\nlimits: []\n", ("BREAKWATER__limits__hosts", "2048"))));
}
