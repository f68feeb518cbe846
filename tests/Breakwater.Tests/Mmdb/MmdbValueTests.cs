using System.Globalization;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;
using FsCheck;
using FsCheck.Fluent;

namespace Breakwater.Tests.Mmdb;

/// <summary>Every type of the data section, as octets from the specification and as round trips; pointers and bounds.</summary>
public sealed class MmdbValueTests
{
    [Theory]
    [InlineData("43 61 62 63", "\"abc\",")]
    [InlineData("40", "\"\",")]
    [InlineData("5D 00 " + "61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61 61", "\"aaaaaaaaaaaaaaaaaaaaaaaaaaaaa\",")]
    [InlineData("83 00 01 FF", "h:0001ff,")]
    [InlineData("68 40 09 21 FB 54 44 2D 18", "d:400921fb54442d18,")]
    [InlineData("04 08 3F 80 00 00", "f:3f800000,")]
    [InlineData("A0", "u16:0,")]
    [InlineData("A2 01 00", "u16:256,")]
    [InlineData("C1 07", "u32:7,")]
    [InlineData("C4 FF FF FF FF", "u32:4294967295,")]
    [InlineData("04 01 FF FF FF FF", "i32:-1,")]
    [InlineData("01 01 FF", "i32:255,")]
    [InlineData("08 02 FF FF FF FF FF FF FF FF", "u64:18446744073709551615,")]
    [InlineData("10 03 FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF FF", "u128:340282366920938463463374607431768211455,")]
    [InlineData("01 07", "true,")]
    [InlineData("00 07", "false,")]
    [InlineData("E1 41 61 02 04 A1 01 01 07", "{\"a\":[u16:1,true,],},")]
    [InlineData("E0", "{},")]
    [InlineData("00 04", "[],")]
    public void Value_OfEachType_IsRead(string octets, string said) => Assert.Equal(said, Mmdbs.SayRaw(Octets(octets)));

    [Theory]
    [InlineData("44 61 62 63", DecodeError.Truncated)] // text beyond the end
    [InlineData("5D", DecodeError.Truncated)] // its long size missing
    [InlineData("5F FF FF", DecodeError.Truncated)]
    [InlineData("67 40 09 21 FB 54 44 2D", DecodeError.BadLength)] // a double of 7
    [InlineData("68 40 09 21 FB 54 44 2D", DecodeError.Truncated)]
    [InlineData("03 08 3F 80 00", DecodeError.BadLength)] // a float of 3
    [InlineData("A3 00 00 01", DecodeError.BadLength)] // an integer wider than its type
    [InlineData("C5 00 00 00 00 01", DecodeError.BadLength)]
    [InlineData("05 01 00 00 00 00 01", DecodeError.BadLength)]
    [InlineData("09 02 00 00 00 00 00 00 00 00 01", DecodeError.BadLength)]
    [InlineData("11 03 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 00 01", DecodeError.BadLength)]
    [InlineData("C4 00 00 01", DecodeError.Truncated)]
    [InlineData("02 07", DecodeError.BadValue)] // a boolean of 2
    [InlineData("00", DecodeError.Truncated)] // extended, without its type
    [InlineData("00 00", DecodeError.BadValue)] // extended types begin with 8
    [InlineData("00 09", DecodeError.BadValue)] // 16 is no type
    [InlineData("00 05", DecodeError.BadValue)] // cache container
    [InlineData("00 06", DecodeError.BadValue)] // end marker
    [InlineData("E2 41 61 A0 41", DecodeError.Truncated)] // the second pair's key
    [InlineData("E3 41 61 A0", DecodeError.BadCount)] // more pairs than octets
    [InlineData("04 04 A0 A0 A0", DecodeError.BadCount)]
    [InlineData("FF FF FF FF", DecodeError.BadCount)]
    [InlineData("E1 A0 A0", DecodeError.BadValue)] // a key that is no text
    [InlineData("20", DecodeError.Truncated)] // a pointer without its octet
    [InlineData("20 00", DecodeError.BadValue)] // a pointer to itself
    [InlineData("20 02", DecodeError.BadValue)] // beyond the section
    [InlineData("38 FF FF FF FF", DecodeError.BadValue)]
    [InlineData("20 02 20 04 A0", DecodeError.BadValue)] // a pointer to a pointer
    [InlineData("02 04 20 02 A0", DecodeError.BadValue)] // an array whose first member leads into itself
    public void Value_OutsideTheSpecification_IsDamage(string octets, DecodeError error) =>
        Assert.Equal(error.ToString(), Mmdbs.SayRaw(Octets(octets)));

