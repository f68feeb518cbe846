using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Breakwater.Demo;

/// <summary>The demo's scratch folder, with a configuration like one that an operator would write.</summary>
internal sealed class DemoFolder : IDisposable
{
    /// <summary>Exporters' own addresses: every address of 127.0.0.0/8 is this machine.</summary>
    public static readonly IPAddress SflowRouter = IPAddress.Parse("127.0.0.1");
    public static readonly IPAddress NetflowRouter = IPAddress.Parse("127.0.0.2");

    private const int SflowPort = 6343;
    private const int NetflowPort = 2055;
    private const int FirstApiPort = 8686;
    private const int PortsTried = 20;

    public DemoFolder()
    {
        Path = Directory.CreateTempSubdirectory("breakwater-demo-").FullName;
        Sflow = new IPEndPoint(IPAddress.Loopback, FreePort(SflowPort, ProtocolType.Udp));
        Netflow = new IPEndPoint(IPAddress.Loopback, FreePort(NetflowPort, ProtocolType.Udp));
        ConfigPath = System.IO.Path.Combine(Path, "breakwater.yaml");
        File.WriteAllText(ConfigPath, string.Create(CultureInfo.InvariantCulture, $$"""
            # The configuration of 'breakwater demo': documentation addresses, loopback only.
            version: 1

            listen:
              telemetry: [{{Sflow}}, {{Netflow}}]
              api: 127.0.0.1:{{FreePort(FirstApiPort, ProtocolType.Tcp)}}

            exporters:
              - {name: edge-sflow, address: {{SflowRouter}}}
              - {name: edge-netflow, address: {{NetflowRouter}}}

            services:
              - {name: portal, addresses: [203.0.113.10, "2001:db8:113::10"], profile: web}
              - {name: name-servers, addresses: [203.0.113.53, "2001:db8:113::53"], profile: dns}
              - {name: mail, addresses: [203.0.113.25, "2001:db8:113::25"], profile: mail}
              - {name: offices, addresses: [203.0.113.128/25]}

            detection:
              prefixes: [203.0.113.0/24]

            storage: {folder: data}

            """));
    }

    public string Path { get; }

    public string ConfigPath { get; }

    public IPEndPoint Sflow { get; }

    public IPEndPoint Netflow { get; }

    public void Dispose()
    {
        try
        {
            Directory.Delete(Path, recursive: true);
        }
        catch (Exception error) when (error is IOException or UnauthorizedAccessException)
        {
            // It lies where the system cleans up.
        }
    }

    /// <summary>The usual port, or one of the next when somebody has it.</summary>
    private static int FreePort(int first, ProtocolType protocol)
    {
        for (var port = first; port < first + PortsTried; port++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, protocol == ProtocolType.Tcp ? SocketType.Stream : SocketType.Dgram, protocol);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                return port;
            }
            catch (SocketException)
            {
                // Somebody has it.
            }
        }
        throw new IOException($"no free port from {first} to {first + PortsTried - 1} on loopback");
    }
}
