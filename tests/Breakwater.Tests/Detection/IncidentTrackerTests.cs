using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Detection.Incidents;
using Breakwater.Detection.Rules;
using Breakwater.Detection.Samples;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection;

/// <summary>Which of several targets tells of an event that all of them show, from findings made by hand.</summary>
public sealed class IncidentTrackerTests
{
    private const long Tick = Traffic.Start / Detector.TickNanoseconds;

    private static readonly Prefix _network = new(Address.Parse("203.0.113.0"), 24);
    private static readonly Prefix _half = new(Address.Parse("203.0.113.128"), 25);
    private static readonly DetectorOptions _options = new() { Services = [new ProtectedService("shop", [_half])] };

    private readonly IncidentTracker _tracker = new(_options, new StandingSamples()) { TellsChanges = true };
    private readonly Dossier _prefix = Watched(new Target(TargetKind.Prefix, _network, Direction.Inbound));
    private readonly Dossier _service = Watched(new Target(TargetKind.Service, _half, Direction.Inbound, "shop"));
    private readonly Dossier _host = Watched(Target.Host(Traffic.Victim));

    [Theory]
    [InlineData(1000, "shop")] // all of the prefix's traffic is the service's
    [InlineData(500, "203.0.113.0/24")] // half of it is
    public void SameKindUnderOtherNames_OfAServiceAndAPrefix_IsToldOnce(int ofService, string target)
    {
        Feed(_prefix, Found(_prefix, Vector.UdpFlood, Vector.UdpFlood, 1000));
        Feed(_service, Found(_service, Vector.UdpFlood, Vector.UdpReflection, ofService));
        Assert.Equal([target], Targets());
    }

    /// <summary>The twin: another kind of traffic is another event.</summary>
    [Fact]
    public void OtherKind_OfAServiceAndAPrefix_IsToldToo()
    {
        Feed(_prefix, Found(_prefix, Vector.UdpFlood, Vector.UdpFlood, 1000));
        Feed(_service, Found(_service, Vector.IcmpFlood, Vector.IcmpFlood, 1000));
        Assert.Equal(["203.0.113.0/24", "shop"], Targets());
    }

    [Fact]
    public void ServiceWithOneOfTwoKinds_LeavesBothToThePrefix()
    {
        Feed(_prefix, Found(_prefix, Vector.UdpFlood, Vector.UdpFlood, 1000), Found(_prefix, Vector.IcmpFlood, Vector.IcmpFlood, 1000));
        Feed(_service, Found(_service, Vector.UdpFlood, Vector.UdpFlood, 1000));
        Assert.Equal(["203.0.113.0/24"], Targets());
    }

    [Fact]
    public void KindThatThePrefixTells_IsNotToldByTheServicesOpenIncidentToo()
    {
        Feed(_prefix, Found(_prefix, Vector.UdpFlood, Vector.UdpFlood, 1000));
        Feed(_service, Found(_service, Vector.IcmpFlood, Vector.IcmpFlood, 1000));
        Feed(_service, Found(_service, Vector.IcmpFlood, Vector.IcmpFlood, 1000), Found(_service, Vector.UdpFlood, Vector.UdpReflection, 900));
        Assert.Equal([Vector.UdpFlood, Vector.IcmpFlood], Incidents().SelectMany(static incident => incident.Vectors).Select(static vector => vector.Vector));
        // The twin: nobody tells of a third kind.
        Feed(_service, Found(_service, Vector.GreFlood, Vector.GreFlood, 900));
        Assert.Contains(Incidents().SelectMany(static incident => incident.Vectors), static vector => vector.Vector == Vector.GreFlood);
    }

    [Fact]
    public void HostTakenOver_IsInTheWiderIncidentUntilThatIsOver()
    {
        var other = Watched(Target.Host(Address.Parse("198.51.100.1")));
        Feed(_host, Found(_host, Vector.CldapAmplification, Vector.CldapAmplification, 1000));
        Feed(other, Found(other, Vector.CldapAmplification, Vector.CldapAmplification, 1000));
        Assert.True(_host.InIncident && _host.Reflection is not null);
        Feed(_prefix, Found(_prefix, Vector.CldapAmplification, Vector.CldapAmplification, 5000));

        Assert.Equal(["198.51.100.1", "203.0.113.0/24"], Targets());
        Assert.True(_host.InIncident);
        Assert.Null(_host.Reflection);
        // The twin: another's certainty stays.
        Assert.True(other.InIncident && other.Reflection is not null);

        _tracker.CloseQuiet(Tick + 700);
        Assert.False(_host.InIncident);
        _host.OpenTick(Tick + 700);
        Assert.Equal(0, _host[Vector.CldapAmplification]!.LifePackets.Samples);
    }

    [Fact]
    public void HostUnderAWiderIncident_LearnsNothingUntilThatIsOver()
    {
        Feed(_host);
        Feed(_prefix, Found(_prefix, Vector.CldapAmplification, Vector.CldapAmplification, 5000));
        Assert.False(_host.InIncident);
        Feed(_host, Found(_host, Vector.CldapAmplification, Vector.CldapAmplification, 1000));
        Assert.Equal(["203.0.113.0/24"], Targets());
        Assert.True(_host.InIncident);
        _tracker.CloseQuiet(Tick + 700);
        Assert.False(_host.InIncident);
    }

    private static Dossier Watched(Target target) => new(target, new Floors(), 0, 0, new Urgency(new WatchGroups(new Floors()).TickLimits(new Floors())), new Usual(), new SpareParts());

    /// <summary>What a detector would say of so many packets of one kind, which the dossier takes in.</summary>
    private static Finding Found(Dossier dossier, Vector kind, Vector name, int packets)
    {
        var tallies = new TickTallies();
        dossier.OpenTick(Tick);
        var entry = new TickEntry
        {
            Class = (byte)kind,
            Packets = (uint)packets,
            Bytes = (ulong)packets * 100,
            SamplingRate = 1,
            FirstNanoseconds = Traffic.Start,
            Protocol = 17,
            Traits = EntryTraits.HasHost | EntryTraits.HasPorts,
        };
        dossier.Add(in entry, Tick, tallies);
        dossier.CloseTick(tallies);
        return new Finding(name, dossier[kind]!, new RateEvidence(Strength.Sufficient, 2, 1, packets, packets / 2.0), []) { Protocol = 17 };
    }

    private void Feed(Dossier dossier, params Finding[] findings) => _tracker.Feed(dossier, [.. findings], Tick);

    private List<Incident> Incidents() => [.. _tracker.Incidents(Tick, null).OrderBy(static incident => incident.Target.Value, StringComparer.Ordinal)];

    private IEnumerable<string?> Targets() => Incidents().Select(static incident => incident.Target.Value);
}
