using System.Collections.Immutable;
using System.Globalization;

namespace Breakwater.Configuration;

/// <summary>Why a text is not the value it should be, and what to write instead: two parts of a sentence.</summary>
internal sealed record ValueFault(string What, string Cure);

/// <summary>A kind of single value: how it is read and spelled, and what pages say about it.</summary>
internal abstract record ConfigValue
{
    /// <summary>What it is, with its article: "a duration".</summary>
    public abstract string Kind { get; }

    /// <summary>The accepted values in words, bounds with their unit.</summary>
    public abstract string Range { get; }

    /// <summary>The units of its spelling, or what a bare number counts; empty when it is no quantity.</summary>
    public virtual string Unit => "";

    /// <summary>The words of which it is one; empty: it is no choice.</summary>
    public virtual ImmutableArray<string> Words => [];
}

internal abstract record ConfigValue<T> : ConfigValue
{
    /// <summary>Null when <paramref name="value"/> was read.</summary>
    public abstract ValueFault? Read(string text, out T value);

    /// <summary>A spelling that reads back as the same value.</summary>
    public virtual string Spell(T value) => string.Create(CultureInfo.InvariantCulture, $"{value}");
}

/// <summary>A rate or size in base units.</summary>
internal sealed record QuantityValue(Units Units, long Minimum, long Maximum, long Example) : ConfigValue<long>
{
    public override string Kind => $"a {Units.Quantity}";

    public override string Range => $"{Units.Spell(Minimum)} to {Units.Spell(Maximum)}";

    public override string Unit => Units.Names;

    public override ValueFault? Read(string text, out long value) =>
        Units.Read(text, Units.Spell(Example), out value)
        ?? (value >= Minimum && value <= Maximum ? null : new($"{ConfigMistakes.Quote(text)} is out of range", $"write {Range}"));

    public override string Spell(long value) => Units.Spell(value);
}

internal sealed record DurationValue(TimeSpan Minimum, TimeSpan Maximum, TimeSpan Example) : ConfigValue<TimeSpan>
{
    private readonly QuantityValue _milliseconds = new(Units.Duration, Milliseconds(Minimum), Milliseconds(Maximum), Milliseconds(Example));

    public override string Kind => _milliseconds.Kind;

    public override string Range => _milliseconds.Range;

    public override string Unit => _milliseconds.Unit;

    public override ValueFault? Read(string text, out TimeSpan value)
    {
        var fault = _milliseconds.Read(text, out var milliseconds);
        value = fault is null ? TimeSpan.FromMilliseconds(milliseconds) : default;
        return fault;
    }

    public override string Spell(TimeSpan value) => _milliseconds.Spell(Milliseconds(value));

    private static long Milliseconds(TimeSpan value) => value.Ticks / TimeSpan.TicksPerMillisecond;
}

/// <summary>A quantity that may be <c>none</c> (null).</summary>
internal sealed record OptionalQuantityValue(QuantityValue Given) : ConfigValue<long?>
{
    public const string None = "none";

    public override string Kind => $"{Given.Kind} or {None}";

    public override string Range => $"{None}, or {Given.Range}";

    public override string Unit => Given.Unit;

    public override ValueFault? Read(string text, out long? value)
    {
        value = null;
        if (text == None)
            return null;
        var fault = Given.Read(text, out var given);
        value = given;
        return fault;
    }

    public override string Spell(long? value) => value is { } given ? Given.Spell(given) : None;
}

/// <summary>A whole number whose meaning is a count.</summary>
internal sealed record CountValue(long Minimum, long Maximum, string Counted) : ConfigValue<long>
{
    public override string Kind => "a whole number";

    public override string Range => string.Create(CultureInfo.InvariantCulture, $"{Minimum} to {Maximum}");

    public override string Unit => Counted;

    public override ValueFault? Read(string text, out long value)
    {
        if (!long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out value))
            return new($"{ConfigMistakes.Quote(text)} is no whole number", $"write {Range} ({Counted}) in digits alone");
        return value >= Minimum && value <= Maximum ? null : new($"{ConfigMistakes.Quote(text)} is out of range", $"write {Range} ({Counted})");
    }
}

/// <summary>The version of the configuration; only one is known.</summary>
internal sealed record VersionValue : ConfigValue<long>
{
    public override string Kind => "a version";

    public override string Range => Spell(BreakwaterConfig.SupportedVersion);

    public override ValueFault? Read(string text, out long value)
    {
        value = BreakwaterConfig.SupportedVersion;
        return text == Range ? null : new($"version {ConfigMistakes.Quote(text)} of the configuration is not known to this version of Breakwater", $"write {Range}");
    }
}

/// <summary>A number that has no unit: a probability or a factor.</summary>
internal sealed record NumberValue(double Minimum, double Maximum, string Measured) : ConfigValue<double>
{
    public override string Kind => "a number";

    public override string Range => $"{Spell(Minimum)} to {Spell(Maximum)}";

    public override string Unit => Measured;

    public override ValueFault? Read(string text, out double value)
    {
        const NumberStyles styles = NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent | NumberStyles.AllowLeadingSign;
        if (!double.TryParse(text, styles, CultureInfo.InvariantCulture, out value) || !double.IsFinite(value))
            return new($"{ConfigMistakes.Quote(text)} is no number", $"write {Range} ({Measured})");
        return value >= Minimum && value <= Maximum ? null : new($"{ConfigMistakes.Quote(text)} is out of range", $"write {Range} ({Measured})");
    }

    public override string Spell(double value) => value.ToString("R", CultureInfo.InvariantCulture).Replace("E", "e", StringComparison.Ordinal);
}

/// <summary>One of a few words.</summary>
internal sealed record ChoiceValue<T>(string Noun, ImmutableArray<(string Word, T Value)> Choices) : ConfigValue<T>
    where T : struct
{
    public override string Kind => $"a {Noun}";

    public override string Range => string.Join(", ", Words);

    public override ImmutableArray<string> Words => [.. Choices.Select(static choice => choice.Word)];

    public override ValueFault? Read(string text, out T value)
    {
        foreach (var choice in Choices)
        {
            if (choice.Word == text)
            {
                value = choice.Value;
                return null;
            }
        }

        value = default;
        return new($"unknown {Noun} {ConfigMistakes.Quote(text)}", NearestName.Cure(text, Words));
    }

    public override string Spell(T value) => Choices.First(choice => choice.Value.Equals(value)).Word;
}

/// <summary>A name that may stand in reports, metrics and addresses without any quoting.</summary>
internal sealed record NameValue : ConfigValue<string>
{
    public const int MaxCharacters = 63;

    public override string Kind => "a name";

    public override string Range => "letters, digits, - and _; begins with a letter; at most 63 characters";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        var isName = text.Length is > 0 and <= MaxCharacters && char.IsAsciiLetter(text[0]) && text.All(static c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_');
        return isName ? null : new($"{ConfigMistakes.Quote(text)} is no name", "use letters, digits, - and _, beginning with a letter, at most 63 characters");
    }
}

/// <summary>A file, relative to the folder of the configuration.</summary>
internal sealed record PathValue : ConfigValue<string>
{
    public const int MaxCharacters = 4096;

    public override string Kind => "a file";

    public override string Range => "a path, relative to the folder of this file";

    public override ValueFault? Read(string text, out string value)
    {
        value = text;
        return text.Length is > 0 and <= MaxCharacters && !text.Any(char.IsControl)
            ? null
            : new($"{ConfigMistakes.Quote(text)} is no path", "write the path of a file, relative to the folder of this file");
    }
}
