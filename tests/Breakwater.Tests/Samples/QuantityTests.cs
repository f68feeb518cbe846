using Breakwater.Samples;

namespace Breakwater.Tests.Samples;

public sealed class QuantityTests
{
    [Theory]
    [InlineData("10s", 10_000_000_000)]
    [InlineData("1.5m", 90_000_000_000)]
    [InlineData("250ms", 250_000_000)]
    [InlineData("1h", 3_600_000_000_000)]
    public void Duration_WithUnit_IsRead(string text, long nanoseconds)
    {
        Assert.True(Quantity.TryDuration(text, out var read));
        Assert.Equal(nanoseconds, read);
    }

    [Theory]
    [InlineData("10")]
    [InlineData("0s")]
    [InlineData("-1s")]
    [InlineData("10 s")]
    [InlineData("1e3s")]
    [InlineData("s")]
    [InlineData(".5s")]
    [InlineData("5.s")]
    [InlineData("10S")]
    [InlineData("1,5s")]
    [InlineData("99999999999999999999s")]
    [InlineData("10kpps")]
    [InlineData("")]
    public void Duration_WithoutUnitOrSense_IsRefused(string text) => Assert.False(Quantity.TryDuration(text, out _));

    [Theory]
    [InlineData("5kpps", 5_000)]
    [InlineData("1.2Mpps", 1_200_000)]
    [InlineData("300pps", 300)]
    public void Rate_WithUnit_IsRead(string text, long packetsPerSecond)
    {
        Assert.True(Quantity.TryPacketRate(text, out var read));
        Assert.Equal(packetsPerSecond, read);
    }

    [Theory]
    [InlineData("5000")]
    [InlineData("5k")]
    [InlineData("5kbps")]
    [InlineData("0pps")]
    [InlineData("0.5pps")]
    [InlineData("5mpps")]
    public void Rate_WithoutUnitOrSense_IsRefused(string text) => Assert.False(Quantity.TryPacketRate(text, out _));

    [Theory]
    [InlineData("0%", true)]
    [InlineData("10%", true)]
    [InlineData("1000%", true)]
    [InlineData("1001%", false)]
    [InlineData("10", false)]
    [InlineData("1.5%", false)]
    [InlineData("-1%", false)]
    public void Percent_NeedsItsSign(string text, bool valid) => Assert.Equal(valid, Quantity.TryPercent(text, out _));
}
