using System.Collections.Frozen;
using System.Collections.Immutable;
using Breakwater.Wire;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// A thread that takes datagrams from its sockets, decodes them and counts their records into its own shard, in place. Nothing is allocated per
/// record or datagram.
/// </summary>
internal sealed class DatagramReceiver<TSink>(
    ImmutableArray<DatagramSocket> sockets, ExporterRegistry exporters, TickGate gate, TSink sink, StreamRecorder? recorder = null) : IDisposable
    where TSink : struct, IFlowSink
{
    /// <summary>How soon a stop is noticed.</summary>
    private const int WaitMilliseconds = 100;

    /// <summary>
    /// With less than a whole batch the sockets are empty, and so long, a third of a tick, is waited for more: waking up to cold caches costs as much as decoding hundreds of records. Waiting longer
    /// costs the tick what it saves here: the newest records still stand in the cache of this core then, and not of its.
    /// </summary>
    private const long MostWaitNanoseconds = 33_000_000;

    /// <summary>So long before the end of a tick the sockets are emptied once more; what comes after it counts in the next.</summary>
    private const long BeforeTickNanoseconds = 500_000;

    private readonly ReceiveBatch _batch = new();
    private readonly long _mostWait = Math.Min(MostWaitNanoseconds, sockets.Min(static socket => socket.HalfFilledNanoseconds));
    private readonly LibC.PollEntry[] _entries = [.. sockets.Select(static socket => new LibC.PollEntry { Descriptor = socket.Descriptor, Events = LibC.PollIn })];
    private FrozenDictionary<Address, LiveExporter>? _table;
    private Address _source;
    private LiveExporter? _exporter;
    private volatile bool _isStopped;

    /// <summary>Where the datagrams went. Stable while the gate is closed.</summary>
    public ReceiveCounts Counts { get; } = new();

    /// <summary>The body of the thread: until <see cref="Stop"/>.</summary>
    public void Run()
    {
        var isWoken = false;
        while (!_isStopped)
        {
            var most = 0;
            for (var index = 0; index < _entries.Length; index++)
                most = Math.Max(most, Receive(index));
            if (most == 0 && !isWoken)
            {
                isWoken = Wait();
                continue;
            }

            // A socket that says that there is something, and gives nothing, must not take all of a core.
            isWoken = false;
            if (most < ReceiveBatch.Capacity)
                Coalesce();
        }
    }

    /// <summary>Until a datagram is there; false when it stops before that.</summary>
    private unsafe bool Wait()
    {
        var ready = 0;
        fixed (LibC.PollEntry* entries = _entries)
        {
            while (!_isStopped && ready == 0)
                ready = LibC.Poll(entries, (nuint)_entries.Length, WaitMilliseconds);
        }

        return ready != 0;
    }

    /// <summary>Takes one batch from a socket, if there is one.</summary>
    internal int Receive(int index)
    {
        var count = _batch.Receive(sockets[index].Descriptor);
        if (count == 0)
            return 0;
        var received = gate.Enter();
        try
        {
            for (var datagram = 0; datagram < count; datagram++)
                Take(datagram, received);
        }
        finally
        {
            gate.Leave();
        }

        return count;
    }

    /// <summary>Counts what the kernel has dropped since the last time. Only while the gate is closed.</summary>
    public void CountDrops()
    {
        foreach (var socket in sockets)
            Counts.KernelDrops += socket.NewDrops();
    }

    public void Stop() => _isStopped = true;

    public void Dispose() => _batch.Dispose();

    private void Take(int datagram, long received)
    {
        if (!_batch.TrySource(datagram, out var source, out var port) || Find(source) is not { } exporter)
        {
            Counts.Ignore(source, received);
            return;
        }

        DecodeError error;
        lock (exporter.Gate)
        {
            // In the order in which it is decoded: templates before their data.
            recorder?.Write(source, port, _batch.Payload(datagram), received);
            error = exporter.Decode(_batch.Payload(datagram), received, sink);
        }

        Counts.Count(_batch.IsTruncated(datagram) ? DecodeError.Truncated : error);
    }

    /// <summary>Most often the exporter of the datagram before.</summary>
    private LiveExporter? Find(Address source)
    {
        var table = exporters.ByAddress;
        if (table != _table || source != _source)
            (_table, _source, _exporter) = (table, source, table.GetValueOrDefault(source));
        return _exporter;
    }

    /// <summary>How long the sockets are left alone, nanoseconds, when they are empty now.</summary>
    internal long WaitNanoseconds => gate.LeftNanoseconds - BeforeTickNanoseconds is > 0 and var left ? Math.Min(left, _mostWait) : _mostWait;

    private unsafe void Coalesce()
    {
        var time = new LibC.TimeSpecification { Nanoseconds = WaitNanoseconds };
        _ = LibC.Sleep(&time, null);
    }
}
