using System.Text;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Tests.Mmdb;

/// <summary>Country and autonomous system in the layouts of their makers.</summary>
public sealed class MmdbFieldTests
{
    private static (string, object)[] Map(params (string, object)[] pairs) => pairs;

    public static TheoryData<string, object, string> Countries { get; } = new()
    {
        { "MaxMind, DB-IP", Mmdbs.Country("GB"), "GB" },
        { "MaxMind, registered only", Map(("registered_country", Map(("geoname_id", 1u), ("iso_code", "FR")))), "FR" },
        { "MaxMind, country without a code", Map(("country", Map(("geoname_id", 1u))), ("registered_country", Map(("iso_code", "FR")))), "FR" },
        { "ip-location-db", Map(("country_code", "SE")), "SE" },
        { "IPinfo country_asn", Map(("as_name", "x"), ("asn", "AS64496"), ("country", "JP"), ("country_name", "Japan")), "JP" },
        { "IPinfo lite", Map(("asn", "AS64496"), ("country", "Japan"), ("country_code", "JP")), "JP" },
        { "lower case", Map(("country_code", "nl")), "NL" },
        { "no country", Map(("asn", "AS64496")), "" },
        { "not a code", Map(("country_code", "None")), "" },
        { "digits", Map(("country_code", "A1")), "" },
        { "the code for unknown", Map(("country_code", "ZZ")), "" },
        { "a number", Map(("country_code", 7u)), "" },
        { "no map", "SE", "" },
    };

    [Theory]
    [MemberData(nameof(Countries))]
    public void FindCountry_Layout_IsUnderstood(string layout, object record, string expected)
    {
        Assert.NotEmpty(layout);
        var database = With(record);
        Assert.Equal(DecodeError.None, database.FindCountry(Address.Parse("192.0.2.1"), out var country));
        Assert.Equal((expected, expected.Length > 0), (country.ToString(), country.IsKnown));
        Assert.Equal(DecodeError.None, database.FindCountry(Address.Parse("198.51.100.1"), out country));
        Assert.False(country.IsKnown);
    }

    public static TheoryData<string, object, uint, string> Systems { get; } = new()
    {
        { "MaxMind, DB-IP, ip-location-db", Mmdbs.System(64_496, "Example GmbH"), 64_496, "Example GmbH" },
        { "without a name", Map(("autonomous_system_number", 64_496u)), 64_496, "" },
        { "IPinfo", Map(("as_domain", "example.net"), ("as_name", "Example"), ("asn", "AS4200000000")), 4_200_000_000, "Example" },
        { "a number as text", Map(("autonomous_system_number", "64496"), ("autonomous_system_organization", "Example")), 64_496, "Example" },
        { "a wide integer", Map(("autonomous_system_number", 64_496UL)), 64_496, "" },
        { "too large", Map(("autonomous_system_number", 4_294_967_296UL), ("as_name", "x")), 0, "" },
        { "reserved", Map(("autonomous_system_number", 0u), ("autonomous_system_organization", "x")), 0, "" },
        { "no number", Map(("asn", "AS"), ("as_name", "x")), 0, "" },
        { "a NUL behind the number", Map(("asn", "AS64496\0"), ("as_name", "x")), 0, "" },
        { "text too large", Map(("asn", "AS4294967296"), ("as_name", "x")), 0, "" },
        { "the largest", Map(("asn", "AS4294967295"), ("as_name", "x")), 4_294_967_295, "x" },
        { "signs", Map(("asn", "AS-1"), ("as_name", "x")), 0, "" },
        { "none", Mmdbs.Country("GB"), 0, "" },
        { "no map", 7u, 0, "" },
    };

    [Theory]
    [MemberData(nameof(Systems))]
    public void FindAutonomousSystem_Layout_IsUnderstood(string layout, object record, uint expected, string name)
    {
        Assert.NotEmpty(layout);
        Assert.Equal(DecodeError.None, With(record).FindAutonomousSystem(Address.Parse("192.0.2.1"), out var number, out var organisation));
        Assert.Equal((expected, name), (number, Encoding.UTF8.GetString(organisation)));
    }

    [Fact]
    public void FindCountry_DamagedRecord_IsAnError()
    {
        var database = With(new MmdbWriter.Raw([0xE1, 0x47, .. "country"u8, 0x20, 0xFF]));
        Assert.Equal(DecodeError.BadValue, database.FindCountry(Address.Parse("192.0.2.1"), out var country));
        Assert.False(country.IsKnown);
    }

    [Fact]
    public void CountryCode_Orders_ByItsLetters()
    {
        CountryCode.TryRead("de"u8, out var de);
        CountryCode.TryRead("DK"u8, out var dk);
        Assert.True(de < dk && dk > de && default(CountryCode) < de && de <= dk && dk >= de);
        Assert.Equal(("DE", 0x4445), (de.ToString(), de.Packed));
        Assert.False(CountryCode.TryRead("D"u8, out _) || CountryCode.TryRead("DEU"u8, out _) || CountryCode.TryRead("D@"u8, out _) || CountryCode.TryRead([0xC4, 0xE4], out _));
    }

    private static MmdbDatabase With(object record)
    {
        var writer = new MmdbWriter();
        writer.Add("192.0.2.0/24", record);
        return Mmdbs.Open(writer.Finish());
    }
}
