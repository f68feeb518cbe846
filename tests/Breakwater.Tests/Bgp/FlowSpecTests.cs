using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Tests.Bgp;

/// <summary>Rules from the RFCs' own examples, damage, order and round trips.</summary>
public sealed class FlowSpecTests
{
    // RFC 8955 §4.3, examples 1 to 3, without the length in front.
    private const string Mail = "01 18 c0 00 02 03 81 06 04 81 19";
    private const string NetBios = "01 18 c0 00 02 02 08 cb 04 03 89 45 8b 91 1f 90";
    private const string Fragments = "01 20 c0 00 02 01 0c 80 05";

    // RFC 8956 §3.8.1 and §3.8.2.
    private const string Offset64 = "01 20 00 20 01 0d b8 02 68 40 12 34 56 78 9a 03 81 06";
    private const string Offset65 = "01 68 41 24 68 ac f1 34";

    [Theory]
    [InlineData(Mail, "1 192.0.2.0/0-24; 3 op1 6; 4 op1 25")]
    [InlineData(NetBios, "1 192.0.2.0/0-24; 2 203.0.0.0/0-8; 4 op3 137; 4 op69 139; 4 op1 8080")]
    [InlineData(Fragments, "1 192.0.2.1/0-32; 12 op0 5")]
    public void Decode_ExamplesOfRfc8955_AreWhatItSays(string hex, string said) => Assert.Equal(said, FlowSpecText.Of(hex));

    [Theory]
    [InlineData(Offset64, "1 2001:db8::/0-32; 2 ::1234:5678:9a00:0/64-104; 3 op1 6")]
    [InlineData(Offset65, "1 ::1234:5678:9a00:0/65-104")]
    [InlineData("01 00 00", "1 ::/0-0")]
    [InlineData("0d a1 00 01 02 03", "13 op1 66051")]
    [InlineData("0d a1 01 02", "Truncated")]
    public void Decode_ExamplesOfRfc8956_AreWhatItSays(string hex, string said) => Assert.Equal(said, FlowSpecText.Of(hex, BgpFamilies.IPv6FlowSpec));

    [Theory]
    [InlineData("", "Truncated")]
    [InlineData("03 81 06 03 81 07", "3 op1 6; BadValue")]
    [InlineData("04 81 19 03 81 06", "4 op1 25; BadValue")]
    [InlineData("00 81 19", "BadValue")]
    [InlineData("0d 81 19", "Unsupported")]
    [InlineData("0e 81 19", "Unsupported")]
    [InlineData("01 21 c0 00 02 01 00", "BadLength")]
    [InlineData("01 1f c0 00 02 01", "1 192.0.2.0/0-31")]
    [InlineData("03 c1 06", "3 op1 6")]
    [InlineData("0a 11 01 00 d5 05 dc", "10 op1 256; 10 op69 1500")]
    public void Decode_Unusual_IsJudged(string hex, string said) => Assert.Equal(said, FlowSpecText.Of(hex));

    [Theory]
    [InlineData("01 20 20")]
    [InlineData("01 81 00 00")]
    [InlineData("01 20 21")]
    public void Decode_IPv6OffsetNotBelowTheLength_IsRefused(string hex) => Assert.Equal("BadLength", FlowSpecText.Of(hex, BgpFamilies.IPv6FlowSpec));

    [Fact]
    public void Decode_EveryLength_IsTruncatedOrShorter()
    {
        foreach (var (hex, family) in new[] { (Mail, BgpFamilies.IPv4FlowSpec), (NetBios, BgpFamilies.IPv4FlowSpec), (Fragments, BgpFamilies.IPv4FlowSpec), (Offset64, BgpFamilies.IPv6FlowSpec) })
        {
            var rule = Bytes.FromHex(hex);
            var whole = FlowSpecText.Of(rule, family);
            for (var length = 0; length < rule.Length; length++)
            {
                // A cut between two components leaves a shorter rule; any other cut is seen.
                var said = FlowSpecText.Of(rule.AsSpan(0, length), family);
                Assert.True(said.EndsWith("Truncated", StringComparison.Ordinal) || whole.StartsWith(said + ";", StringComparison.Ordinal), $"{length}: {said}");
            }
        }
    }

