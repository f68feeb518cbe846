using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics.X86;

namespace Breakwater.Detection.Web;

/// <summary>A row of a <see cref="BottomTable{TRow}"/>.</summary>
internal interface IBottomRow<TRow>
    where TRow : struct
{
    /// <summary>The key's hash.</summary>
    ulong Hash { get; set; }

    /// <summary>Takes in another row of the same key; order does not matter.</summary>
    void Add(in TRow other);
}

/// <summary>
/// The keys with the smallest hashes, each with all that was counted for it: a uniform sample of distinct keys which any order and any merging
/// leave the same (bottom-k; Cohen and Kaplan 2007). Complete while there are no more than <paramref name="size"/> of them.
/// </summary>
/// <param name="size">Keys that are told.</param>
/// <param name="most">Keys that are held before the largest are forgotten: the more of them, the seldomer that is. 65,535 at most.</param>
internal sealed class BottomTable<TRow>(int size, int most)
    where TRow : struct, IBottomRow<TRow>
{
    private const int Fewest = 48;

    /// <summary>Rows that are asked for together: their lines of the cache are still there when they are looked at.</summary>
    private const int RowsAhead = 32;

    private TRow[] _rows = new TRow[Math.Min(Fewest, most)];

    // The rows' hashes once more, close together: what looks at all of them reads these.
    private ulong[] _hashes = new ulong[Math.Min(Fewest, most)];
    // Half as long as numbers usually are: twice as much of them is near.
    private ushort[] _places = new ushort[most <= ushort.MaxValue ? 128 : throw new ArgumentOutOfRangeException(nameof(most))];

    // Rows that were ever used, and which of them are free again: those have the largest hash there is, above the limit that freed them.
    private int _used, _freeCount;
    private int[] _free = [];
    private ulong _limit = ulong.MaxValue;
    private TRow _lost;

    // What is told of is the smallest alone: of the others it depends on the order of keys how many are still there.
    private (int Count, ulong Limit) _told = (-1, ulong.MaxValue);

    // Places of the rows that are told, in the order of their hashes, as they were when so many were held.
    private (int Held, int Told) _ordered = (-1, 0);
    private int[] _order = [];

    public BottomTable(int size)
        : this(size, size * 3 / 2)
    {
    }

    /// <summary>The row of a key, new ones with nothing counted; of a key that is not kept, a row that nobody reads.</summary>
    public ref TRow this[ulong hash]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (hash > _limit)
                return ref _lost;
            var slot = SlotOf(hash);
            for (; _places[slot] != 0; slot = (slot + 1) & (_places.Length - 1))
            {
                ref var known = ref _rows[_places[slot] - 1];
                if (known.Hash == hash)
                    return ref known;
            }

            return ref Insert(hash, slot);
        }
    }

    /// <summary>Asks the processor for where the row of a key is told, where the key is kept.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private unsafe void PrefetchPlace(ulong hash)
    {
        if (Sse.IsSupported && hash <= _limit)
            Sse.Prefetch0(Unsafe.AsPointer(ref _places[SlotOf(hash)]));
    }

    /// <summary>As <see cref="PrefetchPlace"/>, for the row itself some time later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void PrefetchRow(ulong hash)
    {
        if (!Sse.IsSupported || hash > _limit || _places[SlotOf(hash)] is not (> 0 and var place))
            return;
        Prefetch(ref _rows[place - 1]);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static unsafe void Prefetch(ref TRow row)
    {
        if (!Sse.IsSupported)
            return;
        Sse.Prefetch0(Unsafe.AsPointer(ref row));
        // Its end may lie in another line of the cache.
        Sse.Prefetch0((byte*)Unsafe.AsPointer(ref row) + Unsafe.SizeOf<TRow>() - sizeof(ulong));
    }

    /// <summary>True when the key is among the smallest that were seen.</summary>
    public bool TryFind(ulong hash, out TRow row)
    {
        row = default;
        if (hash > ToldLimit)
            return false;
        for (var slot = SlotOf(hash); _places[slot] != 0; slot = (slot + 1) & (_places.Length - 1))
        {
            row = _rows[_places[slot] - 1];
            if (row.Hash == hash)
                return true;
        }

        row = default;
        return false;
    }

    /// <summary>True when a key of this hash would be among the smallest, had it been seen.</summary>
    public bool Tells(ulong hash) => hash <= ToldLimit;

    /// <summary>False when counting for this hash is lost labour.</summary>
    public bool Keeps(ulong hash) => hash <= _limit;

    /// <summary>True when the key is held at present, whether or not it is kept (<see cref="Keeps"/>). No row is looked at: where they are large, that is far away.</summary>
    public bool Holds(ulong hash)
    {
        for (var slot = SlotOf(hash); _places[slot] != 0; slot = (slot + 1) & (_places.Length - 1))
        {
            if (_hashes[_places[slot] - 1] == hash)
                return true;
        }

        return false;
    }

    /// <summary>Takes in another table.</summary>
    public void Merge(BottomTable<TRow> other)
    {
        Forget();
        _limit = Math.Min(_limit, other._limit);
        Span<int> kept = stackalloc int[RowsAhead];
        for (var next = 0; next < other._used;)
        {
            var count = 0;
            for (; next < other._used && count < kept.Length; next++)
            {
                // Without a branch: nobody can guess which hash lies under the limit.
                kept[count] = next;
                count += other._hashes[next] <= _limit ? 1 : 0;
            }

            foreach (var index in kept[..count])
            {
                PrefetchPlace(other._hashes[index]);
                Prefetch(ref other._rows[index]);
            }

            foreach (var index in kept[..count])
                PrefetchRow(other._hashes[index]);
            foreach (var index in kept[..count])
                this[other._hashes[index]].Add(in other._rows[index]);
        }
    }

    public void Clear()
    {
        if (_used > 0)
            Array.Clear(_places);
        (_limit, _used, _freeCount) = (ulong.MaxValue, 0, 0);
        Forget();
    }

    /// <summary>Keys that are held at present: some that are not told of may be among them.</summary>
    public int Count => _used - _freeCount;

    /// <summary>True when nothing is forgotten before so many keys more have come.</summary>
    public bool HasRoom(int keys) => _limit == ulong.MaxValue && _used + keys <= most;

    /// <summary>The hashes of a table that has forgotten none.</summary>
    public ReadOnlySpan<ulong> Hashes => _hashes.AsSpan(0, _used);

    /// <summary>The largest hash that is kept.</summary>
    public ulong Limit => _limit;

    /// <summary>Forgets what lies above a hash; such keys are not kept from now on.</summary>
    public void KeepUpTo(ulong limit)
    {
        if (limit >= _limit)
            return;
        if (_used == 0)
        {
            (_limit, _told) = (limit, (-1, ulong.MaxValue));
            return;
        }

        Cut(limit);
        PlaceAll();
    }

    /// <summary>Writes the hashes that are held and may be told.</summary>
    /// <returns>How many: no more than <see cref="Count"/>.</returns>
    public int CopyHashes(Span<ulong> hashes)
    {
        var held = 0;
        foreach (var hash in _hashes.AsSpan(0, _used))
        {
            if (hash <= _limit)
                hashes[held++] = hash;
        }

        return held;
    }

    /// <summary>The rows where they lie, in no order: for what no order changes. Valid until the next key comes.</summary>
    /// <param name="share">The part of all keys that they stand for, 1 when these are all.</param>
    public BottomRows<TRow> Told(out double share)
    {
        var limit = ToldLimit;
        share = ShareAt(limit);
        return new BottomRows<TRow>(_rows, _hashes.AsSpan(0, _used), limit);
    }

    /// <summary>A copy of the rows in the order of their hashes.</summary>
    /// <inheritdoc cref="Told(out double)"/>
    public TRow[] Rows(out double share)
    {
        var limit = ToldLimit;
        share = ShareAt(limit);
        if (_ordered.Held != Count)
            Order(limit);
        var rows = new TRow[_ordered.Told];
        for (var index = 0; index < rows.Length; index++)
            rows[index] = _rows[_order[index]];
        return rows;
    }

    private static double ShareAt(ulong limit) => limit == ulong.MaxValue ? 1 : limit / (double)ulong.MaxValue;

    private void Order(ulong limit)
    {
        var (order, hashes, told) = (RowOrder(), new ulong[_used], 0);
        for (var index = 0; index < _used; index++)
        {
            if (_hashes[index] <= limit)
                (hashes[told], order[told++]) = (_hashes[index], index);
        }

        hashes.AsSpan(0, told).Sort(order.AsSpan(0, told));
        _ordered = (Count, told);
    }

    /// <summary>The largest hash that is told: the same for any order of keys.</summary>
    public ulong ToldLimit
    {
        get
        {
            if (_told.Count == Count)
                return _told.Limit;
            _told = (Count, _limit);
            if (Count > size)
                _told.Limit = Math.Min(_limit, LastTold());
            return _told.Limit;
        }
    }

    /// <summary>The largest hash of as many as are told, where more are held.</summary>
    private ulong LastTold() => OrderStatistic.Select(_hashes.AsSpan(0, _used), Count, size - 1, _limit);

    private int[] RowOrder() => _order.Length < _rows.Length ? _order = new int[_rows.Length] : _order;

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref TRow Insert(ulong hash, int slot)
    {
        if (_used == _rows.Length && _freeCount == 0)
        {
            MakeRoom();
            return ref this[hash];
        }

        var index = _freeCount > 0 ? _free[--_freeCount] : _used++;
        (_hashes[index], _places[slot]) = (hash, (ushort)(index + 1));
        ref var row = ref _rows[index];
        row = default;
        row.Hash = hash;
        return ref row;
    }

    private void MakeRoom()
    {
        if (_used >= most)
        {
            Cut(Math.Min(_limit, LastTold()));
        }
        else
        {
            Array.Resize(ref _rows, Math.Min(_used * 2, most));
            Array.Resize(ref _hashes, _rows.Length);
            _places = new ushort[_places.Length * 2];
        }

        PlaceAll();
    }

    private void PlaceAll()
    {
        Forget();
        Array.Clear(_places);
        var (kept, count) = (RowOrder(), 0);
        for (var index = 0; index < _used; index++)
        {
            // Without a branch: nobody can guess which are free.
            kept[count] = index;
            count += _hashes[index] <= _limit ? 1 : 0;
        }

        foreach (var index in kept.AsSpan(0, count))
        {
            var slot = SlotOf(_hashes[index]);
            while (_places[slot] != 0)
                slot = (slot + 1) & (_places.Length - 1);
            _places[slot] = (ushort)(index + 1);
        }
    }

    /// <summary>Forgets what lies above a hash. It could not come back: this is the limit from now on.</summary>
    private void Cut(ulong limit)
    {
        (_limit, _freeCount) = (limit, 0);
        if (_free.Length < _used)
            _free = new int[_rows.Length];
        for (var index = 0; index < _used; index++)
        {
            var hash = _hashes[index];
            _free[_freeCount] = index;
            _freeCount += hash > limit ? 1 : 0;
            _hashes[index] = hash > limit ? ulong.MaxValue : hash;
        }
    }

    private void Forget() => (_told, _ordered) = ((-1, ulong.MaxValue), (-1, 0));

    // The lowest bit of a text's hash is always set.
    private int SlotOf(ulong hash) => (int)(hash >> 1) & (_places.Length - 1);
}
