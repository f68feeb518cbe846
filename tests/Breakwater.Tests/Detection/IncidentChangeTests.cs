using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Reports;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

public sealed class IncidentChangeTests
{
    [Fact]
    public void Attack_IsToldFromOpeningToClose_UnderOneKey()
    {
        var changes = Changes(Flood(Victim, 3000, 5).Concat(Quiet(80)));
        Assert.Equal(
            [IncidentChangeKind.Opened, IncidentChangeKind.Quieted, IncidentChangeKind.Closed],
            changes.Select(static change => change.Change.Kind).Where(static kind => kind != IncidentChangeKind.Updated));
        Assert.Equal([1L], changes.Select(static change => change.Change.Key).Distinct());
        Assert.Equal(IncidentState.Closed, changes[^1].Change.Incident.State);
    }

    [Fact]
    public void Updates_ComeAtMostOnceASecond_AndTellSomethingNew()
    {
        var changes = Changes(Flood(Victim, 3000, 3).Concat(Flood(Victim, 30_000, 6, after: 3)));
        var updates = changes.Where(static change => change.Change.Kind == IncidentChangeKind.Updated).ToList();
        Assert.NotEmpty(updates);
        foreach (var (one, next) in updates.Zip(updates.Skip(1)))
            Assert.True(next.Tick - one.Tick >= 10);
    }

    /// <summary>An attack just above its floor that grows: the tick in which it is sure tells so, and does not wait for its second.</summary>
    [Fact]
    public void SurerIncident_IsToldAtOnce()
    {
        var usual = Stream(200, 5, static (index, time) => index % 2 == 0 ? Tcp(time, Sender(index), 40_000, Victim, 443, 16) : Tcp(time, Victim, 443, Sender(index - 1), 40_000, 16));
        var changes = Changes(usual.Concat(Stream(3_000, 3, static (index, time) => Udp(time, Sender(index), 123, Victim, 50_000, 468), after: 2.05)));
        var firm = changes.First(static change => change.Change.Incident.Confidence == Confidence.High);
        Assert.Equal((IncidentChangeKind.Opened, IncidentChangeKind.Updated), (changes[0].Change.Kind, firm.Change.Kind));
        Assert.InRange(firm.Tick - changes[0].Tick, 1, 9);
    }

    [Fact]
    public void SteadyAttack_IsNotToldAnewEachSecond()
    {
        var changes = Changes(Flood(Victim, 3000, 60));
        // The total doubles ever more rarely.
        Assert.InRange(changes.Count, 2, 12);
    }

    [Fact]
    public void AttackThatComesBack_IsReopened()
    {
        var changes = Changes(Flood(Victim, 3000, 4).Concat(Flood(Victim, 3000, 4, after: 10)).Concat(Quiet(20)));
        Assert.Equal(
            [IncidentChangeKind.Opened, IncidentChangeKind.Quieted, IncidentChangeKind.Reopened, IncidentChangeKind.Quieted],
            changes.Select(static change => change.Change.Kind).Where(static kind => kind != IncidentChangeKind.Updated));
    }

    [Fact]
    public void WiderIncident_ClosesTheNarrowerWithAReference()
    {
        // One host first, then the whole /24 with it.
        var one = Flood(Victim, 3000, 3);
        var all = Stream(60_000, 6, static (index, time) => Udp(time, Sender(index), 40_000, Address.FromIPv4(0xCB007100u + (uint)(index % 250)), 80, 200), after: 3);
        var changes = Changes(one.Concat(all));
        var taken = changes.FindAll(static change => change.Change.TakenOverBy is not null);
        Assert.NotEmpty(taken);
        foreach (var (tick, change) in taken)
        {
            Assert.Equal(IncidentChangeKind.Closed, change.Kind);
            var wider = changes.First(other => other.Change.Key == change.TakenOverBy);
            Assert.True(wider.Change.Kind == IncidentChangeKind.Opened && wider.Tick <= tick);
            Assert.True(wider.Change.Incident.Target.Covers(change.Incident.Target));
            Assert.DoesNotContain(changes, other => other.Change.Key == change.Key && other.Tick > tick);
        }
    }

    /// <summary>The /24 takes over the host and is taken over itself before anybody was told of it: the host goes on in the widest.</summary>
    [Fact]
    public void TwoStepsInOneTick_TheNarrowestGoesOnInTheWidest()
    {
        // One host first, then 200 hosts of each of 4 /24 at once.
        var one = Flood(Victim, 1000, 1);
        var all = Stream(320_000, 0.3, static (index, time) => Udp(time, Sender(index), 40_000, Address.FromIPv4(0xCB007000u + (uint)((index % 4 << 8) + (index / 4 % 200) + 40)), 80, 200), after: 1);
        var changes = Changes(one.Concat(all));
        var (_, host) = changes.First();
        var (tick, wide) = changes.First(static change => change.Change.Incident.Target.Prefix.Length == 16);
        Assert.Equal((Victim, IncidentChangeKind.Opened), (host.Incident.Target.Prefix.Network, wide.Kind));
        // The four /24 had numbers in between, and nobody was told of one.
        Assert.Equal(host.Key + 5, wide.Key);
        Assert.DoesNotContain(changes, static change => change.Change.Incident.Target.Prefix.Length == 24);
        var closed = Assert.Single(changes, change => change.Change.Key == host.Key && change.Change.Kind == IncidentChangeKind.Closed);
        Assert.Equal((tick, wide.Key), (closed.Tick, closed.Change.TakenOverBy!.Value));
        var keys = new IncidentKeys();
        var told = changes.Select(change => keys.Translate(change.Change)).ToList();
        Assert.Equal(2, told.Single(static change => change.Kind == IncidentChangeKind.Closed).TakenOverBy);
    }