    [Fact]
    public void Cut_LengthOf240AndMore_TakesTwoOctets()
    {
        foreach (var length in (int[])[1, 239, 240, 4095])
        {
            Span<byte> buffer = new byte[4200];
            var writer = new WireWriter(buffer);
            FlowSpecWriter.WriteNlri(ref writer, new byte[length]);
            Assert.Equal(length < 240 ? length + 1 : length + 2, writer.Length);
            var reader = new WireReader(writer.Written);
            Assert.Equal(DecodeError.None, FlowSpecDecoder.Cut(ref reader, out var components));
            Assert.Equal((length, 0), (components.Length, reader.Remaining));
            for (var cut = 0; cut < writer.Length; cut++)
            {
                var shorter = new WireReader(writer.Written[..cut]);
                Assert.Equal(DecodeError.Truncated, FlowSpecDecoder.Cut(ref shorter, out _));
            }
        }
    }

    /// <summary>Each row: what comes first, what comes after it (RFC 8955 §5.1).</summary>
    [Theory]
    [InlineData("01 20 c0 00 02 01", "01 18 c0 00 02")] // the longer prefix
    [InlineData("01 18 c0 00 02", "01 20 c0 00 03 01")] // the lower address
    [InlineData("01 18 c0 00 02", "02 18 c0 00 02")] // the lower type
    [InlineData("01 18 c0 00 02 03 81 06", "01 18 c0 00 02")] // a component more
    [InlineData("03 81 06", "03 81 11")] // the lower octets
    [InlineData("04 01 19 81 1a", "04 81 19")] // as above: the operator's octet counts
    public void Compare_Rules_StandInTheOrderOfTheRfc(string first, string second)
    {
        Assert.True(FlowSpecOrder.Compare(Bytes.FromHex(first), Bytes.FromHex(second), BgpFamilies.IPv4FlowSpec) < 0);
        Assert.True(FlowSpecOrder.Compare(Bytes.FromHex(second), Bytes.FromHex(first), BgpFamilies.IPv4FlowSpec) > 0);
        Assert.Equal(0, FlowSpecOrder.Compare(Bytes.FromHex(first), Bytes.FromHex(first), BgpFamilies.IPv4FlowSpec));
    }

    [Fact]
    public void Compare_IPv6_TheLowerOffsetComesFirst()
    {
        Assert.True(FlowSpecOrder.Compare(Bytes.FromHex(Offset64), Bytes.FromHex(Offset65), BgpFamilies.IPv6FlowSpec) < 0);
        Assert.True(FlowSpecOrder.Compare(Bytes.FromHex(Offset65), Bytes.FromHex("01 68 40 12 34 56 78 9a"), BgpFamilies.IPv6FlowSpec) > 0);
    }

    [Fact]
    public void WrittenRule_Decoded_IsTheSame()
    {
        for (var seed = 0; seed < 20_000; seed++)
        {
            var family = seed % 2 == 0 ? BgpFamilies.IPv4FlowSpec : BgpFamilies.IPv6FlowSpec;
            var (octets, expected) = RandomRule(new Random(seed), family);
            Assert.Equal((seed, expected), (seed, FlowSpecText.Of(octets, family)));
        }
    }

    [Fact]
    public void Writer_WrongOrderOrFamily_IsFaulty()
    {
        Assert.True(IsFaulty(BgpFamilies.IPv4FlowSpec, FlowSpecComponent.SourcePort, FlowSpecComponent.Protocol));
        Assert.True(IsFaulty(BgpFamilies.IPv4FlowSpec, FlowSpecComponent.Protocol, FlowSpecComponent.Protocol));
        Assert.True(IsFaulty(BgpFamilies.IPv4FlowSpec, FlowSpecComponent.FlowLabel));
        Assert.True(IsFaulty(BgpFamilies.IPv4FlowSpec, FlowSpecComponent.TcpFlags));
        Assert.False(IsFaulty(BgpFamilies.IPv6FlowSpec, FlowSpecComponent.FlowLabel));
        Assert.False(IsFaulty(BgpFamilies.IPv4FlowSpec, FlowSpecComponent.Protocol, FlowSpecComponent.SourcePort));
        var writer = new FlowSpecWriter(new byte[64], BgpFamilies.IPv4FlowSpec);
        writer.Prefix(FlowSpecComponent.DestinationPrefix, Address.Parse("2001:db8::1"), 32);
        Assert.True(writer.IsFaulty);
        var small = new FlowSpecWriter(new byte[3], BgpFamilies.IPv4FlowSpec);
        small.Prefix(FlowSpecComponent.DestinationPrefix, Address.Parse("192.0.2.1"), 32);
        Assert.True(small.IsFaulty);
    }

