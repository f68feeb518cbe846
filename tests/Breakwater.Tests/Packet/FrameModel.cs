using Breakwater.Wire;
using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>
/// A random frame made from a seed, with what a reader must find in it. The expectation is noted while writing, from the positions
/// at which the writer stood; it is not read back.
/// </summary>
internal sealed class FrameModel
{
    private readonly Random _random;

    private FrameModel(int seed) => _random = new Random(seed);

    public byte[] Frame { get; private set; } = [];

    public LinkType Link { get; private set; }

    public List<ExpectedLayer> Layers { get; } = [];

    public List<ushort> VlanIds { get; } = [];

    public List<uint> MplsLabels { get; } = [];

    /// <summary>End of what the innermost IP length covers; later bytes are padding.</summary>
    public int ContentEnd { get; private set; }

    public static FrameModel FromSeed(int seed)
    {
        var model = new FrameModel(seed);
        Span<byte> buffer = stackalloc byte[4096];
        var writer = new PacketWriter(buffer);
        model.WriteLink(ref writer);
        var depth = model._random.Next(1, 5);
        for (var index = 0; index < depth; index++)
        {
            model.WriteIp(ref writer, isLast: index == depth - 1);
            if (index < depth - 1)
                model.WriteTunnel(ref writer);
        }

        model.WriteTransport(ref writer);
        model.ContentEnd = writer.Length;
        if (model.Link == LinkType.Ethernet && model._random.Next(2) == 0)
            writer.PadToMinimum();
        Assert.True(writer.TryFinish(out var length));
        model.Frame = buffer[..length].ToArray();
        return model;
    }

    public static Address RandomAddress(Random random, bool isV4) => isV4
        ? Address.FromIPv4(0xC0000200u + (uint)random.Next(256))
        : Address.FromHalves(0x20010DB800000000UL + (uint)random.Next(), (ulong)random.NextInt64());

    private void WriteLink(ref PacketWriter writer)
    {
        LinkType[] types = [LinkType.Ethernet, LinkType.Ethernet, LinkType.Ethernet, LinkType.Raw, LinkType.Null, LinkType.Loop,
            LinkType.LinuxSll, LinkType.LinuxSll2, LinkType.FrameRelay, LinkType.Ppp, LinkType.PppoeSession, LinkType.Mpls];
        Link = types[_random.Next(types.Length)];
        switch (Link)
        {
            case LinkType.Null or LinkType.Loop:
                writer.Loopback(networkOrder: Link == LinkType.Loop);
                break;
            case LinkType.LinuxSll:
                writer.LinuxSll(Mac());
                break;
            case LinkType.LinuxSll2:
                writer.LinuxSll2(Mac(), 7);
                break;
            case LinkType.FrameRelay:
                writer.FrameRelay((ushort)_random.Next(16, 992));
                break;
            case LinkType.Ppp:
                writer.Ppp();
                break;
            case LinkType.PppoeSession:
                writer.Pppoe(9);
                break;
            case LinkType.Mpls:
                WriteMpls(ref writer, _random.Next(1, 4));
                break;
            case LinkType.Ethernet:
                WriteEthernet(ref writer);
                break;
        }
    }

    private void WriteEthernet(ref PacketWriter writer)
    {
        if (_random.Next(6) == 0)
            writer.Ieee8023Snap(Mac(), Mac());
        else
            writer.Ethernet(Mac(), Mac());
        for (var count = _random.Next(4); count > 0; count--)
        {
            VlanIds.Add((ushort)_random.Next(4096));
            ushort[] tags = [0x8100, 0x88A8, 0x9100];
            writer.Vlan(VlanIds[^1], (byte)_random.Next(8), tags[_random.Next(3)]);
        }

        switch (_random.Next(5))
        {
            case 0:
                WriteMpls(ref writer, _random.Next(1, 4));
                break;
            case 1:
                writer.Pppoe((ushort)_random.Next(65536));
                break;
            case 2:
                WriteMpls(ref writer, 1);
                writer.ControlWord();
                writer.Ethernet(Mac(), Mac());
                break;
        }
    }

    private void WriteMpls(ref PacketWriter writer, int count)
    {
        for (; count > 0; count--)
        {
            MplsLabels.Add((uint)_random.Next(16, 1 << 20));
            writer.Mpls(MplsLabels[^1]);
        }
    }

