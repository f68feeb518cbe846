using System.Collections.Frozen;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Breakwater.Telemetry.Live;
using Breakwater.Tests.Live;
using Breakwater.Wire;

namespace Breakwater.Tests.Telemetry.Live;

/// <summary>One receiver on the test's own thread.</summary>
public sealed class DatagramReceiverTests
{
    [Fact]
    public void Receive_WarmTemplates_AllocatesNothing()
    {
        using var bench = new Bench();
        var datagrams = Enumerable.Range(1, 1000).Select(static sequence => Datagrams.NetFlow9((uint)sequence, LiveRig.Start, 30, template: false)).ToArray();
        bench.Pass([Datagrams.NetFlow9(0, LiveRig.Start, 30)]);
        bench.Pass(datagrams.AsSpan(0, 500));

        var passed = 500;
        Assert.Equal(0, AllocatedBytes.Least(() =>
        {
            bench.Pass(datagrams.AsSpan(passed, 60));
            passed += 60;
        }));
        Assert.Equal(30 * (1 + passed), bench.Flows.Flows);
    }

    [Fact]
    public void Receive_NewTemplates_Allocates()
    {
        // The twin: the same measure sees a template being learned.
        using var bench = new Bench();
        var datagram = Datagrams.NetFlow9(0, LiveRig.Start, 30);
        var before = GC.GetAllocatedBytesForCurrentThread();
        bench.Pass([datagram]);
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before > 0);
    }

    [Fact]
    public void Receive_FullSocketBuffer_CountsWhatTheKernelDropped()
    {
        using var bench = new Bench(bufferBytes: 4096);
        for (uint sequence = 0; sequence < 100; sequence++)
            bench.Send(Datagrams.NetFlow9(sequence, LiveRig.Start, 20));
        bench.Drain();
        bench.Receiver.CountDrops();
        var drops = bench.Receiver.Counts.KernelDrops;
        Assert.True(drops > 0);
        Assert.Equal(100, bench.Receiver.Counts.Received + drops);
        bench.Receiver.CountDrops();
        Assert.Equal(drops, bench.Receiver.Counts.KernelDrops);
    }

    [Fact]
    public void Receive_RoomEnough_DropsNothing()
    {
        using var bench = new Bench();
        for (uint sequence = 0; sequence < 100; sequence++)
            bench.Send(Datagrams.NetFlow9(sequence, LiveRig.Start, 20));
        bench.Drain();
        bench.Receiver.CountDrops();
        Assert.Equal((100L, 0L), (bench.Receiver.Counts.Received, bench.Receiver.Counts.KernelDrops));
    }

    [Fact]
    public void Receive_TheLargestDatagram_IsRead()
    {
        using var bench = new Bench();
        var large = Datagrams.NetFlow9(0, LiveRig.Start, 1500);
        Assert.True(large.Length > 48_000);
        bench.Pass([large]);
        Assert.Equal((1L, 1500L), (bench.Receiver.Counts.Counted, bench.Flows.Flows));
    }

    [Theory]
    [InlineData(7u, 30)]
    [InlineData(8u, 0)]
    [InlineData(9u, 0)]
    public void Receive_WithBoundary_CountsThereAlone(uint input, int counted)
    {
        var roles = new Dictionary<uint, InterfaceRole> { [7] = InterfaceRole.External, [9] = InterfaceRole.Ignored };
        using var bench = new Bench(roles: new InterfaceRoles(roles.ToFrozenDictionary(), hasBoundary: true));
        bench.Pass([Datagrams.NetFlow9(0, LiveRig.Start, 30, input: input)]);
        Assert.Equal(counted, bench.Flows.Flows);
        Assert.Equal(30, bench.Exporter.Signs.Flows);
        Assert.Equal(30 - counted, bench.Exporter.Signs.FlowsNotCounted);
    }

    /// <summary>Sockets are left alone only for as long as a busy exporter takes to half fill them.</summary>
    [Fact]
    public void SmallBuffer_IsEmptiedMoreOften()
    {
        using var small = new DatagramSocket(new IPEndPoint(IPAddress.Loopback, 0), bufferBytes: 1 << 16);
        using var large = new DatagramSocket(new IPEndPoint(IPAddress.Loopback, 0), bufferBytes: 1 << 20);
        Assert.Equal(small.BufferBytes / 2 / 4352.0 * 10_000, small.HalfFilledNanoseconds, 1.0);
        Assert.True(large.HalfFilledNanoseconds > small.HalfFilledNanoseconds);
    }

    /// <summary>Just before a tick ends the sockets are emptied for it.</summary>
    [Theory]
    [InlineData(0, 33_000_000)]
    [InlineData(95_000, 4_500_000)]
    [InlineData(99_800, 33_000_000)]
    public void Wait_EndsBeforeTheTickDoes(int elapsedMicroseconds, long expected)
    {
        using var bench = new Bench();
        bench.Time.Move(TimeSpan.FromMicroseconds(elapsedMicroseconds));
        Assert.Equal(Math.Min(expected, bench.HalfFilledNanoseconds), bench.Receiver.WaitNanoseconds);
    }

    /// <summary>A socket that is closed tells nothing, and stops nobody who asks.</summary>
    [Fact]
    public void Drops_OfAClosedSocket_AreNone()
    {
        var socket = new DatagramSocket(new IPEndPoint(IPAddress.Loopback, 0), bufferBytes: 1 << 16);
        socket.Dispose();
        Assert.Equal(0u, socket.NewDrops());
    }

    /// <summary>A socket that is shut down says at once, each time, that there is something to read, and has nothing.</summary>
    [Fact]
    public void Run_OnASocketThatSaysReadyAndGivesNothing_DoesNotTakeACore()
    {
        using var bench = new Bench();
        bench.ShutDown();
        TimeSpan spent = default;
        var thread = new Thread(() =>
        {
            bench.Receiver.Run();
            spent = ThreadTime();
        });
        thread.Start();
        Thread.Sleep(500);
        bench.Receiver.Stop();
        Assert.True(thread.Join(TimeSpan.FromSeconds(20)));
        Assert.InRange(spent.TotalSeconds, 0, 0.2);
    }

    /// <summary>Processor time of this thread: the first number of its schedstat, nanoseconds.</summary>
    private static TimeSpan ThreadTime() =>
        TimeSpan.FromMicroseconds(long.Parse(File.ReadAllText("/proc/thread-self/schedstat").Split(' ')[0], CultureInfo.InvariantCulture) / 1_000);

    private sealed class Bench : IDisposable
    {
        private readonly DatagramSocket _socket;
        private readonly Socket _sender = new(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);

        public Bench(int bufferBytes = DatagramSocket.WantedBufferBytes, InterfaceRoles? roles = null)
        {
            _socket = new DatagramSocket(new IPEndPoint(IPAddress.Loopback, 0), bufferBytes);
            _sender.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            _sender.Connect(_socket.LocalAddress);
            var registry = new ExporterRegistry([new ExporterEntry("edge", Address.Parse("127.0.0.1"), 0) { Interfaces = roles ?? InterfaceRoles.None }]);
            Exporter = registry.All[0];
            Receiver = new DatagramReceiver<CountingSink>([_socket], registry, new TickGate(new TickClock(Time)), new CountingSink(Flows));
        }

        public ManualTime Time { get; } = new(LiveRig.Start);

        public long HalfFilledNanoseconds => _socket.HalfFilledNanoseconds;

        public FlowCount Flows { get; } = new();

        public LiveExporter Exporter { get; }

        public DatagramReceiver<CountingSink> Receiver { get; }

        public void Send(byte[] datagram) => _sender.Send(datagram);

        /// <summary>Linux refuses for a socket without a peer, and shuts it down all the same.</summary>
        public void ShutDown()
        {
            using var socket = new Socket(new SafeSocketHandle(_socket.Descriptor, ownsHandle: false));
            Assert.Throws<SocketException>(() => socket.Shutdown(SocketShutdown.Receive));
        }

        /// <summary>Sends and receives in turns.</summary>
        public void Pass(ReadOnlySpan<byte[]> datagrams)
        {
            foreach (var datagram in datagrams)
            {
                Send(datagram);
                while (Receiver.Receive(0) == 0)
                    Thread.SpinWait(10);
            }
        }

        public void Drain()
        {
            while (Receiver.Receive(0) > 0)
                Thread.SpinWait(10);
        }

        public void Dispose()
        {
            _sender.Dispose();
            Receiver.Dispose();
            _socket.Dispose();
        }
    }
}
