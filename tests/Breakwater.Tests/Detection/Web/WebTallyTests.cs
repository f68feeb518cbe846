using Breakwater.Detection.Web;
using Breakwater.Wire;

namespace Breakwater.Tests.Detection.Web;

/// <summary>What is counted of a second depends on no order.</summary>
public sealed class WebTallyTests
{
    [Fact]
    public void ReadingAndWritingOneUrlInOneSecond_AnyOrder_SameSample()
    {
        Assert.True(Address.TryParse("198.18.0.1", out var client));
        var reads = new WebEntry { Client = client, Url = 7, Group = 8, Agent = 9, Status = 200, Flags = WebFlags.Login };
        var writes = reads with { Flags = WebFlags.Login | WebFlags.Writes, Status = 302 };
        var (there, back) = (Sample(reads, writes), Sample(writes, reads));
        Assert.Equal(2, there.Length);
        Assert.Equal(there, back);
        // The twin: other requests are another sample.
        Assert.NotEqual(there, Sample(reads, reads));
    }

    private static (ulong Hash, WebFlags Flags, long Requests)[] Sample(params WebEntry[] entries)
    {
        var tally = new WebTally(3);
        foreach (ref readonly var entry in entries.AsSpan())
            tally.Count(in entry, 1);
        return Array.ConvertAll(tally.Sample.Rows(out _), static row => (row.Hash, row.Entry.Flags, row.Requests));
    }
}
