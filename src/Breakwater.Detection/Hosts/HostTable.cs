using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;
using Breakwater.Detection.Sketches;
using Breakwater.Wire;

namespace Breakwater.Detection.Hosts;

/// <summary>
/// Hosts by address and direction: open addressing, grows up to a written limit, then refuses new hosts. Records stand in pages, so
/// that growth copies no record. A slot has some bits of its host's hash beside the record's number: on the way to a host hardly any other
/// one's record is fetched.
/// </summary>
internal sealed class HostTable(int maxHosts, ulong seed)
{
    private const int PageBits = 12;
    private const int PageMask = (1 << PageBits) - 1;
    private readonly KeyedHash _hash = new(seed);

    // A slot: a record's number and one, 0 for none, and bits of the hash above.
    private readonly int _numberBits = BitOperations.Log2((uint)maxHosts) + 1;
    private Page[] _pages = new Page[16];
    private int _pageCount;
    private uint[] _slots = new uint[1 << 12];

    // Hosts with traffic in that second and in the one before it.
    private uint _second;
    private int _active, _activeBefore;

    public int Count { get; private set; }

    /// <summary>True when so many new hosts might not fit.</summary>
    public bool MayOverflow(int newHosts) => Count + newHosts > maxHosts;

    /// <summary>True above seven eighths of the limit.</summary>
    public bool IsNearlyFull => Count > maxHosts - (maxHosts / 8);

    /// <summary>The record of a host by its index.</summary>
    public ref ColdRecord this[int index] => ref _pages[index >> PageBits][index & PageMask];

    /// <summary>The counts that do not fit into their records.</summary>
    public WideCounts Wide { get; } = new();

    /// <summary>Hosts, each direction apart, with traffic in a second so far or in the one before, whichever were more. It depends on the records of these seconds alone.</summary>
    public int ActiveIn(uint second) => second == _second ? Math.Max(_active, _activeBefore) : second == _second + 1 ? _active : 0;

    /// <summary>Has the record of a host with traffic go on to a second, which is none before those of other hosts.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Advance(ref ColdRecord record, uint second)
    {
        if (second == record.Second)
            return;
        record.Turn(second, Wide);
        if (second != _second)
            (_second, _active, _activeBefore) = (second, 0, second == _second + 1 ? _active : 0);
        _active++;
    }

    /// <summary>What a host has of each group.</summary>
    public WatchCounts CountsOf(int index) => this[index].Counts(Wide);

    /// <summary>Records that begin at lines of the cache, so that each touches one and not two.</summary>
    private readonly unsafe struct Page(int records)
    {
        private readonly CacheLines _records = new(records * ColdRecord.Bytes);

        /// <summary>A record by its place, which the caller keeps within the page.</summary>
        public ref ColdRecord this[int place] => ref ((ColdRecord*)_records.First)[place];
    }

    /// <summary>The table's hash of a host, from the hash of its address.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong HashOf(ulong address, Direction direction) => address ^ (direction == Direction.Outbound ? 0x9E37_79B9_7F4A_7C15UL : 0);

    private ulong HashOf(Address host, Direction direction) => HashOf(_hash.Of(host), direction);

    /// <summary>Asks the processor for the memory that <see cref="FindOrAdd"/> will read first.</summary>
    public unsafe void Prefetch(ulong hash)
    {
        if (Sse.IsSupported)
            Sse.Prefetch0(Unsafe.AsPointer(ref _slots[(int)hash & (_slots.Length - 1)]));
    }

    /// <summary>Asks for the record of a host by its index, -1 for none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void PrefetchRecord(int index)
    {
        if (!Sse.IsSupported || index < 0)
            return;
        Sse.Prefetch0(Unsafe.AsPointer(ref this[index]));
    }

    /// <summary>The index of the first host whose slot is like this hash's, -1 for none: most likely the host that has it, without a look at its record.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Likely(ulong hash)
    {
        var (slots, mark) = (_slots, MarkOf(hash));
        for (var slot = (int)hash & (slots.Length - 1); ; slot = (slot + 1) & (slots.Length - 1))
        {
            if (slots[slot] == 0 || IsOf(slots[slot], mark))
                return NumberOf(slots[slot]) - 1;
        }
    }

