using System.Collections.Immutable;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Live;

namespace Breakwater.Tests.Live;

/// <summary>What packets and logs tell of one service at one time is one incident, and nothing else is.</summary>
public sealed class IncidentJoinTests
{
    private const long Second = 1_000_000_000;

    private readonly IncidentJoin _join = new();
    private readonly List<IncidentChange> _told = [];

    [Fact]
    public void NetworkFirst_LogJoinsIt_NothingElseOpens()
    {
        Network(1, IncidentChangeKind.Opened, Of(Vector.SynFlood, "shop", start: 10));
        Web(1, IncidentChangeKind.Opened, OfLog("shop", start: 12));
        var last = _told[^1];
        Assert.Equal((1, IncidentChangeKind.Updated), (last.Key, last.Kind));
        Assert.Equal([Vector.SynFlood, Vector.HttpFlood], last.Incident.Vectors.Select(static vector => vector.Vector));
        Assert.Equal(Verdict.Attack, last.Incident.Verdict);
        Assert.Equal(500, last.Incident.Peak.RequestsPerSecond!.Value.Value);
        Assert.Single(_told, static change => change.Kind == IncidentChangeKind.Opened);
    }

    [Fact]
    public void LogFirst_NetworkTakesItOver()
    {
        Web(1, IncidentChangeKind.Opened, OfLog("shop", start: 12));
        var key = _told[0].Key;
        Network(7, IncidentChangeKind.Opened, Of(Vector.SynFlood, "shop", start: 14));
        Assert.Equal((7, IncidentChangeKind.Opened), (_told[1].Key, _told[1].Kind));
        Assert.Equal(2, _told[1].Incident.Vectors.Length);
        Assert.Equal((key, IncidentChangeKind.Closed, 7), (_told[2].Key, _told[2].Kind, _told[2].TakenOverBy));
    }

    [Theory]
    [InlineData("other", Direction.Inbound)]
    [InlineData(null, Direction.Inbound)]
    [InlineData("shop", Direction.Outbound)]
    public void OtherServiceOrDirection_StandsByItself(string? service, Direction direction)
    {
        Network(1, IncidentChangeKind.Opened, Of(Vector.SynFlood, service, start: 10, direction));
        Web(1, IncidentChangeKind.Opened, OfLog("shop", start: 12));
        Assert.Equal([1, IncidentJoin.FirstWebKey + 1], _told.Select(static change => change.Key));
        Assert.All(_told, static change => Assert.Single(change.Incident.Vectors));
    }

    [Fact]
    public void OneEnds_TheOtherGoesOn_ClosedWhenBothAre()
    {
        Network(1, IncidentChangeKind.Opened, Of(Vector.SynFlood, "shop", start: 10));
        Web(1, IncidentChangeKind.Opened, OfLog("shop", start: 12));
        Network(1, IncidentChangeKind.Closed, Of(Vector.SynFlood, "shop", start: 10) with { State = IncidentState.Closed, EndedNanoseconds = 40 * Second });
        Assert.NotEqual(IncidentChangeKind.Closed, _told[^1].Kind);
        Assert.Equal(IncidentState.Active, _told[^1].Incident.State);
        Web(1, IncidentChangeKind.Closed, OfLog("shop", start: 12) with { State = IncidentState.Closed, EndedNanoseconds = 50 * Second });
        Assert.Equal((1, IncidentChangeKind.Closed), (_told[^1].Key, _told[^1].Kind));
        Assert.Equal(50 * Second, _told[^1].Incident.EndedNanoseconds);
        // What comes then is a new one.
        Web(2, IncidentChangeKind.Opened, OfLog("shop", start: 90));
        Assert.Equal(IncidentJoin.FirstWebKey + 2, _told[^1].Key);
    }

    [Fact]
    public void NetworkGoesOnInAWiderOne_LogGoesWithIt()
    {
        Network(1, IncidentChangeKind.Opened, Of(Vector.SynFlood, "shop", start: 10));
        Web(1, IncidentChangeKind.Opened, OfLog("shop", start: 12));
        Network(2, IncidentChangeKind.Opened, Of(Vector.UdpFlood, "shop", start: 11));
        _join.TakeNetwork(new IncidentChange(1, IncidentChangeKind.Closed, Of(Vector.SynFlood, "shop", start: 10)) { TakenOverBy = 2 }, _told);
        Assert.Equal(2, _told[^1].Key);
        Assert.Equal([Vector.UdpFlood, Vector.HttpFlood], _told[^1].Incident.Vectors.Select(static vector => vector.Vector));
    }

