using System.Runtime.CompilerServices;

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
        ref var first = ref _rows[(int)(hash >> 40) & (_rows.Length - Ways)];
        ref var second = ref Unsafe.Add(ref first, 1);
        ref var third = ref Unsafe.Add(ref first, 2);
        ref var fourth = ref Unsafe.Add(ref first, 3);
        isKnown = true;
        if (first.Hash == hash)
            return ref first.Words;
        if (second.Hash == hash)
            return ref second.Words;
        if (third.Hash == hash)
            return ref third.Words;
        if (fourth.Hash == hash)
            return ref fourth.Words;
        isKnown = false;
        fourth = third;
        third = second;
        second = first;
        first.Hash = hash;
        return ref first.Words;
    }

    public void Clear() => Array.Clear(_rows);

    private struct Row
    {
        public ulong Hash;
        public TWords Words;
    }
}
