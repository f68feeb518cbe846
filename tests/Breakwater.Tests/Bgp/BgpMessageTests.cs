using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Tests.Bgp;

/// <summary>Messages by hand from the RFCs, cut at every length, and round trips.</summary>
public sealed class BgpMessageTests
{
    private const string Marker = "ffffffffffffffffffffffffffffffff";

    // RFC 4271 §4.2; capabilities: IPv4 unicast, IPv4 FlowSpec, route refresh, graceful restart of 30 s, AS 200000.
    private const string OpenBody = "04 5ba0 0009 0a000001 1e 02 1c 0104 0001 0001 0104 0001 0085 0200 4006 001e 0001 01 80 4104 00030d40";

    [Fact]
    public void Open_ByHand_IsRead()
    {
        Assert.Equal(DecodeError.None, BgpOpen.Read(Bytes.FromHex(OpenBody), out var open));
        Assert.Equal((23456, 9, 0x0A000001u, 200_000u), (open.TwoOctetAs, open.HoldSeconds, open.Identifier, open.AsNumber));
        var capabilities = open.Capabilities;
        Assert.Equal(BgpFamilies.IPv4Unicast | BgpFamilies.IPv4FlowSpec, capabilities.Families);
        Assert.True(capabilities.RouteRefresh);
        Assert.Equal(((ushort?)30, false, BgpFamilies.IPv4Unicast), (capabilities.RestartSeconds, capabilities.IsRestarting, capabilities.Preserved));
        Assert.Equal((0, false), (capabilities.Unknown, capabilities.LongLivedRestart));
    }

    [Theory]
    [InlineData("04 fde9 00b4 0a000001 00", DecodeError.None)]
    [InlineData("03 fde9 00b4 0a000001 00", DecodeError.BadVersion)]
    [InlineData("04 fde9 00b4 0a000001 00 00", DecodeError.BadLength)]
    [InlineData("04 fde9 00b4 0a000001 02 0100", DecodeError.Unsupported)]
    [InlineData("04 fde9 00b4 0a000001 06 0204 0102 0001", DecodeError.BadLength)]
    [InlineData("04 fde9 00b4 0a000001 06 0204 4102 0001", DecodeError.BadLength)]
    [InlineData("04 fde9 00b4 0a000001 05 0203 4702 00", DecodeError.Truncated)]
    [InlineData("04 fde9 00b4 0a000001 ff ff 0009 02 0006 4104 00030d40", DecodeError.None)] // RFC 9072 §2
    [InlineData("04 fde9 00b4 0a000001 ff ff 000a 02 0006 4104 00030d40", DecodeError.Truncated)]
    public void Open_Unusual_IsJudged(string hex, DecodeError error) => Assert.Equal(error, BgpOpen.Read(Bytes.FromHex(hex), out _));

    [Fact]
    public void Open_LongLivedRestart_IsSeen()
    {
        Assert.Equal(DecodeError.None, BgpOpen.Read(Bytes.FromHex("04 fde9 00b4 0a000001 06 0204 4700 4900"), out var open));
        Assert.True(open.Capabilities.LongLivedRestart);
        Assert.Equal(1, open.Capabilities.Unknown);
    }

    [Fact]
    public void Open_EveryLength_IsNoOpen()
    {
        var body = Bytes.FromHex(OpenBody);
        for (var length = 0; length < body.Length; length++)
            Assert.Equal(DecodeError.Truncated, BgpOpen.Read(body.AsSpan(0, length), out _));
    }

    [Fact]
    public void WrittenOpen_Read_IsTheSame()
    {
        for (var seed = 0; seed < 5_000; seed++)
        {
            var random = new Random(seed);
            var capabilities = new BgpCapabilities
            {
                Families = (BgpFamilies)random.Next(16),
                RouteRefresh = random.Next(2) == 0,
                FourOctetAs = random.Next(2) == 0 ? (uint)random.NextInt64() : null,
            };
            capabilities.NamesFamilies = capabilities.Families != BgpFamilies.None;
            if (random.Next(2) == 0)
            {
                capabilities.RestartSeconds = (ushort)random.Next(4096);
                capabilities.IsRestarting = random.Next(2) == 0;
                capabilities.RestartFamilies = (BgpFamilies)random.Next(16);
                capabilities.Preserved = capabilities.RestartFamilies & (BgpFamilies)random.Next(16);
            }

            var open = new BgpOpen { TwoOctetAs = (ushort)random.Next(65536), HoldSeconds = (ushort)random.Next(65536), Identifier = (uint)random.NextInt64(), Capabilities = capabilities };
            var writer = new WireWriter(new byte[512]);
            Assert.True(open.Write(ref writer));
            Assert.Equal(DecodeError.None, BgpHeader.Read(writer.Written, out var header));
            Assert.Equal(new BgpHeader(BgpMessageType.Open, writer.Length), header);
            Assert.Equal(DecodeError.None, BgpOpen.Read(writer.Written[BgpHeader.HeaderBytes..], out var read));
            Assert.Equal((seed, open), (seed, read));
        }
    }

