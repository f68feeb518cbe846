namespace Breakwater.Tests.Goldens.Packets;

/// <summary>How much of two tables agrees.</summary>
internal sealed class Comparison
{
    private readonly List<string> _differences = [];

    /// <summary>Rows that are the same in both.</summary>
    public int Agreements { get; private set; }

    public IReadOnlyList<string> Differences => _differences;

    /// <summary>Compares two tables in which a row of <paramref name="isNothing"/> is the same as no row.</summary>
    public void AddRows<TKey, TValue>(
        string name, IReadOnlyDictionary<TKey, TValue> ours, IReadOnlyDictionary<TKey, TValue> golden, Func<TValue, TValue, bool>? isSame = null)
        where TKey : notnull
        where TValue : struct
    {
        isSame ??= EqualityComparer<TValue>.Default.Equals;
        foreach (var key in ours.Keys.Union(golden.Keys))
        {
            var left = ours.GetValueOrDefault(key);
            var right = golden.GetValueOrDefault(key);
            if (isSame(left, right))
                Agreements++;
            else
                _differences.Add($"{name}: {key}: ours {left}, golden {right}");
        }
    }

    /// <summary>Counts one comparison of whole values.</summary>
    public void AddValue<T>(string name, T ours, T golden)
    {
        if (EqualityComparer<T>.Default.Equals(ours, golden))
            Agreements++;
        else
            _differences.Add($"{name}: ours {ours}, golden {golden}");
    }

    /// <summary>The sum of several.</summary>
    public static Comparison Of(IEnumerable<Comparison> parts)
    {
        var sum = new Comparison();
        foreach (var part in parts)
        {
            sum.Agreements += part.Agreements;
            sum._differences.AddRange(part._differences);
        }

        return sum;
    }

    public void AssertNoDifference() =>
        Assert.True(_differences.Count == 0, $"{_differences.Count} differences, {Agreements} agreements:\n{string.Join('\n', _differences.Take(40))}");
}
