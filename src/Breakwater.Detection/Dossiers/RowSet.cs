using System.Numerics;

namespace Breakwater.Detection.Dossiers;

/// <summary>Rows of a table, each once, in their order: a bit for each, and one for each 64 of those that says whether any is set.</summary>
/// <param name="most">Rows that the table can have.</param>
internal sealed class RowSet(int most)
{
    private readonly ulong[] _rows = new ulong[((most - 1) >> 6) + 1];
    private readonly ulong[] _words = new ulong[((most - 1) >> 12) + 1];

    public void Add(int row)
    {
        _rows[row >> 6] |= 1UL << (row & 63);
        _words[row >> 12] |= 1UL << ((row >> 6) & 63);
    }

    /// <summary>The first row in the set that is not below <paramref name="row"/>; -1 when there is none.</summary>
    public int Next(int row)
    {
        var word = row >> 6;
        if (word >= _rows.Length)
            return -1;
        var rest = _rows[word] >> (row & 63);
        if (rest != 0)
            return row + BitOperations.TrailingZeroCount(rest);
        word = NextWord(word + 1);
        return word < 0 ? -1 : (word << 6) + BitOperations.TrailingZeroCount(_rows[word]);
    }

    public void Clear()
    {
        for (var word = NextWord(0); word >= 0; word = NextWord(word + 1))
            _rows[word] = 0;
        Array.Clear(_words);
    }

    /// <summary>The first word of <see cref="_rows"/>, not below <paramref name="word"/>, that has a row; -1 when there is none.</summary>
    private int NextWord(int word)
    {
        var part = word >> 6;
        if (part >= _words.Length)
            return -1;
        for (var rest = _words[part] >> (word & 63) << (word & 63); ; rest = _words[part])
        {
            if (rest != 0)
                return (part << 6) + BitOperations.TrailingZeroCount(rest);
            if (++part == _words.Length)
                return -1;
        }
    }
}
