using System.Buffers.Binary;

namespace Breakwater.Fuzz.Engine;

/// <summary>
/// Changes one datagram or file in place. Works in a fixed buffer, so a run allocates nothing of its own while the decoder's
/// allocations are measured.
/// </summary>
internal sealed class ByteMutator(int capacityBytes, byte[][] tokens)
{
    private static readonly ulong[] _interesting =
    [
        0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 40, 63, 64, 127, 128, 129, 254, 255, 256, 257, 1023, 1500, 4095, 9000,
        32767, 32768, 65534, 65535, 65536, 0xFFFFFF, 0x3FFFFFFF, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF, 0x7FFFFFFFFFFFFFFF,
        0x8000000000000000, 0xFFFFFFFFFFFFFFFF,
    ];

    private readonly byte[] _scratch = new byte[capacityBytes];

    /// <summary>The bytes under work.</summary>
    public byte[] Buffer { get; } = new byte[capacityBytes];

    /// <summary>How many of <see cref="Buffer"/> count.</summary>
    public int Length { get; private set; }

    /// <summary>Starts from a seed; what does not fit is cut off.</summary>
    public void Load(ReadOnlySpan<byte> seed)
    {
        Length = Math.Min(seed.Length, capacityBytes);
        seed[..Length].CopyTo(Buffer);
    }

    /// <summary>Applies <paramref name="steps"/> random changes; <paramref name="other"/> is the partner for splices.</summary>
    public void Mutate(ref FuzzRandom random, int steps, ReadOnlySpan<byte> other)
    {
        for (var step = 0; step < steps; step++)
            Step(ref random, other);
    }

    private void Step(ref FuzzRandom random, ReadOnlySpan<byte> other)
    {
        switch (random.Below(18))
        {
            case 0:
            case 1:
                if (Length > 0)
                    Buffer[random.Below(Length)] ^= (byte)(1 << random.Below(8));
                break;
            case 2:
                if (Length > 0)
                    Buffer[random.Below(Length)] = (byte)random.Next();
                break;
            case 3:
            case 4:
                WriteInteresting(ref random);
                break;
            case 5:
                Nudge(ref random);
                break;
            case 6:
            case 7:
            case 8:
                EditLength(ref random);
                break;
            case 9:
                Delete(random.Below(Length), random.ShortLength(Length));
                break;
            case 10:
                DuplicateBlock(ref random);
                break;
            case 11:
                Splice(ref random, other);
                break;
            case 12:
                Overwrite(ref random, other);
                break;
            case 13:
                Length = random.Below(Length + 1);
                break;
            case 14:
                Extend(ref random);
                break;
            case 15:
                SwapWords(ref random);
                break;
            default:
                WriteToken(ref random);
                break;
        }
    }

    private void WriteInteresting(ref FuzzRandom random)
    {
        var width = 1 << random.Below(4);
        if (Length < width)
            return;
        Write(Place(ref random, width), width, _interesting[random.Below(_interesting.Length)], random.Chance(15));
    }

    /// <summary>Adds a small number to an integer of any width.</summary>
    private void Nudge(ref FuzzRandom random)
    {
        var width = 1 << random.Below(3);
        if (Length < width)
            return;
        var place = Place(ref random, width);
        var delta = (ulong)(random.Below(33) - 16);
        var little = random.Chance(15);
        Write(place, width, Read(place, width, little) + delta, little);
    }

    /// <summary>Looks for a 16- or 32-bit integer that could be a length of what follows, and moves it a little or to an edge.</summary>
    private void EditLength(ref FuzzRandom random)
    {
        for (var attempt = 0; attempt < 12; attempt++)
        {
            var width = random.Chance(50) ? 2 : 4;
            if (Length < width)
                return;
            var place = Place(ref random, width) & ~1;
            var little = random.Chance(15);
            var value = Read(place, width, little);
            var rest = (ulong)(Length - place);
            if (value == 0 || value > rest + 64)
                continue;
            var changed = random.Below(8) switch
            {
                0 => value - 1,
                1 => value + 1,
                2 => value - 4,
                3 => value + 4,
                4 => 0UL,
                5 => rest,
                6 => rest + 1,
                _ => value + (ulong)(random.Below(65) - 32),
            };
            Write(place, width, changed, little);
            return;
        }
    }

