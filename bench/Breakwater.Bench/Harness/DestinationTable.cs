using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics.X86;
using Breakwater.Wire;

namespace Breakwater.Bench.Harness;

/// <summary>
/// Packets and bytes per destination: 2²⁰ slots (more where a million destinations come) of 32 bytes, open addressing. Updates are delayed by 16 records and their slots
/// prefetched meanwhile, so a miss costs no waiting: what counting stages of the product do.
/// </summary>
internal sealed class DestinationTable(int slotBits = DestinationTable.UsualSlotBits)
{
    private const int UsualSlotBits = 20;
    private const int Delay = 16;

    private readonly Slot[] _slots = new Slot[1 << slotBits];
    private readonly Pending[] _pending = new Pending[Delay];
    private int _waiting;

    /// <summary>Slots in use.</summary>
    public int Used { get; private set; }

    internal Span<Slot> Slots => _slots;

    /// <summary>Notes one record; it is counted once 16 have come.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(in FlowRecord flow)
    {
        var index = Hash(flow.Destination);
        Prefetch(ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_slots), index));
        ref var pending = ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_pending), _waiting);
        pending.Key = flow.Destination;
        pending.Packets = flow.Packets;
        pending.Bytes = flow.Bytes;
        pending.Index = index;
        if (++_waiting == Delay)
            Flush();
    }

    /// <summary>Counts what waits.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public void Flush()
    {
        foreach (ref var pending in _pending.AsSpan(0, _waiting))
        {
            ref var slot = ref Find(pending.Key, pending.Index);
            slot.Packets += pending.Packets;
            slot.Bytes += pending.Bytes;
        }

        _waiting = 0;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private ref Slot Find(in Address key, uint index)
    {
        while (true)
        {
            ref var slot = ref _slots[index];
            if (slot.Key == key)
                return ref slot;
            if (slot.Key == default)
            {
                // Full tables are the product's business; here the number of destinations is known.
                slot.Key = key;
                Used++;
                return ref slot;
            }

            index = (index + 1) & (uint)(_slots.Length - 1);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private uint Hash(in Address key) => (uint)(((key.High ^ key.Low) * 0x9E3779B97F4A7C15UL) >> (64 - slotBits));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ref Slot slot)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref slot));
    }

    /// <summary>One destination's counters.</summary>
    internal struct Slot
    {
        public Address Key;
        public ulong Packets;
        public ulong Bytes;
    }

    private struct Pending
    {
        public Address Key;
        public ulong Packets;
        public ulong Bytes;
        public uint Index;
    }
}
