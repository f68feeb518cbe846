using System.Runtime.InteropServices;
using System.Text;
using Breakwater.Detection.Web;

namespace Breakwater.Top;

/// <summary>How rows are ordered.</summary>
internal enum TopOrder
{
    Requests,
    Now,
    Bytes,
    Errors,
    Time,
}

/// <summary>
/// The keys that come most, whatever comes: when there are too many, the half with fewest requests goes, and a new one begins with the most that such a
/// one had (Space-Saving, in batches; Metwally et al. 2005). What has more requests than that is never missing.
/// </summary>
internal sealed class TopTable
{
    /// <summary>Most keys.</summary>
    public const int MaximumRows = 2_048;

    /// <summary>Longest text, in characters.</summary>
    public const int MaximumText = 256;

    private readonly Dictionary<ulong, TopRow> _rows = new(MaximumRows);
    private long _doubt;

    /// <summary>Keys that are held.</summary>
    public int Count => _rows.Count;

    /// <summary>True once keys had to make room.</summary>
    public bool HasMore => _doubt > 0;

    /// <summary>The row of a key.</summary>
    public TopRow this[ReadOnlySpan<byte> key]
    {
        get
        {
            ref var row = ref CollectionsMarshal.GetValueRefOrAddDefault(_rows, TextHash.Of(key, 0x70B), out var isKnown);
            if (isKnown)
                return row!;
            var made = row = TopRow.After(Shown(key), _doubt);
            if (_rows.Count >= MaximumRows)
                MakeRoom(made);
            return made;
        }
    }

    /// <summary>Time has passed.</summary>
    public void Pass(double seconds)
    {
        foreach (var row in _rows.Values)
            row.Pass(seconds);
    }

    /// <summary>The first rows of an order; equal ones by their text, so that rows do not jump.</summary>
    public List<TopRow> First(int count, TopOrder order) =>
        [.. _rows.Values.OrderByDescending(row => Value(row, order)).ThenBy(static row => row.Text, StringComparer.Ordinal).Take(count)];

    /// <summary>What a row is ordered by.</summary>
    public static double Value(TopRow row, TopOrder order) => order switch
    {
        TopOrder.Now => row.PerSecond,
        TopOrder.Bytes => row.Bytes,
        TopOrder.Errors => row.Errors,
        TopOrder.Time => row.Milliseconds,
        _ => row.Requests,
    };

    /// <summary>What clients send may hold anything: nothing that a terminal obeys, or shows as another letter, goes further.</summary>
    public static string Shown(ReadOnlySpan<byte> text)
    {
        text = text[..Math.Min(text.Length, MaximumText)];
        return string.Create(text.Length, text, static (shown, text) =>
        {
            Encoding.Latin1.GetChars(text, shown);
            foreach (ref var letter in shown)
                letter = letter is >= ' ' and <= '~' ? letter : '?';
        });
    }

    private void MakeRoom(TopRow made)
    {
        var kept = _rows.OrderByDescending(entry => ReferenceEquals(entry.Value, made) ? long.MaxValue : entry.Value.Requests).ThenBy(static entry => entry.Key).Take(MaximumRows / 2).ToList();
        _doubt = Math.Max(_doubt, kept[^1].Value.Requests);
        _rows.Clear();
        foreach (var (key, row) in kept)
            _rows.Add(key, row);
    }
}
