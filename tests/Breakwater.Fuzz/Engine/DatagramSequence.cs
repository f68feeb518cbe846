using System.Buffers.Binary;

namespace Breakwater.Fuzz.Engine;

/// <summary>
/// An input of a stateful target: datagrams one after the other, each behind its length in two octets (network order). Two inputs
/// joined are an input again, so a failure that needed earlier inputs is still one line of hexadecimal.
/// </summary>
internal static class DatagramSequence
{
    /// <summary>The most datagrams that one input holds.</summary>
    public const int MaxParts = 64;

    /// <summary>Joins datagrams into one input.</summary>
    public static byte[] Join(params ReadOnlySpan<byte[]> datagrams)
    {
        var joined = new List<byte>();
        foreach (var datagram in datagrams)
        {
            joined.Add((byte)(datagram.Length >> 8));
            joined.Add((byte)datagram.Length);
            joined.AddRange(datagram);
        }

        return [.. joined];
    }

    /// <summary>Cuts off the first datagram; a length beyond the end takes what is there.</summary>
    public static bool TryNext(ref ReadOnlySpan<byte> input, out ReadOnlySpan<byte> datagram)
    {
        datagram = default;
        if (input.Length < 2)
            return false;
        var length = Math.Min(BinaryPrimitives.ReadUInt16BigEndian(input), input.Length - 2);
        datagram = input.Slice(2, length);
        input = input[(2 + length)..];
        return true;
    }
}
