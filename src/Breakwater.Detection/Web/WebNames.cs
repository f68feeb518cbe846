using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using System.Text;

namespace Breakwater.Detection.Web;

/// <summary>A text, cut where it is too long.</summary>
internal struct NameRow : IBottomRow<NameRow>
{
    private Octets _text;
    private byte _length;

    public ulong Hash { get; set; }

    [UnscopedRef]
    public readonly ReadOnlySpan<byte> Text => ((ReadOnlySpan<byte>)_text)[.._length];

    public void Set(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, WebLimits.NameBytes)];
        text.CopyTo(_text);
        _length = (byte)text.Length;
    }

    public readonly void Add(in NameRow other)
    {
        // The same hash, the same text.
    }

    [InlineArray(WebLimits.NameBytes)]
    private struct Octets
    {
        private byte _first;
    }
}

/// <summary>
/// Texts behind hashes, for two generations: of more than <see cref="WebLimits.Names"/> those with the smallest hashes, so that no order of
/// lines decides which. A text that is not held is known by its hash alone.
/// </summary>
internal sealed class WebNames
{
    private BottomTable<NameRow> _texts = new(WebLimits.Names), _older = new(WebLimits.Names);

    /// <summary>Remembers a text, cut where it is too long.</summary>
    public void Add(ulong hash, ReadOnlySpan<byte> text)
    {
        if (_texts.Keeps(hash) && !_texts.Holds(hash))
            _texts[hash].Set(text);
    }

    /// <summary>Begins a generation; texts that do not come again are forgotten with the next.</summary>
    /// <param name="limit">The largest hash that is told, common to all shards: what is above it is forgotten at once.</param>
    public void Rotate(ulong limit)
    {
        _texts.KeepUpTo(limit);
        (_texts, _older) = (_older, _texts);
        _texts.Clear();
    }

    /// <summary>Forgets what no look can tell, where some shards together hold too much. Whether they did changes no answer.</summary>
    internal static void Bound(WebNames[] shards)
    {
        if (HeldOf(shards) < WebLimits.Names * 3 / 2)
            return;
        var limit = LimitOf(shards);
        foreach (var shard in shards)
            shard._texts.KeepUpTo(limit);
    }

    /// <summary>Of all hashes of some shards the largest that is told; the answer is the same for any number of them.</summary>
    internal static ulong LimitOf(WebNames[] shards)
    {
        var limit = ulong.MaxValue;
        foreach (var shard in shards)
            limit = Math.Min(limit, shard._texts.Limit);
        var held = HeldOf(shards);
        if (held <= WebLimits.Names)
            return limit;
        var hashes = new ulong[held];
        var count = 0;
        foreach (var shard in shards)
            count += shard._texts.CopyHashes(hashes.AsSpan(count));
        // Shards may hold the same text.
        hashes = shards.Length > 1 ? [.. hashes.Take(count).Distinct()] : hashes[..count];
        return hashes.Length <= WebLimits.Names ? limit : Math.Min(limit, OrderStatistic.Select(hashes, hashes.Length, WebLimits.Names - 1, limit));
    }

    /// <summary>The text of a hash; null when it is not held.</summary>
    /// <param name="hash">The text's hash.</param>
    /// <param name="limit">The largest hash of this generation that is told; the older one holds no other.</param>
    internal byte[]? Find(ulong hash, ulong limit) =>
        (hash <= limit && _texts.TryFind(hash, out var row)) || _older.TryFind(hash, out row) ? row.Text.ToArray() : null;

    /// <summary>Texts of both generations.</summary>
    internal int Count => _texts.Count + _older.Count;

    private static int HeldOf(WebNames[] shards)
    {
        var held = 0;
        foreach (var shard in shards)
            held += shard._texts.Count;
        return held;
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
