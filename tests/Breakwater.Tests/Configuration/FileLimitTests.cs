using System.Diagnostics;
using System.Text;
using Breakwater.Configuration;

namespace Breakwater.Tests.Configuration;

/// <summary>What a file may not be, however it is made.</summary>
public sealed class FileLimitTests
{
    private static readonly Dictionary<string, string> _noEnvironment = new(StringComparer.Ordinal);

    [Fact]
    public void File_OfOneMebibyte_IsReadAndOneOctetMoreIsRefused()
    {
        var largest = "version: 1\n#".PadRight(YamlTree.MaxBytes, 'x');
        Assert.NotNull(Configurations.Good(largest));
        Assert.Equal(["f.yaml: the file is longer than 1 MiB; remove what is not configuration"], Configurations.Messages(Configurations.Read(largest + "x")));
    }

    [Fact]
    public void Nesting_OfThirtyTwo_IsReadAndOneMoreIsRefused()
    {
        // The file itself is the first level.
        var deepest = $"version: 1\nx: {new string('[', YamlTree.MaxDepth - 1)}{new string(']', YamlTree.MaxDepth - 1)}\n";
        var deeper = $"version: 1\nx: {new string('[', YamlTree.MaxDepth)}{new string(']', YamlTree.MaxDepth)}\nallow: [x]\n";
        const string unknown = "f.yaml:2:1: unknown key 'x'; known here: version, listen, exporters, interfaces, services, upstreams, detection, web, response, notify, allow, retention, limits, geo, storage";
        Assert.Equal([unknown], Configurations.Messages(Configurations.Read(deepest)));
        Assert.Equal(
            [
                "f.yaml:2:35: sections and lists are nested more than 32 deep; write it flatter; nothing after here was read",
            ],
            Configurations.Messages(Configurations.Read(deeper)));
    }

    [Fact]
    public void File_NotUtf8_IsRefusedAtTheOctet() => Assert.Equal(
        ["f.yaml:2:10: the file is not UTF-8 from here on; save it as UTF-8"],
        Configurations.Messages(Configurations.Read([.. "version: 1\nallow: [ "u8, 0xFF, .. "]"u8])));

    [Fact]
    public void File_WithByteOrderMarkAndCarriageReturns_IsRead() =>
        Assert.Equal("10.0.0.0/8", Assert.Single(Configurations.Good("\uFEFFversion: 1\r\nallow: [10.0.0.0/8]\r\n").Allow).ToString());

    [Fact]
    public void File_Absent_IsAMistakeOfTheWholeFile() => Assert.Equal(
        ["no-such.yaml: there is no such file; check the path that --config names"],
        Configurations.Messages(ConfigLoader.Load("no-such.yaml", _noEnvironment, [])));

    [Fact]
    public void File_ThatIsAFolder_CannotBeRead() => Assert.StartsWith(
        "/: the file cannot be read; make it a file that this user may read (",
        Assert.Single(Configurations.Messages(ConfigLoader.Load("/", _noEnvironment, []))),
        StringComparison.Ordinal);

    [Fact]
    public void File_Endless_IsRefused() => Assert.Equal(
        ["/dev/zero: the file is longer than 1 MiB; remove what is not configuration"],
        Configurations.Messages(ConfigLoader.Load("/dev/zero", _noEnvironment, [])));

    [Fact]
    public void Database_OfGeo_IsFoundBesideTheFile()
    {
        var folder = Directory.CreateTempSubdirectory("breakwater-config-");
        try
        {
            var file = Path.Combine(folder.FullName, "f.yaml");
            File.WriteAllText(file, "version: 1\ngeo: {countries: geo/countries.mmdb}\n");
            var database = Path.Combine(folder.FullName, "geo", "countries.mmdb");
            Assert.Equal(
                [$"{file}:2:18: there is no file {ConfigMistakes.Quote(database)}; put the database there, or remove 'geo.countries'"],
                Configurations.Messages(ConfigLoader.Load(file, _noEnvironment, [])));
            Directory.CreateDirectory(Path.GetDirectoryName(database)!);
            File.WriteAllText(database, "");
            var geo = ConfigLoader.Load(file, _noEnvironment, []).Config!.Geo;
            Assert.Equal(new GeoFile("geo/countries.mmdb", database), geo.Countries);
            Assert.Null(geo.Asns);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Files made to be slow: the bounds are generous, a quadratic reading would take minutes.</summary>
    [Theory]
    [InlineData("version: 1\n", "", "k{0}: 1\n")]
    [InlineData("version: 1\nallow:\n", "", "- x\n")]
    [InlineData("version: 1\nservices:\n- name: a\n  addresses:\n", "", "  - 10.0.0.0/8\n")]
    [InlineData("version: 1\nservices:\n", "", "- {{name: s{0}, addresses: [10.0.0.0/8]}}\n")]
    [InlineData("version: 1\nexporters:\n", "", "- {{name: a, address: 10.0.0.1}}\n")]
    [InlineData("version: 1\ndetection: {off: [", "]}\n", "x, ")]
    [InlineData("version: 1\nallow: ", "", "[")]
    [InlineData("version: 1\nallow: [", "]", "{{a: ")]
    [InlineData("version: 1\nallow: '", "'", "a")]
    [InlineData("version: 1\nallow: ", "", "- ")]
    [InlineData("version: 1\n", "", "? ")]
    [InlineData("version: 1\nallow: [", "]", "a: b, ")]
    [InlineData("version: 1\nlimits: {{hosts: ", "}}", "9")]
    public void File_LargeAndNasty_IsAnsweredSoon(string head, string tail, string repeated)
    {
        var text = new StringBuilder(head.Replace("{{", "{", StringComparison.Ordinal));
        for (var number = 0; text.Length < YamlTree.MaxBytes / 4; number++)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"{string.Format(System.Globalization.CultureInfo.InvariantCulture, repeated, number)}");
        var watch = Stopwatch.StartNew();
        var result = Configurations.Read(text.Append(tail).ToString());
        Assert.Equal(result.Config is null, !result.Mistakes.IsEmpty);
        Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"took {watch.Elapsed}");
    }
}
