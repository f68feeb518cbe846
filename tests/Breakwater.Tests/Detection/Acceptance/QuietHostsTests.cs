using Breakwater.Detection;

namespace Breakwater.Tests.Detection.Acceptance;

/// <summary>
/// Quiet for long: hosts that stay below their floors, seen by random sampling, do not alarm; a third above, each does. The long runs
/// (a simulated day, 1,000 hosts) are those of <c>./test --full quiet-hosts</c>.
/// </summary>
public sealed class QuietHostsTests
{
    private const long Day = 24 * 3600;

    private static readonly Vector[] _vectors = [Vector.SynFlood, Vector.IcmpFlood, Vector.CldapAmplification, Vector.TcpReflection];

    [Theory]
    [InlineData(0.7, 1000)]
    [InlineData(0.95, 1000)]
    [InlineData(0.7, 100)]
    [InlineData(0.95, 100)]
    public void HalfAnHour_BelowTheFloor_IsSilent(double timesFloor, uint sampling) =>
        Assert.Empty(new PoissonHosts(_vectors, 48, timesFloor, sampling, 1).Run(1800).Incidents);

    [Fact]
    public void TenMinutes_AThirdAboveTheFloor_AlarmForEachHost()
    {
        var hosts = new PoissonHosts(_vectors, 48, 1.3, 100, 2);
        Assert.Equal(48, hosts.Alarmed(hosts.Run(600)));
    }

    [Fact]
    public void HalfAnHour_TwiceTheFloorAndOneInAThousandSeen_AlarmForEachHost()
    {
        var hosts = new PoissonHosts(_vectors, 48, 2, 1000, 3);
        Assert.Equal(48, hosts.Alarmed(hosts.Run(1800)));
    }

    /// <summary>Random UDP is told from clients by its many senders, so that sparse samples of it say nothing; here enough are seen.</summary>
    [Fact]
    public void RandomUdp_BelowAndAboveTheFloor_AlarmsOnlyAbove()
    {
        Assert.Empty(new PoissonHosts([Vector.UdpFlood], 8, 0.95, 100, 4).Run(600).Incidents);
        var hosts = new PoissonHosts([Vector.UdpFlood], 8, 2, 100, 5);
        Assert.Equal(8, hosts.Alarmed(hosts.Run(300)));
    }

    [Theory(Explicit = true)]
    [InlineData(0.7)]
    [InlineData(0.95)]
    public void Day_ThousandHostsBelowTheFloor_AtMostOneFalseIncident(double timesFloor)
    {
        var incidents = new PoissonHosts(_vectors, 1000, timesFloor, 1000, 11).Run(Day).Incidents;
        System.Console.WriteLine(FormattableString.Invariant($"1,000 hosts at {timesFloor} of their floors, 1:1000, 24 h: {incidents.Length} false incidents"));
        Assert.InRange(incidents.Length, 0, 1);
    }

    [Fact(Explicit = true)]
    public void Day_ThousandHostsAThirdAboveTheFloor_AlarmForEachHost()
    {
        var hosts = new PoissonHosts(_vectors, 1000, 1.3, 1000, 12);
        var alarmed = hosts.Alarmed(hosts.Run(Day));
        System.Console.WriteLine(FormattableString.Invariant($"1,000 hosts at 1.3 of their floors, 1:1000, 24 h: {alarmed} alarmed"));
        Assert.Equal(1000, alarmed);
    }

    [Fact(Explicit = true)]
    public void Day_RandomUdpBelowTheFloor_AtMostOneFalseIncident()
    {
        var incidents = new PoissonHosts([Vector.UdpFlood], 40, 0.95, 100, 13).Run(Day).Incidents;
        System.Console.WriteLine(FormattableString.Invariant($"40 hosts at 0.95 of the floor of UDP, 1:100, 24 h: {incidents.Length} false incidents"));
        Assert.InRange(incidents.Length, 0, 1);
    }
}
