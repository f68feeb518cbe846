using System.Buffers.Binary;
using System.Text;
using Breakwater.Wire;

namespace Breakwater.Tests.Mmdb;

/// <summary>
/// Writes databases for tests, by the text of the specification: https://maxmind.github.io/MaxMind-DB/. Values are string, double, byte[],
/// ushort, uint, int, ulong, UInt128, bool, float, object[] (array), (string, object)[] (map) and <see cref="Raw"/>.
/// </summary>
internal sealed class MmdbWriter(int recordSizeBits = 24, int ipVersion = 6)
{
    /// <summary>Octets that are put in place of a value as they are, to make what no honest writer would.</summary>
    internal sealed record Raw(params byte[] Octets);

    private const int Empty = -1;
    private const int RawBase = -1_000_000_000;

    private readonly List<int[]> _nodes = [[Empty, Empty]]; // a node's number, Empty, or -2 - index of a record, RawBase - 1 - index of a number
    private readonly List<int> _recordOffsets = [];
    private readonly List<uint> _rawRecords = [];
    private readonly List<byte> _data = [];
    private readonly Dictionary<string, int> _textOffsets = new(StringComparer.Ordinal);
    private readonly Dictionary<string, int> _records = new(StringComparer.Ordinal);

    /// <summary>Text that was written before becomes a pointer.</summary>
    public bool SharesText { get; init; } = true;

    /// <summary>Octets behind a pointer's first one, 1 to 4; 0 takes the shortest that reaches.</summary>
    public int PointerOctets { get; init; }

    /// <summary>What the metadata say, beside what follows from the rest; a null value leaves a key out.</summary>
    public Dictionary<string, object?> Metadata { get; } = new(StringComparer.Ordinal)
    {
        ["binary_format_major_version"] = (ushort)2,
        ["binary_format_minor_version"] = (ushort)0,
        ["build_epoch"] = 1_767_225_600UL,
        ["database_type"] = "Breakwater-Test",
        ["description"] = new (string, object)[] { ("en", "made for a test") },
        ["languages"] = new object[] { "en" },
    };

    /// <summary>Nodes of the tree so far.</summary>
    public int NodeCount => _nodes.Count;

    /// <summary>Octets of the data section so far: where the next value will stand.</summary>
    public int DataLength => _data.Count;

    /// <summary>Puts octets into the data section, so that what follows stands further back; returns where.</summary>
    public int Pad(int lengthBytes)
    {
        var at = _data.Count;
        _data.AddRange(new byte[lengthBytes]);
        return at;
    }

    /// <summary>Writes a value that no network has, for pointers to lead to; returns where it stands.</summary>
    public int AddValue(object value)
    {
        var at = _data.Count;
        Append(_data, value, _textOffsets);
        return at;
    }

    /// <summary>Gives a network a record; it replaces what was said about its addresses before.</summary>
    public void Add(string cidr, object value)
    {
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        Add(Address.Parse(cidr[..slash]), int.Parse(cidr[(slash + 1)..], System.Globalization.CultureInfo.InvariantCulture), value);
    }

    /// <summary>Gives a network a record.</summary>
    public void Add(Address network, int prefixLength, object value)
    {
        var text = MmdbText.Of(value);
        if (!_records.TryGetValue(text, out var record))
        {
            record = _recordOffsets.Count;
            _records.Add(text, record);
            _recordOffsets.Add(AddValue(value));
        }

        Insert(network, prefixLength, -2 - record);
    }

    /// <summary>Makes the record of a network this number, in the terms of the file, whatever it means.</summary>
    public void AddRawRecord(string cidr, uint number)
    {
        _rawRecords.Add(number);
        var slash = cidr.IndexOf('/', StringComparison.Ordinal);
        Insert(Address.Parse(cidr[..slash]), int.Parse(cidr[(slash + 1)..], System.Globalization.CultureInfo.InvariantCulture), RawBase - _rawRecords.Count);
    }

    private void Insert(Address network, int prefixLength, int leaf)
    {
        var (high, low, bits) = (network.IsIPv4, ipVersion) switch
        {
            (true, 4) => ((ulong)network.IPv4 << 32, 0UL, prefixLength),
            (true, _) => (0UL, (ulong)network.IPv4, 96 + prefixLength),
            _ => (network.High, network.Low, prefixLength),
        };
        var node = 0;
        for (var depth = 0; depth < bits; depth++)
        {
            var bit = (int)((depth < 64 ? high >> (63 - depth) : low >> (127 - depth)) & 1);
            if (depth == bits - 1)
            {
                _nodes[node][bit] = leaf;
                return;
            }

            var child = _nodes[node][bit];
            if (child < 0)
            {
                // What was said of the whole stays true of both halves.
                _nodes.Add([child, child]);
                child = _nodes[node][bit] = _nodes.Count - 1;
            }

            node = child;
        }
    }

