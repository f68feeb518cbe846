using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Breakwater.Wire.AccessLog;

/// <summary>Cuts a stream into lines, in large reads. A line feed ends a line, and no other octet does.</summary>
/// <param name="stream">The log; stays the caller's.</param>
public sealed class LogLineReader(Stream stream)
{
    // A block may be looked at beyond what was read.
    private readonly byte[] _buffer = new byte[LogLimits.BufferBytes + OctetBlock.Octets];
    private int _start;
    private int _end;

    // Line feeds of the block that was looked at last and that no line has yet, a bit each; and how far it was looked.
    private ulong _feeds;
    private int _block, _searched;
    private bool _isEnded;
    private bool _isInsideCut;

    /// <summary>True when the line given last was longer than the limit; it was given as far as the limit goes.</summary>
    public bool IsCut { get; private set; }

    /// <summary>Gives the next line, without its line feed; it stays valid until the next call.</summary>
    /// <exception cref="IOException">The stream cannot be read.</exception>
    public bool TryRead(out ReadOnlySpan<byte> line)
    {
        line = default;
        IsCut = false;
        if (_isInsideCut && !TrySkipRest())
            return false;
        while (true)
        {
            var isWhole = TryFindFeed(out var end);
            if (end - _start > LogLimits.LineBytes)
            {
                line = _buffer.AsSpan(_start, LogLimits.LineBytes);
                _start += LogLimits.LineBytes;
                IsCut = _isInsideCut = true;
                return true;
            }

            if (isWhole || _isEnded)
            {
                line = _buffer.AsSpan(_start, end - _start);
                PassOver(isWhole, end);
                return isWhole || line.Length > 0;
            }

            Fill();
        }
    }

    private bool TrySkipRest()
    {
        while (true)
        {
            var isFound = TryFindFeed(out var end);
            PassOver(isFound, end);
            _isInsideCut = !isFound;
            if (isFound || _isEnded)
                return isFound;
            Fill();
        }
    }

    /// <summary>Where the next line feed is; without one the end of what was read.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool TryFindFeed(out int at)
    {
        while (_feeds == 0)
        {
            if (_searched == _end)
            {
                at = _end;
                return false;
            }

            LookAtBlock();
        }

        at = _block + BitOperations.TrailingZeroCount(_feeds);
        return true;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void LookAtBlock()
    {
        ref var first = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_buffer), _searched);
        _feeds = OctetBlock.Find(ref first, (byte)'\n');
        var length = Math.Min(_end - _searched, OctetBlock.Octets);
        if (length < OctetBlock.Octets)
            _feeds &= (1UL << length) - 1;
        (_block, _searched) = (_searched, _searched + length);
    }

    private void PassOver(bool isFeed, int end)
    {
        _start = isFeed ? end + 1 : end;
        if (isFeed)
            _feeds &= _feeds - 1;
    }

    /// <summary>Reads on; all line feeds that were found have their lines.</summary>
    private void Fill()
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end, _searched) = (0, _end - _start, _searched - _start);
        var count = stream.Read(_buffer.AsSpan(_end, LogLimits.BufferBytes - _end));
        _isEnded = count == 0;
        _end += count;
    }
}
