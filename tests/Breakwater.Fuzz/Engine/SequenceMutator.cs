using System.Buffers.Binary;

namespace Breakwater.Fuzz.Engine;

/// <summary>Repairs what a mutation broke on purpose or by accident (a total length, a count), so that inputs get past the first check.</summary>
internal delegate void Repair(Span<byte> datagram);

/// <summary>Changes a sequence of datagrams: their order, their number, their mixture with another sequence, and the bytes of some.</summary>
internal sealed class SequenceMutator(int capacityBytes, int datagramBytes, byte[][] tokens, Repair repair)
{
    private readonly ByteMutator _bytes = new(datagramBytes, tokens);
    private readonly byte[] _source = new byte[2 * capacityBytes];
    private readonly (int Start, int Length)[] _parts = new (int, int)[2 * DatagramSequence.MaxParts];
    private int _count;

    /// <summary>The bytes under work.</summary>
    public byte[] Buffer { get; } = new byte[capacityBytes];

    /// <summary>How many of <see cref="Buffer"/> count.</summary>
    public int Length { get; private set; }

    /// <summary>Makes a changed copy of <paramref name="seed"/> in <see cref="Buffer"/>.</summary>
    public void Mutate(ref FuzzRandom random, ReadOnlySpan<byte> seed, ReadOnlySpan<byte> other)
    {
        _count = 0;
        var used = Add(seed, 0);
        var own = _count;
        if (random.Chance(30))
            Add(other, used);
        Arrange(ref random, own);

        Length = 0;
        var changed = random.Below(_count);
        for (var i = 0; i < _count && i < DatagramSequence.MaxParts; i++)
        {
            var part = _source.AsSpan(_parts[i].Start, _parts[i].Length);
            if (i == changed || random.Chance(15))
                part = ChangeBytes(ref random, part);
            if (!Append(part))
                return;
        }
    }

    private int Add(ReadOnlySpan<byte> input, int at)
    {
        while (_count < _parts.Length && DatagramSequence.TryNext(ref input, out var datagram))
        {
            if (at + datagram.Length > _source.Length)
                break;
            datagram.CopyTo(_source.AsSpan(at));
            _parts[_count++] = (at, datagram.Length);
            at += datagram.Length;
        }

        return at;
    }

    private void Arrange(ref FuzzRandom random, int own)
    {
        // Datagrams of the partner go between our own, in their order or not.
        for (var i = own; i < _count; i++)
            Swap(i, random.Below(_count));

        for (var steps = random.Below(4); steps > 0 && _count > 0; steps--)
        {
            switch (random.Below(4))
            {
                case 0:
                    Swap(random.Below(_count), random.Below(_count));
                    break;
                case 1 when _count < _parts.Length:
                    _parts[_count++] = _parts[random.Below(_count - 1)];
                    break;
                case 2 when _count > 1:
                    _parts[random.Below(_count)] = _parts[--_count];
                    break;
                default:
                    for (var i = _count - 1; i > 0; i--)
                        Swap(i, random.Below(i + 1));
                    break;
            }
        }
    }

    private void Swap(int one, int two) => (_parts[one], _parts[two]) = (_parts[two], _parts[one]);

    private Span<byte> ChangeBytes(scoped ref FuzzRandom random, ReadOnlySpan<byte> datagram)
    {
        // The partner of a splice is another datagram of the same input: a template set into a data message, and so on.
        var partner = _parts[random.Below(_count)];
        _bytes.Load(datagram);
        _bytes.Mutate(ref random, random.ShortLength(6), _source.AsSpan(partner.Start, partner.Length));
        var changed = _bytes.Buffer.AsSpan(0, _bytes.Length);
        if (random.Chance(70))
            repair(changed);
        return changed;
    }

    private bool Append(ReadOnlySpan<byte> datagram)
    {
        if (Length + 2 + datagram.Length > capacityBytes)
            return false;
        BinaryPrimitives.WriteUInt16BigEndian(Buffer.AsSpan(Length), (ushort)datagram.Length);
        datagram.CopyTo(Buffer.AsSpan(Length + 2));
        Length += 2 + datagram.Length;
        return true;
    }
}
