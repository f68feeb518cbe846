using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Detection.Hosts;
using Breakwater.Wire;
using static Breakwater.Tests.Detection.Traffic;

namespace Breakwater.Tests.Detection;

/// <summary>Which targets are looked at in the very tick, and that waiting for the end of a second loses nothing.</summary>
public sealed class UrgencyTests
{
    private const long FirstTick = 17_000_000_000;
    private readonly Urgency _urgency = new(new WatchGroups(new Floors()).TickLimits(new Floors()));

    [Fact]
    public void SlowTarget_IsNotUrgent_NewOrNot()
    {
        for (var tick = 0; tick < 40; tick++)
            Assert.False(Note(tick, WatchGroup.Syn, 5));
    }

    /// <summary>One packet of 1,000 is far above a floor's tick and no evidence of any rate; three of a kind within two seconds may be.</summary>
    [Theory]
    [InlineData(9, true)]
    [InlineData(20, false)]
    public void SampledPackets_AreUrgentFromTheThirdWithinTwoSecondsOn(int last, bool isUrgent)
    {
        for (var tick = 7; tick < 9; tick++)
            Assert.False(Note(tick, WatchGroup.Udp, 1000, seen: 1));
        Note(9, WatchGroup.Syn, 1000, seen: 1);
        Assert.Equal(isUrgent, Note(last, WatchGroup.Udp, 1000, seen: 1));
    }

    [Fact]
    public void Burst_IsUrgentInItsTick()
    {
        for (var tick = 0; tick < 35; tick++)
            Note(tick, WatchGroup.Syn, 5);
        // The SYN floor is 500 a second, that of connections 200: a tenth of the lower one within a tick.
        Assert.False(Note(35, WatchGroup.Syn, 20));
        Assert.True(Note(36, WatchGroup.Syn, 21));
        Assert.True(Note(37, WatchGroup.Syn, 0));
    }

    /// <summary>Just below the floor a second long, and then three times as much within a few ticks: windows that nobody has looked at.</summary>
    [Fact]
    public void PulseOnTrafficBelowItsFloor_IsUrgent()
    {
        for (var tick = 0; tick < 30; tick++)
            Note(tick, WatchGroup.Segments, 90);
        Assert.True(Note(30, WatchGroup.Segments, 175));
    }

    /// <summary>A record of a minute brings a tick a six-hundredth; three at once, more than all of the second before, begin something.</summary>
    [Theory]
    [InlineData(2, false)]
    [InlineData(3, true)]
    public void RecordsOfALongTime_AreUrgentWhenSeveralOutdoTheSecondBefore(int records, bool isUrgent)
    {
        for (var tick = 0; tick < 20; tick++)
            Assert.False(Note(tick, WatchGroup.Udp, 1200, inTick: 2));
        var sums = default(TickSums);
        for (var record = 0; record < records; record++)
            sums[(int)WatchGroup.Udp].Add(GroupSums.Of(6000, inTick: 10, seen: 6000));
        Assert.Equal(isUrgent, _urgency.Note(in sums, FirstTick + 20));
    }

    [Fact]
    public void SteadyTrafficAboveAFloor_IsNot_ItsDoubleIs()
    {
        for (var tick = 0; tick < 20; tick++)
            Note(tick, WatchGroup.Udp, 1000);
        Assert.False(Note(20, WatchGroup.Udp, 1000));
        Assert.False(Note(21, WatchGroup.Udp, 1999));
        Assert.True(Note(22, WatchGroup.Udp, 2001));
    }

    /// <summary>Twenty replies a tick are below every limit, so they wait; their incident has each of them, and so has a single record more.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Waiting_LosesNothing(int copiesOfTheLast)
    {
        var detector = new Detector(new DetectorOptions());
        const int replies = 1000;
        for (var index = 0; index < replies; index++)
        {
            var time = Start + (index * 5_000_000L);
            detector.Tick(time);
            for (var copy = index == replies - 1 ? copiesOfTheLast : 1; copy > 0; copy--)
                detector.Count(Udp(time, Sender(index % 50), 389, Victim, 80, 1400));
        }
        var incident = Assert.Single(detector.Finish().Incidents);
        Assert.Equal(Vector.CldapAmplification, incident.Vectors[0].Vector);
        Assert.Equal(replies - 1 + copiesOfTheLast, incident.Packets.Value);
        Assert.Equal(Start, incident.StartedNanoseconds);
    }

    /// <summary>A tick with so many records of one packet; with one record, where more is told of it.</summary>
    private bool Note(int tick, WatchGroup group, uint units, uint? seen = null, uint? inTick = null)
    {
        var sums = default(TickSums);
        if (seen is not null || inTick is not null)
            sums[(int)group].Add(GroupSums.Of(units, inTick ?? units, seen ?? units));
        for (var record = seen is null && inTick is null ? units : 0; record > 0; record--)
            sums[(int)group].Add(GroupSums.Of(1, inTick: 1, seen: 1));
        return _urgency.Note(in sums, FirstTick + tick);
    }
}
