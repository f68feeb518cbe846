using System.Globalization;
using System.Text;
using Breakwater.Wire.Mmdb;

namespace Breakwater.Tests.Mmdb;

/// <summary>A record as one line of text that names every type, so that two readings can be compared: <c>{"a":u16:7,"b":[true,],}</c>.</summary>
internal struct MmdbText() : IMmdbSink
{
    private readonly StringBuilder _text = new();
    private readonly Stack<char> _ends = new();

    public override readonly string ToString() => _text.ToString();

    public readonly void OnMap(int pairs) => Open('{', '}');

    public readonly void OnArray(int members) => Open('[', ']');

    public readonly void OnEnd() => _text.Append(_ends.Pop()).Append(',');

    public readonly void OnKey(ReadOnlySpan<byte> utf8) => _text.Append(Quoted(utf8)).Append(':');

    public readonly void OnText(ReadOnlySpan<byte> utf8) => _text.Append(Quoted(utf8)).Append(',');

    public readonly void OnBytes(ReadOnlySpan<byte> octets) => Push("h:" + Convert.ToHexStringLower(octets));

    public readonly void OnUnsigned(MmdbType type, UInt128 value) => Push(Unsigned(type switch
    {
        MmdbType.UInt16 => 16,
        MmdbType.UInt32 => 32,
        MmdbType.UInt64 => 64,
        _ => 128,
    }, value));

    public readonly void OnSigned(int value) => Push(Signed(value));

    public readonly void OnDouble(double value) => Push(Double(value));

    public readonly void OnFloat(float value) => Push(Float(value));

    public readonly void OnBoolean(bool value) => Push(value ? "true" : "false");

    /// <summary>The text of a value of <see cref="MmdbWriter"/>.</summary>
    public static string Of(object value) => value switch
    {
        string text => Quoted(Encoding.UTF8.GetBytes(text)) + ",",
        byte[] octets => "h:" + Convert.ToHexStringLower(octets) + ",",
        ushort number => Unsigned(16, number) + ",",
        uint number => Unsigned(32, number) + ",",
        ulong number => Unsigned(64, number) + ",",
        UInt128 number => Unsigned(128, number) + ",",
        int number => Signed(number) + ",",
        double number => Double(number) + ",",
        float number => Float(number) + ",",
        bool flag => flag ? "true," : "false,",
        (string Key, object Value)[] map => "{" + string.Concat(map.Select(pair => Quoted(Encoding.UTF8.GetBytes(pair.Key)) + ":" + Of(pair.Value))) + "},",
        object[] array => "[" + string.Concat(array.Select(Of)) + "],",
        MmdbWriter.Raw raw => "raw:" + Convert.ToHexStringLower(raw.Octets) + ",",
        _ => throw new ArgumentException($"{value.GetType()} has no MMDB type", nameof(value)),
    };

    internal static string Quoted(ReadOnlySpan<byte> utf8)
    {
        var text = new StringBuilder("\"");
        foreach (var octet in utf8)
        {
            if (octet is >= 0x20 and < 0x7F and not (byte)'"' and not (byte)'\\')
                text.Append((char)octet);
            else
                text.Append(CultureInfo.InvariantCulture, $"\\{octet:x2}");
        }

        return text.Append('"').ToString();
    }

    internal static string Unsigned(int bits, UInt128 value) => string.Create(CultureInfo.InvariantCulture, $"u{bits}:{value}");

    internal static string Signed(int value) => string.Create(CultureInfo.InvariantCulture, $"i32:{value}");

    internal static string Double(double value) => string.Create(CultureInfo.InvariantCulture, $"d:{BitConverter.DoubleToUInt64Bits(value):x16}");

    internal static string Float(float value) => string.Create(CultureInfo.InvariantCulture, $"f:{BitConverter.SingleToUInt32Bits(value):x8}");

    private readonly void Open(char start, char end)
    {
        _text.Append(start);
        _ends.Push(end);
    }

    private readonly void Push(string text) => _text.Append(text).Append(',');
}
