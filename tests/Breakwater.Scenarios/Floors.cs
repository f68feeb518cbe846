using Breakwater.Detection;
using Breakwater.Samples;

namespace Breakwater.Scenarios;

/// <summary>
/// The lowest rates that are called attacks by default, per second and host. The truth of the scenarios is told against these and not
/// against what a detector happens to be set to.
/// </summary>
internal static class Floors
{
    public static int Of(Vector vector) => vector switch
    {
        Vector.AckFlood or Vector.RstFlood or Vector.FinFlood or Vector.TcpNullFlood or Vector.TcpXmasFlood or Vector.FragmentFlood
            or Vector.DnsQueryFlood or Vector.DnsRandomSubdomain => 1_000,
        Vector.UdpFlood or Vector.QuicFlood or Vector.SipFlood or Vector.DhcpFlood or Vector.GreFlood or Vector.IpProtocolFlood => 2_000,
        Vector.TcpConnectionFlood => 200,
        Vector.HttpFlood or Vector.HttpCacheBusting => 100,
        _ => 500,
    };

    /// <summary>A network has twice (/24, /48 and longer) or four times the floor of a host.</summary>
    public static int Factor(Prefix target)
    {
        var longest = target.Network.IsIPv4 ? 32 : 128;
        var narrow = target.Network.IsIPv4 ? 24 : 48;
        return target.Length == longest ? 1 : target.Length >= narrow ? 2 : 4;
    }

    /// <summary>True when the packet is one of those that the vector's floor counts: a connection, a request, or any.</summary>
    public static bool Counts(Vector vector, SamplePacket packet) => vector switch
    {
        Vector.TcpConnectionFlood => packet.TcpFlags == TcpFlags.Syn,
        Vector.HttpFlood or Vector.HttpCacheBusting => packet.PayloadLength > 0,
        Vector.FragmentFlood => packet.FragmentOffset > 0,
        _ when Vectors.IsAmplification(vector) => packet.FragmentOffset == 0, // later fragments have no port
        _ => true,
    };
}
