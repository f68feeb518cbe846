using Breakwater.Geo;
using Breakwater.Wire;

namespace Breakwater.Tests.Geo;

/// <summary>Where databases are looked for, and what is said when one cannot be used.</summary>
public sealed class GeoFilesTests : IDisposable
{
    private static readonly byte[] _sweden = GeoFolder.Database("192.0.2.0/24", GeoFolder.CountryRecord("SE"));
    private static readonly byte[] _japan = GeoFolder.Database("192.0.2.0/24", GeoFolder.CountryRecord("JP"));

    private readonly GeoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    private string Executable => _folder["checkout/artifacts/bin/Breakwater/release"];

    [Fact]
    public void Open_NothingThere_IsNoFault()
    {
        var opening = GeoFiles.Open([], Executable);
        Assert.Null(opening.Lookup);
        Assert.Empty(opening.Faults);
        Assert.Contains("use-geo-data.md", GeoOpening.Absent, StringComparison.Ordinal);
    }

    [Fact]
    public void Open_UsualPlaces_InTheirOrder()
    {
        Directory.CreateDirectory(Executable);
        _folder.Write("checkout/artifacts/bin/Breakwater/release/geo/a.mmdb", _japan);
        Assert.Equal("JP", Country(GeoFiles.Open([], Executable)));

        // The checkout's folder counts only where there is a checkout, and then before the other.
        _folder.Write("checkout/artifacts/geo/a.mmdb", _sweden);
        Assert.Equal("JP", Country(GeoFiles.Open([], Executable)));
        _folder.Write("checkout/Breakwater.slnx", []);
        Assert.Equal("SE", Country(GeoFiles.Open([], Executable)));

        // What the operator named counts alone.
        var named = _folder.Write("named.mmdb", _japan);
        var opening = GeoFiles.Open([named], Executable);
        Assert.Equal("JP", Country(opening));
        Assert.Equal(named, Assert.Single(opening.Lookup!.Databases).Path);
    }

    [Fact]
    public void Open_OneOfTwoUnusable_SaysSoAndUsesTheOther()
    {
        var broken = _folder.Write("broken.mmdb", _sweden[..^1]);
        var opening = GeoFiles.Open([broken, _folder.Write("good.mmdb", _sweden)], Executable);
        Assert.Equal("SE", Country(opening));
        Assert.Equal($"geo data '{broken}' cannot be used: it is no MMDB file, or its end is missing", Assert.Single(opening.Faults));
    }

    [Fact]
    public void Open_NamedFileMissing_DoesNotFallBackToTheUsualPlaces()
    {
        _folder.Write("checkout/artifacts/bin/Breakwater/release/geo/a.mmdb", _japan);
        var opening = GeoFiles.Open([_folder["missing.mmdb"]], Executable);
        Assert.Null(opening.Lookup);
        Assert.EndsWith("there is no such file", Assert.Single(opening.Faults), StringComparison.Ordinal);
        Assert.Equal("JP", Country(GeoFiles.Open([], Executable)));
    }

    [Fact]
    public void Open_FolderWithMoreThanTheLimit_UsesTheFirstByName()
    {
        for (var i = 0; i <= GeoFiles.MaxFiles; i++)
            _folder.Write($"checkout/artifacts/bin/Breakwater/release/geo/{i}.mmdb", i == 0 ? _sweden : _japan);
        _folder.Write("checkout/artifacts/bin/Breakwater/release/geo/README.txt", [1]);
        var opening = GeoFiles.Open([], Executable);
        Assert.Equal("SE", Country(opening));
        Assert.Equal(GeoFiles.MaxFiles, opening.Lookup!.Databases.Count);
        Assert.StartsWith("geo data: only the first 8 of the 9 files in ", Assert.Single(opening.Faults), StringComparison.Ordinal);
    }

    private static string Country(GeoOpening opening) =>
        opening.Lookup!.TryCountry(Address.Parse("192.0.2.1"), out var country) ? country.ToString() : "";
}
