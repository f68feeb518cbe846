using System.Text;

namespace Breakwater.Detection.Web;

/// <summary>
/// Texts behind hashes, for two generations: of more than <see cref="WebLimits.Names"/> those with the smallest hashes, so that no order of
/// lines decides which. A text that is not held is known by its hash alone.
/// </summary>
internal sealed class WebNames
{
    private Dictionary<ulong, byte[]> _texts = [], _older = [];
    private ulong _limit = ulong.MaxValue;

    /// <summary>How many are held.</summary>
    public int Count => _texts.Count;

    /// <summary>Remembers a text, cut where it is too long.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> text)
    {
        if (hash > _limit || _texts.ContainsKey(hash))
            return;
        _texts.Add(hash, text[..Math.Min(text.Length, WebLimits.NameBytes)].ToArray());
        if (_texts.Count < WebLimits.Names * 3 / 2)
            return;
        _limit = Smallest([.. _texts.Keys]);
        foreach (var key in _texts.Keys.Where(key => key > _limit).ToArray())
            _texts.Remove(key);
    }

    /// <summary>Begins a generation; texts that do not come again are forgotten with the next.</summary>
    public void Rotate()
    {
        (_texts, _older) = (_older, _texts);
        _texts.Clear();
        _limit = ulong.MaxValue;
    }

    /// <summary>The text of a hash among several shards; null when it is not held. The answer is the same for any number of them.</summary>
    public static string? Find(WebNames[] shards, ulong hash)
    {
        byte[]? text = null;
        foreach (var shard in shards)
        {
            if (hash > shard._limit)
                return null;
            if (text is null && (shard._texts.TryGetValue(hash, out var found) || shard._older.TryGetValue(hash, out found)))
                text = found;
        }

        if (text is null || (shards.Sum(static shard => shard.Count) > WebLimits.Names && hash > Smallest([.. shards.SelectMany(static shard => shard._texts.Keys).Distinct()])))
            return null;
        // What clients send may hold anything: nothing that a terminal obeys goes further.
        return string.Concat(Encoding.Latin1.GetString(text).Select(static letter => letter is >= ' ' and <= '~' ? letter : '?'));
    }

    private static ulong Smallest(ulong[] hashes)
    {
        if (hashes.Length <= WebLimits.Names)
            return ulong.MaxValue;
        Array.Sort(hashes);
        return hashes[WebLimits.Names - 1];
    }
}
