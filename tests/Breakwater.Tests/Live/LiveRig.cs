using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Breakwater.Detection;
using Breakwater.Live;
using Breakwater.Telemetry.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Live;

/// <summary>
/// A running engine on loopback whose time a test moves, and senders for it. Sockets and threads are real; a tick ends when the test says so,
/// after everything sent has been read.
/// </summary>
internal sealed class LiveRig : IDisposable
{
    public const long Start = 1_767_225_600_000_000_000;

    private readonly Dictionary<(string From, int Number), Socket> _senders = [];
    private int _sent;

    public LiveRig(Func<LiveSettings, LiveSettings>? change = null, long start = Start, StreamRecorder? recorder = null)
    {
        Time = new ManualTime(start);
        Engine = new LiveEngine(change?.Invoke(Defaults) ?? Defaults, Time, recorder);
        Engine.StartReceiving();
    }

    /// <summary>Two threads on IPv4, IPv6 and TCP loopback, ports chosen by the kernel; exporters 127.0.0.1 and ::1.</summary>
    public static LiveSettings Defaults => new()
    {
        Detection = new DetectorOptions(),
        Exporters = [new ExporterEntry("edge", Address.Parse("127.0.0.1"), 0), new ExporterEntry("edge6", Address.Parse("::1"), 0)],
        Listen = new ListenAddresses([new IPEndPoint(IPAddress.Loopback, 0), new IPEndPoint(IPAddress.IPv6Loopback, 0)], [new IPEndPoint(IPAddress.Loopback, 0)]),
        Threads = 2,
    };

    public ManualTime Time { get; }

    public LiveEngine Engine { get; }

    /// <summary>Everything the engine told, taken from its output after each tick.</summary>
    public List<LiveEvent> Events { get; } = [];

    public IEnumerable<IncidentChange> Changes => Events.OfType<IncidentEvent>().Select(item => item.Change);

    public IPEndPoint Tcp => Engine.StreamAddresses.Single();

    /// <summary>Sends a datagram from a loopback address; another number is another source port.</summary>
    public void Send(ReadOnlySpan<byte> datagram, string from = "127.0.0.1", int number = 0)
    {
        var source = IPAddress.Parse(from);
        Assert.True(IPAddress.IsLoopback(source));
        if (!_senders.TryGetValue((from, number), out var sender))
        {
            sender = new Socket(source.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            sender.Bind(new IPEndPoint(source, 0));
            sender.Connect(Engine.DatagramAddresses.First(address => address.AddressFamily == source.AddressFamily));
            _senders.Add((from, number), sender);
        }

        sender.Send(datagram);
        _sent++;
    }

    /// <summary>Sends and waits until the engine has read it: its time of arrival is then the present time.</summary>
    public void Deliver(ReadOnlySpan<byte> datagram, string from = "127.0.0.1", int number = 0)
    {
        Send(datagram, from, number);
        AwaitReceived();
    }

    /// <summary>Waits until everything sent (and so many TCP messages) has been read.</summary>
    public void AwaitReceived(int messages = 0)
    {
        var watch = Stopwatch.StartNew();
        while (Engine.Account().Received < _sent + messages)
        {
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(20), $"{Engine.Account()} of {_sent} sent");
            Thread.Yield();
        }
    }

    /// <summary>Moves to the end of the present tick and ends it.</summary>
    public void Tick()
    {
        Time.MoveTo(((Now / Detector.TickNanoseconds) + 1) * Detector.TickNanoseconds);
        Engine.Tick();
        while (Engine.Output.Reader.TryRead(out var item))
            Events.Add(item);
    }

    /// <summary>Ends ticks until so much time has passed.</summary>
    public void Tick(TimeSpan time)
    {
        for (var end = Now + ((long)time.TotalMicroseconds * 1000); Now < end;)
            Tick();
    }

    /// <summary>Moves to a time, ending the ticks on the way.</summary>
    public void GoTo(long nanoseconds)
    {
        while (nanoseconds / Detector.TickNanoseconds > Now / Detector.TickNanoseconds)
            Tick();
        Time.MoveTo(nanoseconds);
    }

    public long Now => (Time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    public void Dispose()
    {
        foreach (var sender in _senders.Values)
            sender.Dispose();
        Engine.Dispose();
    }
}
