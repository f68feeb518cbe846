using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Text;

namespace Breakwater.Detection.Web;

/// <summary>
/// What a user agent says it is. Nothing is believed for it alone: it only tells what to compare with. 16 or 32 places a step are asked whether a
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
    private static readonly Vector128<byte> _lower1 = HalvesOf(0, 0), _lower2 = HalvesOf(1, 0), _lower3 = HalvesOf(2, 0);
    private static readonly Vector128<byte> _upper1 = HalvesOf(0, 4), _upper2 = HalvesOf(1, 4), _upper3 = HalvesOf(2, 4);

    /// <summary>One of <see cref="WebFlags.Browser"/>, <see cref="WebFlags.Tool"/>, <see cref="WebFlags.Crawler"/>; an empty agent is a tool's.</summary>
    public static WebFlags Of(ReadOnlySpan<byte> agent)
    {
        agent = agent[..Math.Min(agent.Length, WebLimits.NameBytes)];
        if (!Ascii.IsValid(agent))
            return WebFlags.Tool;
        if (HasCrawler(agent))
            return WebFlags.Crawler;
        return IsMozilla(agent) || Begins(agent, "opera/"u8) ? WebFlags.Browser : WebFlags.Tool;
    }

    // "mozilla/" in capitals or not, as nearly all begin: eight octets at once, the last of them no letter.
    private static bool IsMozilla(ReadOnlySpan<byte> agent) =>
        agent.Length >= sizeof(ulong) && (BinaryPrimitives.ReadUInt64BigEndian(agent) | 0x2020_2020_2020_2000) == 0x6D6F_7A69_6C6C_612F;

    private static bool HasCrawler(ReadOnlySpan<byte> agent)
    {
        var step = Avx2.IsSupported && agent.Length >= Vector256<byte>.Count + Letters ? Vector256<byte>.Count : Vector128<byte>.Count;
        if (agent.Length >= step + Letters)
        {
            ref var start = ref MemoryMarshal.GetReference(agent);
            // The last step overlaps the one before.
            var last = agent.Length - step - Letters + 1;
            for (var at = 0; ; at = Math.Min(at + step, last))
            {
                var places = step == Vector256<byte>.Count ? WidePlacesOf(ref Unsafe.Add(ref start, at)) : PlacesOf(ref Unsafe.Add(ref start, at));
                if (places != 0 && HasCrawlerAt(agent[at..], places))
                    return true;
                if (at == last)
                    return false;
            }
        }

        for (var at = 0; at < agent.Length; at++)
        {
            if (HasCrawlerAt(agent[at..]))
                return true;
        }

        return false;
    }

    // Capitals become small ones; what else changes is looked at again.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint PlacesOf(ref byte text)
    {
        var words = WordsWith(Vector128.LoadUnsafe(ref text), _lower1, _upper1) & WordsWith(Vector128.LoadUnsafe(ref text, 1), _lower2, _upper2)
            & WordsWith(Vector128.LoadUnsafe(ref text, 2), _lower3, _upper3);
        return ~Vector128.Equals(words, Vector128<byte>.Zero).ExtractMostSignificantBits() & 0xFFFF;
    }

    private static Vector128<byte> WordsWith(Vector128<byte> letters, Vector128<byte> lower, Vector128<byte> upper)
    {
        var octets = letters | Vector128.Create((byte)0x20);
        return Vector128.Shuffle(lower, octets & Vector128.Create((byte)0x0F)) & Vector128.Shuffle(upper, octets >>> 4);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static uint WidePlacesOf(ref byte text)
    {
        var words = WordsWith(Vector256.LoadUnsafe(ref text), _lower1, _upper1) & WordsWith(Vector256.LoadUnsafe(ref text, 1), _lower2, _upper2)
            & WordsWith(Vector256.LoadUnsafe(ref text, 2), _lower3, _upper3);
        return ~Vector256.Equals(words, Vector256<byte>.Zero).ExtractMostSignificantBits();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> WordsWith(Vector256<byte> letters, Vector128<byte> lower, Vector128<byte> upper)
    {
        var octets = letters | Vector256.Create((byte)0x20);
        return Avx2.Shuffle(Vector256.Create(lower, lower), octets & Vector256.Create((byte)0x0F)) & Avx2.Shuffle(Vector256.Create(upper, upper), octets >>> 4);
    }

    private static bool HasCrawlerAt(ReadOnlySpan<byte> text, uint places)
    {
        for (; places != 0; places &= places - 1)
        {
            if (HasCrawlerAt(text[BitOperations.TrailingZeroCount(places)..]))
                return true;
        }

        return false;
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
