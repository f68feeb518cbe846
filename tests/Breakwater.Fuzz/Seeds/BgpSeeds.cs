using Breakwater.Wire;
using Breakwater.Wire.Bgp;

namespace Breakwater.Fuzz.Seeds;

/// <summary>Messages of every type, with every attribute that is read.</summary>
internal static class BgpSeeds
{
    public static IEnumerable<byte[]> Messages()
    {
        foreach (var restart in (ushort?[])[null, 30])
            yield return Open(restart);
        yield return Message(static (ref writer) => BgpKeepAlive.Write(ref writer));
        yield return Message(static (ref writer) => new BgpNotification(BgpErrorCode.Cease, 2).Write(ref writer));
        yield return Message(static (ref writer) => new BgpRouteRefresh(BgpFamilies.IPv4FlowSpec, 0).Write(ref writer));
        yield return Blackhole();
        foreach (var family in (BgpFamilies[])[BgpFamilies.IPv4FlowSpec, BgpFamilies.IPv6FlowSpec])
        {
            yield return Rule(family, isWithdrawn: false);
            yield return Rule(family, isWithdrawn: true);
        }
    }

    private static byte[] Open(ushort? restartSeconds) => Message((ref writer) => new BgpOpen
    {
        TwoOctetAs = BgpOpen.AsTrans,
        HoldSeconds = 9,
        Identifier = 0x0A000001,
        Capabilities = new BgpCapabilities
        {
            Families = (BgpFamilies)15,
            FourOctetAs = 200_000,
            RouteRefresh = true,
            RestartSeconds = restartSeconds,
            RestartFamilies = (BgpFamilies)5,
            Preserved = BgpFamilies.IPv4FlowSpec,
        },
    }.Write(ref writer));

    private static byte[] Blackhole()
    {
        var writer = new BgpUpdateWriter(new byte[BgpHeader.LongestMessageBytes]);
        var host = Address.Parse("192.0.2.1");
        writer.Withdraw(host, 32);
        writer.Origin(BgpOrigin.Igp);
        writer.AsPath([65001], 4);
        writer.NextHop(host);
        writer.LocalPreference(100);
        writer.Communities([BgpCommunity.Blackhole, BgpCommunity.NoExport]);
        writer.ReachUnicast(BgpFamilies.IPv6Unicast, Address.Parse("100::1"), Address.Parse("2001:db8::1"), 128);
        writer.ExtendedCommunities([FlowSpecAction.Discard(65001).ToCommunity()]);
        writer.As4Path([200_000]);
        writer.LargeCommunities([(1, 2, 3)]);
        writer.Announce(host, 32);
        writer.Announce(host.Masked(24), 24);
        writer.TryFinish(out var message);
        return message.ToArray();
    }

    private static byte[] Rule(BgpFamilies family, bool isWithdrawn)
    {
        var isIPv4 = BgpFamily.IsIPv4(family);
        var rule = new FlowSpecWriter(new byte[256], family);
        rule.Prefix(FlowSpecComponent.DestinationPrefix, Address.Parse(isIPv4 ? "192.0.2.1" : "2001:db8::1"), isIPv4 ? 32 : 128);
        rule.Prefix(FlowSpecComponent.SourcePrefix, isIPv4 ? Address.Parse("198.51.100.0") : Address.FromHalves(0, 0x1234_5678_0000_0000), isIPv4 ? 24 : 96, isIPv4 ? 0 : 64);
        rule.Numeric(FlowSpecComponent.Protocol, [new(NumericOperators.Equal, 17)]);
        rule.Numeric(FlowSpecComponent.SourcePort, [new(NumericOperators.GreaterThan | NumericOperators.Equal, 1024), new(NumericOperators.And | NumericOperators.LessThan, 2048)]);
        rule.Bitmask(FlowSpecComponent.TcpFlags, [new(BitmaskOperators.All, 2), new(BitmaskOperators.And | BitmaskOperators.Not, 16)]);
        rule.Bitmask(FlowSpecComponent.Fragment, [new(BitmaskOperators.None, (byte)FlowSpecFragment.IsFragment)]);
        var writer = new BgpUpdateWriter(new byte[BgpHeader.LongestMessageBytes]);
        writer.Origin(BgpOrigin.Igp);
        writer.AsPath([], 4);
        if (isWithdrawn)
            writer.UnreachFlowSpec(family, rule.Components);
        else
            writer.ReachFlowSpec(family, rule.Components);
        writer.ExtendedCommunities([FlowSpecAction.LimitBytes(65001, 125_000).ToCommunity()]);
        writer.TryFinish(out var message);
        return message.ToArray();
    }

    private static byte[] Message(Writing write)
    {
        var writer = new WireWriter(new byte[BgpHeader.LongestMessageBytes]);
        write(ref writer);
        return writer.Written.ToArray();
    }

    private delegate bool Writing(ref WireWriter writer);
}
