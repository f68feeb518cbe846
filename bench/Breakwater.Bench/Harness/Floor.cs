using System.Runtime.InteropServices;

namespace Breakwater.Bench.Harness;

/// <summary>What the machine allows at best: reading the same bytes once, and increments at random places of the same table.</summary>
internal static class Floor
{
    /// <summary>Adds up the bytes as 64-bit words; returns the number of bytes.</summary>
    public static long Read(ReadOnlySpan<byte> bytes, ref ulong sum)
    {
        var words = MemoryMarshal.Cast<byte, ulong>(bytes);
        ulong one = 0, two = 0, three = 0, four = 0;
        for (var i = 0; i + 4 <= words.Length; i += 4)
        {
            one += words[i];
            two += words[i + 1];
            three += words[i + 2];
            four += words[i + 3];
        }

        sum += one + two + three + four;
        return bytes.Length;
    }

    /// <summary>Adds to the counters of random slots; returns the number of slots visited.</summary>
    public static long Increment(DestinationTable table)
    {
        const int Visits = 1 << 20;
        var slots = table.Slots;
        var state = 0x9E3779B97F4A7C15UL;
        for (var i = 0; i < Visits; i++)
        {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            ref var slot = ref slots[(int)(state & (uint)(slots.Length - 1))];
            slot.Packets++;
            slot.Bytes += state & 0x3FF;
        }

        return Visits;
    }
}
