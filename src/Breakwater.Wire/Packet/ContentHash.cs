using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;

namespace Breakwater.Wire.Packet;

/// <summary>
/// A hash of a text, the same in every run and on every machine, and never 0. Not keyed: who wants to can make two texts that share
/// a value.
/// </summary>
internal static class ContentHash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;
    private const ulong Finisher = 0xD6E8FEB86659FD93;
    private const ulong Ones = 0x0101010101010101;
    private const ulong Tops = 0x80 * Ones;

    /// <summary>The hash of octets as they stand.</summary>
    public static ulong Of(ReadOnlySpan<byte> text) => Finish(Words(text, isLowered: false));

    /// <summary>The hash of the octets with A to Z replaced by a to z. The lengths in a DNS name (at most 63) are no letters and stay.</summary>
    public static ulong OfLowered(ReadOnlySpan<byte> text) => Finish(Words(text, isLowered: true));

    /// <summary>The hash of the lowered octets with a number behind them.</summary>
    public static ulong OfLowered(ReadOnlySpan<byte> text, ushort number) => Finish(Step(Words(text, isLowered: true), number));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Words(ReadOnlySpan<byte> text, bool isLowered)
    {
        var hash = (ulong)text.Length;
        while (BinaryPrimitives.TryReadUInt64LittleEndian(text, out var word))
        {
            hash = Step(hash, isLowered ? Lowered(word) : word);
            text = text[sizeof(ulong)..];
        }

        var last = 0UL;
        for (var index = text.Length - 1; index >= 0; index--)
            last = (last << 8) | text[index];
        return Step(hash, isLowered ? Lowered(last) : last);
    }

    // One to one for each word, so texts of up to eight octets never collide.
    private static ulong Step(ulong hash, ulong word) => BitOperations.RotateLeft((hash ^ word) * Multiplier, 29);

    private static ulong Finish(ulong hash)
    {
        hash = (hash ^ (hash >> 32)) * Finisher;
        hash = (hash ^ (hash >> 32)) * Finisher;
        hash ^= hash >> 32;
        return hash == 0 ? 1 : hash;
    }

    // Eight octets at once: the sums set an octet's top bit from 'A' on, and from behind 'Z' on, and carry nothing over.
    private static ulong Lowered(ulong word)
    {
        var low = word & ~Tops;
        var isUpper = ((low + ((0x80 - 'A') * Ones)) & ~(low + ((0x7F - 'Z') * Ones))) & ~word & Tops;
        return word | (isUpper >> 2);
    }
}
