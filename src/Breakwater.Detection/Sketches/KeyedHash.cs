using System.Numerics;
using System.Runtime.CompilerServices;
using Breakwater.Wire;

namespace Breakwater.Detection.Sketches;

/// <summary>
/// The hash of addresses in tables and sketches: MurmurHash3's fmix64 of an address's upper half, under the seed, and of the lower half behind it. Two addresses of one /64, and
/// any two of IPv4, never have the same; which others have it depends on the seed, so that who does not know it has nothing to aim with. Not cryptographic.
/// </summary>
public readonly struct KeyedHash(ulong seed)
{
    // The upper half of an IPv4-mapped address is 0.
    private readonly ulong _ofIPv4 = Mix(seed);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Of(Address address)
    {
        var high = address.High;
        return Mix((high == 0 ? _ofIPv4 : Mix(high ^ seed)) + address.Low);
    }

    /// <summary>Hash of a number that strangers may choose; different ones never have the same.</summary>
    public ulong Of(ulong number) => With(seed, number);

    /// <summary>Hash of the ordered pair of two hashed addresses: who speaks, to whom, by which protocol.</summary>
    public static ulong OfPair(ulong from, ulong to, byte protocol) => Mix(from ^ BitOperations.RotateLeft(to, 23) ^ ((ulong)protocol << 56));

    /// <summary>Hash of a question to a whole network (multicast, broadcast): whoever answers from that port was asked.</summary>
    public static ulong OfGroupQuestion(ulong from, ushort port) => Mix(from ^ (0x67726F7570UL << 16) ^ port);

    /// <summary>Hash of a conversation, from the hashes of its addresses.</summary>
    public static ulong OfFlow(ulong source, ulong destination, ushort sourcePort, ushort destinationPort) =>
        With(source ^ BitOperations.RotateLeft(destination, 17), ((ulong)sourcePort << 16) | destinationPort);

    /// <summary>Hash of one record of a conversation, told from others by what it says.</summary>
    public static ulong OfRecord(ulong source, ulong destination, ulong ports, ulong content) =>
        Mix((source ^ BitOperations.RotateLeft(destination, 17) ^ (ports * 0x9E3779B97F4A7C15UL)) + (content * 0xC2B2AE3D27D4EB4FUL));

    /// <summary>Extends a hash by one more number.</summary>
    public static ulong With(ulong hash, ulong number) => Mix(hash ^ (number * 0x9E3779B97F4A7C15UL));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ulong Mix(ulong value)
    {
        value ^= value >> 33;
        value *= 0xFF51AFD7ED558CCDUL;
        value ^= value >> 33;
        value *= 0xC4CEB9FE1A85EC53UL;
        return value ^ (value >> 33);
    }
}
