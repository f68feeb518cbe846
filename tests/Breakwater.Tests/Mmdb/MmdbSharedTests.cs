using System.Text;
using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Tests.Mmdb;

/// <summary>The format's own test databases, and a whole country database, kept beside the repository.</summary>
public sealed class MmdbSharedTests
{
    [Theory]
    [InlineData("GeoLite2-Country-Test")]
    [InlineData("GeoLite2-City-Test")]
    [InlineData("GeoLite2-ASN-Test")]
    public void Networks_OfATestDatabase_AreThoseOfItsSource(string name)
    {
        var database = Mmdbs.Open(File.ReadAllBytes(SharedData.Path($"geo/maxmind/{name}.mmdb")));
        var truth = MmdbTruth.Read(SharedData.Path($"geo/maxmind/{name}.json"));

        // Every network of the source, at both ends.
        Assert.True(truth.Networks.Count >= 240, $"{truth.Networks.Count} networks");
        foreach (var (network, length) in truth.Networks)
        {
            foreach (var address in (Address[])[network, Last(network, length)])
                Assert.Equal((address, truth.Of(address)), (address, Record(database, address, out _)));
        }

        // Every network of the database, and what lies between them.
        var found = 0;
        foreach (var (network, length, record) in Sweep(database))
        {
            if (IsAlias(network))
                continue;
            Assert.Equal((network, truth.Of(network)), (network, record));
            Assert.Equal((network, truth.Of(Last(network, length))), (network, record));
            found += record is null ? 0 : 1;
        }

        Assert.True(found >= 200, $"{found} networks with a record");
    }

    [Fact]
    public void Networks_PlantedDifference_IsFound()
    {
        var truth = MmdbTruth.Parse("""[{"192.0.2.0/24":{"a":1}},{"192.0.2.128/25":{"a":2}}]""");
        Assert.Equal("""{"a":1}""", truth.Of(Address.Parse("192.0.2.1")));
        Assert.Equal("""{"a":2}""", truth.Of(Address.Parse("192.0.2.129")));
        Assert.Null(truth.Of(Address.Parse("192.0.3.1")));
    }

    [Fact]
    public void Countries_OfTheTestDatabases_AreThoseOfTheirSource()
    {
        var counts = new int[2];
        foreach (var name in (string[])["GeoLite2-Country-Test", "GeoLite2-City-Test"])
        {
            var database = Mmdbs.Open(File.ReadAllBytes(SharedData.Path($"geo/maxmind/{name}.mmdb")));
            var truth = MmdbTruth.Read(SharedData.Path($"geo/maxmind/{name}.json"));
            foreach (var (network, _) in truth.Networks)
            {
                using var record = JsonDocument.Parse(truth.Of(network)!);
                var expected = Text(record, "country", "iso_code") ?? Text(record, "registered_country", "iso_code") ?? "";
                Assert.Equal(DecodeError.None, database.FindCountry(network, out var country));
                Assert.Equal((network, expected), (network, country.ToString()));
                counts[expected.Length > 0 ? 1 : 0]++;
            }
        }

        Assert.True(counts[1] > 300, $"{counts[1]} with a country, {counts[0]} without");
    }

    [Fact]
    public void Systems_OfTheTestDatabase_AreThoseOfItsSource()
    {
        var database = Mmdbs.Open(File.ReadAllBytes(SharedData.Path("geo/maxmind/GeoLite2-ASN-Test.mmdb")));
        var truth = MmdbTruth.Read(SharedData.Path("geo/maxmind/GeoLite2-ASN-Test.json"));
        foreach (var (network, _) in truth.Networks)
        {
            using var record = JsonDocument.Parse(truth.Of(network)!);
            var name = Text(record, "autonomous_system_organization") ?? "";
            Assert.Equal(DecodeError.None, database.FindAutonomousSystem(network, out var number, out var organisation));
            Assert.Equal(record.RootElement.GetProperty("autonomous_system_number").GetUInt32(), number);
            Assert.Equal(name, Encoding.UTF8.GetString(organisation));
        }
    }

