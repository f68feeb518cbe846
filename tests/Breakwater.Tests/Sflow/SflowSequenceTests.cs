using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Sflow;

public sealed class SflowSequenceTests
{
    [Fact]
    public void NumbersInOrder_AcrossTheWrap_LoseNothing()
    {
        var sequence = default(SflowSequence);
        Assert.Equal(SflowSequenceEvent.First, sequence.Update(uint.MaxValue - 1, 1000));
        Assert.Equal(SflowSequenceEvent.InOrder, sequence.Update(uint.MaxValue, 1001));
        Assert.Equal(SflowSequenceEvent.InOrder, sequence.Update(0, 1002));
        Assert.Equal((3ul, 0ul, 0ul), (sequence.Received, sequence.Lost, sequence.Resets));
    }

    [Fact]
    public void MissingNumbers_AreLost_UntilTheyComeLate()
    {
        var sequence = default(SflowSequence);
        sequence.Update(10, 1000);
        Assert.Equal(SflowSequenceEvent.Gap, sequence.Update(14, 1010));
        Assert.Equal(3ul, sequence.Lost);
        Assert.Equal(SflowSequenceEvent.Late, sequence.Update(12, 1005));
        Assert.Equal(2ul, sequence.Lost);
        Assert.Equal(SflowSequenceEvent.Duplicate, sequence.Update(14, 1010));
        Assert.Equal(SflowSequenceEvent.InOrder, sequence.Update(15, 1020));
        Assert.Equal((2ul, 2ul, 0ul), (sequence.Lost, sequence.LateOrDuplicate, sequence.Resets));
    }

    [Theory]
    [InlineData(5_000_000u, 1u)]
    [InlineData(500u, 1u)]
    [InlineData(500u, 10_000u)]
    public void RestartedAgent_IsAResetNotALoss(uint before, uint after)
    {
        var sequence = default(SflowSequence);
        sequence.Update(before, 90_000_000);
        Assert.Equal(SflowSequenceEvent.Reset, sequence.Update(after, 1000));
        Assert.Equal(SflowSequenceEvent.InOrder, sequence.Update(after + 1, 2000));
        Assert.Equal((0ul, 1ul), (sequence.Lost, sequence.Resets));
    }

    [Fact]
    public void UptimeThatWraps_IsNoReset()
    {
        var sequence = default(SflowSequence);
        sequence.Update(10, uint.MaxValue - 5);
        Assert.Equal(SflowSequenceEvent.InOrder, sequence.Update(11, 20));
        Assert.Equal(0ul, sequence.Resets);
    }

    [Fact]
    public void SourceWithoutUptime_FarBack_IsAReset()
    {
        var sequence = default(SflowSequence);
        sequence.Update(500_000);
        Assert.Equal(SflowSequenceEvent.Late, sequence.Update(499_990));
        Assert.Equal(SflowSequenceEvent.Reset, sequence.Update(1));
        Assert.Equal(SflowSequenceEvent.Gap, sequence.Update(4));
        Assert.Equal(2ul, sequence.Lost);
    }
}
