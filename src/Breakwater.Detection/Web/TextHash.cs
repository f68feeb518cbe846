using System.Buffers.Binary;
using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection.Web;

/// <summary>
/// Seeded hash of a text, sixteen bytes a step by folded 64 × 64 bit products, of long texts in three lanes at once (after wyhash). Strangers cannot aim at
/// buckets; it is not cryptographic.
/// </summary>
public static class TextHash
{
    private const ulong First = 0xA076_1D64_78BD_642F;
    private const ulong Second = 0xE703_7ED1_A0B4_28DB;

    /// <summary>Texts above so many octets, as user agents mostly are, are hashed in lanes.</summary>
    private const int LongText = 64;

    /// <summary>The hash; never 0, which stands for "not logged".</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Of(ReadOnlySpan<byte> text, ulong seed)
    {
        // The seed is in both factors: no octets make one of them 0 under every seed.
        var first = First ^ BitOperations.RotateLeft(seed, 32);
        var hash = seed ^ ((ulong)text.Length * Second);
        ref var start = ref MemoryMarshal.GetReference(text);
        var (at, length) = (0, text.Length);
        if (length > LongText)
        {
            // A product waits for the one before; those of other lanes do not. How the lanes differ depends on the seed: no octets make two of them alike under every seed.
            var (second, third) = (BitOperations.RotateLeft(hash, 21) ^ First, BitOperations.RotateLeft(hash, 43) ^ Second);
            for (; length - at > 48; at += 48)
            {
                hash = Fold(Read(ref start, at) ^ first, Read(ref start, at + 8) ^ hash);
                second = Fold(Read(ref start, at + 16) ^ first, Read(ref start, at + 24) ^ second);
                third = Fold(Read(ref start, at + 32) ^ first, Read(ref start, at + 40) ^ third);
            }

            hash ^= second ^ BitOperations.RotateLeft(third, 32);
        }

        for (; length - at > 16; at += 16)
            hash = Fold(Read(ref start, at) ^ first, Read(ref start, at + 8) ^ hash);
        if (length >= 16)
            hash = Fold(Read(ref start, length - 16) ^ first, Read(ref start, length - 8) ^ hash);
        else if (length >= 8)
            hash = Fold(Read(ref start, 0) ^ first, Read(ref start, length - 8) ^ hash);
        else
            hash = Fold(Short(text) ^ first, hash ^ Second);
        return Fold(hash ^ First, Second) | 1;
    }

    // Up to seven octets, the first the highest; from four on as two halves that overlap.
    private static ulong Short(ReadOnlySpan<byte> text)
    {
        if (text.Length >= sizeof(uint))
            return ((ulong)BinaryPrimitives.ReadUInt32BigEndian(text) << (8 * (text.Length - sizeof(uint)))) | BinaryPrimitives.ReadUInt32BigEndian(text[^sizeof(uint)..]);
        ulong value = 0;
        foreach (var octet in text)
            value = (value << 8) | octet;
        return value;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Read(ref byte start, int at) => Unsafe.ReadUnaligned<ulong>(ref Unsafe.Add(ref start, at));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Fold(ulong left, ulong right)
    {
        // Both halves in registers; BigMul would pass the lower one through memory, in the middle of a chain of products.
        var high = Bmi2.X64.IsSupported ? Bmi2.X64.MultiplyNoFlags(left, right) : Math.BigMul(left, right, out _);
        return high ^ (left * right);
    }
}
