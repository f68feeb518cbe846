using System.Globalization;
using System.Text;
using System.Text.Json;
using Breakwater.Wire;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Tests.Mmdb;

/// <summary>
/// The source of one of the format's test databases: a list of networks with their records. Both sides are compared as JSON with ordered
/// keys, in which numbers are doubles (the source does not know the database's types).
/// </summary>
internal sealed class MmdbTruth
{
    private readonly Dictionary<(Address Network, int Length), string> _records = [];

    /// <summary>All networks.</summary>
    public IReadOnlyCollection<(Address Network, int Length)> Networks => _records.Keys;

    public static MmdbTruth Read(string path) => Parse(File.ReadAllText(path));

    public static MmdbTruth Parse(string json)
    {
        var truth = new MmdbTruth();
        using var document = JsonDocument.Parse(json);
        foreach (var entry in document.RootElement.EnumerateArray().SelectMany(element => element.EnumerateObject()))
        {
            var slash = entry.Name.IndexOf('/', StringComparison.Ordinal);
            var length = int.Parse(entry.Name[(slash + 1)..], CultureInfo.InvariantCulture);
            var network = Address.Parse(entry.Name[..slash]);
            // The source writes some IPv4 networks as ::a.b.c.d and IPv4-mapped.
            if (!network.IsIPv4 && network.High == 0 && network.Low >> 32 == 0 && length > 96)
                network = Address.FromIPv4((uint)network.Low);
            if (network.IsIPv4 && entry.Name.Contains(':', StringComparison.Ordinal))
                length -= 96;
            truth._records[(network.Masked(length), length)] = Canonical(entry.Value);
        }

        return truth;
    }

    /// <summary>The record of an address: that of the longest network around it; null for none.</summary>
    public string? Of(Address address)
    {
        for (var length = address.IsIPv4 ? 32 : 128; length >= 0; length--)
        {
            if (_records.TryGetValue((address.Masked(length), length), out var record))
                return record;
        }

        return null;
    }

    private static string Canonical(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => "{" + string.Join(',', element.EnumerateObject().OrderBy(pair => pair.Name, StringComparer.Ordinal).Select(pair => Quoted(pair.Name) + ":" + Canonical(pair.Value))) + "}",
        JsonValueKind.Array => "[" + string.Join(',', element.EnumerateArray().Select(Canonical)) + "]",
        JsonValueKind.String => Quoted(element.GetString()!),
        JsonValueKind.Number => Number(element.GetDouble()),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => "null",
    };

    private static string Quoted(string text) => JsonSerializer.Serialize(text);

    private static string Number(double value) => value.ToString("R", CultureInfo.InvariantCulture);

    /// <summary>Makes the same JSON of a database's record.</summary>
    internal struct Sink() : IMmdbSink
    {
        private readonly Stack<List<string>> _open = new([[]]);
        private readonly Stack<bool> _isMap = new();
        private readonly Stack<string> _keys = new();

        public override readonly string ToString() => _open.Peek().Single();

        public readonly void OnMap(int pairs) => Begin(isMap: true);

        public readonly void OnArray(int members) => Begin(isMap: false);

        public readonly void OnEnd()
        {
            var members = _open.Pop();
            Push(_isMap.Pop() ? "{" + string.Join(',', members.Order(StringComparer.Ordinal)) + "}" : "[" + string.Join(',', members) + "]");
        }

        public readonly void OnKey(ReadOnlySpan<byte> utf8) => _keys.Push(Quoted(Encoding.UTF8.GetString(utf8)) + ":");

        public readonly void OnText(ReadOnlySpan<byte> utf8) => Push(Quoted(Encoding.UTF8.GetString(utf8)));

        public readonly void OnBytes(ReadOnlySpan<byte> octets) => Push("bytes");

        public readonly void OnUnsigned(MmdbType type, UInt128 value) => Push(Number((double)value));

        public readonly void OnSigned(int value) => Push(Number(value));

        public readonly void OnDouble(double value) => Push(Number(value));

        public readonly void OnFloat(float value) => Push(Number(value));

        public readonly void OnBoolean(bool value) => Push(value ? "true" : "false");

        private readonly void Begin(bool isMap)
        {
            _open.Push([]);
            _isMap.Push(isMap);
        }

        private readonly void Push(string value) =>
            _open.Peek().Add(_isMap.Count > 0 && _isMap.Peek() ? _keys.Pop() + value : value);
    }
}
