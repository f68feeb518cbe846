using System.Globalization;
using Breakwater.Detection;
using Breakwater.Detection.Samples;
using Breakwater.Response.Effect;
using Breakwater.Wire;

namespace Breakwater.Tests.Response.Effect;

/// <summary>A filter that hurts known-good clients is noticed within 10 s; one that does not is left alone.</summary>
public sealed class CohortTests
{
    private const int Seeds = 1_000;
    private const int Most = CohortMeter.MaximumClients;
    private static readonly DateTimeOffset _began = DateTimeOffset.UnixEpoch.AddDays(20_000);

    /// <summary>Everything of the cohort is dropped: within 10 s in at least 99 of 100 runs, sampled telemetry too.</summary>
    [Theory]
    [InlineData(60, 1, 5)]
    [InlineData(200, 1, 4)]
    [InlineData(200, 8, 6)]
    [InlineData(1_000, 64, 8)]
    public void WrongRule_ThatDropsTheCohort_IsNoticedWithinTenSeconds(int clients, int sampling, int usualSeconds)
    {
        var found = Run(200, clients, sampling, static (second, _) => second < 0 ? 1 : 0);
        Say($"{clients} clients, 1 in {sampling}", found);
        Assert.True(found.Count(static second => second <= 10) >= 198, $"{found.Count(static second => second is null)} never");
        Assert.True(found.Order().ElementAt(100) <= usualSeconds, $"median {found.Order().ElementAt(100)} s");
    }

    /// <summary>A filter that routers take over seconds later hurts all the same; what falls long after it is not its doing, and gets the blame in no more than one of ten.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(2, true)]
    [InlineData(5, true)]
    [InlineData(12, false)]
    public void WrongRule_ThatBitesLater_IsNoticed_UpToItsLatestOnset(int delay, bool isNoticed)
    {
        var found = Run(100, 200, 1, (second, _) => second < delay ? 1 : 0);
        Say($"cut {delay} s later", found);
        Assert.InRange(found.Count(second => isNoticed ? second <= delay + 10 : second is not null), isNoticed ? 98 : 0, isNoticed ? 100 : 10);
    }

    /// <summary>Half of the packets of all clients, or all packets of half of the clients.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void WrongRule_ThatDropsHalf_IsNoticed(bool isOfEach)
    {
        var found = Run(100, 500, 1, (second, client) => second < 0 ? 1 : isOfEach ? 0.5 : client % 2);
        Say(isOfEach ? "half of each" : "half of the clients", found);
        Assert.True(found.Count(static second => second <= 10) >= 95);
    }

    /// <summary>Nothing is done to the cohort: over all looks of a thousand runs harm is seen in no more than the stated share.</summary>
    [Theory, Trait("Tier", "long")]
    [InlineData(60, 1)]
    [InlineData(500, 1)]
    [InlineData(500, 16)]
    public void InnocentRule_IsLeftAlone(int clients, int sampling)
    {
        var alarms = Run(Seeds, clients, sampling, static (_, _) => 1).Count(static second => second is not null);
        TestContext.Current.TestOutputHelper?.WriteLine($"{clients} clients, 1 in {sampling}: {alarms} false alarms in {Seeds} runs of {CohortWatch.MaximumLooks} looks");
        // 0.001 a run are 1 in 1,000; 5 or more would be less likely than 0.004.
        Assert.InRange(alarms, 0, 4);
    }

    /// <summary>A rule that takes a hundredth of the cohort's packets is no harm to roll back for: its price said so.</summary>
    [Fact]
    public void CheapRule_IsLeftAlone() => Assert.Equal(0, Run(200, 500, 1, static (second, client) => second >= 0 && client % 100 == 0 ? 0 : 1).Count(static second => second is not null));

    /// <summary>The attack itself drives the cohort away, from seconds before the filter on: that is not the filter's doing.</summary>
    [Theory, Trait("Tier", "long")]
    [InlineData(-2)]
    [InlineData(-5)]
    [InlineData(-10)]
    [InlineData(-20)]
    public void Fall_ThatBeganBefore_IsNotTheRules(int began)
    {
        var found = Run(200, 500, 1, (second, _) => second < began ? 1 : 0.3);
        Say($"fell at {began} s", found);
        // One in twenty is what the question "had it begun before?" may be wrong.
        Assert.InRange(found.Count(static second => second is not null), 0, 10);
    }

