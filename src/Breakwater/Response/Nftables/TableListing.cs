using System.Collections.Immutable;
using System.Text.Json;

namespace Breakwater.Response.Nftables;

/// <summary>Whether the kernel's table is the one that was written (libnftables-json(5)): a chain that no packet reaches has counters as well.</summary>
internal static class TableListing
{
    private const int MostDepth = 32;

    /// <summary>True when the chain stands at the hook, at these interfaces, and jumps to each filter in turn and nowhere else.</summary>
    /// <param name="json">The listing.</param>
    /// <param name="interfaces">Names; not compared where the listing has none, as that of nft 1.0.6.</param>
    /// <param name="filters">In the order of their jumps.</param>
    public static bool IsAsWritten(string json, ImmutableArray<string> interfaces, IEnumerable<HostFilter> filters)
    {
        try
        {
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = MostDepth });
            var (isAtHook, jumps) = (false, new List<string?>());
            foreach (var entry in document.RootElement.GetProperty("nftables").EnumerateArray())
            {
                if (entry.TryGetProperty("chain", out var chain) && chain.GetProperty("name").ValueEquals(NftTable.HookChain))
                    isAtHook = IsHookChain(chain, interfaces);
                if (entry.TryGetProperty("rule", out var rule) && rule.GetProperty("chain").ValueEquals(NftTable.HookChain))
                    jumps.Add(JumpOf(rule.GetProperty("expr")));
            }

            return isAtHook && jumps.SequenceEqual(filters.Select(NftTable.ChainName), StringComparer.Ordinal);
        }
        catch (Exception exception) when (exception is JsonException or KeyNotFoundException or InvalidOperationException or FormatException)
        {
            return false;
        }
    }

    private static bool IsHookChain(JsonElement chain, ImmutableArray<string> interfaces) =>
        chain.TryGetProperty("type", out var type) && type.ValueEquals("filter")
        && chain.TryGetProperty("hook", out var hook) && hook.ValueEquals("ingress")
        && chain.TryGetProperty("prio", out var priority) && priority.GetInt32() == NftTable.Priority
        && chain.TryGetProperty("policy", out var policy) && policy.ValueEquals("accept")
        && (!chain.TryGetProperty("dev", out var devices) || Names(devices).Order(StringComparer.Ordinal).SequenceEqual(interfaces.Order(StringComparer.Ordinal), StringComparer.Ordinal));

    private static IEnumerable<string?> Names(JsonElement devices) =>
        devices.ValueKind == JsonValueKind.Array ? devices.EnumerateArray().Select(static device => device.GetString()) : [devices.GetString()];

    /// <summary>Where a rule of matches and a jump goes; null: it is another one.</summary>
    private static string? JumpOf(JsonElement expressions)
    {
        var parts = expressions.EnumerateArray().ToList();
        return parts.Count > 1 && parts[..^1].TrueForAll(static part => part.TryGetProperty("match", out _)) && parts[^1].TryGetProperty("jump", out var jump)
            ? jump.GetProperty("target").GetString() : null;
    }
}
