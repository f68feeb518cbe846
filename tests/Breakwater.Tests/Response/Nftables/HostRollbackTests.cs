using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Breakwater.Detection;
using Breakwater.Response.Effect;
using Breakwater.Response.Nftables;
using Breakwater.Response.Rules;
using Breakwater.Wire;

namespace Breakwater.Tests.Response.Nftables;

/// <summary>Real clients with real TCP connections: a deliberately wrong rule is taken back within 10 s of hurting them, an innocent one stays.</summary>
[Trait("Tier", "daemon")]
public sealed class HostRollbackTests
{
    private const int Clients = 60;
    private const int Port = 8443;
    private static readonly Prefix _host = new(Address.Parse(RouterNamespace.RouterAddress), 32);
    private static readonly TimeSpan _lease = TimeSpan.FromSeconds(60);

    [Theory]
    [InlineData("destination 10.99.0.2/32 protocol 6 destination-port 8443 then discard", true)]
    [InlineData("destination 10.99.0.2/32 protocol 17 then discard", false)]
    public async Task Rule_ThatHurtsTheCohort_IsTakenBackWithinTenSeconds(string text, bool isWrong)
    {
        using var rig = HostRig.Make();
        rig.StartAgent();
        await using var plane = rig.Plane();
        using var stop = new CancellationTokenSource();
        var addresses = HostRig.ClientAddresses(Clients);
        rig.AddSpeakerAddresses(addresses);
        var meter = new CohortMeter();
        meter.Renew(addresses.Select(Member), 0);
        var watch = Stopwatch.StartNew();
        using var listener = NetworkNamespace.Run(rig.Space.Router, static () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            socket.Bind(new IPEndPoint(IPAddress.Parse(RouterNamespace.RouterAddress), Port));
            socket.Listen(Clients);
            return socket;
        });
        var serving = Task.Run(() => Serve(listener, meter, watch, stop.Token));
        var clients = addresses.Select(address => NetworkNamespace.Run(rig.Space.Speaker, () =>
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
            socket.Bind(new IPEndPoint(IPAddress.Parse(address), 0));
            return socket;
        })).ToArray();
        var asking = clients.Select((client, number) => Task.Run(() => Ask(client, number, stop.Token))).ToArray();
        await Task.Delay(TimeSpan.FromSeconds(30), TimeProvider.System);

        var rule = HostRig.Set(plane, text, _lease);
        var active = watch.Elapsed;
        var effect = new MitigationEffect(new CohortWatch(meter, _host, (long)Math.Ceiling(active.TotalSeconds)));
        TimeSpan? rolledBack = null;
        while (watch.Elapsed - active < TimeSpan.FromSeconds(15) && rolledBack is null)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(100), TimeProvider.System);
            if (effect.Next(watch.Elapsed, (long)watch.Elapsed.TotalSeconds, false, []).Step != EffectStep.RollBack)
                continue;
            plane.Clear(rule);
            HostRig.Until(() => !rig.Table().Contains("elements", StringComparison.Ordinal), "the filter is gone");
            rolledBack = watch.Elapsed - active;
        }

        TestContext.Current.TestOutputHelper?.WriteLine($"{text}: {(rolledBack is { } after ? string.Create(CultureInfo.InvariantCulture, $"gone {after.TotalSeconds:0.0} s after it became active") : "stays")}; {effect.Cohort?.Why}");
        Assert.Equal(isWrong, rolledBack is not null);
        if (isWrong)
            Assert.InRange(rolledBack!.Value, TimeSpan.Zero, TimeSpan.FromSeconds(10));
        await stop.CancelAsync();
        foreach (var client in clients)
            client.Dispose();
        await Task.WhenAll([serving, .. asking]);
    }

    private static CohortMember Member(string client) => new(Address.Parse(client), _host.Network);

    // What telemetry sees of the service's answers: counted where they are sent after a question came through.
    private static async Task Serve(Socket listener, CohortMeter meter, Stopwatch watch, CancellationToken stop)
    {
        var serving = new List<Task>();
        try
        {
            while (true)
            {
                var client = await listener.AcceptAsync(stop);
                serving.Add(Task.Run(() => Answer(client, meter, watch, stop), CancellationToken.None));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(serving);
        }
    }

    private static async Task Answer(Socket client, CohortMeter meter, Stopwatch watch, CancellationToken stop)
    {
        using (client)
        {
            var member = Member(((IPEndPoint)client.RemoteEndPoint!).Address.ToString());
            var buffer = new byte[16];
            try
            {
                while (await client.ReceiveAsync(buffer, stop) > 0)
                {
                    meter.Offer(member, (long)watch.Elapsed.TotalSeconds, 1);
                    await client.SendAsync(buffer.AsMemory(0, 1), stop);
                }
            }
            catch (Exception error) when (error is OperationCanceledException or SocketException)
            {
                // The end of the test.
            }
        }
    }

    private static async Task Ask(Socket client, int number, CancellationToken stop)
    {
        var (random, buffer) = (new Random(number), new byte[1]);
        try
        {
            await client.ConnectAsync(new IPEndPoint(IPAddress.Parse(RouterNamespace.RouterAddress), Port), stop);
            while (true)
            {
                await client.SendAsync(buffer, stop);
                await client.ReceiveAsync(buffer, stop);
                await Task.Delay(TimeSpan.FromMilliseconds(-500 * Math.Log(1 - random.NextDouble())), TimeProvider.System, stop);
            }
        }
        catch (Exception error) when (error is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // The end of the test.
        }
    }
}
