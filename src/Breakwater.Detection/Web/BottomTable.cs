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
internal sealed class BottomTable<TRow>(int size)
    where TRow : struct, IBottomRow<TRow>
{
    private const int Fewest = 48;
    private TRow[] _rows = new TRow[Math.Min(Fewest, size * 3 / 2)];
    private int[] _places = new int[128];
    private int _count;
    private ulong _limit = ulong.MaxValue;
    private TRow _lost;

    // What is told of is the smallest alone: of the others it depends on the order of keys how many are still there.
    private (int Count, ulong Limit) _told = (-1, ulong.MaxValue);

    // Places of the rows that are told, in the order of their hashes, as they were when so many were held.
    private (int Held, int Told) _ordered = (-1, 0);
    private int[] _order = [];
    private ulong[] _hashes = [];

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
    public unsafe void PrefetchPlace(ulong hash)
    {
        if (Sse.IsSupported && hash <= _limit)
            Sse.Prefetch0(Unsafe.AsPointer(ref _places[SlotOf(hash)]));
    }

    /// <summary>As <see cref="PrefetchPlace"/>, for the row itself some time later.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public unsafe void PrefetchRow(ulong hash)
    {
        if (!Sse.IsSupported || hash > _limit || _places[SlotOf(hash)] is not (> 0 and var place))
            return;
        ref var row = ref _rows[place - 1];
        Sse.Prefetch0(Unsafe.AsPointer(ref row));
        // Its end, where a row is longer than a line of the cache: the hash may stand there.
        if (Unsafe.SizeOf<TRow>() > 64)
            Sse.Prefetch0((byte*)Unsafe.AsPointer(ref row) + Unsafe.SizeOf<TRow>() - sizeof(ulong));
    }

    /// <summary>True when the key is among the smallest that were seen.</summary>
    public bool TryFind(ulong hash, out TRow row)
    {
        row = default;
        if (hash > Told())
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
    public bool Tells(ulong hash) => hash <= Told();

    /// <summary>False when counting for this hash is lost labour.</summary>
    public bool Keeps(ulong hash) => hash <= _limit;

    /// <summary>Takes in another table.</summary>
    public void Merge(BottomTable<TRow> other)
    {
        Forget();
        _limit = Math.Min(_limit, other._limit);
        for (var index = 0; index < other._count; index++)
        {
            ref readonly var row = ref other._rows[index];
            if (row.Hash <= _limit)
                this[row.Hash].Add(in row);
        }
    }

    public void Clear()
    {
        if (_count > 0)
            Array.Clear(_places);
        (_limit, _count) = (ulong.MaxValue, 0);
        Forget();
    }

    /// <summary>Keys that are held at present: some that are not told of may be among them.</summary>
    public int Count => _count;

    /// <summary>The largest hash that is kept.</summary>
    public ulong Limit => _limit;

    /// <summary>Forgets what lies above a hash; such keys are not kept from now on.</summary>
    public void KeepUpTo(ulong limit)
    {
        if (limit >= _limit)
            return;
        Cut(limit);
        PlaceAll();
    }

    /// <summary>Writes the hashes that are held.</summary>
    /// <returns>How many.</returns>
    public int CopyHashes(Span<ulong> hashes)
    {
        for (var index = 0; index < _count; index++)
            hashes[index] = _rows[index].Hash;
        return _count;
    }

    /// <summary>The rows where they lie, in the order of their hashes; valid until the next key comes.</summary>
    /// <param name="share">The part of all keys that they stand for, 1 when these are all.</param>
    public BottomRows<TRow> Told(out double share)
    {
        var limit = Told();
        share = limit == ulong.MaxValue ? 1 : limit / (double)ulong.MaxValue;
        if (_ordered.Held != _count)
        {
            if (_order.Length < _count)
                _order = new int[_rows.Length];
            var hashes = Hashes();
            var told = 0;
            for (var index = 0; index < _count; index++)
            {
                if (hashes[index] <= limit)
                    (hashes[told], _order[told++]) = (hashes[index], index);
            }

            hashes[..told].Sort(_order.AsSpan(0, told));
            _ordered = (_count, told);
        }

        return new BottomRows<TRow>(_rows, _order.AsSpan(0, _ordered.Told));
    }

    /// <summary>A copy of the rows in the order of their hashes.</summary>
    /// <inheritdoc cref="Told(out double)"/>
    public TRow[] Rows(out double share)
    {
        var told = Told(out share);
        var rows = new TRow[told.Length];
        for (var index = 0; index < rows.Length; index++)
            rows[index] = told[index];
        return rows;
    }

    private ulong Told()
    {
        if (_told.Count == _count)
            return _told.Limit;
        _told = (_count, _limit);
        if (_count > size)
            _told.Limit = Math.Min(_limit, OrderStatistic.Select(Hashes(), size - 1));
        return _told.Limit;
    }

    private Span<ulong> Hashes()
    {
        if (_hashes.Length < _count)
            _hashes = new ulong[_rows.Length];
        return _hashes.AsSpan(0, CopyHashes(_hashes));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private ref TRow Insert(ulong hash, int slot)
    {
        if (_count == _rows.Length)
        {
            MakeRoom();
            return ref this[hash];
        }

        _places[slot] = ++_count;
        ref var row = ref _rows[_count - 1];
        row = default;
        row.Hash = hash;
        return ref row;
    }

    private void MakeRoom()
    {
        if (_count >= size * 3 / 2)
        {
            Cut(OrderStatistic.Select(Hashes(), size - 1));
        }
        else
        {
            Array.Resize(ref _rows, Math.Min(_count * 2, size * 3 / 2));
            _places = new int[_places.Length * 2];
        }

        PlaceAll();
    }

    private void PlaceAll()
    {
        Array.Clear(_places);
        for (var index = 0; index < _count; index++)
        {
            var slot = SlotOf(_rows[index].Hash);
            while (_places[slot] != 0)
                slot = (slot + 1) & (_places.Length - 1);
            _places[slot] = index + 1;
        }
    }

    /// <summary>Forgets what lies above a hash. It could not come back: this is the limit from now on.</summary>
    private void Cut(ulong limit)
    {
        Forget();
        _limit = limit;
        var kept = 0;
        for (var index = 0; index < _count; index++)
        {
            if (_rows[index].Hash > limit)
                continue;
            if (kept < index)
                _rows[kept] = _rows[index];
            kept++;
        }

        _count = kept;
    }

    private void Forget() => (_told, _ordered) = ((-1, ulong.MaxValue), (-1, 0));

    // The lowest bit of a text's hash is always set.
    private int SlotOf(ulong hash) => (int)(hash >> 1) & (_places.Length - 1);
}