    [Theory]
    [InlineData(Marker + "0013 04", DecodeError.None)]
    [InlineData("ffffffffffffffffffffffffffffff00 0013 04", DecodeError.BadValue)]
    [InlineData(Marker + "0012 04", DecodeError.BadLength)]
    [InlineData(Marker + "0014 04", DecodeError.BadLength)]
    [InlineData(Marker + "1001 02", DecodeError.BadLength)]
    [InlineData(Marker + "1000 02", DecodeError.None)]
    [InlineData(Marker + "001c 01", DecodeError.BadLength)]
    [InlineData(Marker + "0016 02", DecodeError.BadLength)]
    [InlineData(Marker + "0014 03", DecodeError.BadLength)]
    [InlineData(Marker + "0016 05", DecodeError.BadLength)]
    [InlineData(Marker + "0017 05", DecodeError.None)]
    [InlineData(Marker + "0013 00", DecodeError.Unsupported)]
    [InlineData(Marker + "0013 06", DecodeError.Unsupported)]
    public void Header_IsJudged(string hex, DecodeError error) => Assert.Equal(error, BgpHeader.Read(Bytes.FromHex(hex), out _));

    [Fact]
    public void ShortMessages_Written_AreReadAgain()
    {
        var writer = new WireWriter(new byte[256]);
        Assert.True(BgpKeepAlive.Write(ref writer));
        Assert.Equal(Marker + "001304", Convert.ToHexStringLower(writer.Written));

        writer = new WireWriter(new byte[256]);
        var notification = new BgpNotification(BgpErrorCode.Cease, 2);
        Assert.True(notification.Write(ref writer));
        Assert.Equal(DecodeError.None, BgpNotification.Read(writer.Written[19..], out var sameNotification));
        Assert.Equal(notification, sameNotification);
        Assert.Equal(DecodeError.Truncated, BgpNotification.Read(writer.Written[19..20], out _));

        writer = new WireWriter(new byte[256]);
        var refresh = new BgpRouteRefresh(BgpFamilies.IPv6FlowSpec, 0);
        Assert.True(refresh.Write(ref writer));
        Assert.Equal(Marker + "001705" + "00020085", Convert.ToHexStringLower(writer.Written));
        Assert.Equal(DecodeError.None, BgpRouteRefresh.Read(writer.Written[19..], out var sameRefresh));
        Assert.Equal(refresh, sameRefresh);
        for (var length = 19; length < writer.Length; length++)
            Assert.Equal(DecodeError.Truncated, BgpRouteRefresh.Read(writer.Written[19..length], out _));
    }

    /// <summary>RFC 4271 §4.3: withdraws 198.51.100.0/24, announces 192.0.2.1/32 with ORIGIN, AS_PATH 65001, NEXT_HOP and 65535:666.</summary>
    [Fact]
    public void Update_ByHand_IsRead() => Assert.Equal(
        "gone 198.51.100.0/24; origin 0; path 2 2 fde9; next 203.0.113.1; community ffff029a; route 192.0.2.1/32",
        UpdateText.Of(Bytes.FromHex(Marker + "003b 02 0004 18c63364 0019 40010100 40020402 01fde9 400304cb007101 c00804ffff029a 20c0000201"), 2));

    /// <summary>RFC 4760 §3 with the rule of RFC 8955 §4.3, example 1, and the discard of §7.1.</summary>
    [Fact]
    public void Update_FlowSpecByHand_IsRead() => Assert.Equal(
        "origin 0; flow 1 0118c00002038106048119; extended 8006fde900000000",
        UpdateText.Of(Bytes.FromHex(Marker + "0000 02 0000 0026 40010100 40020 0 800e11 0001 85 00 00 0b 0118c00002038106048119 c01008 8006fde900000000")));

    [Theory]
    [InlineData("0000 0004 40010103", "BadValue")] // ORIGIN 3
    [InlineData("0000 0004 80010100", "BadValue")] // a well-known attribute that calls itself optional
    [InlineData("0000 0003 400100", "BadLength")]
    [InlineData("0000 0005 4002020200", "BadValue")] // an empty segment
    [InlineData("0000 0008 40010100 40010102", "origin 0")] // the second ORIGIN is passed over
    [InlineData("0000 000c 800f03 000185 800f03 000185", "BadValue")]
    [InlineData("0000 0008 800e05 0001 84 00 00", "")] // a family that is not read
    [InlineData("0000 0007 800f04 000101 21", "BadLength")]
    [InlineData("0000 0000 21 c0000201 00", "BadLength")]
    [InlineData("0000 0006 c00803 ffff02", "BadLength")]
    [InlineData("0005 00", "Truncated")]
    public void Update_Unusual_IsJudged(string hex, string said) => Assert.Equal(said, UpdateText.Of([.. new byte[19], .. Bytes.FromHex(hex)]));

