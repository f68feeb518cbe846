using Breakwater.Wire.Packet;

namespace Breakwater.Wire.Pcap;

/// <summary>What an Interface Description Block says of the packets of its interface (draft-ietf-opsawg-pcapng §4.2).</summary>
internal readonly struct PcapngInterface
{
    public required LinkType Link { get; init; }

    /// <summary>0 stands for no limit.</summary>
    public required uint SnapLength { get; init; }

    /// <summary>if_tsresol: the top bit clear for 10^-n seconds, set for 2^-n.</summary>
    public required byte Resolution { get; init; }

    /// <summary>if_tsoffset: seconds to add.</summary>
    public required long OffsetSeconds { get; init; }

    public const byte Microseconds = 6;

    /// <summary>Nanoseconds since 1970 for a packet's 64-bit time; <see cref="PcapPacket.NoTimestamp"/> when outside of what a long holds.</summary>
    public long ToNanoseconds(ulong ticks)
    {
        // The two resolutions in common use, whose product cannot overflow here.
        if (OffsetSeconds == 0 && ticks < long.MaxValue / 1000)
        {
            if (Resolution == Microseconds)
                return (long)ticks * 1000;
            if (Resolution == 9)
                return (long)ticks;
        }

        return Scale(ticks);
    }

    /// <summary>The stored time for a packet's nanoseconds, cut to the resolution; the inverse of <see cref="ToNanoseconds"/>.</summary>
    public ulong FromNanoseconds(long nanoseconds)
    {
        var exponent = Resolution & 0x7F;
        var relative = (Int128)nanoseconds - (Int128)OffsetSeconds * 1_000_000_000;
        if (relative < 0)
            return 0;
        if (Resolution > 0x7F)
            return (ulong)(((UInt128)relative << exponent) / 1_000_000_000);
        return (ulong)(exponent <= 9 ? relative / PowerOfTen(9 - exponent) : relative * PowerOfTen(exponent - 9));
    }

    private long Scale(ulong ticks)
    {
        var exponent = Resolution & 0x7F;
        Int128 nanoseconds;
        if (Resolution > 0x7F)
            nanoseconds = exponent > 94 ? 0 : (Int128)(((UInt128)ticks * 1_000_000_000) >> exponent);
        else if (exponent <= 9)
            nanoseconds = (Int128)ticks * PowerOfTen(9 - exponent);
        else
            nanoseconds = exponent - 9 > 19 ? 0 : (Int128)(ticks / (UInt128)PowerOfTen(exponent - 9));
        nanoseconds += (Int128)OffsetSeconds * 1_000_000_000;
        return nanoseconds > long.MinValue && nanoseconds <= long.MaxValue ? (long)nanoseconds : PcapPacket.NoTimestamp;
    }

    private static Int128 PowerOfTen(int exponent)
    {
        Int128 power = 1;
        while (exponent-- > 0)
            power *= 10;
        return power;
    }
}
