using System.Numerics;
using System.Runtime.Intrinsics;
using System.Text;

namespace Breakwater.Detection.Web;

/// <summary>
/// What a user agent says it is. Nothing is believed for it alone: it only tells what to compare with. Sixteen places a step are asked whether a
/// word may begin there, by the halves of its first three letters (as the Teddy algorithm of Hyperscan does; Wang et al. 2019).
/// </summary>
internal static class AgentFamily
{
    private const int Letters = 3;

    private static readonly byte[][] _crawlers =
    [
        "bot"u8.ToArray(), "crawl"u8.ToArray(), "spider"u8.ToArray(), "slurp"u8.ToArray(), "pingdom"u8.ToArray(), "uptime"u8.ToArray(), "statuscake"u8.ToArray(),
        "check_http"u8.ToArray(), "kube-probe"u8.ToArray(), "blackbox"u8.ToArray(), "monitor"u8.ToArray(), "healthcheck"u8.ToArray(), "facebookexternalhit"u8.ToArray(),
    ];

    // For each of the first letters the words that have it, as bits, by the lower and by the upper half of the letter.
    private static readonly (Vector128<byte> Lower, Vector128<byte> Upper)[] _first = [.. Enumerable.Range(0, Letters).Select(static letter => (HalvesOf(letter, 0), HalvesOf(letter, 4)))];

    /// <summary>One of <see cref="WebFlags.Browser"/>, <see cref="WebFlags.Tool"/>, <see cref="WebFlags.Crawler"/>; an empty agent is a tool's.</summary>
    public static WebFlags Of(ReadOnlySpan<byte> agent)
    {
        agent = agent[..Math.Min(agent.Length, WebLimits.NameBytes)];
        if (!Ascii.IsValid(agent))
            return WebFlags.Tool;
        if (HasCrawler(agent))
            return WebFlags.Crawler;
        return Begins(agent, "mozilla/"u8) || Begins(agent, "opera/"u8) ? WebFlags.Browser : WebFlags.Tool;
    }

    private static bool HasCrawler(ReadOnlySpan<byte> agent)
    {
        const int Step = 16;
        var at = 0;
        if (agent.Length >= Step + Letters)
        {
            // The last step overlaps the one before.
            for (var last = agent.Length - Step - Letters + 1; ; at = Math.Min(at + Step, last))
            {
                for (var places = PlacesOf(agent[at..]); places != 0; places &= places - 1)
                {
                    if (HasCrawlerAt(agent[(at + BitOperations.TrailingZeroCount(places))..]))
                        return true;
                }

                if (at == last)
                    return false;
            }
        }

        for (; at < agent.Length; at++)
        {
            if (HasCrawlerAt(agent[at..]))
                return true;
        }

        return false;
    }

    private static uint PlacesOf(ReadOnlySpan<byte> text)
    {
        var words = Vector128<byte>.AllBitsSet;
        for (var letter = 0; letter < Letters; letter++)
        {
            // Capitals become small ones; what else changes is looked at again.
            var octets = Vector128.Create(text[letter..]) | Vector128.Create((byte)0x20);
            var (lower, upper) = _first[letter];
            words &= Vector128.Shuffle(lower, octets & Vector128.Create((byte)0x0F)) & Vector128.Shuffle(upper, octets >>> 4);
        }

        return ~Vector128.Equals(words, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
    }

    private static bool HasCrawlerAt(ReadOnlySpan<byte> text)
    {
        foreach (var word in _crawlers)
        {
            if (Begins(text, word))
                return true;
        }

        return false;
    }

    private static bool Begins(ReadOnlySpan<byte> text, ReadOnlySpan<byte> word) => text.Length >= word.Length && Ascii.EqualsIgnoreCase(text[..word.Length], word);

    private static Vector128<byte> HalvesOf(int letter, int shift)
    {
        Span<byte> words = stackalloc byte[16];
        words.Clear();
        for (var word = 0; word < _crawlers.Length; word++)
            words[(_crawlers[word][letter] >> shift) & 0xF] |= (byte)(1 << (word % 8));
        return Vector128.Create<byte>(words);
    }
}