    [Fact]
    public void WrittenUpdate_Read_IsTheSame_AndNoShorterOneIs()
    {
        for (var seed = 0; seed < 3_000; seed++)
        {
            var (message, said) = RandomUpdate(new Random(seed));
            Assert.Equal(DecodeError.None, BgpHeader.Read(message, out var header));
            Assert.Equal((BgpMessageType.Update, message.Length), (header.Type, header.LengthBytes));
            Assert.Equal((seed, said), (seed, UpdateText.Of(message)));
            if (seed >= 100)
                continue;
            for (var length = BgpHeader.HeaderBytes; length < message.Length; length++)
                Assert.NotEqual((seed, length, said), (seed, length, UpdateText.Of(message.AsSpan(0, length))));
        }
    }

    [Fact]
    public void Update_TooLongForAMessage_IsRefused()
    {
        var writer = new BgpUpdateWriter(new byte[8192]);
        writer.Communities(new uint[1100]);
        Assert.False(writer.TryFinish(out _));
        var small = new BgpUpdateWriter(new byte[24]);
        small.Origin(BgpOrigin.Igp);
        Assert.False(small.TryFinish(out _));
        var fine = new BgpUpdateWriter(new byte[4096]);
        fine.Communities(new uint[1000]);
        Assert.True(fine.TryFinish(out _));
    }

    /// <summary>A random announcement or withdrawal, and what it is to be read as.</summary>
    private static (byte[] Message, string Said) RandomUpdate(Random random)
    {
        var said = new List<string>();
        var writer = new BgpUpdateWriter(new byte[BgpHeader.LongestMessageBytes]);
        var host = Address.FromIPv4((uint)random.NextInt64());
        var host6 = Address.FromHalves((ulong)random.NextInt64() | 1UL << 61, (ulong)random.NextInt64());
        var (rule, _) = FlowSpecTests.RandomRule(random, BgpFamilies.IPv6FlowSpec);
        var kind = random.Next(5);
        if (random.Next(3) == 0)
        {
            writer.Withdraw(host, 32);
            said.Add($"gone {host}/32");
        }

        writer.Origin(BgpOrigin.Incomplete);
        writer.AsPath([65001, 4_200_000_000], 4);
        said.AddRange(["origin 2", "path 2 4 0000fde9fa56ea00"]);
        if (kind == 0)
        {
            writer.NextHop(host);
            said.Add($"next {host}");
        }

        writer.LocalPreference(100);
        var communities = Enumerable.Range(0, random.Next(70)).Select(_ => (uint)random.NextInt64()).ToArray();
        writer.Communities(communities);
        said.AddRange(communities.Select(static community => $"community {community:x8}"));
        if (kind == 1)
        {
            writer.ReachUnicast(BgpFamilies.IPv6Unicast, host6, host6.Masked(48), 48);
            said.AddRange([$"next {host6}", $"route {host6.Masked(48)}/48"]);
        }
        else if (kind == 2)
        {
            writer.ReachFlowSpec(BgpFamilies.IPv6FlowSpec, rule);
            said.Add($"flow 2 {Convert.ToHexStringLower(rule)}");
        }
        else if (kind == 3)
        {
            writer.UnreachFlowSpec(BgpFamilies.IPv6FlowSpec, rule);
            said.Add($"gone 2 {Convert.ToHexStringLower(rule)}");
        }
        else if (kind == 4)
        {
            writer.UnreachUnicast(BgpFamilies.IPv6Unicast, host6, 128);
            said.Add($"gone {host6}/128");
        }

        ulong[] extended = [0x8006_0000_0000_0000, (ulong)random.NextInt64()];
        writer.ExtendedCommunities(extended);
        said.AddRange(extended.Select(static community => $"extended {community:x16}"));
        writer.As4Path([1, 2]);
        writer.LargeCommunities([(1, 2, uint.MaxValue)]);
        said.AddRange(["path 2 4 0000000100000002", "large 1:2:4294967295"]);
        if (kind == 0)
        {
            writer.Announce(host, 32);
            said.Add($"route {host}/32");
        }

        Assert.True(writer.TryFinish(out var message));
        return (message.ToArray(), string.Join("; ", said));
    }
}