    /// <summary>Time leaps from the tick that opens the incident to one in which it has long been over.</summary>
    [Theory]
    [InlineData(120, new[] { IncidentChangeKind.Opened, IncidentChangeKind.Closed })]
    [InlineData(1, new[] { IncidentChangeKind.Opened })]
    public void AttackOfOneTick_IsTold_HoweverLongTheNextTickIsOff(int pauseSeconds, IncidentChangeKind[] kinds)
    {
        var start = (Start / Detector.TickNanoseconds * Detector.TickNanoseconds) + Detector.TickNanoseconds - Start;
        var changes = Changes(Flood(Victim, 30_000, 0.09, after: start / 1e9).Append(Udp(Start + (pauseSeconds * 1_000_000_000L), Sender(3), 40_000, Victim, 80, 200)));
        Assert.Equal(kinds, changes.Select(static change => change.Change.Kind));
        Assert.Equal([1L], changes.Select(static change => change.Change.Key).Distinct());
    }

    /// <summary>"Closed" is said when it is: as long again as the longest record took, for the next one may tell of traffic that went on.</summary>
    [Theory]
    [InlineData(20, 75, IncidentState.Quiet)]
    [InlineData(20, 100, IncidentState.Closed)]
    [InlineData(0, 75, IncidentState.Closed)]
    public void QuietIncident_IsClosedInItsReportWhenItIsClosed(int recordSeconds, int endSeconds, IncidentState state)
    {
        var attack = Stream(100, 5, (index, time) =>
        {
            var flow = Udp(time, Sender(index), 389, Victim, 80, 100_000);
            (flow.Packets, flow.StartNanoseconds) = (100, time - (recordSeconds * 1_000_000_000L));
            return flow;
        });
        var incident = Assert.Single(Detect(attack.Append(Udp(Start + (endSeconds * 1_000_000_000L), Sender(3), 40_000, Victim, 80, 200))).Incidents);
        Assert.Equal(state, incident.State);
    }

    /// <summary>No change ends the engine, whatever it refers to.</summary>
    [Theory]
    [InlineData(1L, 1L)]
    [InlineData(99L, null)]
    public void ReferenceToNoOpenIncident_IsLeftOut(long takenOverBy, long? told)
    {
        var opened = Changes(Flood(Victim, 3000, 2))[0].Change;
        var keys = new IncidentKeys();
        Assert.Equal(1, keys.Translate(opened).Key);
        var closed = new IncidentChange(2, IncidentChangeKind.Closed, opened.Incident) { TakenOverBy = takenOverBy };
        Assert.Equal(told, keys.Translate(closed).TakenOverBy);
    }

    [Fact]
    public void TakingChanges_ChangesNoVerdict()
    {
        var flows = Flood(Victim, 3000, 5).Concat(Quiet(30)).Concat(Flood(Victim, 9000, 3, after: 8)).ToList();
        var (taken, untaken) = (Run(flows, takes: true, []), Run(flows, takes: false, []));
        Assert.Equal(ReportJson.VerdictHash(Report(untaken)), ReportJson.VerdictHash(Report(taken)));
        Assert.NotEmpty(taken.Incidents);
    }

    [Fact]
    public void HeldIncident_IsNotClosed()
    {
        foreach (var isHeld in (bool[])[false, true])
        {
            var detector = new Detector(new DetectorOptions()) { TellsChanges = true };
            var feed = new DetectorFeed(detector);
            foreach (var flow in Flood(Victim, 3000, 3))
                feed.OnFlow(in flow);
            var changes = new List<IncidentChange>();
            for (var tick = 40; tick < 1000; tick++)
            {
                if (isHeld)
                    detector.HoldIncidents(1);
                detector.Tick(Start + (tick * Detector.TickNanoseconds));
                detector.TakeChanges(changes);
            }

            Assert.Equal(!isHeld, changes.Exists(static change => change.Kind == IncidentChangeKind.Closed));
        }
    }

    private static List<FlowRecord> Flood(Address to, int rate, double seconds, double after = 0) =>
        Stream(rate, seconds, (index, time) => Udp(time, Sender(index), 40_000, to, 80, 200), after);

    /// <summary>Something to see, that is no attack.</summary>
    private static List<FlowRecord> Quiet(double seconds) =>
        Stream(10, seconds, static (_, time) => Udp(time, Sender(3), 40_000, Address.Parse("203.0.113.200"), 80, 200));

    private static List<(long Tick, IncidentChange Change)> Changes(IEnumerable<FlowRecord> flows)
    {
        var changes = new List<(long, IncidentChange)>();
        Run(flows, takes: true, changes);
        return changes;
    }

    private static DetectionResult Run(IEnumerable<FlowRecord> flows, bool takes, List<(long Tick, IncidentChange Change)> all)
    {
        var detector = new Detector(new DetectorOptions()) { TellsChanges = takes };
        var changes = new List<IncidentChange>();
        long present = 0;
        foreach (var flow in flows.OrderBy(static flow => flow.ReceivedNanoseconds))
        {
            var tick = flow.ReceivedNanoseconds / Detector.TickNanoseconds;
            if (tick > present)
            {
                detector.Tick(flow.ReceivedNanoseconds);
                present = tick;
                changes.Clear();
                if (takes)
                    detector.TakeChanges(changes);
                all.AddRange(changes.Select(change => (tick, change)));
            }

            detector.Count(in flow);
        }

        return detector.Finish();
    }
}
