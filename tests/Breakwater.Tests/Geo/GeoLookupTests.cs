using Breakwater.Geo;
using Breakwater.Tests.Mmdb;
using Breakwater.Wire;

namespace Breakwater.Tests.Geo;

/// <summary>Answers from one database or several.</summary>
public sealed class GeoLookupTests : IDisposable
{
    private static readonly Address _address = Address.Parse("192.0.2.1");
    private static readonly Address _other = Address.Parse("198.51.100.1");

    private readonly GeoFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void Try_OneDatabaseOfEachKind_AnswersBoth()
    {
        var lookup = Of(GeoFolder.Database("192.0.2.0/24", GeoFolder.CountryRecord("SE")), GeoFolder.Database("192.0.2.0/24", Mmdbs.System(64_496, "Example")));
        Assert.Equal((true, true), (lookup.HasCountries, lookup.HasSystems));
        Assert.True(lookup.TryCountry(_address, out var country));
        Assert.Equal("SE", country.ToString());
        Assert.True(lookup.TryAsn(_address, out var number, out string? name));
        Assert.Equal((64_496u, "Example"), (number, name));
        Assert.True(lookup.TryAsn(_address, out number));
        Assert.Equal(64_496u, number);

        Assert.False(lookup.TryCountry(_other, out country));
        Assert.False(country.IsKnown);
        Assert.False(lookup.TryAsn(_other, out number, out name));
        Assert.Equal((0u, null), (number, name));
    }

    [Fact]
    public void Try_DatabaseOfOneKind_DoesNotKnowTheOther()
    {
        var lookup = Of(GeoFolder.Database("192.0.2.0/24", GeoFolder.CountryRecord("SE")));
        Assert.Equal((true, false), (lookup.HasCountries, lookup.HasSystems));
        Assert.True(lookup.TryCountry(_address, out _));
        Assert.False(lookup.TryAsn(_address, out _, out string? _));
    }

    [Fact]
    public void Try_SeveralThatKnow_TheFirstAnswers()
    {
        var one = GeoFolder.Database("192.0.2.0/24", GeoFolder.CountryRecord("SE"));
        var two = new MmdbWriter();
        two.Add("192.0.2.0/24", GeoFolder.CountryRecord("DE"));
        two.Add("198.51.100.0/24", GeoFolder.CountryRecord("JP"));
        var lookup = Of(one, two.Finish());
        Assert.Equal("SE", Country(lookup, _address));
        Assert.Equal("JP", Country(lookup, _other));
        Assert.Equal("DE", Country(Of(two.Finish(), one), _address));
    }

    [Fact]
    public void Try_BothFamilies_AreAnswered()
    {
        var lookup = Of(GeoFolder.Database("192.0.2.0/24", GeoFolder.CountryRecord("SE"), 4), GeoFolder.Database("2001:db8::/32", GeoFolder.CountryRecord("NL")));
        Assert.Equal("SE", Country(lookup, _address));
        Assert.Equal("NL", Country(lookup, Address.Parse("2001:db8::1")));
    }

    [Fact]
    public void Try_DamagedRecord_IsUnknownAndCounted()
    {
        var writer = new MmdbWriter();
        writer.Add("192.0.2.0/24", GeoFolder.CountryRecord("SE"));
        writer.Add("198.51.100.0/24", new MmdbWriter.Raw(0xE1, 0x20, 0xFF));
        var lookup = Of(writer.Finish());
        Assert.Equal("SE", Country(lookup, _address));
        Assert.Equal(0, lookup.DamagedLookups);
        Assert.Equal("", Country(lookup, _other));
        Assert.Equal(1, lookup.DamagedLookups);
    }

    [Fact]
    public void TryAsn_NameThatSteersATerminal_IsMadeHarmless()
    {
        var writer = new MmdbWriter();
        writer.Add("192.0.2.0/24", Mmdbs.System(64_496, "Exam\u001B[2Jple\u0085é"));
        writer.Add("198.51.100.0/24", Mmdbs.System(64_497, " "));
        writer.Add("203.0.113.0/24", Mmdbs.System(64_498, new string('x', 300)));
        var lookup = Of(writer.Finish());
        Assert.True(lookup.TryAsn(_address, out _, out string? name));
        Assert.Equal("Exam\uFFFD[2Jple\uFFFDé", name);
        Assert.True(lookup.TryAsn(_other, out _, out name));
        Assert.Null(name);
        Assert.True(lookup.TryAsn(Address.Parse("203.0.113.1"), out _, out name));
        Assert.Equal(GeoLookup.MaxNameBytes, name!.Length);
    }

    [Fact]
    public void Try_WithoutNames_AllocatesNothing()
    {
        var lookup = Of(GeoFolder.Database("192.0.2.0/24", GeoFolder.CountryRecord("SE")), GeoFolder.Database("192.0.2.0/24", Mmdbs.System(64_496, "Example")));
        var known = 0;
        Assert.Equal(0, AllocatedBytes.Least(() => known += (lookup.TryCountry(_address, out _) ? 1 : 0) + (lookup.TryAsn(_address, out _) ? 1 : 0)));
        Assert.True(known >= 2);
        // The twin: a name is a new string.
        Assert.NotEqual(0, AllocatedBytes.Least(() => lookup.TryAsn(_address, out _, out string? _)));
    }

    private static string Country(GeoLookup lookup, Address address) => lookup.TryCountry(address, out var country) ? country.ToString() : "";

    private GeoLookup Of(params byte[][] files)
    {
        var paths = files.Select((file, index) => _folder.Write($"{index}.mmdb", file)).ToList();
        var opening = GeoFiles.Open(paths, _folder.Root);
        Assert.Empty(opening.Faults);
        return opening.Lookup!;
    }
}
