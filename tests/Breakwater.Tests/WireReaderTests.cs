using Breakwater.Wire;

namespace Breakwater.Tests;

public sealed class WireReaderTests
{
    [Fact]
    public void TryCut_LongerThanRest_ReadsNothing()
    {
        var reader = new WireReader([1, 2, 3]);
        Assert.False(reader.TryCut(4, out _));
        Assert.False(reader.TrySkip(-1));
        Assert.Equal(3, reader.Remaining);
    }

    [Fact]
    public void TryRead_NotEnoughBytes_LeavesCursor()
    {
        var reader = new WireReader([1, 2, 3]);
        Assert.False(reader.TryRead(out uint _));
        Assert.True(reader.TryRead(out ushort value));
        Assert.Equal(0x0102, value);
        Assert.False(reader.TryRead(out ushort _));
        Assert.Equal(1, reader.Remaining);
    }
}
