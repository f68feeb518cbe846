namespace Breakwater.Detection.Web;

/// <summary>The rows of a <see cref="BottomTable{TRow}"/> that are told, where they lie: nothing is copied.</summary>
/// <param name="rows">All rows.</param>
/// <param name="order">Places of those that are told, in the order of their hashes.</param>
internal readonly ref struct BottomRows<TRow>(ReadOnlySpan<TRow> rows, ReadOnlySpan<int> order)
    where TRow : struct
{
    private readonly ReadOnlySpan<TRow> _rows = rows;
    private readonly ReadOnlySpan<int> _order = order;

    public int Length => _order.Length;

    public ref readonly TRow this[int index] => ref _rows[_order[index]];

    public Enumerator GetEnumerator() => new(this);

    public ref struct Enumerator(BottomRows<TRow> rows)
    {
        private readonly BottomRows<TRow> _rows = rows;
        private int _index = -1;

        public readonly ref readonly TRow Current => ref _rows[_index];

        public bool MoveNext() => ++_index < _rows.Length;
    }
}
