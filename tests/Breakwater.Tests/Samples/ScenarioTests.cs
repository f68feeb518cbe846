using Breakwater.Detection;
using Breakwater.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Samples;

public sealed class ScenarioTests
{
    private const long Second = 1_000_000_000;

    [Fact]
    public void Attack_RunsBetweenTwoQuietSpells()
    {
        var packets = Packets(new ScenarioOptions(Kind(Vector.NtpAmplification), 1) { PacketsPerSecond = 1_000, DurationNanoseconds = 3 * Second });
        var attack = packets.Where(packet => packet.SourcePort == 123 && packet.PayloadLength == 440).ToList();
        Assert.InRange(attack.Count, 3_000 - 300, 3_000 + 300);
        Assert.InRange(attack[0].Nanoseconds, 2 * Second, 2 * Second + (Second / 50));
        Assert.InRange(attack[^1].Nanoseconds, 5 * Second - (Second / 50), 5 * Second);
        var quiet = packets.Where(packet => packet.PayloadLength != 440).ToList();
        Assert.InRange(quiet.Count, 700 / 3, 700 * 3);
        Assert.Contains(quiet, packet => packet.Nanoseconds < Second);
        Assert.Contains(quiet, packet => packet.Nanoseconds > 6 * Second);
        Assert.DoesNotContain(packets, packet => packet.Nanoseconds is < 0 or >= 7 * Second);
    }

    [Fact]
    public void Packets_ComeInTheOrderOfTheirTimes()
    {
        foreach (var kind in SampleKind.All)
        {
            var times = Packets(new ScenarioOptions(kind, 3) { PacketsPerSecond = 300, DurationNanoseconds = Second }).Select(packet => packet.Nanoseconds).ToList();
            Assert.Equal(times.Order(), times);
        }
    }

    [Fact]
    public void WithoutMix_TheAttackStandsAlone()
    {
        var packets = Packets(new ScenarioOptions(Kind(Vector.SynFlood), 1) { PacketsPerSecond = 2_000, DurationNanoseconds = Second, MixPercent = 0 });
        Assert.All(packets, packet => Assert.Equal(TcpFlags.Syn, packet.Flags));
        Assert.InRange(packets.Count, 2_000 - 225, 2_000 + 225);
    }

    [Fact]
    public void Carpet_ReachesEveryAddressOfTheNetwork()
    {
        var options = new ScenarioOptions(Kind(Vector.UdpFlood), 1) { PacketsPerSecond = 5_000, DurationNanoseconds = Second, MixPercent = 0 };
        Assert.Equal(256, Packets(options with { Shape = AttackShape.Carpet }).Select(packet => packet.Destination).Distinct().Count());
        Assert.Single(Packets(options).Select(packet => packet.Destination).Distinct());
    }

    [Fact]
    public void Pulse_RestsEverySecondSecond()
    {
        var options = new ScenarioOptions(Kind(Vector.UdpFlood), 1) { PacketsPerSecond = 1_000, DurationNanoseconds = 6 * Second, MixPercent = 0 };
        var perSecond = Packets(options with { Shape = AttackShape.Pulse }).CountBy(packet => packet.Nanoseconds / Second).ToDictionary();
        Assert.Equal([0L, 2L, 4L], perSecond.Keys.Order());
        Assert.Equal(6, Packets(options).Select(packet => packet.Nanoseconds / Second).Distinct().Count());
    }

    [Fact]
    public void Amplification_ComesFromItsPortsAndCarriesFillerOnly()
    {
        var packets = new SamplePacket();
        foreach (var vector in Vectors.All.Where(Vectors.IsAmplification))
        {
            var ports = Vectors.AmplificationPorts.Where(entry => entry.Vector == vector).Select(entry => entry.Port).ToHashSet();
            var reflection = Kind(vector).Packets(new SeededRandom(1));
            for (var i = 0; i < 200; i++)
            {
                reflection.Make(packets, DocumentationSpace.Own(10));
                Assert.Equal(DocumentationSpace.Own(10), packets.Destination);
                Assert.True(packets.FragmentOffset > 0 || ports.Contains(packets.SourcePort), Vectors.Name(vector));
                Assert.Equal(-1, packets.Payload.IndexOfAnyExcept(SamplePacket.Filler));
            }
        }
    }