    [Theory]
    [InlineData("MaxMind-DB-test-decoder", "1.1.1.0", "::1.1.1.0/120",
        """{"array":[u32:1,u32:2,u32:3,],"boolean":true,"bytes":h:0000002a,"double":d:40450fcd67fd3f5b,"float":f:3f8ccccd,"int32":i32:-268435456,"map":{"mapX":{"arrayX":[u32:7,u32:8,u32:9,],"utf8_stringX":"hello",},},"uint128":u128:1329227995784915872903807060280344576,"uint16":u16:100,"uint32":u32:268435456,"uint64":u64:1152921504606846976,"utf8_string":"unicode! \e2\98\af - \e2\99\ab",},""")]
    [InlineData("MaxMind-DB-test-decoder", "0.0.0.0", "::/128",
        """{"array":[],"boolean":false,"bytes":h:,"double":d:0000000000000000,"float":f:00000000,"int32":i32:0,"map":{},"uint128":u128:0,"uint16":u16:0,"uint32":u32:0,"uint64":u64:0,"utf8_string":"",},""")]
    [InlineData("MaxMind-DB-string-value-entries", "1.1.1.3", "1.1.1.2/31", "\"1.1.1.2/31\",")]
    [InlineData("MaxMind-DB-no-ipv4-search-tree", "200.0.2.1", "::/64", "\"::/64\",")]
    [InlineData("MaxMind-DB-no-ipv4-search-tree", "::7", "::/64", "\"::/64\",")]
    [InlineData("MaxMind-DB-test-ipv4-24", "1.1.1.3", "1.1.1.2/31", "{\"ip\":\"1.1.1.2\",},")]
    [InlineData("MaxMind-DB-test-ipv4-24", "1.1.1.33", "1.1.1.33/32", "")]
    [InlineData("MaxMind-DB-test-ipv4-24", "1.1.1.32", "1.1.1.32/32", "{\"ip\":\"1.1.1.32\",},")]
    [InlineData("MaxMind-DB-test-ipv6-24", "::2:0:1", "::2:0:0/122", "{\"ip\":\"::2:0:0\",},")]
    [InlineData("MaxMind-DB-test-mixed-24", "1.1.1.17", "::1.1.1.16/124", "{\"ip\":\"::1.1.1.16\",},")]
    [InlineData("MaxMind-DB-test-mixed-24", "::2:0:41", "::2:0:40/124", "{\"ip\":\"::2:0:40\",},")]
    public void Record_OfATestDatabase_IsRead(string name, string address, string network, string record)
    {
        var database = Mmdbs.Open(File.ReadAllBytes(SharedData.Path($"geo/maxmind/{name}.mmdb")));
        var asked = Address.Parse(address);
        Assert.Equal(DecodeError.None, database.Lookup(asked, out var match));
        var sink = new MmdbText();
        Assert.Equal(DecodeError.None, database.Walk(match, ref sink));
        Assert.Equal((record, record.Length > 0), (sink.ToString(), match.IsFound));

        // The lists of networks are in the terms of the tree; an IPv4 address is answered in its own.
        var slash = network.IndexOf('/', StringComparison.Ordinal);
        var length = int.Parse(network[(slash + 1)..], System.Globalization.CultureInfo.InvariantCulture);
        if (asked.IsIPv4 && network.Contains(':', StringComparison.Ordinal))
            length = Math.Max(0, length - 96);
        Assert.Equal((asked.Masked(length), length), (match.Network, match.PrefixLength));
    }

    [Fact]
    public void Pointers_OfTheTestDatabase_GiveTheSameRecordThroughEach()
    {
        var database = Mmdbs.Open(File.ReadAllBytes(SharedData.Path("geo/maxmind/MaxMind-DB-test-pointer-decoder.mmdb")));
        var records = Sweep(database, address => Mmdbs.Say(database, address).Split(' ', 2)[1]).Where(entry => entry.Record != "none").Select(entry => entry.Record!).ToList();
        Assert.Contains(records, record => record.Contains("\"utf8_string\":", StringComparison.Ordinal));
        Assert.DoesNotContain(records, record => record.Contains("Bad", StringComparison.Ordinal));
    }

    /// <summary>The file is refused, or at least one of all questions that can be asked of it; the last ones have nothing to refuse.</summary>
    [Theory]
    [InlineData("bad-data/libmaxminddb-deep-array-nesting", true)]
    [InlineData("bad-data/libmaxminddb-deep-nesting", true)]
    [InlineData("bad-data/libmaxminddb-metadata-marker-only", true)]
    [InlineData("bad-data/libmaxminddb-offset-integer-overflow", true)]
    [InlineData("bad-data/libmaxminddb-oversized-array", true)]
    [InlineData("bad-data/libmaxminddb-oversized-map", true)]
    [InlineData("bad-data/libmaxminddb-separator-record-max-left", true)]
    [InlineData("bad-data/libmaxminddb-separator-record-min-left", true)]
    [InlineData("bad-data/libmaxminddb-separator-record-min-right", true)]
    [InlineData("bad-data/libmaxminddb-uint64-max-epoch", true)]
    [InlineData("MaxMind-DB-test-broken-pointers-24", true)]
    [InlineData("MaxMind-DB-test-broken-search-tree-24", true)]
    // The nodes that are corrupt here cannot be reached: both records of the root lead to data.
    [InlineData("bad-data/libmaxminddb-corrupt-search-tree", false)]
    // These keep to the specification: an empty map or array ends the file, over whose end a careless reader runs.
    [InlineData("bad-data/libmaxminddb-empty-array-last-in-metadata", false)]
    [InlineData("bad-data/libmaxminddb-empty-map-last-in-metadata", false)]
    public void Questions_ToAMalformedDatabase_AreRefused(string name, bool isRefused)
    {
        var error = MmdbDatabase.Open(File.ReadAllBytes(SharedData.Path($"geo/maxmind/{name}.mmdb")), out var database);
        if (database is null)
        {
            Assert.NotEqual(DecodeError.None, error);
            Assert.True(isRefused);
            return;
        }

        var metadata = new MmdbText();
        Assert.Equal(DecodeError.None, database.WalkMetadata(ref metadata));
        var said = Sweep(database, address => Mmdbs.Say(database, address)).Select(entry => entry.Record!).ToList();
        Assert.Equal(isRefused, said.Exists(one => Enum.TryParse<DecodeError>(one, out _)));
        if (!isRefused)
            Assert.Contains("""0.0.0.0/1 {"ip":"test",},""", said);
    }

