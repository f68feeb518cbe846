using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace Breakwater.Wire.AccessLog;

/// <summary>
/// An IPv4 address in dots, all four numbers in one go: the lengths between the dots choose how the digits are moved to hundreds, tens and ones
/// (as Lemire 2023).
/// </summary>
internal static class DottedQuad
{
    /// <summary>Octets that are looked at, whatever the address's length.</summary>
    public const int LoadedOctets = 16;

    private const int LongestNumber = 3;
    private const int NumberBits = 2;

    /// <summary>By the lengths of the four numbers less one, two bits each.</summary>
    private static readonly Row[] _rows = Rows();

    /// <summary>Reads the address that a text begins with.</summary>
    /// <param name="text">Its first octet; <see cref="LoadedOctets"/> can be read.</param>
    /// <param name="address">The address.</param>
    /// <returns>Its length; 0: there is none, or one that is written otherwise (01 is octal to some).</returns>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int Read(ref byte text, out Address address)
    {
        address = default;
        var octets = Vector128.LoadUnsafe(ref text);
        var dots = Vector128.Equals(octets, Vector128.Create((byte)'.')).ExtractMostSignificantBits();
        var others = ~Vector128.LessThan(octets - Vector128.Create((byte)'0'), Vector128.Create((byte)10)).ExtractMostSignificantBits() & ~dots;
        var end = BitOperations.TrailingZeroCount(others);
        // Of an address and nothing else: three dots before the first other octet.
        dots &= (1u << end) - 1;
        if (end >= LoadedOctets || BitOperations.PopCount(dots) != 3)
            return 0;
        var first = BitOperations.TrailingZeroCount(dots);
        dots &= dots - 1;
        var second = BitOperations.TrailingZeroCount(dots);
        var third = BitOperations.TrailingZeroCount(dots & (dots - 1));
        var (one, two, three, four) = (first - 1, second - first - 2, third - second - 2, end - third - 2);
        if ((uint)(one | two | three | four) > LongestNumber)
            return 0;
        ref readonly var row = ref _rows[one | (two << NumberBits) | (three << (2 * NumberBits)) | (four << (3 * NumberBits))];
        var digits = (Vector128.Shuffle(octets, row.Places) & Vector128.Create((byte)0x0F)).AsUInt32();
        var numbers = ((digits & Vector128.Create(0xFFU)) * 100) + (((digits >>> 8) & Vector128.Create(0xFFU)) * 10) + (digits >>> 16);
        if (Vector128.GreaterThanAny(numbers, Vector128.Create(255U)) || Vector128.LessThanAny(numbers, row.Least))
            return 0;
        address = Address.FromIPv4(Vector128.Shuffle(numbers.AsByte(), Vector128.Create((byte)12, 8, 4, 0, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255)).AsUInt32().ToScalar());
        return end;
    }

    private static Row[] Rows()
    {
        var rows = new Row[1 << (4 * NumberBits)];
        for (var lengths = 0; lengths < rows.Length; lengths++)
            rows[lengths] = RowOf(lengths);
        return rows;
    }

    private static Row RowOf(int lengths)
    {
        Span<byte> places = stackalloc byte[LoadedOctets];
        Span<uint> least = stackalloc uint[4];
        places.Fill(byte.MaxValue);
        var at = 0;
        for (var number = 0; number < 4; number++)
        {
            var length = ((lengths >> (number * NumberBits)) & ((1 << NumberBits) - 1)) + 1;
            // A number of four digits is none: nothing is as large as it would have to be.
            least[number] = length switch { 1 => 0, 2 => 10, 3 => 100, _ => uint.MaxValue };
            for (var digit = 0; digit < length && length <= LongestNumber; digit++)
                places[(number * 4) + LongestNumber - length + digit] = (byte)(at + digit);
            at += length + 1;
        }

        return new Row(Vector128.Create<byte>(places), Vector128.Create<uint>(least));
    }

    /// <param name="Places">Where the octets of four numbers stand: hundreds, tens, ones, nothing.</param>
    /// <param name="Least">The smallest numbers that are written with so many digits.</param>
    private readonly record struct Row(Vector128<byte> Places, Vector128<uint> Least);
}
