using Breakwater.Detection;
using Breakwater.Detection.Dossiers;
using Breakwater.Samples;

namespace Breakwater.Tests.Detection;

public sealed class RateSpreadTests
{
    /// <summary>A router without a clock tells of flows before 1970: odd, and no reason to fail.</summary>
    [Fact]
    public void RecordsOfBeforeTheEpoch_AreCounted()
    {
        var detector = new Detector(new DetectorOptions());
        for (var index = 0; index < 100; index++)
        {
            var flow = Traffic.Udp(0, Traffic.Sender(index), 40_000, Traffic.Victim, 4433, 400);
            (flow.StartNanoseconds, flow.EndNanoseconds) = (-2_000_000_000, -500_000_000);
            detector.Count(in flow);
        }

        Assert.Equal(100, detector.Finish().Records);
    }

    /// <summary>The cheap look is never below the exact one, and falls to nothing with what the rings forget.</summary>
    [Fact]
    public void RateBound_AnyTraffic_IsNoLowerThanTheRateOfAnyWindow()
    {
        var (random, windows, tick) = (new SeededRandom(4), new RateWindows(), Now);
        Assert.Equal(0, windows.RateBound());
        for (var step = 0; step < 5_000; step++)
        {
            tick += (long)(random.NextUInt64() % (step % 100 == 0 ? 800UL : 3UL));
            windows.Add(tick, (long)(random.NextUInt64() % 1_000), 1);
            Assert.True(windows.RateBound() >= windows.BusiestRate());
        }

        var before = windows.RateBound();
        windows.Add(tick + RateWindows.ReachTicks, 3, 1);
        Assert.InRange(before, 1_000, double.MaxValue);
        Assert.Equal(15, windows.RateBound(), 6);
        windows.Clear();
        Assert.Equal(0, windows.RateBound());
        windows.Add(tick, 2, 1);
        Assert.Equal(10, windows.RateBound(), 6);
    }

    private const long Now = 1_000_057;

    /// <summary>Records of all lengths, put down as changes of a rate, come out as if each had been divided over its ticks one by one.</summary>
    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void FlushTo_AnyRecords_IsTheirRateTickByTick(ulong seed)
    {
        var random = new SeededRandom(seed);
        var spread = new RateSpread();
        var exact = new double[RateWindows.ReachTicks * 2];
        for (var record = 0; record < 500; record++)
        {
            var last = Now - (long)(random.NextUInt64() % 40);
            var first = last - (long)(random.NextUInt64() % (record % 2 == 0 ? 30UL : 7_000UL));
            var packets = 1 + (random.NextUInt64() % 1_000_000);
            spread.Add(first, last, Now, packets, packets * 100);
            for (var tick = Math.Max(first, Now - exact.Length + 1); tick <= last; tick++)
                exact[Now - tick] += (double)packets / (last - first + 1);
        }
        var windows = new RateWindows();
        windows.Advance(Now);
        spread.FlushTo(windows, Now);

        var sums = new WindowSum[RateWindows.WindowCount];
        windows.Fill(sums);
        foreach (var sum in sums)
        {
            // A fraction of a packet for each record and tick is cut off at most.
            var expected = exact.Take((int)Math.Round(sum.Seconds * 10)).Sum();
            Assert.InRange(sum.Packets, expected - 500 - (expected / 1000), expected + 500 + (expected / 1000));
            Assert.InRange(sum.Bytes, (expected * 100) - 1000 - (expected / 10), (expected * 100) + 1000 + (expected / 10));
        }
        Assert.Equal(sums.Max(static sum => sum.Packets / Math.Max(sum.Seconds, 0.2)), windows.BusiestRate(), 6);
        Assert.True(windows.RateBound() >= windows.BusiestRate());
    }

    [Fact]
    public void FlushTo_RecordsWithinReach_LosesNoPacket()
    {
        var spread = new RateSpread();
        ulong packets = 0, bytes = 0;
        for (var length = 1; length < 60; length++)
        {
            spread.Add(Now - length, Now, Now, (ulong)(length * 7), (ulong)(length * 1_003));
            packets += (ulong)(length * 7);
            bytes += (ulong)(length * 1_003);
        }
        var windows = new RateWindows();
        spread.FlushTo(windows, Now);
        Assert.True(spread.IsEmpty);
        var all = windows.Since(Now - 63);
        Assert.Equal(((long)packets, (long)bytes), (all.Packets, all.Bytes));

        // Emptied, it adds nothing more.
        spread.FlushTo(windows, Now);
        Assert.Equal(all, windows.Since(Now - 63));
    }

    /// <summary>Idle connections flushed together after half an hour were not all of the last moment.</summary>
    [Fact]
    public void FlushTo_FewPacketsInManyTicks_AreSpreadToo()
    {
        const int records = 10_000;
        var spread = new RateSpread();
        for (var record = 0; record < records; record++)
            spread.Add(Now - 5_999, Now, Now, 17, 1_700);
        var windows = new RateWindows();
        spread.FlushTo(windows, Now);
        var perSecond = 17.0 * records / 600;
        Assert.InRange(windows.LastSecond.Packets, perSecond * 0.9, perSecond * 6);
        Assert.InRange(windows.BusiestRate(), perSecond * 0.9, perSecond * 6);
        Assert.InRange(windows.Since(Now - 5_999).Packets, 17 * records * 0.99, 17 * records);
    }

    /// <summary>What no link carries neither overflows nor hides the rest.</summary>
    [Fact]
    public void Add_AbsurdNumbers_StayPositive()
    {
        var spread = new RateSpread();
        for (var record = 0; record < 5_000; record++)
            spread.Add(Now - (record % 50), Now, Now, ulong.MaxValue >> 1, ulong.MaxValue >> 1);
        var windows = new RateWindows();
        spread.FlushTo(windows, Now);
        var sums = new WindowSum[RateWindows.WindowCount];
        windows.Fill(sums);
        Assert.All(sums, static sum => Assert.True(sum is { Packets: > 0, Bytes: > 0 }));
    }
}
