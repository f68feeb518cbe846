using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Text;
using Breakwater.Wire;

namespace Breakwater.Response.Bgp;

/// <summary>A connection to a router with what the kernel can do for its safety: TCP MD5 (RFC 2385) and GTSM (RFC 5082).</summary>
internal static class PeerSocket
{
    /// <summary>The longest key of TCP MD5 (TCP_MD5SIG_MAXKEYLEN).</summary>
    public const int MostKeyBytes = 80;

    private const int TcpMd5Signature = 14; // TCP_MD5SIG
    private const int IPv4MinimumTtl = 21; // IP_MINTTL
    private const int IPv6MinimumHops = 73; // IPV6_MINHOPCOUNT
    private const int LevelTcp = 6;
    private const int LevelIPv4 = 0;
    private const int LevelIPv6 = 41;
    private const int HighestTtl = 255;

    /// <summary>A socket that is ready to connect.</summary>
    /// <exception cref="SocketException">The kernel refuses an option: the peer is then not spoken to without it.</exception>
    public static Socket Make(BgpPeerSettings settings)
    {
        var family = settings.Address.IsIPv4 ? AddressFamily.InterNetwork : AddressFamily.InterNetworkV6;
        var socket = new Socket(family, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.NoDelay = true;
            if (settings.LocalAddress is { } local)
                socket.Bind(EndPointOf(local, 0));
            if (settings.Password is { } password)
                socket.SetRawSocketOption(LevelTcp, TcpMd5Signature, Md5Signature(settings.Address, password));
            if (settings.Hops is { } hops)
                SecureTtl(socket, settings.Address.IsIPv4, hops);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    public static IPEndPoint EndPointOf(Address address, ushort port)
    {
        Span<byte> octets = stackalloc byte[16];
        address.WriteTo(octets);
        return new IPEndPoint(new IPAddress(address.IsIPv4 ? octets[12..] : octets), port);
    }

    /// <summary>Sends with the highest TTL, and takes nothing that came over more hops.</summary>
    private static void SecureTtl(Socket socket, bool isIPv4, int hops)
    {
        var lowest = HighestTtl + 1 - hops;
        Span<byte> value = stackalloc byte[4];
        BitConverter.TryWriteBytes(value, lowest);
        if (isIPv4)
        {
            socket.Ttl = HighestTtl;
            socket.SetRawSocketOption(LevelIPv4, IPv4MinimumTtl, value);
        }
        else
        {
            socket.SetSocketOption(SocketOptionLevel.IPv6, SocketOptionName.IpTimeToLive, HighestTtl);
            socket.SetRawSocketOption(LevelIPv6, IPv6MinimumHops, value);
        }
    }

    // struct tcp_md5sig: sockaddr_storage 128, flags 1, prefix length 1, key length 2, ifindex 4, key 80 (linux/tcp.h).
    private static byte[] Md5Signature(Address peer, string password)
    {
        var option = new byte[128 + 8 + MostKeyBytes];
        Span<byte> octets = stackalloc byte[16];
        peer.WriteTo(octets);
        BitConverter.TryWriteBytes(option, (ushort)(peer.IsIPv4 ? 2 : 10)); // AF_INET, AF_INET6
        if (peer.IsIPv4)
            BinaryPrimitives.WriteUInt32BigEndian(option.AsSpan(4), peer.IPv4);
        else
            octets.CopyTo(option.AsSpan(8));
        var key = Encoding.UTF8.GetBytes(password);
        BitConverter.TryWriteBytes(option.AsSpan(130), (ushort)key.Length);
        key.CopyTo(option, 136);
        return option;
    }
}
