namespace Breakwater.Wire.Bgp;

/// <summary>Writes the components of one FlowSpec rule, in ascending order; the first mistake makes the rule faulty for good.</summary>
public ref struct FlowSpecWriter(Span<byte> buffer, BgpFamilies family)
{
    /// <summary>Lengths from here on take two octets (RFC 8955 §4.1).</summary>
    internal const byte LongLength = 0xF0;

    /// <summary>The longest rule: twelve bits of length.</summary>
    public const int LongestRuleBytes = 0x0FFF;

    private const byte EndOfList = 0x80;
    private readonly bool _isIPv4 = BgpFamily.IsIPv4(family);
    private WireWriter _writer = new(buffer);
    private byte _last;

    /// <summary>True when a component came out of order, did not fit, or cannot be expressed in the family.</summary>
    public bool IsFaulty { get; private set; }

    /// <summary>The rule so far; only meaningful while not faulty.</summary>
    public readonly ReadOnlySpan<byte> Components => _writer.Written;

    /// <summary>Writes a prefix; an offset only for IPv6, below the length.</summary>
    public void Prefix(FlowSpecComponent type, Address network, int length, int offset = 0)
    {
        var isFine = type is FlowSpecComponent.DestinationPrefix or FlowSpecComponent.SourcePrefix
            && (_isIPv4 ? offset == 0 && length is >= 0 and <= 32 && network.IsIPv4 : length is >= 0 and <= 128 && offset >= 0 && (offset < length || length == 0 && offset == 0));
        if (!TryBegin(type, isFine))
            return;
        _writer.Write((byte)length);
        if (!_isIPv4)
            _writer.Write((byte)offset);
        BgpPrefix.WriteOctets(ref _writer, Shifted(network, offset), _isIPv4, length - offset);
        IsFaulty |= _writer.Overflowed;
    }

    /// <summary>Writes a numeric component.</summary>
    public void Numeric(FlowSpecComponent type, scoped ReadOnlySpan<NumericMatch> matches)
    {
        var isFine = type is >= FlowSpecComponent.Protocol and not (FlowSpecComponent.TcpFlags or FlowSpecComponent.Fragment);
        if (!TryBegin(type, isFine && !matches.IsEmpty && (type <= FlowSpecComponent.Dscp || (type == FlowSpecComponent.FlowLabel && !_isIPv4))))
            return;
        for (var i = 0; i < matches.Length; i++)
            Match((byte)matches[i].Operators, matches[i].Value, i == 0, i == matches.Length - 1);
    }

    /// <summary>Writes a bitmask component.</summary>
    public void Bitmask(FlowSpecComponent type, scoped ReadOnlySpan<BitmaskMatch> matches)
    {
        if (!TryBegin(type, type is FlowSpecComponent.TcpFlags or FlowSpecComponent.Fragment && !matches.IsEmpty))
            return;
        for (var i = 0; i < matches.Length; i++)
            Match((byte)matches[i].Operators, matches[i].Value, i == 0, i == matches.Length - 1);
    }

    /// <summary>Writes the length in front of a rule and the rule (RFC 8955 §4.1).</summary>
    internal static void WriteNlri(ref WireWriter writer, scoped ReadOnlySpan<byte> components)
    {
        if (components.Length < LongLength)
            writer.Write((byte)components.Length);
        else
            writer.Write((ushort)(0xF000 | components.Length));
        writer.Write(components);
    }

    private bool TryBegin(FlowSpecComponent type, bool isFine)
    {
        IsFaulty |= !isFine || (byte)type <= _last;
        if (IsFaulty)
            return false;
        _last = (byte)type;
        _writer.Write((byte)type);
        return true;
    }

    private void Match(byte operators, ulong value, bool isFirst, bool isLast)
    {
        var lengthCode = value <= byte.MaxValue ? 0 : value <= ushort.MaxValue ? 1 : value <= uint.MaxValue ? 2 : 3;
        var kept = operators & (isFirst ? 0x07 : 0x47);
        _writer.Write((byte)(kept | (lengthCode << 4) | (isLast ? EndOfList : 0)));
        switch (lengthCode)
        {
            case 0:
                _writer.Write((byte)value);
                break;
            case 1:
                _writer.Write((ushort)value);
                break;
            case 2:
                _writer.Write((uint)value);
                break;
            default:
                _writer.Write(value);
                break;
        }

        IsFaulty |= _writer.Overflowed || _writer.Length > LongestRuleBytes;
    }

    private static Address Shifted(Address network, int offset)
    {
        if (offset == 0)
            return network;
        var bits = new UInt128(network.High, network.Low) << offset;
        return Address.FromHalves((ulong)(bits >> 64), (ulong)bits);
    }
}
