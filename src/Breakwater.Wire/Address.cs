using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Breakwater.Wire;

/// <summary>
/// An IPv4 or IPv6 address in 16 bytes, in network order; IPv4 is held as IPv4-mapped (::ffff:a.b.c.d, RFC 4291 §2.5.5.2),
/// so one key type serves both families. The default value is <c>::</c>.
/// </summary>
[StructLayout(LayoutKind.Sequential, Size = 16)]
public readonly struct Address : IEquatable<Address>, IComparable<Address>
{
    // The 16 octets as they stand on the wire, read as two native integers (so equality and hashing are two compares).
    private readonly ulong _first;
    private readonly ulong _second;

    private Address(ulong first, ulong second) => (_first, _second) = (first, second);

    /// <summary>True for an IPv4-mapped address.</summary>
    public bool IsIPv4 => _first == 0 && (BitConverter.IsLittleEndian ? (uint)_second : (uint)(_second >> 32)) == Mapped;

    /// <summary>The upper and the lower half as integers: <c>High</c> holds the /64.</summary>
    public ulong High => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_first) : _first;

    /// <summary>The lower 64 bits as an integer.</summary>
    public ulong Low => BitConverter.IsLittleEndian ? BinaryPrimitives.ReverseEndianness(_second) : _second;

    /// <summary>The IPv4 address as an integer (192.0.2.1 is 0xC0000201); only meaningful when <see cref="IsIPv4"/>.</summary>
    public uint IPv4 => (uint)Low;

    private static uint Mapped => BitConverter.IsLittleEndian ? 0xFFFF0000u : 0x0000FFFFu;

    /// <summary>Makes an address from an IPv4 integer in host order.</summary>
    public static Address FromIPv4(uint address) => FromHalves(0, 0x0000FFFF_00000000UL | address);

    /// <summary>Makes an address from the four octets of an IPv4 header, which stand as they are behind the prefix.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Address FromIPv4(ReadOnlySpan<byte> fourOctets) => BitConverter.IsLittleEndian
        ? new Address(0, ((ulong)MemoryMarshal.Read<uint>(fourOctets) << 32) | Mapped)
        : new Address(0, ((ulong)Mapped << 32) | MemoryMarshal.Read<uint>(fourOctets));

    /// <summary>Makes an address from its two halves as integers.</summary>
    public static Address FromHalves(ulong high, ulong low) => BitConverter.IsLittleEndian
        ? new Address(BinaryPrimitives.ReverseEndianness(high), BinaryPrimitives.ReverseEndianness(low))
        : new Address(high, low);

    /// <summary>Reads 4 octets (IPv4) or 16 (IPv6) in network order; false for any other length.</summary>
    public static bool TryRead(ReadOnlySpan<byte> octets, out Address address)
    {
        switch (octets.Length)
        {
            case 4:
                address = FromIPv4(BinaryPrimitives.ReadUInt32BigEndian(octets));
                return true;
            case 16:
                address = new Address(MemoryMarshal.Read<ulong>(octets), MemoryMarshal.Read<ulong>(octets[8..]));
                return true;
            default:
                address = default;
                return false;
        }
    }

    /// <summary>Parses the usual text forms of both families.</summary>
    public static bool TryParse(string? text, out Address address)
    {
        address = default;
        if (!IPAddress.TryParse(text, out var parsed))
            return false;
        Span<byte> octets = stackalloc byte[16];
        return parsed.TryWriteBytes(octets, out var length) && TryRead(octets[..length], out address);
    }

    /// <summary>Parses text that is known to be an address (configuration defaults, tests).</summary>
    /// <exception cref="FormatException">The text is no address.</exception>
    public static Address Parse(string text) =>
        TryParse(text, out var address) ? address : throw new FormatException($"'{text}' is not an IP address");

    /// <summary>Writes the 16 octets in network order.</summary>
    public void WriteTo(Span<byte> sixteenOctets)
    {
        MemoryMarshal.Write(sixteenOctets, in _first);
        MemoryMarshal.Write(sixteenOctets[8..], in _second);
    }

    /// <summary>The address with all but its first <paramref name="prefixLength"/> bits cleared; lengths count in the address's own family.</summary>
    public Address Masked(int prefixLength)
    {
        var bits = Math.Clamp(IsIPv4 ? prefixLength + 96 : prefixLength, 0, 128);
        var high = bits >= 64 ? High : bits == 0 ? 0 : High & (ulong.MaxValue << (64 - bits));
        var low = bits <= 64 ? 0 : bits == 128 ? Low : Low & (ulong.MaxValue << (128 - bits));
        return FromHalves(high, low);
    }

    public bool Equals(Address other) => _first == other._first && _second == other._second;

    public override bool Equals([NotNullWhen(true)] object? obj) => obj is Address other && Equals(other);

    /// <summary>Under the process's own seed, 32 bits at a time: the hash of 64 is its halves folded under none, and addresses could be made that all have the same.</summary>
    public override int GetHashCode() => HashCode.Combine((uint)_first, (uint)(_first >> 32), (uint)_second, (uint)(_second >> 32));

    /// <summary>Numeric order in network byte order; IPv4 sorts as its mapped form.</summary>
    public int CompareTo(Address other) => High != other.High ? High.CompareTo(other.High) : Low.CompareTo(other.Low);

    /// <summary>The canonical text: dotted quad for IPv4, RFC 5952 for IPv6.</summary>
    public override string ToString()
    {
        Span<byte> octets = stackalloc byte[16];
        WriteTo(octets);
        return new IPAddress(IsIPv4 ? octets[12..] : octets).ToString();
    }

    /// <summary>Writes <see cref="ToString"/>'s text as UTF-8 without allocating; 45 bytes always suffice.</summary>
    public bool TryFormat(Span<byte> utf8, out int written)
    {
        Span<byte> octets = stackalloc byte[16];
        WriteTo(octets);
        return new IPAddress(IsIPv4 ? octets[12..] : octets).TryFormat(utf8, out written);
    }

    public static bool operator ==(Address left, Address right) => left.Equals(right);

    public static bool operator !=(Address left, Address right) => !left.Equals(right);

    public static bool operator <(Address left, Address right) => left.CompareTo(right) < 0;

    public static bool operator >(Address left, Address right) => left.CompareTo(right) > 0;

    public static bool operator <=(Address left, Address right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Address left, Address right) => left.CompareTo(right) >= 0;
}
