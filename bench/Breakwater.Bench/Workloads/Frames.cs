using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Bench.Workloads;

/// <summary>
/// Ethernet frames of 60 to 1,500 bytes. A flood is UDP over IPv4 from many sources; a mixture is IPv4 and IPv6, TCP and UDP, a few ICMP and
/// fragments, in random order: the worst case for a processor's branch prediction. A link carries VLAN tags or none, so all frames have one or none has.
/// </summary>
internal sealed class Frames(ulong seed, bool isTagged, bool isFlood)
{
    private readonly byte[] _buffer = new byte[2048];
    private Traffic _traffic = new(seed);

    /// <summary>The next frame; <paramref name="length"/> is its length on the wire. Valid until the next call.</summary>
    public ReadOnlySpan<byte> Next(out int length)
    {
        var writer = new PacketWriter(_buffer);
        writer.Ethernet(0x00005E005301, 0x00005E005302);
        if (isTagged)
            writer.Vlan((ushort)(1 + _traffic.Below(4000)));
        var kind = isFlood ? 80 : _traffic.Below(100);
        if (kind < 25)
            writer.Ip(new IpHeader(Traffic.IPv6(_traffic.Source()), Traffic.IPv6(_traffic.Destination6())));
        else if (kind == 25)
            writer.Ip(new IpHeader(Address.FromIPv4(_traffic.Source()), Address.FromIPv4(_traffic.Destination())) { FragmentOffset = 185, Protocol = 17 });
        else
            writer.Ip(new IpHeader(Address.FromIPv4(_traffic.Source()), Address.FromIPv4(_traffic.Destination())) { DontFragment = true });
        if (kind == 25)
            writer.Filler(600);
        else if (kind < 27)
            writer.Icmp(8, 0);
        else if (kind < 65)
            writer.Tcp(new TcpHeader(_traffic.Port(), _traffic.Port()) { Flags = 0x10 });
        else
            writer.Udp(_traffic.Port(), _traffic.Port());
        writer.Filler(_traffic.Below(3) == 0 ? (int)_traffic.Below(1380) : (int)_traffic.Below(80));
        writer.PadToMinimum();
        if (!writer.TryFinish(out length))
            throw new InvalidOperationException("a frame did not fit");
        return _buffer.AsSpan(0, length);
    }
}
