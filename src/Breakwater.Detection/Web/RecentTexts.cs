namespace Breakwater.Detection.Web;

/// <summary>
/// What was made of the texts that came last, by their hash: a text that comes again is not looked at again. Sets of four; the oldest makes room.
/// A hash is compared as a whole, so what is found is what would be made anew.
/// </summary>
/// <param name="texts">How many are held: a power of two.</param>
internal sealed class RecentTexts<TWords>(int texts)
    where TWords : struct
{
    private const int Ways = 4;
    private readonly Row[] _rows = new Row[texts];

    /// <summary>The place for a text's words; a new one's are yet to be written.</summary>
    /// <param name="hash">The text's hash; not 0.</param>
    /// <param name="isKnown">True where the words are there.</param>
    public ref TWords Find(ulong hash, out bool isKnown)
    {
        var set = _rows.AsSpan((int)(hash >> 40) & (_rows.Length - Ways), Ways);
        isKnown = true;
        for (var way = 0; way < Ways; way++)
        {
            if (set[way].Hash == hash)
                return ref set[way].Words;
        }

        isKnown = false;
        set[..(Ways - 1)].CopyTo(set[1..]);
        set[0].Hash = hash;
        return ref set[0].Words;
    }

    public void Clear() => Array.Clear(_rows);

    private struct Row
    {
        public ulong Hash;
        public TWords Words;
    }
}
