namespace Breakwater.Detection.Web;

/// <summary>What a user agent says it is. Nothing is believed for it alone: it only tells what to compare with.</summary>
internal static class AgentFamily
{
    private static readonly byte[][] _crawlers =
    [
        "bot"u8.ToArray(), "crawl"u8.ToArray(), "spider"u8.ToArray(), "slurp"u8.ToArray(), "pingdom"u8.ToArray(), "uptime"u8.ToArray(), "statuscake"u8.ToArray(),
        "check_http"u8.ToArray(), "kube-probe"u8.ToArray(), "blackbox"u8.ToArray(), "monitor"u8.ToArray(), "healthcheck"u8.ToArray(), "facebookexternalhit"u8.ToArray(),
    ];

    /// <summary>One of <see cref="WebFlags.Browser"/>, <see cref="WebFlags.Tool"/>, <see cref="WebFlags.Crawler"/>; an empty agent is a tool's.</summary>
    public static WebFlags Of(ReadOnlySpan<byte> agent)
    {
        Span<byte> lower = stackalloc byte[WebLimits.NameBytes];
        if (System.Text.Ascii.ToLower(agent[..Math.Min(agent.Length, lower.Length)], lower, out var length) != System.Buffers.OperationStatus.Done)
            return WebFlags.Tool;
        foreach (var word in _crawlers)
        {
            if (lower[..length].IndexOf(word) >= 0)
                return WebFlags.Crawler;
        }

        return lower.StartsWith("mozilla/"u8) || lower.StartsWith("opera/"u8) ? WebFlags.Browser : WebFlags.Tool;
    }
}
