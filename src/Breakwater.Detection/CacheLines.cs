using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Breakwater.Detection;

/// <summary>Memory that begins at a line of the cache and stays where it is: what is laid out by lines touches no more of them than it has to.</summary>
internal readonly unsafe struct CacheLines
{
    private const int LineBytes = 64;

    // Keeps the memory alive.
    private readonly byte[] _memory;

    /// <summary>So many bytes, all 0.</summary>
    public CacheLines(int bytes)
    {
        _memory = GC.AllocateArray<byte>(bytes + LineBytes, pinned: true);
        var address = (nuint)Unsafe.AsPointer(ref MemoryMarshal.GetArrayDataReference(_memory));
        First = (byte*)((address + LineBytes - 1) & ~(nuint)(LineBytes - 1));
    }

    /// <summary>The first byte; the caller keeps within what it asked for.</summary>
    public byte* First { get; }

    public void Clear() => Array.Clear(_memory);
}
