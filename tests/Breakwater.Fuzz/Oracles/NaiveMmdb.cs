using System.Globalization;
using System.Numerics;
using System.Text;

namespace Breakwater.Fuzz.Oracles;

/// <summary>
/// Reads MaxMind DB files with the specification's sections at hand: bits of addresses as lists, numbers as big integers, records as text.
/// What it cannot read is null. Where a record exceeds the bounds of depth or number it says so and does not insist.
/// </summary>
internal sealed class NaiveMmdb
{
    private const int MostDepth = 32;
    private const int MostValues = 65_536;

    private readonly byte[] _file;
    private readonly int _marker;
    private readonly long _nodes;
    private readonly int _recordBits;

    private NaiveMmdb(byte[] file, int marker, Dictionary<string, object> metadata)
    {
        _file = file;
        _marker = marker;
        _nodes = (long)(BigInteger)metadata["node_count"];
        _recordBits = (int)(BigInteger)metadata["record_size"];
        IpVersion = (int)(BigInteger)metadata["ip_version"];
    }

    /// <summary>4 or 6.</summary>
    public int IpVersion { get; }

    /// <summary>Octets of the tree.</summary>
    public long TreeBytes => _nodes * _recordBits / 4;

    /// <summary>Offset of the data section.</summary>
    public int DataAt => (int)TreeBytes + 16;

    /// <summary>Nodes of the tree.</summary>
    public long Nodes => _nodes;

    /// <summary>Opens a file; null when its metadata cannot be used.</summary>
    public static NaiveMmdb? Open(byte[] file)
    {
        var marker = -1;
        var text = Encoding.Latin1.GetString(file);
        for (var at = 0; (at = text.IndexOf("\u00AB\u00CD\u00EFMaxMind.com", at, StringComparison.Ordinal)) >= 0; at++)
            marker = at;
        if (marker < 0)
            return null;
        var metadata = new Dictionary<string, object>(StringComparer.Ordinal);
        if (!TryReadMetadata(file[(marker + 14)..], metadata))
            return null;
        string[] numbers = ["binary_format_major_version", "binary_format_minor_version", "node_count", "record_size", "ip_version", "build_epoch"];
        if (numbers.Any(name => metadata.GetValueOrDefault(name) is not BigInteger) || metadata.GetValueOrDefault("database_type") is not string)
            return null;
        BigInteger Of(string name) => (BigInteger)metadata[name];
        var isGood = Of("binary_format_major_version") == 2 && Of("binary_format_minor_version") <= 65_535
            && (Of("record_size") == 24 || Of("record_size") == 28 || Of("record_size") == 32)
            && (Of("ip_version") == 4 || Of("ip_version") == 6)
            && Of("node_count") <= int.MaxValue && Of("build_epoch") <= 253_402_300_799
            && (Of("node_count") * Of("record_size") / 4) + 16 <= marker;
        return isGood ? new NaiveMmdb(file, marker, metadata) : null;
    }

    /// <summary>Follows the bits of an address.</summary>
    /// <returns>How many bits decided, and the record's offset in the data section: -1 for none, -2 for damage.</returns>
    public (int Bits, int Record) Find(IReadOnlyList<int> addressBits)
    {
        long record = 0;
        var used = 0;
        while (record < _nodes)
        {
            if (used == addressBits.Count)
                return (used, -2);
            record = Half((int)record, addressBits[used]);
            used++;
        }

        if (record == _nodes)
            return (used, -1);
        var offset = record - _nodes - 16;
        return (used, offset >= 0 && DataAt + offset < _marker ? (int)offset : -2);
    }

    /// <summary>One of a node's records: the bits of both are written out one after the other, except that with 28 bits the two upper
    /// nibbles share the middle octet.</summary>
    public long Half(int node, int bit)
    {
        var size = _recordBits / 4;
        var octets = _file[(node * size)..((node + 1) * size)];
        var hexadecimal = Convert.ToHexString(octets);
        var digits = _recordBits / 4;
        var text = _recordBits == 28
            ? bit == 0 ? hexadecimal[6] + hexadecimal[..6] : hexadecimal[7] + hexadecimal[8..]
            : bit == 0 ? hexadecimal[..digits] : hexadecimal[digits..];
        return long.Parse(text, NumberStyles.HexNumber, CultureInfo.InvariantCulture);
    }

    /// <summary>The record at an offset as text; null when it is damaged; empty when it exceeds the bounds.</summary>
    public string? Record(int offset)
    {
        var text = new StringBuilder();
        var values = Values();
        var isRead = values.TryRender(offset, text);
        return values.IsBeyond ? "" : isRead ? text.ToString() : null;
    }

    /// <summary>The country of a sound record: two letters, or empty.</summary>
    public string Country(int offset)
    {
        var values = Values();
        foreach (var key in (string[])["country", "country_code", "registered_country"])
        {
            var value = values.Member(values.Target(offset), key);
            if (value is { Type: 7 })
                value = values.Member(value, "iso_code");
            var text = values.TextOf(value)?.ToUpperInvariant() ?? "";
            if (text.Length == 2 && text.All(char.IsAsciiLetterUpper) && text != "ZZ")
                return text;
        }

        return "";
    }

    /// <summary>The autonomous system of a sound record; 0 for none.</summary>
    public (uint Number, string Name) System(int offset)
    {
        var values = Values();
        var record = values.Target(offset);
        foreach (var key in (string[])["autonomous_system_number", "asn"])
        {
            var value = values.Member(record, key);
            var text = values.TextOf(value) ?? "";
            if (text.StartsWith("AS", StringComparison.Ordinal))
                text = text[2..];
            var number = value is { Type: 5 or 6 or 9 } ? values.NumberOf(value.Value)
                : text.Length > 0 && text.All(char.IsAsciiDigit) ? BigInteger.Parse(text, CultureInfo.InvariantCulture) : BigInteger.Zero;
            if (number > 0 && number <= uint.MaxValue)
                return ((uint)number, values.TextOf(values.Member(record, "autonomous_system_organization")) ?? values.TextOf(values.Member(record, "as_name")) ?? "");
        }

        return (0, "");
    }

    private NaiveMmdbValues Values() => new(_file[DataAt.._marker], MostDepth, MostValues);

    // Only the keys that count: the first of equal ones, and nothing behind the last that is looked for has to be sound.
    private static bool TryReadMetadata(byte[] section, Dictionary<string, object> found)
    {
        var values = new NaiveMmdbValues(section, MostDepth, MostValues);
        if (values.Head(0) is not { Type: 7 } map)
            return false;
        var at = map.Next;
        for (var i = 0; i < map.Size; i++)
        {
            if (values.Target(at) is not { Type: 2 } key || values.Head(at) is not { } stored)
                return found.Count > 0;
            var name = Encoding.UTF8.GetString(section, key.Next, (int)key.Size);
            at = stored.Type == 1 ? stored.Next : stored.Next + (int)stored.Size;
            if (values.Target(at) is { } value)
            {
                if (value.Type is 5 or 6 or 9)
                    found.TryAdd(name, new BigInteger(section.AsSpan(value.Next, (int)value.Size), isUnsigned: true, isBigEndian: true));
                else
                    found.TryAdd(name, value.Type == 2 ? Encoding.UTF8.GetString(section, value.Next, (int)value.Size) : false);
            }
            else
            {
                found.TryAdd(name, false);
            }

            if (values.Behind(at) is not { } next)
                return found.Count > 0;
            at = next;
        }

        return true;
    }
}
