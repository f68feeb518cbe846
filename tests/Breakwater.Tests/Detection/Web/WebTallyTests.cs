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

    /// <summary>Requests dealt to several tallies whose tables make room, merged in any order: what one tally makes of all of them.</summary>
    [Fact]
    public void Requests_DealtToTalliesAndMerged_AreCountedAsByOne()
    {
        var random = new Random(5);
        var entries = new WebEntry[40_000];
        foreach (ref var entry in entries.AsSpan())
        {
            entry = new WebEntry
            {
                Client = Address.FromIPv4(0xC612_0000 + (uint)random.Next(20_000)),
                Url = (ulong)random.NextInt64(),
                Group = (ulong)random.Next(3_000) * 0x9E37_79B9_7F4A_7C15,
                Agent = (ulong)random.Next(2_000) * 0x9E37_79B9_7F4A_7C15,
                Status = (ushort)random.Next(700),
                Bytes = (uint)random.Next(9_000),
                Flags = (WebFlags)random.Next(1 << 12),
            };
        }

        var alone = new WebTally(3);
        alone.Count(entries, 7);
        var distinct = entries.Select(static entry => entry.Client).Distinct().Count();
        Assert.InRange(alone.ClientSketch.Estimate(), 0.95 * distinct, 1.05 * distinct);
        for (var round = 0; round < 4; round++)
        {
            random.Shuffle(entries);
            var (first, rest) = (new WebTally(3), Enumerable.Range(0, 3).Select(static _ => new WebTally(3)).ToArray());
            for (var (at, length) = (0, 1); at < entries.Length; (at, length) = (at + length, random.Next(1, 900)))
                (random.Next(4) is > 0 and var dealt ? rest[dealt - 1] : first).Count(entries.AsSpan(at, Math.Min(length, entries.Length - at)), 7);
            foreach (var tally in rest)
                first.Merge(tally);
            Assert.Equal(Told(alone), Told(first));
            // The twin: one request more is told.
            first.Count([entries[0]], 7);
            Assert.NotEqual(Told(alone), Told(first));
        }
    }

    private static string Told(WebTally tally)
    {
        var clients = string.Join('\n', tally.Clients.Rows(out _).Select(static row => (row.Hash, row.Client, row.Requests, row.Pages, row.Span, row.Flags, row.DistinctPages)));
        var groups = string.Join('\n', tally.Groups.Rows(out _).Concat(tally.Agents.Rows(out _)).Select(static row => (row.Hash, row.Requests, row.Parts)));
        var sample = string.Join('\n', tally.Sample.Rows(out _).Select(static row => (row.Hash, row.Entry.Url, row.Requests)));
        return string.Join('\n', clients, groups, sample, tally.Sums.Requests, tally.Sums.Bytes, tally.Sums.NotFound, tally.ClientSketch.Estimate(), tally.Urls.Estimate());
    }

    private static (ulong Hash, WebFlags Flags, long Requests)[] Sample(params WebEntry[] entries)
    {
        var tally = new WebTally(3);
        foreach (ref readonly var entry in entries.AsSpan())
            tally.Count([entry], 1);
        return Array.ConvertAll(tally.Sample.Rows(out _), static row => (row.Hash, row.Entry.Flags, row.Requests));
    }
}