    /// <summary>The file.</summary>
    public byte[] Finish()
    {
        var file = new List<byte>();
        foreach (var node in _nodes)
            AppendNode(file, Number(node[0]), Number(node[1]));
        file.AddRange(new byte[16]);
        file.AddRange(_data);
        file.AddRange([0xAB, 0xCD, 0xEF, .. "MaxMind.com"u8]);
        var metadata = new Dictionary<string, object?>(Metadata, StringComparer.Ordinal);
        metadata.TryAdd("ip_version", (ushort)ipVersion);
        metadata.TryAdd("node_count", (uint)_nodes.Count);
        metadata.TryAdd("record_size", (ushort)recordSizeBits);
        Append(file, metadata.Where(pair => pair.Value is not null).Select(pair => (pair.Key, pair.Value!)).ToArray(), shared: null);
        return [.. file];
    }

    private uint Number(int child) => child switch
    {
        Empty => (uint)_nodes.Count,
        < RawBase => _rawRecords[RawBase - 1 - child],
        < Empty => (uint)(_nodes.Count + 16 + _recordOffsets[-2 - child]),
        _ => (uint)child,
    };

    private void AppendNode(List<byte> file, uint left, uint right)
    {
        switch (recordSizeBits)
        {
            case 24:
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left, (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            case 28:
                // The middle octet: the left record's upper four bits, then the right one's.
                file.AddRange([(byte)(left >> 16), (byte)(left >> 8), (byte)left]);
                file.Add((byte)(((left >> 24) << 4) | (right >> 24)));
                file.AddRange([(byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
            default:
                file.AddRange([(byte)(left >> 24), (byte)(left >> 16), (byte)(left >> 8), (byte)left]);
                file.AddRange([(byte)(right >> 24), (byte)(right >> 16), (byte)(right >> 8), (byte)right]);
                break;
        }
    }

    private void Append(List<byte> section, object value, Dictionary<string, int>? shared)
    {
        switch (value)
        {
            case string text:
                AppendText(section, text, shared);
                break;
            case byte[] octets:
                AppendControl(section, 4, octets.Length);
                section.AddRange(octets);
                break;
            case double number:
                AppendControl(section, 3, 8);
                AppendBig(section, (UInt128)BitConverter.DoubleToUInt64Bits(number), 8);
                break;
            case float number:
                AppendControl(section, 15, 4);
                AppendBig(section, BitConverter.SingleToUInt32Bits(number), 4);
                break;
            case bool flag:
                AppendControl(section, 14, flag ? 1 : 0);
                break;
            case ushort number:
                AppendUnsigned(section, 5, number);
                break;
            case uint number:
                AppendUnsigned(section, 6, number);
                break;
            case int number:
                AppendUnsigned(section, 8, (uint)number);
                break;
            case ulong number:
                AppendUnsigned(section, 9, number);
                break;
            case UInt128 number:
                AppendUnsigned(section, 10, number);
                break;
            case (string, object)[] map:
                AppendControl(section, 7, map.Length);
                foreach (var (key, member) in map)
                {
                    AppendText(section, key, shared);
                    Append(section, member, shared);
                }

                break;
            case object[] array:
                AppendControl(section, 11, array.Length);
                foreach (var member in array)
                    Append(section, member, shared);
                break;
            case Raw raw:
                section.AddRange(raw.Octets);
                break;
            default:
                throw new ArgumentException($"{value.GetType()} has no MMDB type", nameof(value));
        }
    }

    private void AppendText(List<byte> section, string text, Dictionary<string, int>? shared)
    {
        if (shared is not null && SharesText && shared.TryGetValue(text, out var at))
        {
            section.AddRange(Pointer(at, PointerOctets));
            return;
        }

        shared?.TryAdd(text, section.Count);
        var octets = Encoding.UTF8.GetBytes(text);
        AppendControl(section, 2, octets.Length);
        section.AddRange(octets);
    }

    /// <summary>A pointer to an offset of the data section.</summary>
    public static byte[] Pointer(int target, int octets = 0)
    {
        if (octets == 0)
            octets = target < 2048 ? 1 : target < 2048 + (1 << 19) ? 2 : target < 526_336 + (1 << 27) ? 3 : 4;
        var value = (uint)target - octets switch { 2 => 2048u, 3 => 526_336u, _ => 0u };
        var big = new byte[4];
        BinaryPrimitives.WriteUInt32BigEndian(big, value);
        return octets == 4 ? [0b001_11_000, .. big] : [(byte)(0b001_00_000 | ((octets - 1) << 3) | (int)(value >> (8 * octets))), .. big[^octets..]];
    }

    private static void AppendControl(List<byte> section, int type, int size)
    {
        var field = size switch { < 29 => size, < 285 => 29, < 65_821 => 30, _ => 31 };
        section.Add((byte)((type > 7 ? 0 : type << 5) | field));
        if (type > 7)
            section.Add((byte)(type - 7));
        if (field > 28)
            AppendBig(section, (UInt128)(size - field switch { 29 => 29, 30 => 285, _ => 65_821 }), field - 28);
    }

    private static void AppendUnsigned(List<byte> section, int type, UInt128 number)
    {
        var octets = 0;
        while (octets < 16 && number >> (8 * octets) != 0)
            octets++;
        AppendControl(section, type, octets);
        AppendBig(section, number, octets);
    }

    private static void AppendBig(List<byte> section, UInt128 number, int octets)
    {
        for (var i = octets - 1; i >= 0; i--)
            section.Add((byte)(number >> (8 * i)));
    }
}