    [Theory]
    [InlineData("20 02 A1 07", "u16:7,")] // a record may be a pointer
    [InlineData("02 04 A1 07 20 02", "[u16:7,u16:7,],")]
    [InlineData("E2 41 61 A0 20 01 A0", "{\"a\":u16:0,\"a\":u16:0,},")] // keys too
    public void Pointer_InsideTheSection_IsFollowed(string octets, string said) => Assert.Equal(said, Mmdbs.SayRaw(Octets(octets)));

    [Theory]
    [InlineData(0, 1)]
    [InlineData(0, 4)]
    [InlineData(2_047, 1)]
    [InlineData(2_048, 2)]
    [InlineData(526_335, 2)]
    [InlineData(526_336, 3)]
    [InlineData(526_336, 4)]
    [InlineData(20_000_000, 3)]
    public void Pointer_OfEachForm_ReachesItsTarget(int target, int octets)
    {
        var writer = new MmdbWriter(32, 4);
        writer.Pad(target);
        Assert.Equal(target, writer.AddValue("there"));
        var pointer = MmdbWriter.Pointer(target, octets);
        Assert.Equal(octets + 1, pointer.Length);
        writer.Add("192.0.2.0/24", new object[] { new MmdbWriter.Raw(pointer), true });
        Assert.Equal("""192.0.2.0/24 ["there",true,],""", Mmdbs.Say(Mmdbs.Open(writer.Finish()), "192.0.2.1"));
    }

    [Fact]
    public void Walk_DeeperThanTheLimit_IsTooDeep()
    {
        object Nested(int depth)
        {
            object value = true;
            for (var i = 0; i < depth; i++)
                value = i % 2 == 0 ? new object[] { value } : new (string, object)[] { ("a", value) };
            return value;
        }

        var writer = new MmdbWriter(ipVersion: 4);
        writer.Add("192.0.2.0/24", Nested(MmdbLimits.Depth));
        writer.Add("198.51.100.0/24", Nested(MmdbLimits.Depth + 1));
        var database = Mmdbs.Open(writer.Finish());
        Assert.StartsWith("192.0.2.0/24 {", Mmdbs.Say(database, "192.0.2.1"), StringComparison.Ordinal);
        Assert.Equal("TooDeep", Mmdbs.Say(database, "198.51.100.1"));
    }

    [Fact]
    public void Walk_ContainerThatContainsItself_IsTooDeep() => Assert.Equal("TooDeep", Mmdbs.SayRaw(Octets("01 04 20 00")));

