using System.Buffers.Binary;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Runtime.InteropServices;
using Breakwater.Bench.Workloads;

namespace Breakwater.Bench;

/// <summary>
/// Sends export datagrams to a collector on this machine at a steady rate: <c>send FORMAT PORT[,PORT] RATE COUNT [EXPORTERS]</c>; with two ports
/// both get the same datagrams. Loopback addresses only, whatever is asked. Sequence numbers and times are right; the records of 48 MiB of
/// datagrams come again and again.
/// </summary>
internal static unsafe partial class PacedSender
{
    private const int BatchSize = 32;
    private const int TemplateEvery = 200;

    public static int Execute(List<string> words)
    {
        if (words is not [var format, var port, var rate, var count, .. var rest] || rest.Count > 1)
        {
            Console.Error.WriteLine("usage: send netflow9|ipfix|sflow PORT[,PORT] DATAGRAMS_PER_SECOND DATAGRAMS [EXPORTERS]");
            return 2;
        }

        var exporters = rest.Count == 0 ? 1 : Number(rest[0]);
        using var stream = new Stream(format, [.. port.Split(',').Select(Number)], exporters);
        var watch = Stopwatch.StartNew();
        var (sent, goal, perSecond) = (0L, Number(count), Number(rate));
        var batch = perSecond > 20_000 ? BatchSize : perSecond > 2_000 ? 8 : 1;
        while (sent < goal)
        {
            sent += stream.Send((int)Math.Min(batch, goal - sent));
            Pause(((double)sent / perSecond) - watch.Elapsed.TotalSeconds);
        }

        var seconds = watch.Elapsed.TotalSeconds;
        Console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{format} sent {sent} datagrams {stream.Records} records in {seconds:F3} s: {sent / seconds:F0} datagrams/s"));
        return 0;
    }

    private static int Number(string text) => int.Parse(text, NumberStyles.None, CultureInfo.InvariantCulture);

    internal static void Pause(double seconds)
    {
        if (seconds <= 0)
            return;
        var time = new TimeSpecification { Seconds = (long)seconds, Nanoseconds = (long)((seconds - (long)seconds) * 1e9) };
        _ = Sleep(&time, null);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct TimeSpecification
    {
        public long Seconds, Nanoseconds;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }

    /// <summary>struct mmsghdr of 64-bit Linux.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct Message
    {
        public void* Name;
        public uint NameLength;
        public IoVector* Vectors;
        public nuint VectorCount;
        public void* Control;
        public nuint ControlLength;
        public int Flags;
        public int Padding;
        public uint Length;
    }

    [LibraryImport("libc", EntryPoint = "sendmmsg", SetLastError = true)]
    private static partial int SendMessages(int descriptor, Message* messages, uint count, int flags);

    [LibraryImport("libc", EntryPoint = "nanosleep")]
    private static partial int Sleep(TimeSpecification* request, TimeSpecification* remaining);

    /// <summary>The datagrams of all exporters: each its own loopback address, sequence and templates.</summary>
    private sealed class Stream : IDisposable
    {
        private readonly string _format;
        private readonly Datagrams _datagrams;
        private readonly byte[]? _template;
        private readonly int[] _recordsOf;
        private readonly (Socket[] Sockets, uint Sequence, int Sent)[] _exporters;
        private readonly byte* _buffers = (byte*)NativeMemory.AllocZeroed(BatchSize, 2048);
        private readonly Message* _messages = (Message*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(Message));
        private readonly IoVector* _vectors = (IoVector*)NativeMemory.AllocZeroed(BatchSize, (nuint)sizeof(IoVector));
        private int _next, _turn;

        public Stream(string format, int[] ports, int exporters)
        {
            _format = format;
            (_datagrams, _template) = format switch
            {
                "netflow9" => Of(new ExportWorkload(format, null, isIpfix: false, Layouts.IPv4)),
                "ipfix" => Of(new ExportWorkload(format, null, isIpfix: true, Layouts.IpfixFixed)),
                "sflow" => (new SflowWorkload(format, isExpanded: false, isFlood: false).Datagrams, null),
                _ => throw new ArgumentException($"no format '{format}'", nameof(format)),
            };
            _recordsOf = [.. Enumerable.Range(0, _datagrams.Count).Select(index => RecordsIn(_datagrams[index]))];
            _exporters = [.. Enumerable.Range(1, exporters).Select(number => (ports.Select(port => Connect(number, port)).ToArray(), 1u, 0))];
        }

        public long Records { get; private set; }

        /// <summary>Sends a batch of one exporter; the next batch is the next one's.</summary>
        public int Send(int count)
        {
            ref var exporter = ref _exporters[_turn++ % _exporters.Length];
            for (var index = 0; index < count; index++)
            {
                var length = Fill(new Span<byte>(_buffers + (index * 2048), 2048), ref exporter.Sequence, _template is not null && exporter.Sent++ % TemplateEvery == 0);
                _vectors[index] = new IoVector { Base = _buffers + (index * 2048), Length = (nuint)length };
                _messages[index] = new Message { Vectors = _vectors + index, VectorCount = 1 };
            }

            foreach (var socket in exporter.Sockets)
            {
                for (var done = 0; done < count;)
                {
                    var sent = SendMessages((int)socket.Handle, _messages + done, (uint)(count - done), 0);
                    done += Math.Max(1, sent); // an error tells that nobody listens: that datagram is gone
                }
            }

            return count;
        }

        public void Dispose()
        {
            foreach (var socket in _exporters.SelectMany(static exporter => exporter.Sockets))
                socket.Dispose();
            NativeMemory.Free(_buffers);
            NativeMemory.Free(_messages);
            NativeMemory.Free(_vectors);
        }

        private static (Datagrams Datagrams, byte[] Template) Of(ExportWorkload workload) => (workload.Datagrams, workload.Template());

        private static Socket Connect(int number, int port)
        {
            var (from, to) = (IPAddress.Parse($"127.0.0.{number}"), new IPEndPoint(IPAddress.Loopback, port));
            if (!IPAddress.IsLoopback(from) || !IPAddress.IsLoopback(to.Address))
                throw new InvalidOperationException("this tool sends on loopback only");
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
            socket.Bind(new IPEndPoint(from, 0));
            socket.Connect(to);
            return socket;
        }

        private int RecordsIn(ReadOnlySpan<byte> datagram) => _format switch
        {
            "netflow9" => BinaryPrimitives.ReadUInt16BigEndian(datagram[2..]),
            "ipfix" => (BinaryPrimitives.ReadUInt16BigEndian(datagram[18..]) - 4) / Layouts.IpfixFixed.Sum(static field => field.Length),
            _ => 7,
        };

        private int Fill(Span<byte> buffer, ref uint sequence, bool isTemplate)
        {
            var number = _next;
            var datagram = isTemplate ? _template : _datagrams[number];
            datagram.CopyTo(buffer);
            var records = isTemplate ? 0 : _recordsOf[number];
            if (!isTemplate)
                _next = (_next + 1) % _datagrams.Count;
            Records += records;
            var (timeAt, sequenceAt) = _format switch { "netflow9" => (8, 12), "ipfix" => (4, 8), _ => (-1, 16) };
            if (timeAt >= 0)
                BinaryPrimitives.WriteUInt32BigEndian(buffer[timeAt..], (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds());
            BinaryPrimitives.WriteUInt32BigEndian(buffer[sequenceAt..], sequence);
            sequence += _format == "ipfix" ? (uint)records : 1;
            return datagram.Length;
        }
    }
}