    /// <summary>True when the record of this index is the host's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Is(int index, Address host, Direction direction)
    {
        ref var record = ref this[index];
        return record.Host == host && record.Direction == direction;
    }

    /// <summary>Bits of the hash that did not choose the slot, in their place there.</summary>
    private uint MarkOf(ulong hash) => (uint)(hash >> 32) << _numberBits;

    private bool IsOf(uint slot, uint mark) => (slot ^ mark) >> _numberBits == 0;

    private int NumberOf(uint slot) => (int)(slot & ((1u << _numberBits) - 1));

    /// <summary>The host's index, added when new (then <paramref name="isNew"/>); -1 when the table is full.</summary>
    public int FindOrAdd(Address host, Direction direction, ulong hash, out bool isNew)
    {
        isNew = false;
        var (mask, mark) = (_slots.Length - 1, MarkOf(hash));
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            if (_slots[slot] == 0)
            {
                isNew = Count < maxHosts;
                return isNew ? Add(host, direction, hash, slot) : -1;
            }
            if (IsHost(_slots[slot], mark, host, direction, out var index))
                return index;
        }
    }

    /// <summary>The host's index, -1 when it is not there.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Find(Address host, Direction direction, ulong hash)
    {
        var (mask, mark) = (_slots.Length - 1, MarkOf(hash));
        for (var slot = (int)hash & mask; ; slot = (slot + 1) & mask)
        {
            if (_slots[slot] == 0)
                return -1;
            if (IsHost(_slots[slot], mark, host, direction, out var index))
                return index;
        }
    }

    /// <summary>True when the slot is of this host; its record is looked at only where the mark is the same.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool IsHost(uint slot, uint mark, Address host, Direction direction, out int index)
    {
        index = NumberOf(slot) - 1;
        return IsOf(slot, mark) && Is(index, host, direction);
    }

    /// <summary>Drops hosts without traffic since a second and without a dossier. Each other that moves is told by its new index.</summary>
    public int DropIdle(long beforeSecond, Action<int> moved)
    {
        var kept = 0;
        for (var index = 0; index < Count; index++)
        {
            ref var record = ref this[index];
            if (record.Second < beforeSecond && record.Dossier < 0)
            {
                record.Drop(Wide);
                continue;
            }

            if (kept != index)
            {
                this[kept] = record;
                moved(kept);
            }
            kept++;
        }
        var dropped = Count - kept;
        Count = kept;
        Rebuild(_slots.Length);
        return dropped;
    }

    private int Add(Address host, Direction direction, ulong hash, int slot)
    {
        if (Count == _pageCount << PageBits)
            AddPage();
        if (Count * 2 >= _slots.Length)
        {
            Rebuild(_slots.Length * 2);
            var mask = _slots.Length - 1;
            for (slot = (int)hash & mask; _slots[slot] != 0; slot = (slot + 1) & mask)
            {
            }
        }
        this[Count] = new ColdRecord { Host = host, Direction = direction, Dossier = -1, Prefix = -1, Service = -1 };
        _slots[slot] = MarkOf(hash) | (uint)(Count + 1);
        return Count++;
    }

    private void AddPage()
    {
        if (_pageCount == _pages.Length)
            Array.Resize(ref _pages, _pageCount * 2);
        _pages[_pageCount++] = new Page(1 << PageBits);
    }

    private void Rebuild(int length)
    {
        if (length != _slots.Length)
            _slots = new uint[length];
        else
            Array.Clear(_slots);
        var mask = length - 1;
        for (var index = 0; index < Count; index++)
        {
            var hash = HashOf(this[index].Host, this[index].Direction);
            var slot = (int)hash & mask;
            while (_slots[slot] != 0)
                slot = (slot + 1) & mask;
            _slots[slot] = MarkOf(hash) | (uint)(index + 1);
        }
    }
}
