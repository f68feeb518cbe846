using System.Runtime.InteropServices;

namespace Breakwater.Response.Price;

/// <summary>What the rows of one key (a port, a length, a kind of connection) add up to.</summary>
internal sealed class KeySum(int key)
{
    /// <summary>The key.</summary>
    public int Key => key;

    /// <summary>Sum of what the rows have of the quantity asked for.</summary>
    public double Sum { get; set; }

    /// <summary>Rows of the attack among them.</summary>
    public int Records { get; set; }
}

/// <summary>Sums by key.</summary>
internal sealed class KeySums
{
    private readonly Dictionary<int, KeySum> _sums = [];

    /// <summary>All of them, the largest first, of equal ones the smaller key.</summary>
    public IEnumerable<KeySum> Largest => _sums.Values.OrderByDescending(static sum => sum.Sum).ThenBy(static sum => sum.Key);

    /// <summary>Adds to the sum of a key.</summary>
    public void Add(int key, double quantity, int records = 0)
    {
        ref var sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_sums, key, out _);
        sum ??= new KeySum(key);
        sum.Sum += quantity;
        sum.Records += records;
    }
}
