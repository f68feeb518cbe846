using System.Runtime.CompilerServices;

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

    /// <summary>The row of a key, new ones with nothing counted; of a key that is not kept, a row that nobody reads.</summary>
    public ref TRow this[ulong hash]
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get
        {
            if (hash > _limit)
                return ref _lost;
            var slot = (int)hash & (_places.Length - 1);
            for (; _places[slot] != 0; slot = (slot + 1) & (_places.Length - 1))
            {
                ref var known = ref _rows[_places[slot] - 1];
                if (known.Hash == hash)
                    return ref known;
            }

            return ref Insert(hash, slot);
        }
    }

    /// <summary>True when the key is among the smallest that were seen.</summary>
    public bool TryFind(ulong hash, out TRow row)
    {
        row = default;
        if (hash > Told())
            return false;
        for (var slot = (int)hash & (_places.Length - 1); _places[slot] != 0; slot = (slot + 1) & (_places.Length - 1))
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
        (_limit, _told) = (Math.Min(_limit, other._limit), (-1, ulong.MaxValue));
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
        (_limit, _count, _told) = (ulong.MaxValue, 0, (-1, ulong.MaxValue));
    }

    /// <summary>The rows in the order of their hashes.</summary>
    /// <param name="share">The part of all keys that they stand for, 1 when these are all.</param>
    public TRow[] Rows(out double share)
    {
        var limit = Told();
        var rows = Array.FindAll(_rows[.._count], row => row.Hash <= limit);
        Array.Sort(rows, static (left, right) => left.Hash.CompareTo(right.Hash));
        share = limit == ulong.MaxValue ? 1 : limit / (double)ulong.MaxValue;
        return rows;
    }

    private ulong Told()
    {
        if (_told.Count == _count)
            return _told.Limit;
        _told = (_count, _limit);
        var hashes = Hashes();
        var kept = Array.FindAll(hashes, hash => hash <= _limit);
        if (kept.Length <= size)
            return _limit;
        Array.Sort(kept);
        _told.Limit = kept[size - 1];
        return _told.Limit;
    }

    private ulong[] Hashes()
    {
        var hashes = new ulong[_count];
        for (var index = 0; index < _count; index++)
            hashes[index] = _rows[index].Hash;
        return hashes;
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
            Prune();
        }
        else
        {
            Array.Resize(ref _rows, Math.Min(_count * 2, size * 3 / 2));
            _places = new int[_places.Length * 2];
        }

        Array.Clear(_places);
        for (var index = 0; index < _count; index++)
        {
            var slot = (int)_rows[index].Hash & (_places.Length - 1);
            while (_places[slot] != 0)
                slot = (slot + 1) & (_places.Length - 1);
            _places[slot] = index + 1;
        }
    }

    /// <summary>Keeps the smallest. What is dropped could not come back: its hash is above the limit from now on.</summary>
    private void Prune()
    {
        var hashes = Hashes();
        Array.Sort(hashes);
        (_limit, _told) = (hashes[size - 1], (-1, ulong.MaxValue));
        var kept = 0;
        for (var index = 0; index < _count; index++)
        {
            if (_rows[index].Hash <= _limit)
                _rows[kept++] = _rows[index];
        }

        _count = kept;
    }
}
