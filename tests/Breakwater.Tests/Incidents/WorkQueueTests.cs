using System.Diagnostics;
using Breakwater.Incidents;

namespace Breakwater.Tests.Incidents;

public sealed class WorkQueueTests
{
    [Fact]
    public void Items_AreTakenInTheirOrder_AndNoMoreThanFit()
    {
        var queue = new WorkQueue<int>(2);
        Assert.True(queue.TryAdd(1));
        Assert.True(queue.TryAdd(2));
        Assert.False(queue.TryAdd(3));
        Assert.True(queue.TryTake(out var first, TimeSpan.Zero));
        Assert.True(queue.TryAdd(4));
        queue.CompleteAdding();
        Assert.False(queue.TryAdd(5));
        Assert.False(queue.IsCompleted);
        Assert.Equal([2, 4], queue.TakeAll());
        Assert.Equal(1, first);
        Assert.True(queue.IsCompleted);
    }

    /// <summary>A wait of less than a millisecond is one, and a longer one is not cut short.</summary>
    [Theory]
    [InlineData(0)]
    [InlineData(0.3)]
    [InlineData(25)]
    public void Taking_FromAnEmptyQueue_WaitsAsLong(double milliseconds)
    {
        var queue = new WorkQueue<string>(1);
        var began = Stopwatch.GetTimestamp();
        Assert.False(queue.TryTake(out _, TimeSpan.FromMilliseconds(milliseconds)));
        Assert.True(Stopwatch.GetElapsedTime(began).TotalMilliseconds >= milliseconds);
    }

    [Fact]
    public async Task WhoWaits_IsWoken_ByAnItemAndByTheEnd()
    {
        var queue = new WorkQueue<int>(10);
        var taken = Task.Run(() => queue.TakeAll().ToList());
        for (var item = 0; item < 5; item++)
        {
            await Task.Delay(5, TestContext.Current.CancellationToken);
            Assert.True(queue.TryAdd(item));
        }

        queue.CompleteAdding();
        Assert.Equal([0, 1, 2, 3, 4], await taken.WaitAsync(TimeSpan.FromSeconds(20), TestContext.Current.CancellationToken));
    }

    /// <summary>Many who add and many who take: each item goes to one of them.</summary>
    [Fact]
    public async Task Items_OfManyThreads_AreTakenOnce()
    {
        var queue = new WorkQueue<int>(int.MaxValue);
        var takers = Enumerable.Range(0, 3).Select(_ => Task.Run(() => queue.TakeAll().ToList())).ToArray();
        await Task.WhenAll(Enumerable.Range(0, 4).Select(adder => Task.Run(() =>
        {
            for (var item = 0; item < 10_000; item++)
                Assert.True(queue.TryAdd((adder * 10_000) + item));
        })));
        queue.CompleteAdding();
        var all = (await Task.WhenAll(takers)).SelectMany(static list => list).Order();
        Assert.Equal(Enumerable.Range(0, 40_000), all);
    }

    /// <summary>A wait that lasts a millisecond too long has minus one left, which is how "without end" is written: one in some thousands of short waits did.</summary>
    [Fact]
    public async Task ShortWaits_EndAll()
    {
        var waits = Enumerable.Range(0, 16).Select(static _ => Task.Factory.StartNew(WaitOften, TaskCreationOptions.LongRunning)).ToArray();
        await Task.WhenAll(waits).WaitAsync(TimeSpan.FromSeconds(60), TestContext.Current.CancellationToken);
    }

    private static void WaitOften()
    {
        var queue = new WorkQueue<int>(1);
        for (var wait = 0; wait < 1_500; wait++)
            Assert.False(queue.TryTake(out _, TimeSpan.FromMilliseconds(0.08)));
    }
}
