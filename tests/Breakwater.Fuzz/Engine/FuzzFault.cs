using System.Globalization;
using System.Runtime.CompilerServices;

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

    /// <summary>Throws a disagreement unless <paramref name="condition"/> holds; the text is made only then.</summary>
    public static void Holds(bool condition, [InterpolatedStringHandlerArgument(nameof(condition))] ref FaultText what)
    {
        if (!condition)
            throw new FuzzFault(FaultKind.Disagreement, what.ToStringAndClear());
    }
}

/// <summary>The text of a fault, put together only where the condition before it does not hold.</summary>
[InterpolatedStringHandler]
internal ref struct FaultText
{
    private DefaultInterpolatedStringHandler _text;

    public FaultText(int literalLength, int formattedCount, bool condition, out bool isNeeded)
    {
        isNeeded = !condition;
        if (isNeeded)
            _text = new DefaultInterpolatedStringHandler(literalLength, formattedCount, CultureInfo.InvariantCulture);
    }

    public void AppendLiteral(string value) => _text.AppendLiteral(value);

    public void AppendFormatted<T>(T value) => _text.AppendFormatted(value);

    public void AppendFormatted<T>(T value, string? format) => _text.AppendFormatted(value, format);

    public string ToStringAndClear() => _text.ToStringAndClear();
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