    /// <summary>A server that pauses now and then, or an export that comes late: all clients fall at once, and nothing is the filter's doing. Now and then, also just after it.</summary>
    [Fact]
    public void Hiccups_OfAllClients_AreNotTheRules()
    {
        var found = new int?[200];
        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
        {
            var random = new Random(seed);
            var hiccups = Enumerable.Range(-200, 300).ToDictionary(static second => second, _ => random.NextDouble() < 0.05 ? random.NextDouble() * 0.8 : 1);
            found[seed] = new CohortModel(seed, 300, 1).FirstHarm((second, _) => hiccups[second]);
        });
        Say("hiccups", found);
        Assert.InRange(found.Count(static second => second is not null), 0, 2);
        // The same clients with a filter that drops them are noticed all the same.
        var wrong = Run(100, 300, 1, static (second, _) => second >= 0 ? 0 : second % 20 == 0 ? 0.3 : 1);
        Say("hiccups, and a wrong rule", wrong);
        Assert.True(wrong.Count(static second => second <= 10) >= 99);
    }

    /// <summary>A pause just after a filter began, and a fall long after it: between them the clients were there, so that the fall is another's doing, as of a second filter.</summary>
    [Theory]
    [InlineData(14, 0, 1)]
    [InlineData(1, 98, 100)]
    public void Pause_ThenALateFall_IsNotTheRules(int fallsAt, int least, int most)
    {
        var found = Run(100, 150, 1, (second, _) => second is >= 1 and < 4 || second >= fallsAt ? 0 : 1, isYoung: true);
        Say(string.Create(CultureInfo.InvariantCulture, $"falls at {fallsAt}"), found);
        Assert.InRange(found.Count(second => second > fallsAt), least, most);
    }

    [Fact]
    public void Cohort_OfAFew_DecidesNothing()
    {
        Assert.Null(new CohortModel(1, 15, 1).FirstHarm(static (second, _) => second < 0 ? 1 : 0));
        var watch = new CohortWatch(new CohortMeter(), CohortModel.Destination, 10);
        Assert.Equal(CohortVerdict.CannotTell, watch.Look(20)!.Verdict);
    }

    /// <summary>The tail is that of the binomial distribution, compared with the sum over all outcomes in whole numbers.</summary>
    [Fact]
    public void SignTest_IsExact()
    {
        for (var pairs = 0; pairs <= 60; pairs++)
        {
            for (var fell = 0; fell <= pairs; fell++)
            {
                System.Numerics.BigInteger sum = 0, term = 1;
                for (var k = 0; k <= pairs; k++)
                {
                    sum += k >= fell ? term : 0;
                    term = term * (pairs - k) / (k + 1);
                }

                var exact = Math.Exp(System.Numerics.BigInteger.Log(sum) - (pairs * Math.Log(2)));
                Assert.Equal(exact, SignTest.UpperTail(fell, pairs - fell), exact * 1e-9);
            }
        }

        Assert.InRange(SignTest.UpperTail(2_048, 0), 0, 1e-300);
        Assert.InRange(SignTest.UpperTail(1_024, 1_024), 0.5, 0.52);
    }

    /// <summary>Seconds come in any order, from any thread; those that are not kept any more change nothing.</summary>
    [Fact]
    public void Meter_KeepsItsSeconds_AndNoOthers()
    {
        var (client, other) = (Member("192.0.2.1"), Member("192.0.2.2"));
        var meter = new CohortMeter();
        meter.Renew([client, client, other], 0);
        Assert.Equal(2, meter.Clients);
        Parallel.For(0, 1_000, _ => meter.Offer(client, 500, 1));
        meter.Offer(client, 501, 70_000);
        meter.Offer(client, 500 - CohortMeter.MaximumSeconds, 9);
        meter.Offer(Member("192.0.2.3"), 500, 9);
        meter.Offer(client with { Host = Address.Parse("203.0.113.8") }, 500, 9);
        Assert.Equal([1_000, 0], Sums(meter, 500));
        Assert.Equal([ushort.MaxValue, 0], Sums(meter, 501));
        Assert.Equal([0, 0], Sums(meter, 500 - CohortMeter.MaximumSeconds));
    }

    /// <summary>Members that stay keep what was counted; those that are new begin with nothing, and are not compared with a time in which they were not counted.</summary>
    [Fact]
    public void Meter_Renewed_KeepsThoseThatStay()
    {
        var members = Enumerable.Range(0, 200).Select(static number => Member(CohortModel.Client(number).ToString())).ToArray();
        var meter = new CohortMeter(150);
        Assert.True(meter.Renew(members[..60], 0));
        Assert.False(meter.Renew(members[..60], 9));
        foreach (var member in members)
            meter.Offer(member, 10, 1);
        Assert.Equal(60, Sums(meter, 10).Sum());
        Assert.True(meter.Renew(members[30..], 10));
        Assert.Equal(150, meter.Clients);
        Assert.Equal((30, 150), (Sums(meter, 10).Sum(), Sums(meter, 10).Length));
        foreach (var member in members)
            meter.Offer(member, 11, 1);
        Assert.Equal(150, Sums(meter, 11).Sum());
        // The new ones have not risen: what they did before is not known.
        var watch = new CohortWatch(meter, CohortModel.Destination, 11);
        Assert.Equal((30, 0), (watch.Look(12)!.Active, watch.Last!.Rose));
    }

    /// <summary>Memory follows the members, and their bound holds it exactly, however many services share it.</summary>
    [Theory]
    [InlineData(16, 100, 16)]
    [InlineData(65, 3, 64)]
    [InlineData(65, 100, 65)]
    [InlineData(2_048, 100, 128)]
    public void Meter_HasRoomForItsBoundAndNoMore(int most, int members, int room)
    {
        var meter = new CohortMeter(most);
        foreach (var part in new[] { members / 3, members })
            meter.Renew(Enumerable.Range(0, part).Select(static number => Member(CohortModel.Client(number).ToString())), 0);
        Assert.Equal((Math.Min(members, most), room), (meter.Clients, meter.Room));
        meter.Offer(Member(CohortModel.Client(Math.Min(members, most) - 1).ToString()), 5, 7);
        Assert.Equal(7, Sums(meter, 5).Sum());
    }

    /// <summary>Clients of another host say nothing about a filter.</summary>
    [Theory]
    [InlineData("203.0.113.0/24", 2)]
    [InlineData("203.0.113.7", 1)]
    [InlineData("203.0.113.9", 0)]
    public void Watch_IsOfThoseWhoTalkToTheDestination(string destination, int clients)
    {
        var meter = new CohortMeter();
        meter.Renew([Member("192.0.2.1"), new CohortMember(Address.Parse("192.0.2.1"), Address.Parse("203.0.113.8"))], 0);
        Assert.True(Prefix.TryParse(destination, out var prefix));
        Assert.Equal(clients, new CohortWatch(meter, prefix, 10).Clients);
    }

    /// <summary>Flows that are told when they end show no harm within seconds: nothing seen is then nothing known. The twin are packets.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Flows_ToldWhenTheyEnd_ShowNoHarm(bool isLong)
    {
        var members = Enumerable.Range(0, 60).Select(static number => Member(CohortModel.Client(number).ToString())).ToArray();
        var meter = new CohortMeter();
        meter.Renew(members, 0);
        for (var second = 1; second < 40; second++)
        {
            foreach (var member in members)
                meter.Offer(member, second, 1, isLong);
        }

        var look = new CohortWatch(meter, CohortModel.Destination, 30).Look(35)!;
        Assert.Equal((isLong ? CohortVerdict.CannotTell : CohortVerdict.NoHarmSeen, isLong), (look.Verdict, look.Why.Contains("when they end", StringComparison.Ordinal)));
    }

    private static CohortMember Member(string client) => new(Address.Parse(client), CohortModel.Destination.Network);

    private static int[] Sums(CohortMeter meter, long second)
    {
        var places = meter.Within(CohortModel.Destination).Places;
        var sums = new int[places.Length];
        meter.AddTo(sums, places, second);
        return sums;
    }

    /// <summary>Nobody becomes known-good by forging: a SYN, its answer, a reset, UDP, and segments that are not answered count for nothing.</summary>
    [Fact]
    public void KnownGood_AreThoseWhoseSegmentsWereAnswered_LongBeforeTheAttack()
    {
        var early = _began.AddMinutes(-10);
        const byte ack = (byte)Vector.AckFlood, session = 60;
        StandingRecord[] records =
        [
            .. Both("192.0.2.1", ack, ack, early),
            Record("192.0.2.2", Direction.Inbound, ack, early),
            .. Both("192.0.2.3", (byte)Vector.SynFlood, (byte)Vector.SynAckFlood, early),
            .. Both("192.0.2.4", ack, (byte)Vector.RstFlood, early),
            .. Both("192.0.2.5", ack, ack, _began.AddMinutes(-1)),
            .. Both("192.0.2.6", ack, ack, early, protocol: 17),
            Record("192.0.2.7", Direction.Inbound, session, early, packets: 12),
            Record("192.0.2.8", Direction.Inbound, session, early, packets: 2),
            // A whole session towards a client; and a SYN-ACK sent three times, which a forged SYN gets too.
            Record("192.0.2.11", Direction.Inbound, session, early, packets: 12),
            Record("192.0.2.11", Direction.Outbound, session, early, packets: 12, bytes: 9_000),
            Record("192.0.2.12", Direction.Inbound, session, early, packets: 12),
            Record("192.0.2.12", Direction.Outbound, session, early, packets: 3, bytes: 180),
            Record("192.0.2.9", Direction.Outbound, ack, early),
            .. Both("192.0.2.10", ack, (byte)Vector.HttpFlood, early.AddMinutes(1)),
        ];
        Assert.Equal(["192.0.2.1", "192.0.2.11", "192.0.2.10"], KnownGoodCohort.Of(records, _began, early, Most).Members.Select(static member => member.Client.ToString()));
    }

    /// <summary>Who came minutes ago is not known, however real the connection; only where nothing was watched for longer, all who are known at all are taken, and said to be young.</summary>
    [Theory]
    [InlineData(40, 20, 60, true, false)]
    [InlineData(15, 5, 60, true, false)]
    [InlineData(14, 3, 60, false, false)]
    [InlineData(10, 3, 60, false, false)]
    [InlineData(16, 10, 60, false, false)]
    [InlineData(40, 40, 60, false, false)]
    [InlineData(10, 3, 24, true, true)]
    [InlineData(20, 5, 24, true, true)]
    [InlineData(3, 3, 3, true, true)]
    [InlineData(10, 3, 25, false, false)]
    public void KnownGood_IsWhoWasAnsweredForLong(int firstMinutes, int lastMinutes, int watchedMinutes, bool isKnown, bool isYoung)
    {
        const byte ack = (byte)Vector.AckFlood;
        StandingRecord[] records = [.. Both("192.0.2.1", ack, ack, _began.AddMinutes(-firstMinutes)), .. Both("192.0.2.1", ack, ack, _began.AddMinutes(-lastMinutes))];
        var known = KnownGoodCohort.Of(records, _began, _began.AddMinutes(-watchedMinutes), Most);
        Assert.Equal((isKnown ? 1 : 0, isYoung), (known.Members.Length, known.IsYoung));
    }

    /// <summary>Segments that nobody answered are no history; nor does one speak for now who asked for the last time hours ago.</summary>
    [Theory]
    [InlineData(Direction.Outbound, 20, 1)]
    [InlineData(Direction.Inbound, 20, 0)]
    [InlineData(Direction.Outbound, 70, 0)]
    public void KnownGood_WasAnsweredEarly_AndAskedOfLate(Direction early, int lastMinutes, int members)
    {
        const byte ack = (byte)Vector.AckFlood;
        StandingRecord[] records = [Record("192.0.2.1", early, ack, _began.AddMinutes(-90)), .. Both("192.0.2.1", ack, ack, _began.AddMinutes(-lastMinutes))];
        Assert.Equal(members, KnownGoodCohort.Of(records, _began, _began.AddDays(-1), Most).Members.Length);
    }

    /// <summary>One network is a sixth of the cohort at most, whoever was there first, and also of the part that a filter meets; the twin is spread.</summary>
    [Theory]
    [InlineData(300, 60, 12)]
    [InlineData(300, 0, 4)]
    [InlineData(10, 200, 10)]
    public void Network_HasABoundedShare(int ofOne, int ofMany, int left)
    {
        const byte ack = (byte)Vector.AckFlood;
        var one = Enumerable.Range(0, ofOne).Select(static number => Address.FromIPv4(0xC000_0200u + (uint)number)).Where(static address => address.Masked(24) == Address.Parse("192.0.2.0")).ToArray();
        var many = Enumerable.Range(0, ofMany).Select(CohortModel.Client).ToArray();
        StandingRecord[] records = [.. Known(one, 50), .. Known(many, 40)];
        var members = KnownGoodCohort.Of(records, _began, _began.AddDays(-1), Most).Members;
        Assert.Equal((left, ofMany), (members.Count(member => one.Contains(member.Client)), members.Count(member => many.Contains(member.Client))));
        // Where there is room for few, the share is one of those few.
        var few = KnownGoodCohort.Of(records, _began, _began.AddDays(-1), 30).Members;
        Assert.InRange(few.Count(member => one.Contains(member.Client)), 1, 5);
        var meter = new CohortMeter();
        meter.Renew([.. one.Select(static client => Member(client.ToString())), .. many.Select(static client => Member(client.ToString()))], 0);
        Assert.Equal(left + ofMany, new CohortWatch(meter, CohortModel.Destination, 10).Clients);

        static IEnumerable<StandingRecord> Known(Address[] clients, int minutes) =>
            clients.SelectMany(client => new[] { minutes, 20 }.SelectMany(at => Both(client.ToString(), ack, ack, _began.AddMinutes(-at))));
    }

    /// <summary>A sixth of 600 members is most of those who are active: they leave with the filter, and are of one network; the twin is of many.</summary>
    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Network_OfMostWhoAreActive_HasNoFilterTakenBackAlone(bool isOfOne)
    {
        var leaving = Enumerable.Range(0, 100).Select(number => isOfOne ? Address.FromIPv4(0xC000_0200u + (uint)number) : CohortModel.Client(500 + number)).Select(static client => Member(client.ToString())).ToArray();
        var others = Enumerable.Range(0, 500).Select(static number => Member(CohortModel.Client(number).ToString())).ToArray();
        var meter = new CohortMeter();
        meter.Renew([.. leaving, .. others], 0);
        for (var second = 800L; second < CohortModel.ActiveSecond + 10; second++)
        {
            foreach (var member in second < CohortModel.ActiveSecond ? [.. leaving, .. others[..50]] : others[..50])
                meter.Offer(member, second, 5);
        }

        var watch = new CohortWatch(meter, CohortModel.Destination, CohortModel.ActiveSecond);
        Assert.Equal(600, watch.Clients);
        var look = watch.Look(CohortModel.ActiveSecond + 10)!;
        Assert.Equal((isOfOne ? CohortVerdict.NoHarmSeen : CohortVerdict.Hurt, 100, 150), (look.Verdict, look.Fell, look.Active));
    }

    /// <summary>Four of ten clients fall: harm to those who are known for long, mostly too few of those who came minutes ago. All of them are enough of both.</summary>
    [Theory]
    [InlineData(false, 4, 70, 100)]
    [InlineData(true, 4, 0, 15)]
    [InlineData(true, 10, 98, 100)]
    public void YoungCohort_NeedsALargerLoss(bool isYoung, int fallen, int least, int most)
    {
        var found = new int?[100];
        Parallel.For(0, found.Length, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed =>
            found[seed] = new CohortModel(seed, 300, 1, isYoung).FirstHarm((second, client) => second >= 0 && client % 10 < fallen ? 0 : 1));
        Say($"{(isYoung ? "young" : "old")}, {fallen} of 10", found);
        Assert.InRange(found.Count(static second => second <= 10), least, most);
    }

    private static StandingRecord[] Both(string client, byte inbound, byte outbound, DateTimeOffset at, byte protocol = 6) =>
        [Record(client, Direction.Inbound, inbound, at, protocol), Record(client, Direction.Outbound, outbound, at, protocol)];

    private static StandingRecord Record(string client, Direction direction, byte trafficClass, DateTimeOffset at, byte protocol = 6, uint packets = 1, uint bytes = 100)
    {
        var (peer, host) = (Address.Parse(client), Address.Parse("203.0.113.7"));
        return new StandingRecord(at.ToUnixTimeSeconds() / 60, 1, new SampledRecord
        {
            Hash = 1,
            FirstNanoseconds = (at - DateTimeOffset.UnixEpoch).Ticks * 100,
            Source = direction == Direction.Inbound ? peer : host,
            Destination = direction == Direction.Inbound ? host : peer,
            Bytes = bytes,
            Packets = packets,
            SamplingRate = 1,
            SourcePort = 40_000,
            DestinationPort = 443,
            Protocol = protocol,
            Class = trafficClass,
            Direction = direction,
        });
    }

    private static int?[] Run(int seeds, int clients, int sampling, Func<int, int, double> passes, bool isYoung = false)
    {
        var found = new int?[seeds];
        Parallel.For(0, seeds, new ParallelOptions { MaxDegreeOfParallelism = 2 }, seed => found[seed] = new CohortModel(seed, clients, sampling, isYoung).FirstHarm(passes));
        return found;
    }

    private static void Say(string what, int?[] found)
    {
        var seconds = found.OfType<int>().Order().ToArray();
        TestContext.Current.TestOutputHelper?.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{what}: seen in {seconds.Length} of {found.Length} runs; median {(seconds.Length == 0 ? 0 : seconds[seconds.Length / 2])} s, longest {(seconds.Length == 0 ? 0 : seconds[^1])} s"));
    }
}