    private void WriteIp(ref PacketWriter writer, bool isLast)
    {
        var isV4 = _random.Next(2) == 0;
        var layer = new ExpectedLayer(writer.Length, isV4 ? 4 : 6, Layers.Count == 0 ? Tunnel.None : NextTunnel(isV4));
        var header = new IpHeader(RandomAddress(_random, isV4), RandomAddress(_random, isV4))
        {
            TypeOfService = (byte)_random.Next(256),
            TimeToLive = (byte)_random.Next(1, 256),
            Identification = (ushort)_random.Next(65536),
            FragmentOffset = (ushort)(isV4 && isLast && _random.Next(5) == 0 ? _random.Next(1, 8192) : 0),
            MoreFragments = isLast && _random.Next(5) == 0,
            FlowLabel = (uint)_random.Next(1 << 20),
            Protocol = 253,
            Options = new byte[isV4 ? _random.Next(4) * 4 : 0],
        };
        writer.Ip(header);
        layer.Take(header);
        Layers.Add(layer);
        if (!isV4)
            WriteExtensions(ref writer, layer, isLast);
        if (_random.Next(8) == 0 && !layer.IsLaterFragment)
        {
            writer.Ah(1, 2);
            layer.Extensions |= IPv6Extensions.AuthenticationHeader;
        }
    }

    private void WriteExtensions(ref PacketWriter writer, ExpectedLayer layer, bool isLast)
    {
        (byte, IPv6Extensions)[] kinds =
            [(0, IPv6Extensions.HopByHop), (43, IPv6Extensions.Routing), (60, IPv6Extensions.DestinationOptions)];
        for (var count = _random.Next(3); count > 0; count--)
        {
            var (type, flag) = kinds[_random.Next(kinds.Length)];
            writer.Extension(type, _random.Next(1, 4) * 8);
            layer.Extensions |= flag;
        }

        if (_random.Next(4) != 0)
            return;
        var offset = (ushort)(isLast ? _random.Next(3) : 0);
        writer.FragmentHeader(offset, moreFragments: isLast, (uint)_random.Next(), nextHeader: 253);
        layer.Extensions |= IPv6Extensions.Fragment;
        layer.FragmentOffset = offset;
        layer.FragmentEnd = writer.Length;
    }

    private Tunnel _carrier;

    private Tunnel NextTunnel(bool isV4)
    {
        if (_carrier != Tunnel.None)
            return _carrier;
        var outerIsV4 = Layers[^1].Version == 4;
        return (outerIsV4, isV4) switch
        {
            (true, true) => Tunnel.IpIp,
            (true, false) => Tunnel.SixInFour,
            (false, true) => Tunnel.FourInSix,
            _ => Tunnel.SixInSix,
        };
    }

    private void WriteTunnel(ref PacketWriter writer)
    {
        (_carrier, var port) = _random.Next(12) switch
        {
            0 => (Tunnel.None, 0),
            1 or 2 or 3 => (Tunnel.Gre, 0),
            4 => (Tunnel.Erspan, 0),
            5 => (Tunnel.Vxlan, 4789),
            6 => (Tunnel.VxlanGpe, 4790),
            7 => (Tunnel.Geneve, 6081),
            8 => (Tunnel.GtpU, 2152),
            9 => (Tunnel.L2tp, 1701),
            10 => (Tunnel.EtherIp, 0),
            _ => (Tunnel.Mpls, _random.Next(2) * 6635),
        };
        if (port != 0)
            WriteUdp(ref writer, (ushort)port);
        FrameModelTunnels.Write(ref writer, _carrier, _random, Mac(), Mac());
    }

    private void WriteUdp(ref PacketWriter writer, ushort destinationPort)
    {
        var source = (ushort)_random.Next(49152, 65536);
        Layers[^1].TakePorts(writer.Length, 17, source, destinationPort);
        Layers[^1].UdpLengthEnd = writer.Length + 6;
        writer.Udp(source, destinationPort);
    }

    private void WriteTransport(ref PacketWriter writer)
    {
        var layer = Layers[^1];
        var (source, destination) = ((ushort)_random.Next(65536), (ushort)_random.Next(1, 1024));
        switch (layer.IsLaterFragment ? 9 : _random.Next(5))
        {
            case 0:
                layer.TakePorts(writer.Length, 6, source, destination);
                layer.TakeTcp(writer.Length, (ushort)_random.Next(512), (uint)_random.Next());
                writer.Tcp(new TcpHeader(source, destination)
                {
                    Flags = layer.TcpFlags,
                    SequenceNumber = layer.TcpSequenceNumber,
                    Options = new byte[_random.Next(3) * 4],
                });
                break;
            case 1:
                WriteUdp(ref writer, destination);
                break;
            case 2:
                layer.TakeIcmp(writer.Length, (byte)_random.Next(256), (byte)_random.Next(256));
                writer.Icmp((byte)(layer.IcmpTypeCode >> 8), (byte)layer.IcmpTypeCode, 0);
                break;
            case 3:
                layer.TakePorts(writer.Length, 132, source, destination);
                writer.Sctp(source, destination, 1);
                break;
            case 4:
                layer.Protocol = 50;
                writer.Esp(1, 2);
                break;
            default:
                layer.Protocol = 253;
                break;
        }

        writer.Filler(_random.Next(1, 40), 0x5A);
    }

    private ulong Mac() => 0x020000000000UL | (uint)_random.Next();
}