    [Fact]
    public void Packets_SayFlood_LogSaysPeople_NobodyIsSure()
    {
        var people = OfLog("shop", start: 12) with { Verdict = Verdict.FlashCrowd };
        Assert.Equal(Verdict.Undetermined, WebJoin.Merge(Of(Vector.HttpFlood, "shop", start: 10), people).Verdict);
        Assert.Equal(Verdict.Attack, WebJoin.Merge(Of(Vector.SynFlood, "shop", start: 10), people).Verdict);
        Assert.Equal(Verdict.FlashCrowd, WebJoin.Merge(Of(Vector.HttpFlood, "shop", start: 10) with { Verdict = Verdict.Undetermined }, people).Verdict);
    }

    [Theory]
    [InlineData(40, 90, 1)]
    [InlineData(40, 110, 2)]
    [InlineData(null, 110, 1)]
    public void All_JoinsWhatOverlaps(int? networkEnds, int webStarts, int incidents)
    {
        var network = Of(Vector.SynFlood, "shop", start: 10) with { EndedNanoseconds = networkEnds * Second };
        var joined = WebJoin.All([network], [OfLog("shop", webStarts)], quietSeconds: 60);
        Assert.Equal(incidents, joined.Length);
    }

    [Fact]
    public void All_OfTwoLogsOfAService_BothJoin()
    {
        var joined = WebJoin.All([Of(Vector.SynFlood, "shop", 10)], [OfLog("shop", 12), OfLog("shop", 13) with { Site = "b.example" }], quietSeconds: 60);
        Assert.Equal(2_000, Assert.Single(joined).Requests!.Value.Value);
    }

    /// <summary>Two logs of one service in either order: requests add up, the higher peak stands, and nothing depends on which came first.</summary>
    [Fact]
    public void LogsOfOneService_InEitherOrder_AreTheSame()
    {
        var network = Of(Vector.HttpFlood, "shop", 10) with { Verdict = Verdict.Undetermined };
        var people = OfLog("shop", 12) with { Verdict = Verdict.FlashCrowd };
        var attack = OfLog("shop", 13) with { Site = "b.example", Peak = OfLog("shop", 13).Peak with { RequestsPerSecond = new Estimate(300, 300, 300, 300) } };
        var (one, other) = (WebJoin.Merge(network, [people, attack]), WebJoin.Merge(network, [attack, people]));
        Assert.Equal((2_000, 500, Verdict.Attack), (one.Requests!.Value.Value, one.Peak.RequestsPerSecond!.Value.Value, one.Verdict));
        Assert.Equal((one.Requests, one.Peak, one.Verdict, one.Site), (other.Requests, other.Peak, other.Verdict, other.Site));
        Assert.Equal(network, WebJoin.Merge(network, []));
    }

    /// <summary>A host that clients name is no service, even if it is called like one.</summary>
    [Fact]
    public void Host_CalledLikeAService_JoinsNothing()
    {
        Network(1, IncidentChangeKind.Opened, Of(Vector.SynFlood, "shop", start: 10));
        Web(1, IncidentChangeKind.Opened, OfLog("shop", start: 12) with { IsOfService = false, Site = "shop" });
        Assert.Equal([1, IncidentJoin.FirstWebKey + 1], _told.Select(static change => change.Key));
    }

    private void Network(long key, IncidentChangeKind kind, Incident incident) => _join.TakeNetwork(new IncidentChange(key, kind, incident), _told);

    private void Web(long key, IncidentChangeKind kind, Incident incident) => _join.TakeWeb(new IncidentChange(key, kind, incident), _told);

    private static Incident OfLog(string service, int start) => Of(Vector.HttpFlood, service, start) with
    {
        Target = new Target(TargetKind.Service, default, Direction.Inbound, service),
        Packets = new Estimate(null, null, null, 0),
        Requests = new Estimate(1000, 1000, 1000, 1000),
        Peak = new Peak(1, new Estimate(null, null, null, 0), new Estimate(null, null, null, 0), new Estimate(500, 500, 500, 500)),
        Site = "a.example",
        IsOfService = true,
    };

    private static Incident Of(Vector vector, string? service, int start, Direction direction = Direction.Inbound) => new()
    {
        Target = Target.Host(Wire.Address.Parse("192.0.2.10"), direction, service),
        Shape = Shape.Host,
        Verdict = Verdict.Attack,
        Confidence = Confidence.Medium,
        State = IncidentState.Active,
        Vectors = [new IncidentVector(vector, 6, null, null, 1)],
        StartedNanoseconds = start * Second,
        DetectedNanoseconds = (start + 1) * Second,
        EndedNanoseconds = null,
        Peak = new Peak(1, One, One, null),
        Packets = One,
        Bytes = One,
        Sources = One,
        Proven = One,
        SourceSample = [],
        SourceSampleIsComplete = false,
        Requests = null,
        Reasons = [],
        SamplingRate = 1,
        Limits = [],
        Series = [],
    };

    private static Estimate One => new(1, 1, 1, 1);
}
