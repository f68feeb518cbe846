using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Breakwater.Wire.AccessLog;

/// <summary>
/// Octets that are looked at together. In two halves: code for wider vectors that was compiled ahead of time is not taken by processors that have them.
/// </summary>
internal static class OctetBlock
{
    /// <summary>How many.</summary>
    public const int Octets = 64;

    /// <summary>A bit for each octet that is this one, the first the lowest.</summary>
    /// <param name="first">The first of <see cref="Octets"/>.</param>
    /// <param name="octet">What is looked for.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Find(ref byte first, byte octet)
    {
        var low = Vector256.Equals(Vector256.LoadUnsafe(ref first), Vector256.Create(octet)).ExtractMostSignificantBits();
        var high = Vector256.Equals(Vector256.LoadUnsafe(ref first, Octets / 2), Vector256.Create(octet)).ExtractMostSignificantBits();
        return low | ((ulong)high << (Octets / 2));
    }
}
