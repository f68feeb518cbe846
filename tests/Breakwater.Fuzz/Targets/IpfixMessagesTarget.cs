using Breakwater.Fuzz.Engine;
using Breakwater.Fuzz.Oracles;
using Breakwater.Fuzz.Seeds;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;

namespace Breakwater.Fuzz.Targets;

/// <summary>IPFIX messages in a stream that gives a few octets at a time: every octet is in a message or in a damage, in order.</summary>
internal sealed class IpfixMessagesTarget : FuzzTarget
{
    public override string Name => "ipfix-messages";

    public override PlantedBug Planted => new(FaultKind.Hang, "a message of length 0 is read again and again");

    public override int CapacityBytes => 4096;

    public override byte[][] Tokens => [[0, 10], [0, 10, 0, 16], [0, 10, 0, 20, 0, 0], [0, 2, 0, 4], [1, 0, 0, 4], [0, 0]];

    public override IEnumerable<byte[]> Seeds()
    {
        foreach (var sequence in ExportSeeds.Ipfix().Concat(SharedSeeds.Datagrams(10).SelectMany(ExportSeeds.InGroups)))
            yield return Unframed(sequence);
    }

    // An RFC 5655 file is messages back to back, without lengths of its own.
    private static byte[] Unframed(ReadOnlySpan<byte> sequence)
    {
        var file = new List<byte>();
        while (DatagramSequence.TryNext(ref sequence, out var datagram))
            file.AddRange(datagram);
        return [.. file];
    }

    public override Outcome Execute(ReadOnlySpan<byte> input)
    {
        var file = input.ToArray();
#if PLANTED_BUGS
        for (var at = 0; at + 4 <= file.Length && NaiveExport.U16(file, at) == 10;)
            at += NaiveExport.U16(file, at + 2);
#endif
        var reader = new IpfixMessageReader(new DripStream(file));
        var messages = new List<(long Offset, int Length)>();
        var end = 0L;
        while (reader.TryRead(out var message))
        {
            FuzzFault.Holds(reader.MessageOffset >= end && message.Length >= 16, $"a message of {message.Length} octets at {reader.MessageOffset}, after {end}");
            FuzzFault.Holds(message.SequenceEqual(file.AsSpan((int)reader.MessageOffset, message.Length)), "other octets than the file has there");
            messages.Add((reader.MessageOffset, message.Length));
            end = reader.MessageOffset + message.Length;
        }

        // A last message that the end cuts off is both handed over and reported.
        var isCut = messages.Count > 0 && reader.Damages.Count > 0 && reader.Damages[^1].Offset == messages[^1].Offset;
        FuzzFault.Holds(!isCut || (end == file.Length && reader.Damages[^1].Error == DecodeError.Truncated), "a message in the middle of the file is a damage too");
        var passedOver = reader.Damages.Sum(damage => damage.LengthBytes) - (isCut ? messages[^1].Length : 0);
        FuzzFault.Same("octets in messages and damages", messages.Sum(message => message.Length) + passedOver, (long)file.Length);
        if (Sound(file) is { } expected)
            FuzzFault.Holds(expected.SequenceEqual(messages), $"{messages.Count} messages, the second reader sees {expected.Count}");
        var signature = default(Signature);
        signature.AddCount(messages.Count);
        foreach (var damage in reader.Damages.Take(8))
        {
            signature.Add((ulong)damage.Error);
            signature.AddCount(damage.LengthBytes);
        }

        return new Outcome(signature.Value, messages.Count > 0);
    }

    /// <summary>The messages of a file in which all lengths fit; null for any other.</summary>
    private static List<(long Offset, int Length)>? Sound(byte[] file)
    {
        var messages = new List<(long Offset, int Length)>();
        var at = 0;
        while (at < file.Length)
        {
            if (at + 16 > file.Length || NaiveExport.U16(file, at) != 10)
                return null;
            var length = NaiveExport.U16(file, at + 2);
            if (length < 16 || at + length > file.Length)
                return null;
            var set = at + 16;
            while (set + 4 <= at + length)
            {
                if (NaiveExport.U16(file, set + 2) < 4)
                    return null;
                set += NaiveExport.U16(file, set + 2);
            }

            if (set > at + length)
                return null;
            messages.Add((at, length));
            at += length;
        }

        return messages;
    }

    /// <summary>Gives 1 to 97 octets a read, by its position.</summary>
    private sealed class DripStream(byte[] file) : MemoryStream(file, writable: false)
    {
        public override int Read(byte[] buffer, int offset, int count) => base.Read(buffer, offset, Math.Min(count, 1 + (int)((Position * 31) % 97)));
    }
}
