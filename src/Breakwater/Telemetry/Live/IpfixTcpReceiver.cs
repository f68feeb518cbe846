using System.Collections.Immutable;
using System.Net;
using System.Net.Sockets;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// A thread that takes IPFIX over TCP (RFC 7011 §10.4) from configured exporters and counts their records into its own shard. Connections are
/// bounded in number, and one that does not finish a message in time is dropped: nobody can hold a place by being slow. One whose exporter has
/// gone without a word is found by the kernel's keepalive, or gives way to the exporter's next one.
/// </summary>
internal sealed class IpfixTcpReceiver<TSink> : IDisposable
    where TSink : struct, IFlowSink
{
    private const int WaitMilliseconds = 100;

    /// <summary>After so long without a word the kernel asks whether the exporter is still there, so often, so many times: dead in 2 minutes.</summary>
    private const int KeepAliveSeconds = 60, KeepAliveIntervalSeconds = 15, KeepAliveCount = 4;

    private readonly ImmutableArray<Socket> _listeners;
    private readonly List<IpfixSession> _sessions = new(IpfixSession.Maximum);
    private readonly ExporterRegistry _exporters;
    private readonly TickGate _gate;
    private readonly TSink _sink;
    private readonly TimeProvider _time;
    private readonly StreamRecorder? _recorder;
    private readonly LibC.PollEntry[] _entries;
    private volatile bool _isStopped;

    /// <exception cref="SocketException">An address is not this machine's, or is in use.</exception>
    public IpfixTcpReceiver(IEnumerable<IPEndPoint> addresses, ExporterRegistry exporters, TickGate gate, TSink sink, TimeProvider time, StreamRecorder? recorder)
    {
        (_exporters, _gate, _sink, _time, _recorder) = (exporters, gate, sink, time, recorder);
        var listeners = new List<Socket>();
        try
        {
            foreach (var address in addresses)
                listeners.Add(Listen(address));
        }
        catch
        {
            listeners.ForEach(static listener => listener.Dispose());
            throw;
        }

        _listeners = [.. listeners];
        _entries = new LibC.PollEntry[_listeners.Length + IpfixSession.Maximum];
    }

    /// <summary>Where the messages went. Stable while the gate is closed.</summary>
    public ReceiveCounts Counts { get; } = new();

    /// <summary>Connections turned away because there were too many.</summary>
    public long RefusedSessions { get; private set; }

    /// <summary>Connections that were dropped: too slow, no IPFIX, or idle when the exporter's places were taken.</summary>
    public long DroppedSessions { get; private set; }

    public IEnumerable<IPEndPoint> LocalAddresses => _listeners.Select(static listener => (IPEndPoint)listener.LocalEndPoint!);

    /// <summary>The body of the thread: until <see cref="Stop"/>.</summary>
    public unsafe void Run()
    {
        while (!_isStopped)
        {
            var count = Prepare();
            int ready;
            fixed (LibC.PollEntry* entries = _entries)
                ready = LibC.Poll(entries, (nuint)count, WaitMilliseconds);
            if (ready > 0)
                Serve();
            DropSlow();
        }
    }

    public void Stop() => _isStopped = true;

    public void Dispose()
    {
        foreach (var listener in _listeners)
            listener.Dispose();
        foreach (var session in _sessions)
            session.Dispose();
        _sessions.Clear();
    }

    private static Socket Listen(IPEndPoint address)
    {
        var listener = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { Blocking = false };
        try
        {
            if (address.AddressFamily == AddressFamily.InterNetworkV6)
                listener.DualMode = false;
            // Raw: .NET's ReuseAddress sets SO_REUSEPORT too, and another process could then take half of the connections.
            listener.SetRawSocketOption(LibC.SocketLevel, LibC.ReuseAddress, BitConverter.GetBytes(1));
            listener.Bind(address);
            listener.Listen(IpfixSession.Maximum);
            return listener;
        }
        catch
        {
            listener.Dispose();
            throw;
        }
    }

    private int Prepare()
    {
        var count = 0;
        foreach (var listener in _listeners)
            _entries[count++] = new LibC.PollEntry { Descriptor = (int)listener.Handle, Events = LibC.PollIn };
        foreach (var session in _sessions)
            _entries[count++] = new LibC.PollEntry { Descriptor = (int)session.Socket.Handle, Events = LibC.PollIn };
        return count;
    }

    private void Serve()
    {
        // Backwards: a session that ends leaves the places before it as they were polled.
        for (var index = _sessions.Count - 1; index >= 0; index--)
        {
            if (_entries[_listeners.Length + index].Returned != 0 && !Read(_sessions[index]))
                End(index);
        }

        for (var index = 0; index < _listeners.Length; index++)
        {
            if (_entries[index].Returned != 0)
                Accept(_listeners[index]);
        }
    }

    private void Accept(Socket listener)
    {
        Socket connection;
        try
        {
            connection = listener.Accept();
        }
        catch (SocketException)
        {
            return; // it has gone away again
        }

        connection.Blocking = false;
        var source = SourceOf(connection, out var port);
        if (_exporters.Find(source) is not { } exporter)
        {
            connection.Dispose();
            var received = _gate.Enter();
            Counts.Ignore(source, received);
            _gate.Leave();
            return;
        }

        if (!HasPlace(exporter) || !TryKeepAlive(connection))
        {
            RefusedSessions++;
            connection.Dispose();
            return;
        }

        _sessions.Add(new IpfixSession(connection, exporter) { Port = port, ReadTimestamp = _time.GetTimestamp() });
    }

    /// <summary>Makes place by ending the exporter's longest idle connection when it has as many as it may.</summary>
    private bool HasPlace(LiveExporter exporter)
    {
        if (_sessions.Count(session => session.Exporter == exporter) >= IpfixSession.MaximumPerExporter)
        {
            var idle = _sessions.Index().Where(entry => entry.Item.Exporter == exporter).MinBy(static entry => entry.Item.ReadTimestamp);
            if (_time.GetElapsedTime(idle.Item.ReadTimestamp) < IpfixSession.ShortestIdle)
                return false;
            DroppedSessions++;
            End(idle.Index);
        }

        return _sessions.Count < IpfixSession.Maximum;
    }

    private static bool TryKeepAlive(Socket connection)
    {
        try
        {
            connection.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            connection.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, KeepAliveSeconds);
            connection.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, KeepAliveIntervalSeconds);
            connection.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, KeepAliveCount);
            return true;
        }
        catch (SocketException)
        {
            return false; // it has gone away again
        }
    }

    private static Address SourceOf(Socket connection, out ushort port)
    {
        port = 0;
        try
        {
            Span<byte> octets = stackalloc byte[16];
            var remote = (IPEndPoint)connection.RemoteEndPoint!;
            port = (ushort)remote.Port;
            remote.Address.TryWriteBytes(octets, out var length);
            return Address.TryRead(octets[..length], out var source) ? source : default;
        }
        catch (SocketException)
        {
            return default;
        }
    }

    /// <summary>False when the session is over.</summary>
    private bool Read(IpfixSession session)
    {
        session.ReadTimestamp = _time.GetTimestamp();
        if (!session.IsWithinMessage)
            session.MessageTimestamp = session.ReadTimestamp;
        var isOpen = session.Fill();
        var received = _gate.Enter();
        try
        {
            bool isBroken;
            while (session.TryTake(out var message, out isBroken))
            {
                session.MessageTimestamp = _time.GetTimestamp();
                DecodeError error;
                lock (session.Exporter.Gate)
                {
                    _recorder?.WriteOfStream(session.Exporter.Entry.Address, session.Port, message, received);
                    error = session.Exporter.DecodeSession(session.State, message, received, _sink);
                }

                Counts.Count(error);
            }

            if (isBroken)
            {
                Counts.Count(DecodeError.BadVersion);
                DroppedSessions++;
            }

            return isOpen && !isBroken;
        }
        finally
        {
            _gate.Leave();
        }
    }

    private void DropSlow()
    {
        for (var index = _sessions.Count - 1; index >= 0; index--)
        {
            var session = _sessions[index];
            // One that was taken off the list at a reload is not waited for either.
            var isStranger = _exporters.Find(session.Exporter.Entry.Address) != session.Exporter;
            var isSlow = session.IsWithinMessage && _time.GetElapsedTime(session.MessageTimestamp) > IpfixSession.SlowestMessage;
            if (!isSlow && !isStranger)
                continue;
            DroppedSessions++;
            End(index);
        }
    }

    private void End(int index)
    {
        var session = _sessions[index];
        _sessions.RemoveAt(index);
        // What still waits for a template will never be read.
        lock (session.Exporter.Gate)
            session.Exporter.EndSession(session.State, _sink);
        session.Dispose();
    }
}
