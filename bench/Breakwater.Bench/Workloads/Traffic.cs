using Breakwater.Wire;

namespace Breakwater.Bench.Workloads;

/// <summary>The flows that all workloads carry: seeded, half a million destinations, mostly TCP and UDP, a few of anything else.</summary>
internal struct Traffic(ulong seed)
{
    private const uint Destinations = 1 << 19;

    private ulong _state = seed;

    public ulong Next()
    {
        _state ^= _state << 13;
        _state ^= _state >> 7;
        _state ^= _state << 17;
        return _state * 0x2545F4914F6CDD1DUL;
    }

    public uint Below(uint bound) => (uint)(((Next() >> 32) * bound) >> 32);

    /// <summary>A protected host, in 10.0.0.0/13.</summary>
    public uint Destination() => 0x0A000000 + Below(Destinations);

    public uint Source() => 0xC6120000 + Below(0x20000);

    /// <summary>A protected host's lower half, in 2001:db8::/64.</summary>
    public ulong Destination6() => Below(Destinations) + 1UL;

    public byte Protocol() => Below(100) switch { < 62 => 6, < 97 => 17, < 99 => 1, _ => 47 };

    public ushort Port() => Below(3) == 0 ? (ushort)443 : (ushort)(1024 + Below(60000));

    public uint Packets() => 1 + Below(40);

    public static Address IPv6(ulong low) => Address.FromHalves(0x20010DB8_00000000, low);
}
