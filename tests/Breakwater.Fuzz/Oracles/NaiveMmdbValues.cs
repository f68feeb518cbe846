using System.Globalization;
using System.Numerics;
using System.Text;

namespace Breakwater.Fuzz.Oracles;

/// <summary>Values of a data section, one head at a time; sizes as big as they say until they are compared with the section.</summary>
internal sealed class NaiveMmdbValues(byte[] section, int mostDepth, int mostValues)
{
    private int _values;

    /// <summary>True after a record was deeper or larger than the bounds.</summary>
    public bool IsBeyond { get; private set; }

    /// <summary>Type, size (target of a pointer), and offset behind the head.</summary>
    internal readonly record struct NaiveHead(int Type, long Size, int Next);

    /// <summary>The head at an offset; null when it is not sound.</summary>
    public NaiveHead? Head(int at)
    {
        if (at < 0 || at >= section.Length)
            return null;
        var bits = Convert.ToString(section[at], 2).PadLeft(8, '0');
        var type = Convert.ToInt32(bits[..3], 2);
        var size = Convert.ToInt64(bits[3..], 2);
        var next = at + 1;
        if (type == 1)
            return Pointer(bits, next);
        if (type == 0)
        {
            if (next >= section.Length || section[next] is 0)
                return null;
            type = 7 + section[next++];
        }

        if (size > 28)
        {
            var more = (int)size - 28;
            if (next + more > section.Length)
                return null;
            size = Big(next, more) + more switch { 1 => 29, 2 => 285, _ => 65_821 };
            next += more;
        }

        return IsSound(type, size, section.Length - next) ? new NaiveHead(type, size, next) : null;
    }

    /// <summary>The head at an offset, or where the pointer there leads to.</summary>
    public NaiveHead? Target(int at)
    {
        var head = Head(at);
        if (head is not { Type: 1 })
            return head;
        head = Head((int)head.Value.Size);
        return head is { Type: 1 } ? null : head;
    }

    /// <summary>The offset behind the value and all that it contains.</summary>
    public int? Behind(int at)
    {
        if (++_values > mostValues)
        {
            IsBeyond = true;
            return null;
        }

        if (Head(at) is not { } head)
            return null;
        if (head.Type is not (7 or 11))
            return head.Next + (head.Type is 1 or 14 ? 0 : (int)head.Size);
        int? next = head.Next;
        for (var i = head.Size * (head.Type == 7 ? 2 : 1); i > 0 && next is not null; i--)
            next = Behind(next.Value);
        return next;
    }

    /// <summary>The value of a map's key, pointers followed; null when there is none, or no map.</summary>
    public NaiveHead? Member(NaiveHead? map, string name)
    {
        if (map is not { Type: 7 } pairs)
            return null;
        int? at = pairs.Next;
        for (var i = 0; i < pairs.Size && at is not null; i++)
        {
            if (Target(at.Value) is not { Type: 2 } key || Behind(at.Value) is not { } valueAt)
                return null;
            if (TextOf(key) == name)
                return Target(valueAt);
            at = Behind(valueAt);
        }

        return null;
    }

    /// <summary>A text, octet by octet; null for anything else.</summary>
    public string? TextOf(NaiveHead? value) =>
        value is { Type: 2 } text ? Encoding.Latin1.GetString(section, text.Next, (int)text.Size) : null;

    /// <summary>An unsigned integer.</summary>
    public BigInteger NumberOf(NaiveHead value) => new(section.AsSpan(value.Next, (int)value.Size), isUnsigned: true, isBigEndian: true);

    /// <summary>Writes the value as text; false when it is damaged or beyond the bounds.</summary>
    public bool TryRender(int at, StringBuilder text, int depth = 0)
    {
        if (++_values > mostValues)
        {
            IsBeyond = true;
            return false;
        }

        if (Target(at) is not { } value)
            return false;
        if (value.Type is 7 or 11)
            return TryRenderMembers(value, text, depth);
        text.Append(Scalar(value)).Append(',');
        return true;
    }

    private bool TryRenderMembers(NaiveHead value, StringBuilder text, int depth)
    {
        if (depth == mostDepth)
        {
            IsBeyond = true;
            return false;
        }

        var at = value.Next;
        text.Append(value.Type == 7 ? '{' : '[');
        for (var i = 0; i < value.Size; i++)
        {
            if (value.Type == 7)
            {
                if (Target(at) is not { Type: 2 } key || Head(at) is not { } stored)
                    return false;
                text.Append(Quoted(key)).Append(':');
                at = stored.Type == 1 ? stored.Next : key.Next + (int)key.Size;
            }

            if (!TryRender(at, text, depth + 1))
                return false;
            if (BehindRendered(at) is not { } next)
                return false;
            at = next;
        }

        text.Append(value.Type == 7 ? "}," : "],");
        return true;
    }

    // What was rendered is passed over a second time, without counting it again.
    private int? BehindRendered(int at)
    {
        var before = _values;
        var next = Behind(at);
        _values = before;
        return next;
    }

    private string Scalar(NaiveHead value)
    {
        var octets = section.AsSpan(value.Next, value.Type == 14 ? 0 : (int)value.Size).ToArray();
        var number = new BigInteger(octets, isUnsigned: true, isBigEndian: true);
        return value.Type switch
        {
            2 => Quoted(value),
            3 => "d:" + Convert.ToHexStringLower(octets),
            4 => "h:" + Convert.ToHexStringLower(octets),
            5 => Text("u16:", number),
            6 => Text("u32:", number),
            8 => Text("i32:", number >= BigInteger.Pow(2, 31) ? number - BigInteger.Pow(2, 32) : number),
            9 => Text("u64:", number),
            10 => Text("u128:", number),
            14 => value.Size == 1 ? "true" : "false",
            _ => "f:" + Convert.ToHexStringLower(octets),
        };
    }

    private static string Text(string type, BigInteger number) => type + number.ToString(CultureInfo.InvariantCulture);

    private string Quoted(NaiveHead value)
    {
        var text = new StringBuilder("\"");
        for (var i = value.Next; i < value.Next + value.Size; i++)
        {
            var isPlain = section[i] is >= 0x20 and < 0x7F && section[i] is not ((byte)'"' or (byte)'\\');
            text.Append(isPlain ? ((char)section[i]).ToString() : $"\\{section[i]:x2}");
        }

        return text.Append('"').ToString();
    }

    private NaiveHead? Pointer(string bits, int next)
    {
        var more = Convert.ToInt32(bits[3..5], 2) + 1;
        if (next + more > section.Length)
            return null;
        var target = Big(next, more) + (more == 4 ? 0 : Convert.ToInt64(bits[5..], 2) << (8 * more)) + more switch { 2 => 2048, 3 => 526_336, _ => 0 };
        return target < section.Length ? new NaiveHead(1, target, next + more) : null;
    }

    private long Big(int at, int octets)
    {
        var value = 0L;
        for (var i = 0; i < octets; i++)
            value = (value * 256) + section[at + i];
        return value;
    }

    private static bool IsSound(int type, long size, int left) => type switch
    {
        2 or 4 => size <= left,
        3 => size == 8 && left >= 8,
        5 => size <= 2 && size <= left,
        6 or 8 => size <= 4 && size <= left,
        7 => size * 2 <= left,
        9 => size <= 8 && size <= left,
        10 => size <= 16 && size <= left,
        11 => size <= left,
        14 => size <= 1,
        15 => size == 4 && left >= 4,
        _ => false,
    };
}
