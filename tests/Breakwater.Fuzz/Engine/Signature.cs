using System.Buffers.Binary;
using System.Numerics;

namespace Breakwater.Fuzz.Engine;

/// <summary>Builds the signature of a decoding: a hash of what happened, coarse enough that it does not change with every value.</summary>
internal struct Signature
{
    private ulong _hash;

    /// <summary>The signature so far.</summary>
    public readonly ulong Value => _hash;

    /// <summary>Adds a kind: an error code, a set of known members, a type.</summary>
    public void Add(ulong kind) => _hash = BitOperations.RotateLeft((_hash ^ kind) * 0x9E3779B97F4A7C15UL, 29);

    /// <summary>A hash of bytes, for choices that have to be the same when an input is repeated.</summary>
    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        var signature = default(Signature);
        for (; bytes.Length >= 8; bytes = bytes[8..])
            signature.Add(BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var octet in bytes)
            signature.Add(octet);
        return signature.Value;
    }

    /// <summary>Adds a count in steps of powers of two.</summary>
    public void AddCount(long count) => Add((ulong)(64 - BitOperations.LeadingZeroCount((ulong)count)));
}
