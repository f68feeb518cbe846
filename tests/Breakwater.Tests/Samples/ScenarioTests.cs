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
    public void Pulse_OfStatedLengths_RestsBetweenThem()
    {
        var options = new ScenarioOptions(Kind(Vector.UdpFlood), 1)
        {
            PacketsPerSecond = 500,
            DurationNanoseconds = 20 * Second,
            MixPercent = 0,
            Shape = AttackShape.Pulse,
            OnNanoseconds = 2 * Second,
            OffNanoseconds = 5 * Second,
        };
        Assert.Equal([0L, 1, 7, 8, 14, 15], Packets(options).Select(packet => packet.Nanoseconds / Second).Distinct().Order());
        Assert.InRange(Packets(options).Count, 3_000 - 250, 3_000 + 250);
    }

    [Fact]
    public void Ramp_GrowsEvenly()
    {
        var options = new ScenarioOptions(Kind(Vector.UdpFlood), 1) { PacketsPerSecond = 1_000, DurationNanoseconds = 10 * Second, MixPercent = 0 };
        var ramp = Packets(options with { Shape = AttackShape.Ramp }).CountBy(packet => packet.Nanoseconds / Second).ToDictionary();
        Assert.InRange(ramp[0], 20, 90);
        Assert.InRange(ramp[4], 370, 530);
        Assert.InRange(ramp[9], 850, 1_050);
        Assert.InRange(Packets(options).Count(packet => packet.Nanoseconds < Second), 850, 1_150);
    }

    [Fact]
    public void WideCarpet_ReachesAWholeNetworkThatNobodyElseLivesIn()
    {
        var options = new ScenarioOptions(Kind(Vector.SynFlood), 1) { PacketsPerSecond = 20_000, DurationNanoseconds = Second, Shape = AttackShape.Carpet, Hosts = 65_536 };
        var packets = Packets(options);
        var attack = packets.Where(packet => DocumentationSpace.IsWideOwn(packet.Destination)).ToList();
        Assert.InRange(attack.Select(packet => packet.Destination).Distinct().Count(), 16_000, 20_000);
        Assert.All(packets, packet => Assert.False(DocumentationSpace.IsWideOwn(packet.Source)));
        Assert.All(packets.Except(attack), packet => Assert.True(DocumentationSpace.IsOwn(packet.Source) || DocumentationSpace.IsOwn(packet.Destination)));
        Assert.Contains(Packets(options with { Shape = AttackShape.Host, Hosts = 256 }), packet => DocumentationSpace.IsWideOwn(packet.Source));
    }

    [Fact]
    public void AlreadyRunning_HasNoQuietBeforeIt()
    {
        var options = new ScenarioOptions(Kind(Vector.SynFlood), 1) { PacketsPerSecond = 2_000, DurationNanoseconds = 2 * Second, MixPercent = 20 };
        Assert.InRange(Packets(options with { AlreadyRunning = true }).First(IsSyn).Nanoseconds, 0, Second / 50);
        Assert.InRange(Packets(options).First(packet => IsSyn(packet) && packet.Nanoseconds > Second * 19 / 10).Nanoseconds, Second * 19 / 10, Second * 21 / 10);
        Assert.InRange(Packets(options with { AlreadyRunning = true })[^1].Nanoseconds, 3 * Second, 4 * Second);

        static bool IsSyn(Seen packet) => packet.Flags == TcpFlags.Syn && packet.DestinationPort == 443;
    }

    [Fact]
    public void Further_RunBesideTheFirst()
    {
        var options = new ScenarioOptions(Kind(Vector.SynFlood), 1) { PacketsPerSecond = 1_000, DurationNanoseconds = 2 * Second, MixPercent = 0, Further = [Kind(Vector.IcmpFlood), Kind(Vector.HttpFlood)] };
        var packets = Packets(options);
        Assert.InRange(packets.Count(packet => packet.Protocol == IpProtocol.Icmp), 1_800, 2_200);
        Assert.InRange(packets.Count(packet => packet.Flags == TcpFlags.Syn && packet.DestinationPort == 443), 1_800, 2_200);
        Assert.Contains(packets, packet => packet.DestinationPort == 80);
        Assert.DoesNotContain(Packets(options with { Further = [] }), packet => packet.Protocol == IpProtocol.Icmp);
    }

    [Fact]
    public void Outbound_ComesFromOwnHostsAndGoesElsewhere()
    {
        var options = new ScenarioOptions(Kind(Vector.DnsAmplification), 1) { PacketsPerSecond = 1_000, DurationNanoseconds = Second, MixPercent = 0, OutboundSenders = 3 };
        var packets = Packets(options);
        Assert.Equal(3, packets.Select(packet => packet.Source).Distinct().Count());
        Assert.All(packets, packet => Assert.True(DocumentationSpace.IsOwn(packet.Source) && packet.Destination == DocumentationSpace.Server(77)));
    }

    /// <summary>A mimic has few senders that come back; the textbook flood has a new one for each packet.</summary>
    [Fact]
    public void Mimic_HasACrowdThatStays()
    {
        var options = new ScenarioOptions(Kind(Vector.AckFlood), 1) { PacketsPerSecond = 5_000, DurationNanoseconds = Second, MixPercent = 0 };
        var mimic = Packets(options with { Mimics = true });
        Assert.InRange(mimic.Select(packet => (packet.Source, packet.SourcePort)).Distinct().Count(), 500, 600);
        Assert.Contains(mimic, packet => packet.PayloadLength == 1_428);
        Assert.InRange(Packets(options).Select(packet => (packet.Source, packet.SourcePort)).Distinct().Count(), 4_500, 5_500);
    }

    [Fact]
    public void Scan_AsksEveryHostAndIsAnswered()
    {
        var packets = Packets(new ScenarioOptions(SampleKind.Find("quiet-scan")!, 1) { PacketsPerSecond = 2_000, DurationNanoseconds = 2 * Second });
        var asked = packets.Where(packet => DocumentationSpace.IsOwn(packet.Destination)).ToList();
        Assert.Single(asked.Select(packet => packet.Source).Distinct());
        Assert.InRange(asked.Select(packet => packet.Destination).Distinct().Count(), 240, 254);
        Assert.Contains(packets, packet => packet.Flags == (TcpFlags.Rst | TcpFlags.Ack) && DocumentationSpace.IsOwn(packet.Source));
        Assert.Contains(packets, packet => packet.Flags == (TcpFlags.Syn | TcpFlags.Ack));
    }

    /// <summary>Whatever a quiet kind is, its rate is near the stated one.</summary>
    [Theory]
    [InlineData("quiet-speed-test")]
    [InlineData("quiet-backup")]
    [InlineData("quiet-management")]
    [InlineData("quiet-scan")]
    [InlineData("quiet-nat")]
    [InlineData("quiet-vpn")]
    [InlineData("quiet-game")]
    [InlineData("quiet-upload")]
    [InlineData("quiet-quic-download")]
    public void QuietKind_KeepsItsRate(string name)
    {
        var options = new ScenarioOptions(SampleKind.Find(name)!, 1) { PacketsPerSecond = 3_000, DurationNanoseconds = 5 * Second };
        Assert.InRange(Packets(options).Count, 15_000 * 0.6, 15_000 * 1.4);
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
