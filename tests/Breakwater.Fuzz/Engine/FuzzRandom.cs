namespace Breakwater.Fuzz.Engine;

/// <summary>
/// SplitMix64 (Steele, Lea, Flood 2014). Own, so that an input number means the same bytes on every machine and runtime version.
/// </summary>
internal struct FuzzRandom(ulong seed)
{
    private ulong _state = seed;

    /// <summary>A generator for one input: input <paramref name="number"/> of a run never depends on how the earlier ones were cut up.</summary>
    public static FuzzRandom ForInput(ulong seed, long number)
    {
        var random = new FuzzRandom(seed ^ (ulong)number * 0xD1B54A32D192ED03UL);
        random.Next();
        return random;
    }

    /// <summary>The next 64 bits.</summary>
    public ulong Next()
    {
        var z = _state += 0x9E3779B97F4A7C15UL;
        z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9UL;
        z = (z ^ (z >> 27)) * 0x94D049BB133111EBUL;
        return z ^ (z >> 31);
    }

    /// <summary>A number from 0 to <paramref name="bound"/> − 1; 0 when the bound is not positive.</summary>
    public int Below(int bound) => bound <= 1 ? 0 : (int)(((Next() >> 32) * (ulong)bound) >> 32);

    /// <summary>True in <paramref name="percent"/> of 100 cases.</summary>
    public bool Chance(int percent) => Below(100) < percent;

    /// <summary>A length from 1 to <paramref name="most"/>, short ones far more often.</summary>
    public int ShortLength(int most) => most <= 1 ? 1 : 1 + Below(1 + Below(1 + Below(most)));
}
