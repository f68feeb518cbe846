using Breakwater.Telemetry.Live;
using Breakwater.Tests.Live;

namespace Breakwater.Tests.Telemetry.Live;

public sealed class TickClockTests
{
    private const long Tick = TickClock.TickNanoseconds;

    [Fact]
    public void Arrival_AfterTheEndOfTheTick_IsWithinIt()
    {
        var time = new ManualTime(LiveRig.Start);
        var clock = new TickClock(time);
        time.Move(TimeSpan.FromMilliseconds(250));
        Assert.Equal(LiveRig.Start + Tick - 1, clock.Arrival());
        Assert.Equal(LiveRig.Start + (2 * Tick), clock.NextTick());
        Assert.Equal(LiveRig.Start + 250_000_000, clock.Arrival());
    }

    [Fact]
    public void Wall_SetBack_TimeGoesOnSlower()
    {
        var time = new ManualTime(LiveRig.Start);
        var clock = new TickClock(time);
        time.SetWall(TimeSpan.FromHours(-1));
        var last = clock.NextTick();
        for (var tick = 0; tick < 100; tick++)
        {
            time.Move(TimeSpan.FromTicks((clock.TickEnd - clock.Now()) / 100));
            var next = clock.NextTick();
            Assert.Equal(last + Tick, next);
            last = next;
        }

        Assert.InRange(clock.AheadNanoseconds, 3_590_000_000_000, 3_600_100_000_000);
        Assert.InRange(time.GetTimestamp(), 105 * Tick, 115 * Tick);
    }

    [Fact]
    public void Wall_SetForward_IsFollowed()
    {
        var time = new ManualTime(LiveRig.Start);
        var clock = new TickClock(time);
        time.SetWall(TimeSpan.FromHours(1));
        Assert.Equal(LiveRig.Start + 3_600_000_000_000, clock.NextTick());
        Assert.Equal(0, clock.AheadNanoseconds);
    }

    /// <summary>The twin of both: small corrections are no steps.</summary>
    [Fact]
    public void Wall_CorrectedALittle_ChangesNothing()
    {
        var time = new ManualTime(LiveRig.Start);
        var clock = new TickClock(time);
        time.SetWall(TimeSpan.FromMilliseconds(-300));
        time.Move(TimeSpan.FromMilliseconds(100));
        Assert.Equal(LiveRig.Start + Tick, clock.NextTick());
        Assert.Equal(0, clock.AheadNanoseconds);
    }
}