    /// <summary>No vector sends anything to a port of an amplifying service from the victim's address.</summary>
    [Fact]
    public void Amplification_HasNoRequests()
    {
        foreach (var vector in Vectors.All.Where(Vectors.IsAmplification))
        {
            var packets = Packets(new ScenarioOptions(Kind(vector), 1) { PacketsPerSecond = 500, DurationNanoseconds = Second, MixPercent = 0 });
            Assert.All(packets, packet => Assert.False(DocumentationSpace.IsOwn(packet.Source)));
        }
    }

    [Fact]
    public void LargeReplies_ComeInFragmentsThatBelongTogether()
    {
        var packets = Packets(new ScenarioOptions(Kind(Vector.CldapAmplification), 1) { PacketsPerSecond = 2_000, DurationNanoseconds = Second, MixPercent = 0 });
        var firsts = packets.Where(packet => packet.FragmentOffset == 0).ToList();
        Assert.All(firsts, first => Assert.True(first.MoreFragments));
        var later = packets.Where(packet => packet.FragmentOffset > 0).ToLookup(packet => (packet.Source, packet.Identification));
        Assert.All(firsts.SkipLast(1), first => Assert.Contains(later[(first.Source, first.Identification)], packet => packet.FragmentOffset == 185));
    }

    [Fact]
    public void QuietMix_HasBothDirectionsBothFamiliesAndItsProtocols()
    {
        var packets = Packets(new ScenarioOptions(SampleKind.Mix, 1) { PacketsPerSecond = 2_000, DurationNanoseconds = 5 * Second });
        Assert.Contains(packets, packet => DocumentationSpace.IsOwn(packet.Source));
        Assert.Contains(packets, packet => DocumentationSpace.IsOwn(packet.Destination));
        Assert.Contains(packets, packet => packet.Source.IsIPv4);
        Assert.Contains(packets, packet => !packet.Source.IsIPv4);
        Assert.Contains(packets, packet => packet is { Protocol: IpProtocol.Udp, SourcePort: 53 });
        Assert.Contains(packets, packet => packet is { Protocol: IpProtocol.Udp, SourcePort: 123 });
        Assert.Contains(packets, packet => packet is { Protocol: IpProtocol.Udp, DestinationPort: 443 });
        Assert.Contains(packets, packet => packet is { Protocol: IpProtocol.Tcp, DestinationPort: 25 });
        Assert.All(packets.Where(packet => packet.Flags == TcpFlags.Syn), syn => Assert.Contains(packets, packet => packet.Flags == (TcpFlags.Syn | TcpFlags.Ack)
            && packet.Source == syn.Destination && packet.DestinationPort == syn.SourcePort || syn.Nanoseconds > 9 * Second / 2));
    }

    [Fact]
    public void FlashCrowd_GrowsFivefold()
    {
        var kind = SampleKind.All[^1];
        var packets = Packets(new ScenarioOptions(kind, 1) { PacketsPerSecond = 1_000, DurationNanoseconds = 9 * Second });
        var before = packets.Count(packet => packet.Nanoseconds < 3 * Second) / 3.0;
        var after = packets.Count(packet => packet.Nanoseconds >= 4 * Second) / 5.0;
        Assert.InRange(after / before, 3.5, 6.5);
        Assert.Contains(packets, packet => packet.Flags.HasFlag(TcpFlags.Fin));
    }

    private static SampleKind Kind(Vector vector) => SampleKind.All.Single(kind => kind.Vector == vector);

    private static List<Seen> Packets(ScenarioOptions options)
    {
        var scenario = new Scenario(options);
        var packet = new SamplePacket();
        var seen = new List<Seen>();
        while (scenario.TryNext(packet, out var nanoseconds))
        {
            seen.Add(new Seen(nanoseconds, packet.Source, packet.Destination, packet.Protocol, packet.SourcePort, packet.DestinationPort,
                packet.TcpFlags, packet.PayloadLength, packet.FragmentOffset, packet.MoreFragments, packet.Identification));
        }

        return seen;
    }

    private sealed record Seen(long Nanoseconds, Address Source, Address Destination, byte Protocol, ushort SourcePort, ushort DestinationPort,
        TcpFlags Flags, int PayloadLength, ushort FragmentOffset, bool MoreFragments, ushort Identification);
}
