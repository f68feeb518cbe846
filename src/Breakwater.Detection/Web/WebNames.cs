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

    /// <summary>Remembers a text, cut where it is too long.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> text)
    {
        if (hash > _limit || _texts.ContainsKey(hash))
            return;
        _texts.Add(hash, text[..Math.Min(text.Length, WebLimits.NameBytes)].ToArray());
        if (_texts.Count < WebLimits.Names * 3 / 2)
            return;
        KeepUpTo(Smallest([.. _texts.Keys]));
    }

    /// <summary>Begins a generation; texts that do not come again are forgotten with the next.</summary>
    /// <param name="limit">The largest hash that is told, common to all shards: what is above it is forgotten at once.</param>
    public void Rotate(ulong limit)
    {
        KeepUpTo(limit);
        (_texts, _older) = (_older, _texts);
        _texts.Clear();
        _limit = ulong.MaxValue;
    }

    /// <summary>Forgets what no look can tell, where some shards together hold too much. Whether they did changes no answer.</summary>
    internal static void Bound(WebNames[] shards)
    {
        if (shards.Sum(static shard => shard._texts.Count) < WebLimits.Names * 3 / 2)
            return;
        var limit = LimitOf(shards);
        foreach (var shard in shards)
            shard.KeepUpTo(limit);
    }

    /// <summary>Of all hashes of some shards the largest that is told; the answer is the same for any number of them.</summary>
    internal static ulong LimitOf(WebNames[] shards)
    {
        var limit = shards.Min(static shard => shard._limit);
        return shards.Sum(static shard => shard._texts.Count) <= WebLimits.Names
            ? limit : Math.Min(limit, Smallest([.. shards.SelectMany(static shard => shard._texts.Keys).Distinct()]));
    }

    /// <summary>The text of a hash; null when it is not held.</summary>
    /// <param name="hash">The text's hash.</param>
    /// <param name="limit">The largest hash of this generation that is told; the older one holds no other.</param>
    internal byte[]? Find(ulong hash, ulong limit) =>
        (hash <= limit && _texts.TryGetValue(hash, out var text)) || _older.TryGetValue(hash, out text) ? text : null;

    /// <summary>Texts of both generations.</summary>
    internal int Count => _texts.Count + _older.Count;

    private void KeepUpTo(ulong limit)
    {
        _limit = Math.Min(_limit, limit);
        if (limit == ulong.MaxValue)
            return;
        foreach (var key in _texts.Keys.Where(key => key > limit).ToArray())
            _texts.Remove(key);
    }

    private static ulong Smallest(ulong[] hashes)
    {
        if (hashes.Length <= WebLimits.Names)
            return ulong.MaxValue;
        Array.Sort(hashes);
        return hashes[WebLimits.Names - 1];
    }
}

/// <summary>The texts of all shards as they are at the end of a second.</summary>
internal sealed class WebNameView(WebNames[] shards)
{
    private ulong? _limit;

    /// <summary>The text of a hash, of letters that a terminal shows; null when it is not held.</summary>
    public string? Find(ulong hash)
    {
        var limit = _limit ??= WebNames.LimitOf(shards);
        foreach (var shard in shards)
        {
            // What clients send may hold anything: nothing that a terminal obeys goes further.
            if (shard.Find(hash, limit) is { } text)
                return string.Concat(Encoding.Latin1.GetString(text).Select(static letter => letter is >= ' ' and <= '~' ? letter : '?'));
        }

        return null;
    }
}
