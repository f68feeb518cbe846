using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Tests.Mmdb;

/// <summary>Databases made by hand from the specification: tree, metadata, damage.</summary>
public sealed class MmdbDatabaseTests
{
    public static TheoryData<int, int> Shapes { get; } = new() { { 24, 4 }, { 28, 4 }, { 32, 4 }, { 24, 6 }, { 28, 6 }, { 32, 6 } };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Lookup_IPv4_GivesTheLongestNetwork(int recordSizeBits, int ipVersion)
    {
        var database = Mmdbs.Open(Mmdbs.Small(recordSizeBits, ipVersion).Finish());
        Assert.Equal((recordSizeBits, ipVersion), (database.Metadata.RecordSizeBits, database.Metadata.IpVersion));
        Assert.Equal("192.0.2.0/25 " + MmdbText.Of(Mmdbs.Country("GB")), Mmdbs.Say(database, "192.0.2.127"));
        Assert.Equal("192.0.2.128/25 " + MmdbText.Of(Mmdbs.Country("DE")), Mmdbs.Say(database, "192.0.2.128"));
        Assert.Equal("198.51.100.7/32 " + MmdbText.Of(Mmdbs.Country("SE")), Mmdbs.Say(database, "198.51.100.7"));
        Assert.Equal("198.51.100.6/32 none", Mmdbs.Say(database, "198.51.100.6"));
        Assert.Equal("0.0.0.0/1 none", Mmdbs.Say(database, "10.0.0.1"));
    }

