using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Breakwater.Wire.AccessLog;

/// <summary>Quotes and backslashes of a line one after the other, found 64 octets at a time.</summary>
internal ref struct LogMarks
{
    /// <summary>No line may be shorter.</summary>
    public const int BlockOctets = OctetBlock.Octets;

    private readonly ref byte _line;
    private readonly int _length;
    private int _block;
    private ulong _marks;

    /// <param name="line">The line, not shorter than <see cref="BlockOctets"/>.</param>
    /// <param name="start">Where the first mark may stand, within the line.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public LogMarks(ReadOnlySpan<byte> line, int start)
    {
        _line = ref MemoryMarshal.GetReference(line);
        _length = line.Length;
        Load(start);
        Questions = Find((byte)'?');
    }

    /// <summary>Question marks of the first block, as bits from <see cref="Block"/> on.</summary>
    public ulong Questions { get; }

    /// <summary>Where the block begins that was looked at last.</summary>
    public readonly int Block => _block;

    /// <summary>The place of the next one; -1 without one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Next()
    {
        while (_marks == 0)
        {
            if (_block + BlockOctets >= _length)
                return -1;
            Load(_block + BlockOctets);
        }

        var at = _block + BitOperations.TrailingZeroCount(_marks);
        _marks &= _marks - 1;
        return at;
    }

    // The last block ends with the line, and what was looked at before is taken away.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Load(int from)
    {
        _block = Math.Min(from, _length - BlockOctets);
        _marks = (Find((byte)'"') | Find((byte)'\\')) & (ulong.MaxValue << (from - _block));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly ulong Find(byte octet) => OctetBlock.Find(ref Unsafe.Add(ref _line, _block), octet);
}
