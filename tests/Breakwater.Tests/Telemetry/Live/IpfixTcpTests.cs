using System.Net.Sockets;
using Breakwater.Telemetry.Health;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>IPFIX over TCP on loopback.</summary>
public sealed class IpfixTcpTests
{
    [Fact]
    public void Messages_InAnyPieces_AreRead()
    {
        using var rig = new LiveRig();
        using var connection = Connect(rig);
        byte[] stream = [.. Datagrams.Ipfix(0, rig.Now, 5), .. Datagrams.Ipfix(5, rig.Now, 5, template: false), .. Datagrams.Ipfix(10, rig.Now, 5, template: false)];
        for (var at = 0; at < stream.Length; at += 37)
            connection.Send(stream.AsSpan(at, Math.Min(37, stream.Length - at)));
        rig.AwaitReceived(messages: 3);
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(15, Edge(rig).Records);
        Assert.Equal(new ReceiveAccount(3, 3, 0, 0, 0, 0), rig.Engine.Account());
    }

    /// <summary>RFC 7011 §8: a template holds for its own connection.</summary>
    [Fact]
    public void Template_OfAnotherConnection_DoesNotHold()
    {
        using var rig = new LiveRig();
        using var one = Connect(rig);
        one.Send(Datagrams.Ipfix(0, rig.Now, 5));
        rig.AwaitReceived(messages: 1);
        using var other = Connect(rig);
        other.Send(Datagrams.Ipfix(0, rig.Now, 5, template: false));
        rig.AwaitReceived(messages: 2);
        rig.Tick(TimeSpan.FromSeconds(1));
        Assert.Equal(5, Edge(rig).Records);
    }

    [Fact]
    public void Garbage_EndsTheConnection()
    {
        using var rig = new LiveRig();
        using var connection = Connect(rig);
        connection.Send("GET / HTTP/1.1\r\n\r\n"u8);
        Assert.True(IsClosed(connection));
        rig.AwaitReceived(messages: 1);
        Assert.Equal(1, rig.Engine.Account().Undecodable);
    }

    [Fact]
    public void SlowClient_IsDropped()
    {
        using var rig = new LiveRig();
        using var connection = Connect(rig);
        connection.Send(Datagrams.Ipfix(0, rig.Now, 5).AsSpan(0, 20));
        Assert.False(IsClosed(connection, TimeSpan.FromSeconds(0.5)));
        rig.Time.Move(IpfixSession.SlowestMessage + TimeSpan.FromSeconds(1));
        Assert.True(IsClosed(connection));
    }

    /// <summary>The twin: one between two messages may wait.</summary>
    [Fact]
    public void IdleClient_Stays()
    {
        using var rig = new LiveRig();
        using var connection = Connect(rig);
        connection.Send(Datagrams.Ipfix(0, rig.Now, 5));
        rig.AwaitReceived(messages: 1);
        rig.Time.Move(IpfixSession.SlowestMessage + TimeSpan.FromSeconds(1));
        Assert.False(IsClosed(connection, TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public void TooManyConnections_AreTurnedAway()
    {
        using var rig = new LiveRig();
        var connections = Enumerable.Range(0, IpfixSession.MaximumPerExporter + 1).Select(_ => Connect(rig)).ToList();
        Assert.True(IsClosed(connections[^1]));
        Assert.False(IsClosed(connections[0], TimeSpan.FromSeconds(0.2)));
        connections.ForEach(static connection => connection.Dispose());
    }

    /// <summary>A router whose power was cut never closes its connections: when it is back it gets the place of one of them.</summary>
    [Fact]
    public void TooManyConnections_TheLongestIdleGivesWay()
    {
        using var rig = new LiveRig();
        var connections = Enumerable.Range(0, IpfixSession.MaximumPerExporter).Select(_ => Connect(rig)).ToList();
        for (var index = 0; index < connections.Count; index++)
            connections[index].Send(Datagrams.Ipfix(0, rig.Now, 1));
        rig.AwaitReceived(messages: connections.Count);
        rig.Time.Move(IpfixSession.ShortestIdle - TimeSpan.FromSeconds(1));
        foreach (var (index, connection) in connections.Index())
        {
            if (index != 3)
                connection.Send(Datagrams.Ipfix(1, rig.Now, 1));
        }

        rig.AwaitReceived(messages: (2 * connections.Count) - 1);
        // The twin: a second earlier none of them is idle for long enough.
        using (var early = Connect(rig))
            Assert.True(IsClosed(early));
        rig.Time.Move(TimeSpan.FromSeconds(2));
        using var back = Connect(rig);
        Assert.True(IsClosed(connections[3]));
        back.Send(Datagrams.Ipfix(0, rig.Now, 1));
        rig.AwaitReceived(messages: 2 * connections.Count);
        Assert.False(IsClosed(connections[0], TimeSpan.FromSeconds(0.2)));
        connections.ForEach(static connection => connection.Dispose());
    }

    [Fact]
    public void Port_IsNotSharedWithAnother_ButFreeAtOnceAfterwards()
    {
        System.Net.IPEndPoint port;
        using (var rig = new LiveRig())
        using (var connection = Connect(rig))
        {
            port = rig.Tcp;
            connection.Send("GET / HTTP/1.1\r\n\r\n"u8);
            Assert.True(IsClosed(connection)); // from the other side: its end of the connection lingers
            Assert.Throws<ListenException>(() => Again().Dispose());
        }

        using var next = Again();
        Assert.Equal(port, next.Tcp);

        LiveRig Again() => new(settings => settings with { Listen = settings.Listen with { Streams = [port] } });
    }

    [Fact]
    public void UnknownSender_IsTurnedAway()
    {
        using var rig = new LiveRig(static settings => settings with { Exporters = [new ExporterEntry("other", Address.Parse("192.0.2.1"), 0)] });
        using var connection = Connect(rig);
        Assert.True(IsClosed(connection));
        rig.AwaitReceived(messages: 1);
        Assert.Equal(1, rig.Engine.Account().Ignored);
    }

    private static ExporterHealth Edge(LiveRig rig) => rig.Engine.Health.Exporters.Single(static exporter => exporter.Name == "edge");

    private static Socket Connect(LiveRig rig)
    {
        var connection = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        connection.Connect(rig.Tcp);
        return connection;
    }

    /// <summary>Waits for the other side to close.</summary>
    private static bool IsClosed(Socket connection, TimeSpan? longest = null)
    {
        connection.ReceiveTimeout = (int)(longest ?? TimeSpan.FromSeconds(20)).TotalMilliseconds;
        var count = connection.Receive(new byte[1], SocketFlags.None, out var error);
        return error is SocketError.ConnectionReset || (error == SocketError.Success && count == 0);
    }
}
