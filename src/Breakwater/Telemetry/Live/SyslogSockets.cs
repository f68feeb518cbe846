using System.Net;
using System.Net.Sockets;

namespace Breakwater.Telemetry.Live;

/// <summary>Makes the sockets of syslog inputs.</summary>
internal static class SyslogSockets
{
    private const UnixFileMode Writers = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>Opens an input.</summary>
    /// <exception cref="ListenException">Its address cannot be listened on.</exception>
    public static ISyslogSocket Open(LogSource source, SyslogLines lines)
    {
        try
        {
            return source.Syslog!.Transport is SyslogTransport.Udp or SyslogTransport.Unix ? new SyslogDatagrams(source, lines) : new SyslogConnections(source, lines);
        }
        catch (Exception error) when (error is SocketException or IOException or UnauthorizedAccessException)
        {
            throw new ListenException($"cannot listen on {source.Name} (syslog): {error.Message}", error);
        }
    }

    /// <exception cref="SocketException">The address is not this machine's, or is in use.</exception>
    public static Socket Bind(SyslogEndpoint endpoint, SocketType type)
    {
        var isUnix = endpoint.Path is not null;
        var socket = new Socket(isUnix ? AddressFamily.Unix : endpoint.Address!.AddressFamily, type, isUnix ? ProtocolType.Unspecified : type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        try
        {
            if (endpoint.Address is { AddressFamily: AddressFamily.InterNetworkV6 })
                socket.DualMode = false;
            if (type == SocketType.Dgram)
                SetBuffer(socket);
            else if (!isUnix)
                socket.SetRawSocketOption(LibC.SocketLevel, LibC.ReuseAddress, BitConverter.GetBytes(1));
            socket.Blocking = false;
            if (isUnix)
                BindUnix(socket, endpoint.Path!);
            else
                socket.Bind(endpoint.Address!);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }

    /// <summary>Removes the file of a Unix socket.</summary>
    public static void Remove(string? path)
    {
        if (path is not null)
            File.Delete(path);
    }

    /// <summary>The file of a socket that nobody has open any more stands in the way; one that is in use, or no socket, stays.</summary>
    private static void BindUnix(Socket socket, string path)
    {
        if (File.Exists(path) && IsAbandoned(path, socket.SocketType))
            File.Delete(path);
        socket.Bind(new UnixDomainSocketEndPoint(path));
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(path, Writers);
    }

    private static bool IsAbandoned(string path, SocketType type)
    {
        try
        {
            using var probe = new Socket(AddressFamily.Unix, type, ProtocolType.Unspecified);
            probe.Connect(new UnixDomainSocketEndPoint(path));
            return false;
        }
        catch (SocketException error)
        {
            return error.SocketErrorCode == SocketError.ConnectionRefused;
        }
    }

    private static void SetBuffer(Socket socket)
    {
        try
        {
            socket.SetRawSocketOption(LibC.SocketLevel, LibC.ReceiveBufferForced, BitConverter.GetBytes(DatagramSocket.WantedBufferBytes));
        }
        catch (SocketException)
        {
            socket.ReceiveBufferSize = DatagramSocket.WantedBufferBytes; // without the privilege, as much as net.core.rmem_max allows
        }
    }
}