    [Theory]
    [InlineData("8006 fde9 00000000", FlowSpecActionKind.RateBytes, 65001, 0)]
    [InlineData("8006 fde9 47f42400", FlowSpecActionKind.RateBytes, 65001, 125000)]
    [InlineData("800c fde9 42c80000", FlowSpecActionKind.RatePackets, 65001, 100)]
    [InlineData("8007 0000 00000003", FlowSpecActionKind.TrafficAction, 0, 3)]
    [InlineData("8008 fde9 00000064", FlowSpecActionKind.RedirectTwoOctetAs, 65001, 100)]
    [InlineData("8108 c0000201 0064", FlowSpecActionKind.RedirectIPv4, 0xC0000201, 100)]
    [InlineData("8208 00030d40 0064", FlowSpecActionKind.RedirectFourOctetAs, 200000, 100)]
    [InlineData("8009 0000 0000002e", FlowSpecActionKind.Mark, 0, 46)]
    [InlineData("0002 fde9 00000064", FlowSpecActionKind.None, 0, 0)]
    public void Action_OfACommunity_IsReadAndWritten(string hex, FlowSpecActionKind kind, uint administrator, double value)
    {
        var community = Convert.ToUInt64(hex.Replace(" ", "", StringComparison.Ordinal), 16);
        var action = FlowSpecAction.FromCommunity(community);
        Assert.Equal(new FlowSpecAction(kind, administrator, value), action);
        Assert.Equal(kind == FlowSpecActionKind.None ? 0 : community, action.ToCommunity());
    }

    private static bool IsFaulty(BgpFamilies family, params FlowSpecComponent[] types)
    {
        var writer = new FlowSpecWriter(new byte[64], family);
        foreach (var type in types)
            writer.Numeric(type, [new NumericMatch(NumericOperators.Equal, 1)]);
        return writer.IsFaulty;
    }

    /// <summary>A random rule and what it is to be read as.</summary>
    internal static (byte[] Octets, string Said) RandomRule(Random random, BgpFamilies family)
    {
        var isIPv4 = BgpFamily.IsIPv4(family);
        var writer = new FlowSpecWriter(new byte[FlowSpecWriter.LongestRuleBytes], family);
        var said = new List<string>();
        var text = new FlowSpecText(said);
        for (var type = FlowSpecComponent.DestinationPrefix; type <= (isIPv4 ? FlowSpecComponent.Fragment : FlowSpecComponent.FlowLabel); type++)
        {
            if (random.Next(3) != 0 && !(said.Count == 0 && type == FlowSpecComponent.Fragment))
                continue;
            if (type <= FlowSpecComponent.SourcePrefix)
            {
                var offset = isIPv4 ? 0 : random.Next(3) == 0 ? random.Next(100) : 0;
                var length = isIPv4 ? random.Next(33) : offset + 1 + random.Next(128 - offset);
                var address = isIPv4 ? Address.FromIPv4((uint)random.NextInt64()) : Address.FromHalves((ulong)random.NextInt64(), (ulong)random.NextInt64());
                address = Window(address.Masked(length), offset);
                writer.Prefix(type, address, length, offset);
                text.OnPrefix(type, address, length, offset);
                continue;
            }

            var operators = Enumerable.Range(0, 1 + random.Next(4)).Select(i => (Bits: random.Next(8), And: i > 0 && random.Next(2) == 0, Value: RandomValue(random))).ToArray();
            if (type is FlowSpecComponent.TcpFlags or FlowSpecComponent.Fragment)
            {
                var matches = operators.Select(one => new BitmaskMatch((BitmaskOperators)((one.Bits & 3) | (one.And ? 0x40 : 0)), one.Value)).ToArray();
                writer.Bitmask(type, matches);
                Array.ForEach(matches, match => text.OnBitmask(type, match));
            }
            else
            {
                var matches = operators.Select(one => new NumericMatch((NumericOperators)(one.Bits | (one.And ? 0x40 : 0)), one.Value)).ToArray();
                writer.Numeric(type, matches);
                Array.ForEach(matches, match => text.OnNumeric(type, match));
            }
        }

        Assert.False(writer.IsFaulty);
        return (writer.Components.ToArray(), string.Join("; ", said));
    }

    private static ulong RandomValue(Random random) => (ulong)random.NextInt64() >> random.Next(64);

    private static Address Window(Address address, int offset)
    {
        if (offset == 0)
            return address;
        var bits = new UInt128(address.High, address.Low) << offset >> offset;
        return Address.FromHalves((ulong)(bits >> 64), (ulong)bits);
    }
}
