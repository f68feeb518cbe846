using System.Text.Json;

namespace Breakwater.Response.Nftables;

/// <summary>What a filter met since it was set; both start again at 0 when the table is written anew.</summary>
/// <param name="MatchedPackets">Packets that fulfilled the match.</param>
/// <param name="MatchedBytes">Their bytes, link header not included.</param>
/// <param name="DroppedPackets">Of these, those that were dropped.</param>
/// <param name="DroppedBytes">Their bytes.</param>
internal readonly record struct FilterCounters(long MatchedPackets, long MatchedBytes, long DroppedPackets, long DroppedBytes)
{
    private const int MostDepth = 32;

    /// <summary>The counters of each chain of a table, in the order of its rules (libnftables-json(5), "counter"); null when it is no such table.</summary>
    public static Dictionary<string, List<(long Packets, long Bytes)>>? ByChain(string json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostDepth });
            var chains = new Dictionary<string, List<(long Packets, long Bytes)>>(StringComparer.Ordinal);
            foreach (var entry in document.RootElement.GetProperty("nftables").EnumerateArray())
            {
                if (entry.TryGetProperty("chain", out var chain))
                    chains.TryAdd(chain.GetProperty("name").GetString()!, []);
                if (!entry.TryGetProperty("rule", out var rule) || !chains.TryGetValue(rule.GetProperty("chain").GetString()!, out var counters))
                    continue;
                foreach (var part in rule.GetProperty("expr").EnumerateArray())
                {
                    if (part.ValueKind == JsonValueKind.Object && part.TryGetProperty("counter", out var counter))
                        counters.Add((counter.GetProperty("packets").GetInt64(), counter.GetProperty("bytes").GetInt64()));
                }
            }

            return chains;
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return null;
        }
    }

    public FilterCounters Plus(FilterCounters other) =>
        new(MatchedPackets + other.MatchedPackets, MatchedBytes + other.MatchedBytes, DroppedPackets + other.DroppedPackets, DroppedBytes + other.DroppedBytes);

    /// <summary>What came since an earlier reading; one that is above this was of a table before it.</summary>
    public FilterCounters Since(FilterCounters earlier) => earlier.MatchedPackets > MatchedPackets || earlier.DroppedPackets > DroppedPackets
        ? this
        : new(MatchedPackets - earlier.MatchedPackets, MatchedBytes - earlier.MatchedBytes, DroppedPackets - earlier.DroppedPackets, DroppedBytes - earlier.DroppedBytes);

    /// <summary>One counter counts what a discard drops or a mark changes; the second, of a limit, what it drops.</summary>
    public static FilterCounters Of(List<(long Packets, long Bytes)> counters, bool isLimit, bool drops)
    {
        if (counters.Count == 0)
            return default;
        var (matched, dropped) = (counters[0], isLimit ? counters[^1] : drops ? counters[0] : default);
        return new FilterCounters(matched.Packets, matched.Bytes, dropped.Packets, dropped.Bytes);
    }
}
