namespace Breakwater.Fuzz.Engine;

/// <summary>How a fault showed itself.</summary>
internal enum FaultKind
{
    /// <summary>The decoder threw.</summary>
    Exception,

    /// <summary>One input took longer than the limit.</summary>
    Hang,

    /// <summary>The heap, or the state's own account of its memory, went above its bound.</summary>
    Growth,

    /// <summary>Bytes were allocated where the decoder promises none.</summary>
    Allocation,

    /// <summary>The slow second reader read something else.</summary>
    Disagreement,
}

/// <summary>What a target throws when a promise of the decoder does not hold.</summary>
internal sealed class FuzzFault(FaultKind kind, string message) : Exception(message)
{
    /// <summary>How it showed itself.</summary>
    public FaultKind Kind { get; } = kind;

    /// <summary>Throws a disagreement unless both readers say the same.</summary>
    public static void Same<T>(string what, T decoder, T oracle)
    {
        if (!EqualityComparer<T>.Default.Equals(decoder, oracle))
            throw new FuzzFault(FaultKind.Disagreement, $"{what}: the decoder says {decoder}, the second reader {oracle}");
    }

    /// <summary>Throws a disagreement unless <paramref name="condition"/> holds.</summary>
    public static void Holds(bool condition, string what)
    {
        if (!condition)
            throw new FuzzFault(FaultKind.Disagreement, what);
    }
}

/// <summary>A fault with all that is needed to see it again.</summary>
/// <param name="Target">Name of the target.</param>
/// <param name="Number">Input number in its run.</param>
/// <param name="Kind">How it showed itself.</param>
/// <param name="Message">What was seen.</param>
/// <param name="Input">The input; for stateful targets with the inputs before it that shared its state.</param>
internal sealed record Finding(string Target, long Number, FaultKind Kind, string Message, byte[] Input)
{
    public override string ToString() =>
        $"{Target}: {Kind} at input {Number}: {Message}\n  repro {Target} {Convert.ToHexString(Input)}";
}