    [Theory]
    [InlineData(15, true)] // 2^15 leaves, 2^16 - 1 values: just within
    [InlineData(16, false)]
    [InlineData(30, false)] // without the limit a thousand million
    public void Walk_PointersThatDouble_StopAtTheLimit(int levels, bool fits)
    {
        var writer = new MmdbWriter(ipVersion: 4);
        var at = writer.AddValue(true);
        for (var level = 0; level < levels - 1; level++)
            at = writer.AddValue(new object[] { new MmdbWriter.Raw(MmdbWriter.Pointer(at)), new MmdbWriter.Raw(MmdbWriter.Pointer(at)) });
        writer.Add("192.0.2.0/24", new object[] { new MmdbWriter.Raw(MmdbWriter.Pointer(at)), new MmdbWriter.Raw(MmdbWriter.Pointer(at)) });
        var said = Mmdbs.Say(Mmdbs.Open(writer.Finish()), "192.0.2.1");
        Assert.Equal(fits, said != "LimitReached");
        Assert.Equal(fits, said.StartsWith("192.0.2.0/24 [[", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(65_000, DecodeError.None)]
    [InlineData(66_000, DecodeError.LimitReached)]
    public void FindCountry_BehindMoreValuesThanTheLimit_GivesUp(int values, DecodeError expected)
    {
        var writer = new MmdbWriter(ipVersion: 4);
        writer.Add("192.0.2.0/24", new (string, object)[] { ("a", Enumerable.Repeat<object>(true, values).ToArray()), ("country", "SE") });
        Assert.Equal(expected, Mmdbs.Open(writer.Finish()).FindCountry(Address.Parse("192.0.2.1"), out var country));
        Assert.Equal(expected == DecodeError.None ? "SE" : "", country.ToString());
    }

    [Fact]
    public void Databases_Random_AreReadAsTheyWereWritten()
    {
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), seed =>
        {
            var random = new Random(seed);
            var ipVersion = random.Next(2) == 0 ? 4 : 6;
            var writer = new MmdbWriter(24 + (4 * random.Next(3)), ipVersion) { SharesText = random.Next(4) > 0, PointerOctets = random.Next(3) == 0 ? 4 : 0 };
            var networks = new List<(Address Network, int Length, string Text)>();
            for (var count = random.Next(1, 12); count > 0; count--)
            {
                var isIPv4 = ipVersion == 4 || random.Next(2) == 0;
                // Few bits differ, so that networks meet; IPv6 ones stay out of IPv4's part of the tree.
                var address = isIPv4 ? Address.FromIPv4((uint)random.Next(8) << 29 | (uint)random.Next(4)) : Address.FromHalves(0x2000_0000_0000_0000 | ((ulong)random.Next(8) << 60), (ulong)random.Next(4));
                var length = random.Next(isIPv4 ? 1 : 3, isIPv4 ? 33 : 129);
                var value = RandomValue(random, 0);
                writer.Add(address.Masked(length), length, value);
                networks.Add((address, length, MmdbText.Of(value)));
            }

            var database = Mmdbs.Open(writer.Finish());
            foreach (var (network, _, _) in networks)
            {
                // The last network that was added around an address says what it is.
                var expected = networks.Last(other => other.Network.IsIPv4 == network.IsIPv4 && other.Network.Masked(other.Length) == network.Masked(other.Length)).Text;
                Assert.Equal(DecodeError.None, database.Lookup(network, out var match));
                Assert.Equal(network.Masked(match.PrefixLength), match.Network);
                var sink = new MmdbText();
                Assert.Equal(DecodeError.None, database.Walk(match, ref sink));
                Assert.Equal(expected, sink.ToString());
            }
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(2_000));
    }

    private static object RandomValue(Random random, int depth)
    {
        switch (random.Next(depth > 4 ? 10 : 14))
        {
            case 0:
                return RandomText(random);
            case 1:
                return BitConverter.Int64BitsToDouble(random.NextInt64());
            case 2:
                var octets = new byte[RandomLength(random)];
                random.NextBytes(octets);
                return octets;
            case 3:
                return (ushort)(random.Next(65_536) >> random.Next(16));
            case 4:
                return (uint)random.NextInt64() >> random.Next(32);
            case 5:
                return (int)random.NextInt64();
            case 6:
                return (ulong)random.NextInt64() << 1 >> random.Next(64);
            case 7:
                return new UInt128((ulong)random.NextInt64() << 1, (ulong)random.NextInt64()) >> random.Next(128);
            case 8:
                return random.Next(2) == 0;
            case 9:
                return BitConverter.Int32BitsToSingle((int)random.NextInt64());
            case 10 or 11:
                return Enumerable.Range(0, random.Next(5)).Select(_ => RandomValue(random, depth + 1)).ToArray();
            default:
                return Enumerable.Range(0, random.Next(5)).Select(_ => (RandomText(random), RandomValue(random, depth + 1))).ToArray();
        }
    }

    private static string RandomText(Random random) => random.Next(3) switch
    {
        0 => "name" + random.Next(4).ToString(CultureInfo.InvariantCulture),
        1 => new string('é', random.Next(4)),
        _ => new string('x', RandomLength(random)),
    };

    // Around the sizes where the control byte's form changes.
    private static int RandomLength(Random random) => random.Next(60) switch
    {
        < 40 => random.Next(8),
        < 50 => 27 + random.Next(4),
        < 59 => 283 + random.Next(4),
        _ => 65_819 + random.Next(4),
    };

    private static byte[] Octets(string hexadecimal) => Convert.FromHexString(hexadecimal.Replace(" ", "", StringComparison.Ordinal));
}
