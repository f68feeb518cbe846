using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Breakwater.Telemetry.Health;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// All sockets and their threads. Each UDP thread has one socket per address and one shard; IPFIX over TCP has a thread and a shard of its own.
/// Between <see cref="CloseGates"/> and <see cref="OpenGates"/> no record is counted.
/// </summary>
internal sealed class Intake<TSink> : IDisposable
    where TSink : struct, IFlowSink
{
    private readonly ImmutableArray<DatagramSocket> _sockets;
    private readonly ImmutableArray<DatagramReceiver<TSink>> _receivers;
    private readonly IpfixTcpReceiver<TSink>? _tcp;
    private readonly ImmutableArray<TickGate> _gates;
    private readonly List<Thread> _threads = [];
    private readonly ExporterRegistry _exporters;

    /// <param name="addresses">Where to listen; port 0 lets the kernel choose.</param>
    /// <param name="exporters">Who is believed.</param>
    /// <param name="clock">Times of arrival.</param>
    /// <param name="sinks">One per shard (<see cref="ShardsFor"/>): UDP threads first, TCP last.</param>
    /// <param name="time">For slow TCP connections.</param>
    /// <param name="recorder">Gets every datagram of an exporter; null: none.</param>
    /// <exception cref="ListenException">An address cannot be listened on.</exception>
    public Intake(ListenAddresses addresses, ExporterRegistry exporters, TickClock clock, ImmutableArray<TSink> sinks, TimeProvider time, StreamRecorder? recorder = null)
    {
        if (!OperatingSystem.IsLinux() || !Environment.Is64BitProcess)
            throw new ListenException("receiving needs Linux on a 64-bit processor");
        _exporters = exporters;
        _gates = [.. sinks.Select(_ => new TickGate(clock))];
        var datagramShards = sinks.Length - (addresses.Streams.IsEmpty ? 0 : 1);
        var sockets = new List<DatagramSocket>();
        try
        {
            var bySocket = addresses.Datagrams.Select(address => Open(address, datagramShards, sockets)).ToList();
            _sockets = [.. sockets];
            _receivers =
            [
                .. Enumerable.Range(0, datagramShards).Select(shard => new DatagramReceiver<TSink>(
                    [.. bySocket.Select(group => group[shard])], exporters, _gates[shard], sinks[shard], recorder)),
            ];
            if (!addresses.Streams.IsEmpty)
                _tcp = ListenTcp(addresses.Streams, exporters, _gates[^1], sinks[^1], time, recorder);
        }
        catch
        {
            sockets.ForEach(static socket => socket.Dispose());
            throw;
        }
    }

    /// <summary>Shards that an intake on these addresses needs when so many threads are to take datagrams.</summary>
    public static int ShardsFor(ListenAddresses addresses, int threads) =>
        (addresses.Datagrams.IsEmpty ? 0 : threads) + (addresses.Streams.IsEmpty ? 0 : 1);

    /// <summary>Where datagrams are taken, with the ports that the kernel chose.</summary>
    public IEnumerable<IPEndPoint> DatagramAddresses => _sockets.Select(static socket => socket.LocalAddress).Distinct();

    /// <summary>Where connections are taken.</summary>
    public IEnumerable<IPEndPoint> StreamAddresses => _tcp?.LocalAddresses ?? [];

    /// <summary>The smallest buffer that the kernel granted to a socket, bytes.</summary>
    public int SmallestBufferBytes => _sockets.IsEmpty ? 0 : _sockets.Min(static socket => socket.BufferBytes);

    /// <summary>TCP connections turned away or dropped.</summary>
    public long LostSessions => _tcp is null ? 0 : _tcp.RefusedSessions + _tcp.DroppedSessions;

    /// <summary>Starts the threads.</summary>
    public void Start()
    {
        for (var index = 0; index < _receivers.Length; index++)
            Start(_receivers[index].Run, $"receive {index}");
        if (_tcp is not null)
            Start(_tcp.Run, "receive tcp");
    }

    /// <summary>No record is counted from here on; what the kernel has dropped so far is.</summary>
    public void CloseGates()
    {
        foreach (var gate in _gates)
            gate.Close();
        foreach (var receiver in _receivers)
            receiver.CountDrops();
    }

    /// <summary>Counting goes on.</summary>
    public void OpenGates()
    {
        foreach (var gate in _gates)
            gate.Open();
    }

    /// <summary>Datagrams that the kernel has dropped so far. Only while the gates are closed.</summary>
    public long KernelDrops => AllCounts().Sum(static counts => counts.KernelDrops);

    /// <summary>Where the datagrams went so far. Only while the gates are closed.</summary>
    public ReceiveAccount Account()
    {
        long received = 0, counted = 0, undecodable = 0, ignored = 0, drops = 0;
        foreach (var counts in AllCounts())
        {
            received += counts.Received;
            counted += counts.Counted;
            undecodable += counts.Undecodable;
            ignored += counts.Unknown.Datagrams;
            drops += counts.KernelDrops;
        }

        return new ReceiveAccount(received, counted, undecodable, ignored, _exporters.Shed.Records, drops);
    }

    /// <summary>Who sent without being configured. Only while the gates are closed.</summary>
    public void AddUnknownTo(Dictionary<Address, (long Datagrams, long LastReceived)> senders)
    {
        foreach (var counts in AllCounts())
            counts.Unknown.AddTo(senders);
    }

    /// <summary>Stops the threads and closes the sockets. The gates must be open.</summary>
    public void Dispose()
    {
        foreach (var receiver in _receivers)
            receiver.Stop();
        _tcp?.Stop();
        foreach (var thread in _threads)
            thread.Join();
        foreach (var receiver in _receivers)
            receiver.Dispose();
        _tcp?.Dispose();
        foreach (var socket in _sockets)
            socket.Dispose();
    }

    private IEnumerable<ReceiveCounts> AllCounts() =>
        _receivers.Select(static receiver => receiver.Counts).Concat(_tcp is null ? [] : [_tcp.Counts]);

    private static ImmutableArray<DatagramSocket> Open(IPEndPoint address, int count, List<DatagramSocket> opened)
    {
        var group = ImmutableArray.CreateBuilder<DatagramSocket>(count);
        var bound = address;
        if (address.Port != 0)
            CheckFree(address);
        for (var index = 0; index < count; index++)
        {
            try
            {
                group.Add(new DatagramSocket(bound));
            }
            catch (SocketException error)
            {
                throw new ListenException($"cannot listen on {address} (UDP): {error.Message}", error);
            }

            opened.Add(group[^1]);
            bound = group[0].LocalAddress; // with port 0 the first one's choice is the port of all
        }

        return group.MoveToImmutable();
    }

    /// <summary>A socket that shares its port is given a part of the datagrams of any other that does: nobody else may have it.</summary>
    private static void CheckFree(IPEndPoint address)
    {
        try
        {
            using var probe = new Socket(address.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                probe.DualMode = false;
            probe.Bind(address);
        }
        catch (SocketException error)
        {
            throw new ListenException($"cannot listen on {address} (UDP): {error.Message}", error);
        }
    }

    private static IpfixTcpReceiver<TSink> ListenTcp(
        ImmutableArray<IPEndPoint> addresses, ExporterRegistry exporters, TickGate gate, TSink sink, TimeProvider time, StreamRecorder? recorder)
    {
        try
        {
            return new IpfixTcpReceiver<TSink>(addresses, exporters, gate, sink, time, recorder);
        }
        catch (SocketException error)
        {
            throw new ListenException($"cannot listen on {string.Join(", ", addresses)} (TCP): {error.Message}", error);
        }
    }

    private void Start(ThreadStart body, string name)
    {
        var thread = new Thread(body) { IsBackground = true, Name = name };
        _threads.Add(thread);
        thread.Start();
    }
}
