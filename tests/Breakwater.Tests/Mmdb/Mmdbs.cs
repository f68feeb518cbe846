using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Tests.Mmdb;

/// <summary>Databases made for tests, and what is asked of them.</summary>
internal static class Mmdbs
{
    /// <summary>Opens what has to be a database.</summary>
    public static MmdbDatabase Open(byte[] file)
    {
        Assert.Equal(DecodeError.None, MmdbDatabase.Open(file, out var database));
        return database!;
    }

    /// <summary>A record like GeoLite2-Country's.</summary>
    public static (string, object)[] Country(string code) =>
    [
        ("continent", new (string, object)[] { ("code", "EU"), ("geoname_id", 6_255_148u) }),
        ("country", new (string, object)[] { ("geoname_id", 2_635_167u), ("iso_code", code) }),
        ("registered_country", new (string, object)[] { ("is_in_european_union", true), ("iso_code", "FR") }),
    ];

    /// <summary>A record like GeoLite2-ASN's.</summary>
    public static (string, object)[] System(uint number, string name) =>
        [("autonomous_system_number", number), ("autonomous_system_organization", name)];

    /// <summary>A small database of both families.</summary>
    public static MmdbWriter Small(int recordSizeBits = 24, int ipVersion = 6)
    {
        var writer = new MmdbWriter(recordSizeBits, ipVersion);
        writer.Add("192.0.2.0/24", Country("GB"));
        writer.Add("192.0.2.128/25", Country("DE"));
        writer.Add("198.51.100.7/32", Country("SE"));
        if (ipVersion == 6)
        {
            writer.Add("2001:db8::/32", Country("NL"));
            writer.Add("2001:db8:0:1::/64", Country("PL"));
            writer.Add("2001:db8::1/128", Country("JP"));
        }

        return writer;
    }

    /// <summary>What the database says of an address as <c>NETWORK/LENGTH record</c>; the error's name where there is one.</summary>
    public static string Say(MmdbDatabase database, Address address)
    {
        var error = database.Lookup(address, out var match);
        if (error != DecodeError.None)
            return error.ToString();
        var sink = new MmdbText();
        error = database.Walk(match, ref sink);
        return error != DecodeError.None ? error.ToString() : $"{match.Network}/{match.PrefixLength} {(match.IsFound ? sink.ToString() : "none")}";
    }

    /// <summary>As <see cref="Say(MmdbDatabase, Address)"/>, for an address as text.</summary>
    public static string Say(MmdbDatabase database, string address) => Say(database, Address.Parse(address));

    /// <summary>The record that follows when these octets stand for the whole of it.</summary>
    public static string SayRaw(params byte[] record)
    {
        var writer = new MmdbWriter(ipVersion: 4);
        writer.Add("192.0.2.0/24", new MmdbWriter.Raw(record));
        var said = Say(Open(writer.Finish()), "192.0.2.1");
        return said.StartsWith("192.0.2.0/24 ", StringComparison.Ordinal) ? said["192.0.2.0/24 ".Length..] : said;
    }
}
