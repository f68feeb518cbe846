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

    /// <summary>Requests counted together, more of them than are fetched ahead, tables that make room in between: what one by one makes.</summary>
    [Fact]
    public void Requests_CountedTogether_AreCountedAsOneByOne()
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

        var (together, alone) = (new WebTally(3), new WebTally(3));
        for (var (at, length) = (0, 1); at < entries.Length; (at, length) = (at + length, random.Next(1, 100)))
            together.Count(entries.AsSpan(at, Math.Min(length, entries.Length - at)), 7);
        foreach (ref readonly var entry in entries.AsSpan())
            alone.Count([entry], 7);
        Assert.Equal(Told(alone), Told(together));
        // The twin: one request more is told.
        together.Count([entries[0]], 7);
        Assert.NotEqual(Told(alone), Told(together));
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