    [Theory]
    [InlineData(24)]
    [InlineData(28)]
    [InlineData(32)]
    public void Lookup_IPv6_GivesTheLongestNetwork(int recordSizeBits)
    {
        var database = Mmdbs.Open(Mmdbs.Small(recordSizeBits).Finish());
        Assert.Equal("2001:db8::1/128 " + MmdbText.Of(Mmdbs.Country("JP")), Mmdbs.Say(database, "2001:db8::1"));
        Assert.Equal("2001:db8::/128 " + MmdbText.Of(Mmdbs.Country("NL")), Mmdbs.Say(database, "2001:db8::"));
        Assert.Equal("2001:db8:0:1::/64 " + MmdbText.Of(Mmdbs.Country("PL")), Mmdbs.Say(database, "2001:db8:0:1:2:3:4:5"));
        Assert.Equal("2001:db8:8000::/33 " + MmdbText.Of(Mmdbs.Country("NL")), Mmdbs.Say(database, "2001:db8:ffff::1"));
        Assert.Equal("8000::/1 none", Mmdbs.Say(database, "fe80::1"));
        Assert.Equal("::192.0.2.0/121 " + MmdbText.Of(Mmdbs.Country("GB")), Mmdbs.Say(database, "::192.0.2.1").Replace("::c000:200/", "::192.0.2.0/", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(28)]
    [InlineData(32)]
    public void Lookup_RecordsAboveTheBitsOf24_AreRead(int recordSizeBits)
    {
        // 17 MiB of padding: the records that lead behind it need more than 24 bits.
        var writer = new MmdbWriter(recordSizeBits, 4);
        writer.Add("192.0.2.0/24", "before");
        writer.Pad(17 * 1024 * 1024);
        writer.Add("0.0.0.0/2", "left");
        writer.Add("64.0.0.0/2", "right");
        var database = Mmdbs.Open(writer.Finish());
        Assert.Equal("""0.0.0.0/2 "left",""", Mmdbs.Say(database, "0.0.0.1"));
        Assert.Equal("""64.0.0.0/2 "right",""", Mmdbs.Say(database, "64.0.0.1"));
        Assert.Equal("""192.0.2.0/24 "before",""", Mmdbs.Say(database, "192.0.2.1"));
    }

    [Fact]
    public void Lookup_IPv6InATreeForIPv4_FindsNothing()
    {
        var database = Mmdbs.Open(Mmdbs.Small(ipVersion: 4).Finish());
        Assert.Equal("::/0 none", Mmdbs.Say(database, "2001:db8::1"));
        Assert.StartsWith("192.0.2.0/25 {", Mmdbs.Say(database, "192.0.2.1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Lookup_IPv4UnderAShorterIPv6Network_IsAllOfIPv4()
    {
        var writer = new MmdbWriter();
        writer.Add("::/64", "both");
        Assert.Equal("""0.0.0.0/0 "both",""", Mmdbs.Say(Mmdbs.Open(writer.Finish()), "203.0.113.9"));
        Assert.Equal("0.0.0.0/0 none", Mmdbs.Say(Mmdbs.Open(new MmdbWriter().Finish()), "203.0.113.9"));
    }

    [Fact]
    public void Lookup_TreeDeeperThanAnAddress_IsDamage()
    {
        var writer = new MmdbWriter(ipVersion: 4);
        writer.Add("192.0.2.0/24", "fine");
        writer.AddRawRecord("0.0.0.0/1", 0); // the root again, for ever
        var database = Mmdbs.Open(writer.Finish());
        Assert.Equal("BadValue", Mmdbs.Say(database, "0.0.0.0"));
        Assert.Equal("""192.0.2.0/24 "fine",""", Mmdbs.Say(database, "192.0.2.1"));
    }

    [Theory]
    [InlineData(1, "BadValue")]
    [InlineData(15, "BadValue")]
    [InlineData(16, "\"fine\",")]
    [InlineData(20, "BadLength")]
    [InlineData(21, "BadValue")]
    [InlineData(0x7FFFFF, "BadValue")]
    public void Lookup_RecordOutsideTheData_IsDamage(uint aboveNodes, string said)
    {
        // The data are the five octets of "fine"; its last letter, read as a control byte, would be a double of 5 octets.
        var writer = new MmdbWriter(ipVersion: 4);
        writer.Add("192.0.2.0/24", "fine");
        writer.AddRawRecord("128.0.0.0/8", 0);
        writer.AddRawRecord("128.0.0.0/8", (uint)writer.NodeCount + aboveNodes);
        Assert.EndsWith(said, Mmdbs.Say(Mmdbs.Open(writer.Finish()), "128.0.0.1"), StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_SaysWhatWasWritten()
    {
        var database = Mmdbs.Open(Mmdbs.Small(28).Finish());
        Assert.Equal(new MmdbMetadata("Breakwater-Test", 6, Mmdbs.Small().NodeCount, 28, 1_767_225_600, 0), database.Metadata);
        var sink = new MmdbText();
        Assert.Equal(DecodeError.None, database.WalkMetadata(ref sink));
        Assert.Contains(""" "languages":["en",],""".Trim(), sink.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public void Metadata_MarkerInTheDataToo_TheLastCounts()
    {
        var writer = Mmdbs.Small();
        writer.Add("203.0.113.0/24", (byte[])[0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8, 0xE0]);
        Assert.Equal("203.0.113.0/24 h:abcdef4d61784d696e642e636f6de0,", Mmdbs.Say(Mmdbs.Open(writer.Finish()), "203.0.113.1"));
    }

    [Fact]
    public void Metadata_FurtherFromTheEndThanTheSpecificationAllows_IsNotFound()
    {
        var file = Mmdbs.Small().Finish();
        var metadataBytes = file.Length - file.AsSpan().LastIndexOf("MaxMind.com"u8) + 3;
        Assert.Equal(DecodeError.None, MmdbDatabase.Open((byte[])[.. file, .. new byte[MmdbLimits.MetadataBytes - metadataBytes]], out _));
        Assert.Equal(DecodeError.Truncated, MmdbDatabase.Open((byte[])[.. file, .. new byte[MmdbLimits.MetadataBytes - metadataBytes + 1]], out _));
    }

    public static TheoryData<string, object?, DecodeError> WrongMetadata { get; } = new()
    {
        { "binary_format_major_version", (ushort)3, DecodeError.BadVersion },
        { "binary_format_major_version", null, DecodeError.BadValue },
        { "binary_format_minor_version", null, DecodeError.BadValue },
        { "binary_format_minor_version", (ushort)7, DecodeError.None },
        { "record_size", (ushort)26, DecodeError.Unsupported },
        { "record_size", null, DecodeError.BadValue },
        { "record_size", 24u, DecodeError.None },
        { "record_size", "24", DecodeError.BadValue },
        { "ip_version", (ushort)5, DecodeError.BadValue },
        { "ip_version", null, DecodeError.BadValue },
        { "node_count", 100_000_000u, DecodeError.BadCount },
        { "node_count", uint.MaxValue, DecodeError.BadValue },
        { "node_count", null, DecodeError.BadValue },
        { "node_count", 0u, DecodeError.None },
        { "build_epoch", ulong.MaxValue, DecodeError.BadValue },
        { "build_epoch", 253_402_300_799UL, DecodeError.None },
        { "build_epoch", 253_402_300_800UL, DecodeError.BadValue },
        { "build_epoch", null, DecodeError.BadValue },
        { "database_type", null, DecodeError.BadValue },
        { "database_type", 1u, DecodeError.BadValue },
        { "languages", null, DecodeError.None },
        { "description", null, DecodeError.None },
    };

    [Theory]
    [MemberData(nameof(WrongMetadata))]
    public void Open_WrongMetadata_IsRefused(string key, object? value, DecodeError expected)
    {
        var writer = Mmdbs.Small();
        writer.Metadata[key] = value;
        Assert.Equal(expected, MmdbDatabase.Open(writer.Finish(), out var database));
        Assert.Equal(expected == DecodeError.None, database is not null);
    }

    [Fact]
    public void Open_EveryLength_IsRefused()
    {
        var file = Mmdbs.Small().Finish();
        for (var length = 0; length < file.Length; length++)
            Assert.NotEqual(DecodeError.None, MmdbDatabase.Open(file.AsMemory(0, length), out _));
        Assert.Equal(DecodeError.None, MmdbDatabase.Open(file, out _));
    }

    [Fact]
    public void Questions_RandomlyFlippedBytes_AreAnsweredWithoutAnException()
    {
        var random = new Random(20_260_101);
        var files = new[] { Mmdbs.Small(24).Finish(), Mmdbs.Small(28).Finish(), Mmdbs.Small(32, 4).Finish() };
        int damaged = 0, sound = 0;
        for (var round = 0; round < 20_000; round++)
        {
            var file = (byte[])files[round % files.Length].Clone();
            for (var flips = random.Next(1, 6); flips > 0; flips--)
                file[random.Next(file.Length)] = (byte)random.Next(256);
            if (MmdbDatabase.Open(file, out var database) != DecodeError.None)
                continue;
            foreach (var address in (string[])["192.0.2.1", "192.0.2.200", "198.51.100.7", "2001:db8::1", "2001:db8:0:1::", "ffff::"])
            {
                var asked = Address.Parse(address);
                var error = database!.FindCountry(asked, out _);
                database.FindAutonomousSystem(asked, out _, out _);
                var said = Mmdbs.Say(database, asked);
                damaged += error != DecodeError.None ? 1 : 0;
                sound += said.Contains('/', StringComparison.Ordinal) ? 1 : 0;
            }
        }

        // Both happen often, or the flips would prove nothing.
        Assert.True(damaged > 500 && sound > 5_000, $"{damaged} damaged, {sound} sound");
    }

    [Fact]
    public void Questions_AllocateNothing()
    {
        var writer = Mmdbs.Small();
        writer.Add("203.0.113.0/24", Mmdbs.System(64_496, "Example"));
        var database = Mmdbs.Open(writer.Finish());
        var (one, two) = (Address.Parse("192.0.2.1"), Address.Parse("203.0.113.1"));
        var sum = 0;
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            for (var i = 0; i < 1_000; i++)
            {
                database.FindCountry(one, out var country);
                database.FindAutonomousSystem(two, out var number, out var name);
                sum += country.Packed + (int)number + name.Length;
            }
        }));
        Assert.NotEqual(0, sum);
        // The twin: the whole record as text allocates, and the meter sees it.
        Assert.NotEqual(0, AllocatedBytes.Least(() => Mmdbs.Say(database, one)));
    }
}
