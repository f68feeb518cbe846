using System.Buffers;
using System.Collections.Immutable;
using System.Globalization;

namespace Breakwater.Configuration;

/// <summary>Spellings of one quantity: a decimal number and its unit without a space between. A bare number is a guess, and refused.</summary>
/// <param name="Quantity">What is measured, for messages and pages.</param>
/// <param name="Steps">Unit → how many of the base unit it is, ascending; the first is the base unit or a part of it.</param>
internal sealed record Units(string Quantity, string BaseUnit, ImmutableArray<(string Unit, long Factor)> Steps)
{
    public static readonly Units Duration = new("duration", "ms", [("ms", 1), ("s", 1_000), ("m", 60_000), ("h", 3_600_000), ("d", 86_400_000)]);
    public static readonly Units PacketRate = new("packet rate", "pps", [("pps", 1), ("kpps", 1_000), ("Mpps", 1_000_000), ("Gpps", 1_000_000_000)]);
    public static readonly Units ConnectionRate = new("connection rate", "cps", [("cps", 1), ("kcps", 1_000), ("Mcps", 1_000_000)]);
    public static readonly Units RequestRate = new("request rate", "rps", [("rps", 1), ("krps", 1_000), ("Mrps", 1_000_000)]);

    public static readonly Units BitRate = new(
        "bit rate", "bps", [("bps", 1), ("kbps", 1_000), ("Mbps", 1_000_000), ("Gbps", 1_000_000_000), ("Tbps", 1_000_000_000_000)]);

    public static readonly Units Size = new("size", "B", [("B", 1), ("KiB", 1L << 10), ("MiB", 1L << 20), ("GiB", 1L << 30), ("TiB", 1L << 40)]);

    private static readonly SearchValues<char> _numberCharacters = SearchValues.Create("0123456789.");
    private static readonly ImmutableArray<Units> _all = [Duration, PacketRate, ConnectionRate, RequestRate, BitRate, Size];

    /// <summary>The units in words: <c>ms, s, m, h or d</c>.</summary>
    public string Names => string.Join(", ", Steps[..^1].Select(static step => step.Unit)) + " or " + Steps[^1].Unit;

    /// <summary>Reads a quantity as a whole number of base units; null when it was read.</summary>
    /// <param name="example">A good value, for the cure.</param>
    public ValueFault? Read(string text, string example, out long value)
    {
        value = 0;
        var digits = Digits(text);
        if (digits == 0)
            return new($"{ConfigMistakes.Quote(text)} is no {Quantity}", $"write a number with its unit ({Names}), such as {example}");
        if (digits == text.Length)
            return new($"the {Quantity} {ConfigMistakes.Quote(text)} has no unit", $"add one of {Names}, such as {example}");
        var unit = text[digits..];
        var factor = Factor(unit);
        if (factor == 0)
            return WrongUnit(text, unit, example);
        if (!decimal.TryParse(text.AsSpan(0, digits), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number)
            || text[0] == '.' || text[digits - 1] == '.')
            return new($"{ConfigMistakes.Quote(text)} is no {Quantity}", $"write a number with its unit ({Names}), such as {example}");
        if (number > long.MaxValue / factor)
            return new($"{ConfigMistakes.Quote(text)} is too large", $"write a {Quantity} such as {example}");
        var scaled = number * factor;
        value = (long)scaled;
        return value == scaled ? null : new($"{ConfigMistakes.Quote(text)} is no whole number of {BaseUnit}", $"round it to {BaseUnit}, such as {example}");
    }

    /// <summary>The shortest spelling with a whole number: 1000 packets per second are <c>1kpps</c>.</summary>
    public string Spell(long value)
    {
        var step = Steps.Last(step => step.Factor == 1 || (value != 0 && value % step.Factor == 0));
        return (value / step.Factor).ToString(CultureInfo.InvariantCulture) + step.Unit;
    }

    private ValueFault WrongUnit(string text, string unit, string example)
    {
        if (_all.FirstOrDefault(other => other.Factor(unit) > 0) is { } other)
            return new($"{ConfigMistakes.Quote(text)} is a {other.Quantity}, and a {Quantity} is needed", $"use {Names}, such as {example}");
        var cased = Steps.FirstOrDefault(step => string.Equals(step.Unit, unit, StringComparison.OrdinalIgnoreCase)).Unit;
        return new(
            $"{ConfigMistakes.Quote(text)} has the unknown unit {ConfigMistakes.Quote(unit)}",
            cased is null ? $"use {Names}, such as {example}" : $"it is spelled {cased}");
    }

    private long Factor(string unit) => Steps.FirstOrDefault(step => step.Unit == unit).Factor;

    private static int Digits(string text)
    {
        var end = text.AsSpan().IndexOfAnyExcept(_numberCharacters);
        return end < 0 ? text.Length : end;
    }
}
