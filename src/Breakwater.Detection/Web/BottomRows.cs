namespace Breakwater.Detection.Web;

/// <summary>The rows of a <see cref="BottomTable{TRow}"/> that are told, where they lie: nothing is copied, and their order means nothing.</summary>
/// <param name="rows">All rows.</param>
/// <param name="hashes">Their hashes.</param>
/// <param name="limit">The largest hash that is told.</param>
internal readonly ref struct BottomRows<TRow>(ReadOnlySpan<TRow> rows, ReadOnlySpan<ulong> hashes, ulong limit)
    where TRow : struct
{
    private readonly ReadOnlySpan<TRow> _rows = rows;
    private readonly ReadOnlySpan<ulong> _hashes = hashes;
    private readonly ulong _limit = limit;

    public Enumerator GetEnumerator() => new(this);

    public ref struct Enumerator(BottomRows<TRow> rows)
    {
        private readonly BottomRows<TRow> _rows = rows;
        private int _index = -1;

        public readonly ref readonly TRow Current => ref _rows._rows[_index];

        public bool MoveNext()
        {
            do
                _index++;
            while (_index < _rows._hashes.Length && _rows._hashes[_index] > _rows._limit);
            return _index < _rows._hashes.Length;
        }
    }
}
