using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace Breakwater.Detection.Web;

/// <summary>Which octets of a path are what, a bit for each: of paths up to <see cref="LongestPath"/>, as nearly all are.</summary>
internal ref struct PathMasks
{
    /// <summary>Longest path that it is told of, in octets: a bit is left for its end.</summary>
    public const int LongestPath = 63;

    private ulong _hexadecimal;
    private ulong _capitals;

    public PathMasks(ReadOnlySpan<byte> path)
    {
        ref var start = ref MemoryMarshal.GetReference(path);
        var length = path.Length;
        if (length <= Vector128<byte>.Count)
        {
            Add(length == Vector128<byte>.Count ? Vector128.LoadUnsafe(ref start) : Padded(path), 0);
        }
        else
        {
            // The last vector overlaps the one before.
            for (var at = 0; at + Vector128<byte>.Count < length; at += Vector128<byte>.Count)
                Add(Vector128.LoadUnsafe(ref start, (nuint)at), at);
            Add(Vector128.LoadUnsafe(ref start, (nuint)(length - Vector128<byte>.Count)), length - Vector128<byte>.Count);
        }

        var all = (1UL << length) - 1;
        (Slashes, Digits, Strange) = (Slashes & all, Digits & all, Strange & all);
    }

    public ulong Slashes { get; private set; }

    public ulong Digits { get; private set; }

    /// <summary>What names of files seldom have: neither letters nor digits nor <c>-_.~+@</c>, nor the slashes between them.</summary>
    public ulong Strange { get; private set; }

    /// <summary>Hexadecimal digits and hyphens between two places.</summary>
    public readonly int HexadecimalIn(ulong places) => BitOperations.PopCount(_hexadecimal & places);

    /// <summary>Capital letters between two places.</summary>
    public readonly int CapitalsIn(ulong places) => BitOperations.PopCount(_capitals & places);

    private static Vector128<byte> Padded(ReadOnlySpan<byte> path)
    {
        Span<byte> octets = stackalloc byte[Vector128<byte>.Count];
        octets.Clear();
        path.CopyTo(octets);
        return Vector128.Create<byte>(octets);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(Vector128<byte> octets, int at)
    {
        var small = octets | Vector128.Create((byte)0x20);
        var slashes = Vector128.Equals(octets, Vector128.Create((byte)'/'));
        var digits = Vector128.LessThan(octets - Vector128.Create((byte)'0'), Vector128.Create((byte)10));
        var letters = Vector128.LessThan(small - Vector128.Create((byte)'a'), Vector128.Create((byte)26));
        var hyphens = Vector128.Equals(octets, Vector128.Create((byte)'-'));
        var others = Vector128.Equals(octets, Vector128.Create((byte)'_')) | Vector128.Equals(octets, Vector128.Create((byte)'.')) | Vector128.Equals(octets, Vector128.Create((byte)'~'))
            | Vector128.Equals(octets, Vector128.Create((byte)'+')) | Vector128.Equals(octets, Vector128.Create((byte)'@'));
        Slashes |= Bits(slashes, at);
        Digits |= Bits(digits, at);
        Strange |= Bits(~(slashes | digits | letters | hyphens | others), at);
        _hexadecimal |= Bits(digits | hyphens | Vector128.LessThan(small - Vector128.Create((byte)'a'), Vector128.Create((byte)6)), at);
        _capitals |= Bits(letters & ~Vector128.Equals(octets, small), at);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Bits(Vector128<byte> octets, int at) => (ulong)octets.ExtractMostSignificantBits() << at;
}
