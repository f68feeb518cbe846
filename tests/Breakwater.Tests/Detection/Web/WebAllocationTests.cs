using System.Globalization;
using System.Text;
using Breakwater.Detection;
using Breakwater.Detection.Web;
using Breakwater.Wire.AccessLog;

namespace Breakwater.Tests.Detection.Web;

/// <summary>Once its tables have grown, a detector counts lines without allocating; what closes a slice may.</summary>
public sealed class WebAllocationTests
{
    private const int LinesOfASecond = 3_000;

    // Each place of a second has been used by then, and its list of chunks has grown.
    private const int LastSecond = WebLimits.LateSeconds + 10;

    [Fact]
    public void Lines_OfASecondThatIsOpen_AllocateNothing()
    {
        var detector = new WebDetector(new DetectorOptions()) { IsLive = true };
        // The twin: the first lines fill tables that are yet to grow.
        Assert.True(Allocated(detector, 0) > 10_000);
        for (var second = 1; second < LastSecond; second++)
            Allocated(detector, second);
        // What the runtime itself notes on this thread, when other tests make it collect, comes once; a line that allocates does so in each of three seconds.
        Assert.Equal(0, Enumerable.Range(LastSecond, 3).Min(second =>
        {
            Allocated(detector, second, to: 1);
            return Allocated(detector, second, from: 1);
        }));
    }

    private static long Allocated(WebDetector detector, int second, int from = 0, int to = LinesOfASecond)
    {
        var decoder = new LogDecoder([LogFormat.Known.First(static format => format.Name == "combined")], TrustedProxies.None);
        byte[][] lines = [.. Enumerable.Range(from, to - from).Select(number => Encoding.ASCII.GetBytes(WebLogs.Line(
            second, string.Create(CultureInfo.InvariantCulture, $"198.18.{number % 90}.{number % 250}"), $"/shop/item-{number}?x={number}", $"Mozilla/5.0 made {number % 900}")))];
        var request = default(LogRequest);
        Assert.Equal(LogError.None, decoder.Decode(lines[0], ref request));
        var before = GC.GetAllocatedBytesForCurrentThread();
        foreach (var line in lines)
        {
            if (decoder.Decode(line, ref request) == LogError.None)
                detector.Count(line, in request);
        }

        return GC.GetAllocatedBytesForCurrentThread() - before;
    }
}
