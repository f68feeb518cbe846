using System.Net;
using System.Net.Sockets;
using Breakwater.Wire;
using Breakwater.Wire.Sflow;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>
/// Clients with TCP connections over the cable to a service behind the agent, and an exporter on loopback that tells of each question and each answer that was exchanged: what the kernel drops,
/// it does not tell of. Of somebody else's datagrams it tells at all times: silence would be no harm.
/// </summary>
internal sealed class ClientsOfAService : IAsyncDisposable
{
    public const int Clients = 60;
    private const int Port = 8443;
    private const byte AckPush = 0x18;

    private readonly CancellationTokenSource _stop = new();
    private readonly Lock _telling = new();
    private readonly byte[] _buffer = new byte[2_048];
    private readonly Socket _listener, _exporter;
    private readonly Socket[] _clients;
    private readonly Task[] _running;
    private uint _sequence;

    private ClientsOfAService(HostRig rig)
    {
        // Other tests block threads of the pool: the clients are not to pause meanwhile.
        ThreadPool.GetMinThreads(out var threads, out var ports);
        ThreadPool.SetMinThreads(Math.Max(threads, Clients / 2), ports);
        var addresses = HostRig.ClientAddresses(Clients);
        rig.AddSpeakerAddresses(addresses);
        (_listener, _exporter) = NetworkNamespace.Run(rig.Space.Router, static () =>
        {
            var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Parse(RouterNamespace.RouterAddress), Port));
            listener.Listen(Clients);
            var exporter = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            exporter.Connect(new IPEndPoint(IPAddress.Loopback, 6343));
            return (listener, exporter);
        });
        _clients = [.. addresses.Select(address => NetworkNamespace.Run(rig.Space.Speaker, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            return socket;
        }))];
        _running = [Task.Run(Serve), Task.Run(TellOfOthers), .. _clients.Select((client, number) => Task.Run(() => Ask(client, number)))];
    }

    public static ClientsOfAService Start(HostRig rig) => new(rig);

    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        foreach (var client in _clients)
            client.Dispose();
        await Task.WhenAll(_running);
        _listener.Dispose();
        _exporter.Dispose();
        _stop.Dispose();
    }

    private async Task Serve()
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await _listener.AcceptAsync(_stop.Token);
                serving.Add(Task.Run(() => Answer(client), CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private async Task Answer(Socket client)
    {
        using (client)
        {
            var (peer, buffer) = ((IPEndPoint)client.RemoteEndPoint!, new byte[16]);
            try
            {
                while (await client.ReceiveAsync(buffer, _stop.Token) > 0)
                {
                    Tell(peer, isAnswer: false);
                    await client.SendAsync(buffer.AsMemory(0, 1), _stop.Token);
                    Tell(peer, isAnswer: true);
                }
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The end of the test.
            }
        }
    }

    private async Task Ask(Socket client, int number)
    {
        var (random, buffer) = (new Random(number), new byte[1]);
        try
        {
            await client.ConnectAsync(new IPEndPoint(IPAddress.Parse(RouterNamespace.RouterAddress), Port), _stop.Token);
            while (true)
            {
                await client.SendAsync(buffer, _stop.Token);
                await client.ReceiveAsync(buffer, _stop.Token);
                await Task.Delay(TimeSpan.FromMilliseconds(-500 * Math.Log(1 - random.NextDouble())), TimeProvider.System, _stop.Token);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }

    private async Task TellOfOthers()
    {
        try
        {
            while (true)
            {
                Tell(new SflowIp { Length = 80, Protocol = 17, Source = Address.Parse("10.99.0.250"), Destination = Address.Parse(RouterNamespace.RouterAddress), SourcePort = 40_000, DestinationPort = 7 });
                await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The end of the test.
        }
    }

    private void Tell(IPEndPoint peer, bool isAnswer)
    {
        var (host, client) = (Address.Parse(RouterNamespace.RouterAddress), Address.Parse(peer.Address.ToString()));
        Tell(new SflowIp
        {
            Length = 53,
            Protocol = 6,
            Source = isAnswer ? host : client,
            Destination = isAnswer ? client : host,
            SourcePort = isAnswer ? Port : (uint)peer.Port,
            DestinationPort = isAnswer ? (uint)peer.Port : Port,
            TcpFlags = AckPush,
        });
    }

    private void Tell(SflowIp packet)
    {
        lock (_telling)
        {
            var writer = new SflowWriter(_buffer, new SflowDatagram { Agent = Address.Parse("127.0.0.1"), HasAgent = true, SequenceNumber = _sequence, UptimeMilliseconds = _sequence });
            writer.BeginFlowSample(new SflowFlowSample
            {
                SequenceNumber = _sequence++,
                Source = new SflowSource(0, 1),
                SamplingRate = 1,
                Input = new SflowInterface(SflowInterfaceFormat.Index, 1),
                Output = new SflowInterface(SflowInterfaceFormat.Index, 2),
            });
            writer.WriteIp(packet);
            writer.EndSample();
            _exporter.Send(writer.Written);
        }
    }
}
