using Breakwater.Wire.Packet;

namespace Breakwater.Tests.Packet;

/// <summary>The headers between two IP headers of a <see cref="FrameModel"/>.</summary>
internal static class FrameModelTunnels
{
    public static void Write(ref PacketWriter writer, Tunnel tunnel, Random random, ulong destinationMac, ulong sourceMac)
    {
        var withEthernet = random.Next(2) == 0;
        switch (tunnel)
        {
            case Tunnel.Gre when random.Next(3) == 0:
                writer.GrePptp(5, 1, random.Next(2) == 0 ? 7u : null);
                writer.Ppp();
                return;
            case Tunnel.Gre:
                writer.Gre(random.Next(2) == 0, random.Next(2) == 0 ? 1u : null, random.Next(2) == 0 ? 2u : null);
                break;
            case Tunnel.Erspan:
                WriteErspan(ref writer, random.Next(4));
                withEthernet = true;
                break;
            case Tunnel.Vxlan:
                writer.Vxlan(1234);
                withEthernet = true;
                break;
            case Tunnel.VxlanGpe:
                writer.VxlanGpe(1234);
                break;
            case Tunnel.Geneve:
                writer.Geneve(99, random.Next(4));
                break;
            case Tunnel.GtpU:
                writer.GtpU(77, random.Next(2) == 0 ? (ushort)1 : null);
                return;
            case Tunnel.L2tp:
                writer.L2tp(1, 2);
                writer.Ppp();
                return;
            case Tunnel.EtherIp:
                writer.EtherIp();
                withEthernet = true;
                break;
            case Tunnel.Mpls:
                writer.Mpls(500);
                return;
            default:
                return;
        }

        if (withEthernet)
            writer.Ethernet(destinationMac, sourceMac);
    }

    private static void WriteErspan(ref PacketWriter writer, int kind)
    {
        if (kind == 0)
        {
            writer.ErspanTypeOne();
            return;
        }

        writer.Gre(sequence: 1);
        writer.Erspan(typeThree: kind > 1, 1, 2, platformPart: kind > 2);
    }
}
