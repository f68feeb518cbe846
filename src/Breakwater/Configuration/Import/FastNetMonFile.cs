using System.Collections.Immutable;
using System.Globalization;
using Breakwater.Detection;

namespace Breakwater.Configuration.Import;

/// <summary>A value of a FastNetMon configuration with its place.</summary>
internal readonly record struct FastNetMonValue(string Text, ImportPlace Place);

/// <summary>
/// A FastNetMon configuration (Community Edition): lines of <c>key = value</c>; the last of equal keys counts, but <c>hostgroup</c> may be given again.
/// Reading a value tells what is wrong with it.
/// </summary>
internal sealed class FastNetMonFile
{
    private const string GroupKey = "hostgroup";

    private readonly Dictionary<string, FastNetMonValue> _values = new(StringComparer.Ordinal);
    private readonly ImportFindings _findings;

    private readonly ImportPlace _whole;

    private FastNetMonFile(string path, ImportFindings findings) => (_whole, _findings) = (new ImportPlace(path, 0), findings);

    /// <summary>Values of <c>hostgroup</c>, in the order of the file.</summary>
    public List<FastNetMonValue> Groups { get; } = [];

    /// <summary>All keys with their values.</summary>
    public IReadOnlyDictionary<string, FastNetMonValue> Values => _values;

    public static FastNetMonFile? Read(string path, ImportFindings findings) =>
        ImportFile.Read(path, new ImportPlace(path, 0), findings) is { } lines ? Parse(path, lines, findings) : null;

    private static FastNetMonFile Parse(string path, List<(string Text, ImportPlace Place)> lines, ImportFindings findings)
    {
        var file = new FastNetMonFile(path, findings);
        foreach (var (text, place) in lines)
        {
            var equals = text.IndexOf('=', StringComparison.Ordinal);
            var key = equals < 0 ? "" : Name(text[..equals].Trim());
            var value = new FastNetMonValue(equals < 0 ? "" : text[(equals + 1)..].Trim(), place);
            if (key.Length == 0 || key.Any(char.IsWhiteSpace))
                findings.Mistake(place, $"{ConfigMistakes.Quote(text)} is no 'key = value'");
            else if (value.Text.Length == 0)
                findings.Mistake(place, $"{ConfigMistakes.Quote(key)} has no value");
            else if (key == GroupKey)
                file.Groups.Add(value);
            else
                file.Set(key, value);
        }

        return file;
    }

    /// <summary>Where a key stands; the file as a whole when it does not.</summary>
    public ImportPlace PlaceOf(string key) => _values.TryGetValue(key, out var value) ? value.Place : _whole;

    public string? Text(string key) => _values.TryGetValue(key, out var value) ? value.Text : null;

    /// <summary>on or off; another word is a mistake.</summary>
    public bool IsOn(string key, bool otherwise)
    {
        if (!_values.TryGetValue(key, out var value))
            return otherwise;
        switch (value.Text)
        {
            case "on" or "yes":
                return true;
            case "off" or "no":
                return false;
            default:
                _findings.Mistake(value.Place, $"'{key}' is {ConfigMistakes.Quote(value.Text)}, and on or off is needed");
                return otherwise;
        }
    }

    /// <summary>A whole number within bounds; null: it is not there, or wrong.</summary>
    public long? Number(string key, long minimum, long maximum)
    {
        if (!_values.TryGetValue(key, out var value))
            return null;
        if (TryNumber(value.Text, minimum, maximum, out var number))
            return number;
        _findings.Mistake(value.Place, string.Create(CultureInfo.InvariantCulture, $"'{key}' is {ConfigMistakes.Quote(value.Text)}, and a whole number from {minimum} to {maximum} is needed"));
        return null;
    }

    /// <summary>Ports with commas between them; empty: it is not there, or wrong.</summary>
    public ImmutableArray<ushort> Ports(string key)
    {
        if (!_values.TryGetValue(key, out var value))
            return [];
        var ports = ImmutableArray.CreateBuilder<ushort>();
        foreach (var part in value.Text.Split(','))
        {
            if (TryNumber(part.Trim(), 1, ushort.MaxValue, out var port))
                ports.Add((ushort)port);
            else
                _findings.Mistake(value.Place, $"'{key}': {ConfigMistakes.Quote(part)} is no port");
        }

        return ports.ToImmutable();
    }

    /// <summary>A network or address; host bits are cleared, which is noted.</summary>
    public static Prefix? Network(FastNetMonValue value, ImportFindings findings)
    {
        var slash = value.Text.IndexOf('/', StringComparison.Ordinal);
        if (AddressValue.ReadStrict(slash < 0 ? value.Text : value.Text[..slash], out var address) is not null || !Prefix.TryParse(value.Text, out var network))
        {
            findings.Mistake(value.Place, $"{ConfigMistakes.Quote(value.Text)} is no network");
            return null;
        }

        if (network.Network != address)
            findings.Note(value.Place, $"{ConfigMistakes.Quote(value.Text)} has host bits set: taken as {network}");
        return network;
    }

    private void Set(string key, FastNetMonValue value)
    {
        if (_values.TryGetValue(key, out var earlier))
            _findings.Note(earlier.Place, $"'{key}' is given again on line {value.Place.Line.ToString(CultureInfo.InvariantCulture)}, and the last one counts");
        _values[key] = value;
    }

    /// <summary>Old versions wrote <c>logging:level</c> for what is <c>logging_level</c> now.</summary>
    private static string Name(string key) => key.Replace(':', '_');

    private static bool TryNumber(string text, long minimum, long maximum, out long number) =>
        long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number) && number >= minimum && number <= maximum;
}