    [Fact]
    public void Countries_OfAWholeDatabase_ArePlausible()
    {
        var database = Mmdbs.Open(File.ReadAllBytes(SharedData.Path("geo/npm/iptoasn-country-ipv4.mmdb")));
        var countries = new Dictionary<CountryCode, (int Networks, double Addresses)>();
        double all = 0, named = 0;
        for (ulong at = 0; at <= uint.MaxValue;)
        {
            var address = Address.FromIPv4((uint)at);
            Assert.Equal(DecodeError.None, database.Lookup(address, out var match));
            Assert.Equal(DecodeError.None, database.FindCountry(address, out var country));
            Assert.Equal(match.IsFound, country.IsKnown);
            var size = 1UL << (32 - match.PrefixLength);
            all += size;
            if (country.IsKnown)
            {
                named += size;
                var so = countries.GetValueOrDefault(country);
                countries[country] = (so.Networks + 1, so.Addresses + size);
            }

            at += size;
        }

        // The whole of IPv4 once over; most of what is routed has a country, and the United States most of it.
        Assert.Equal(1UL << 32, all);
        Assert.InRange(named / all, 0.6, 0.9);
        Assert.InRange(countries.Count, 200, 260);
        Assert.Equal("US", countries.MaxBy(pair => pair.Value.Addresses).Key.ToString());
        Assert.True(countries.Values.Sum(value => value.Networks) > 150_000);
    }

    /// <summary>All networks that the tree tells apart, in order: IPv4's, then IPv6's.</summary>
    private static IEnumerable<(Address Network, int Length, string? Record)> Sweep(MmdbDatabase database, Func<Address, string?>? say = null)
    {
        say ??= address => Record(database, address, out _);
        for (ulong at = 0; at <= uint.MaxValue;)
        {
            var address = Address.FromIPv4((uint)at);
            database.Lookup(address, out var match);
            yield return (match.Network, match.PrefixLength, say(address));
            at += 1UL << (32 - match.PrefixLength);
        }

        if (database.Metadata.IpVersion == 4)
            yield break;
        for (UInt128 at = 0, next = 1; next != 0; at = next)
        {
            var address = Address.FromHalves((ulong)(at >> 64), (ulong)at);
            var length = 96; // IPv4-mapped addresses were had above
            if (!address.IsIPv4)
            {
                database.Lookup(address, out var match);
                length = match.PrefixLength;
                yield return (match.Network, length, say(address));
            }

            next = length == 0 ? 0 : at + (UInt128.One << (128 - length));
        }
    }

    // MaxMind's trees repeat IPv4's part under 6to4 and Teredo; IPv4 itself stands under ::/96 and was seen as IPv4.
    private static bool IsAlias(Address address) =>
        !address.IsIPv4 && (address.Masked(16) == Address.Parse("2002::") || address.Masked(32) == Address.Parse("2001::") || address.Masked(96) == default);

    private static string? Record(MmdbDatabase database, Address address, out int prefixLength)
    {
        Assert.Equal(DecodeError.None, database.Lookup(address, out var match));
        prefixLength = match.PrefixLength;
        if (!match.IsFound)
            return null;
        var sink = new MmdbTruth.Sink();
        Assert.Equal(DecodeError.None, database.Walk(match, ref sink));
        return sink.ToString();
    }

    private static Address Last(Address network, int length)
    {
        var bits = 128 - (network.IsIPv4 ? length + 96 : length);
        var last = new UInt128(network.High, network.Low) | (bits == 128 ? UInt128.MaxValue : (UInt128.One << bits) - 1);
        return Address.FromHalves((ulong)(last >> 64), (ulong)last);
    }

    private static string? Text(JsonDocument document, params string[] path)
    {
        var element = document.RootElement;
        foreach (var name in path)
        {
            if (!element.TryGetProperty(name, out element))
                return null;
        }

        return element.GetString();
    }
}