    private void Delete(int start, int count)
    {
        count = Math.Min(count, Length - start);
        if (count <= 0)
            return;
        Array.Copy(Buffer, start + count, Buffer, start, Length - start - count);
        Length -= count;
    }

    /// <summary>Copies a block to another place, moving what follows (a repeated record, field or header).</summary>
    private void DuplicateBlock(ref FuzzRandom random)
    {
        if (Length == 0)
            return;
        var start = random.Below(Length);
        var count = Math.Min(random.ShortLength(Length), Length - start);
        var block = _scratch.AsSpan(0, count);
        Buffer.AsSpan(start, count).CopyTo(block);
        var repeats = random.Chance(10) ? 1 + random.Below(16) : 1;
        for (var i = 0; i < repeats; i++)
            Insert(random.Chance(60) ? start : random.Below(Length + 1), block);
    }

    private void Insert(int at, ReadOnlySpan<byte> block)
    {
        if (Length + block.Length > capacityBytes)
            return;
        Array.Copy(Buffer, at, Buffer, at + block.Length, Length - at);
        block.CopyTo(Buffer.AsSpan(at));
        Length += block.Length;
    }

    private void Splice(ref FuzzRandom random, ReadOnlySpan<byte> other)
    {
        var keep = random.Below(Length + 1);
        var from = random.Chance(50) ? Math.Min(keep, other.Length) : random.Below(other.Length + 1);
        var tail = other[from..];
        tail = tail[..Math.Min(tail.Length, capacityBytes - keep)];
        tail.CopyTo(Buffer.AsSpan(keep));
        Length = keep + tail.Length;
    }

    private void Overwrite(ref FuzzRandom random, ReadOnlySpan<byte> other)
    {
        if (Length == 0 || other.IsEmpty)
            return;
        var from = random.Below(other.Length);
        var to = random.Chance(50) ? Math.Min(from, Length - 1) : random.Below(Length);
        var count = Math.Min(random.ShortLength(64), Math.Min(other.Length - from, Length - to));
        other.Slice(from, count).CopyTo(Buffer.AsSpan(to));
    }

    private void Extend(ref FuzzRandom random)
    {
        var count = Math.Min(random.ShortLength(256), capacityBytes - Length);
        var added = Buffer.AsSpan(Length, count);
        added.Clear();
        if (random.Chance(50))
        {
            foreach (ref var octet in added)
                octet = (byte)random.Next();
        }

        Length += count;
    }

    private void SwapWords(ref FuzzRandom random)
    {
        if (Length < 8)
            return;
        var one = random.Below(Length / 4) * 4;
        var two = random.Below(Length / 4) * 4;
        var first = BinaryPrimitives.ReadUInt32BigEndian(Buffer.AsSpan(one));
        BinaryPrimitives.WriteUInt32BigEndian(Buffer.AsSpan(one), BinaryPrimitives.ReadUInt32BigEndian(Buffer.AsSpan(two)));
        BinaryPrimitives.WriteUInt32BigEndian(Buffer.AsSpan(two), first);
    }

    /// <summary>Writes or inserts a value that the format knows (an EtherType, a set id, a tag).</summary>
    private void WriteToken(ref FuzzRandom random)
    {
        if (tokens.Length == 0)
            return;
        var token = tokens[random.Below(tokens.Length)];
        if (Length < token.Length || random.Chance(25))
            Insert(random.Below(Length + 1), token);
        else
            token.CopyTo(Buffer.AsSpan(Place(ref random, token.Length)));
    }

    // Headers are the interesting part: half of the places are among the first 64 bytes.
    private int Place(ref FuzzRandom random, int width)
    {
        var places = Length - width + 1;
        return random.Below(random.Chance(50) ? Math.Min(places, 64) : places);
    }

    private ulong Read(int place, int width, bool little)
    {
        ulong value = 0;
        for (var i = 0; i < width; i++)
            value = (value << 8) | Buffer[little ? place + width - 1 - i : place + i];
        return value;
    }

    private void Write(int place, int width, ulong value, bool little)
    {
        for (var i = 0; i < width; i++)
            Buffer[little ? place + i : place + width - 1 - i] = (byte)(value >> (8 * i));
    }
}
