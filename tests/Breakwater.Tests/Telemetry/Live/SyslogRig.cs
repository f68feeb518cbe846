using System.Net;
using System.Net.Sockets;
using System.Text;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Incidents;
using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>A syslog input on loopback or in a folder, and what it takes.</summary>
internal sealed class SyslogRig : IDisposable
{
    private readonly ScratchFolder _folder = new();
    private readonly LogIntake _intake;

    public SyslogRig(SyslogTransport transport, string allow = "127.0.0.1")
    {
        var isUnix = transport is SyslogTransport.Unix or SyslogTransport.UnixStream;
        var endpoint = new SyslogEndpoint(transport, isUnix ? null : new IPEndPoint(IPAddress.Loopback, 0), isUnix ? SocketPath : null);
        _intake = new LogIntake(
            [new LogSource("syslog", -1) { Syslog = endpoint, Allow = [(Address.Parse(allow), 32)] }], null,
            (_, lines) => Taken.AddRange(Encoding.Latin1.GetString(lines)[..^1].Split('\n')), TimeProvider.System);
        EndPoint = _intake.Addresses.Single();
    }

    public List<string> Taken { get; } = [];

    public EndPoint EndPoint { get; }

    public string SocketPath => _folder.File("log.sock");

    public string Folder => _folder.Path;

    public int Port => ((IPEndPoint)EndPoint).Port;

    public SyslogCounts Counts => _intake.States[0].Syslog!;

    /// <summary>Rounds until so many lines have come, or a few seconds have passed.</summary>
    public void Await(int lines) => Await(() => Taken.Count >= lines);

    public void Round() => _intake.Round();

    public void Await(Func<bool> isDone)
    {
        for (var round = 0; round < 100 && !isDone(); round++)
            _intake.Round();
        Assert.True(isDone(), $"{Taken.Count} lines: {string.Join('|', Taken.Take(5))}");
    }

    public Socket Connect(SocketType type)
    {
        var isUnix = EndPoint is not IPEndPoint;
        var socket = new Socket(isUnix ? AddressFamily.Unix : AddressFamily.InterNetwork, type, isUnix ? ProtocolType.Unspecified : type == SocketType.Dgram ? ProtocolType.Udp : ProtocolType.Tcp);
        socket.Connect(EndPoint);
        return socket;
    }

    public void Dispose()
    {
        _intake.Dispose();
        _folder.Dispose();
    }
}
