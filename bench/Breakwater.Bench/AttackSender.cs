using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Breakwater.Bench.Workloads;
using Breakwater.Wire;
using Breakwater.Wire.Ipfix;
using Breakwater.Wire.NetFlow;
using Breakwater.Wire.Sflow;

namespace Breakwater.Bench;

/// <summary>
/// Tells collectors on this machine of attacks, one after the other: <c>attacks sflow|netflow9 PORT,PORT COUNT</c>. Two exporters send the same
/// datagrams to every port: one tells quiet traffic (50 datagrams/s of four records), the other 4 s of 100,000 packets/s of DNS replies towards one host,
/// each time in another network 10.N.100.0/24, N from 10 on: hosts of one /16 that are attacked one after the other would be one carpet. sFlow samples 1 in 1000 packets with random skips; NetFlow v9 tells flows of 1000 packets at random times.
/// Prints each target with the time of its first datagram. Loopback alone; export datagrams alone: there are no such packets.
/// </summary>
internal sealed class AttackSender : IDisposable
{
    /// <summary>Most attacks of a run: it ends within five minutes.</summary>
    private const int MaximumCount = 50;

    private const double AttackSeconds = 4;
    private const double PacketsPerSecond = 100_000;
    private const uint Sampling = 1000;
    private const int FrameBytes = 512;
    private const int QuietDatagramsPerSecond = 50;
    private const int QuietRecords = 4;
    private const int TemplateEvery = 100;

    private static readonly FieldSpecifier[] _fields =
    [
        new(8, 0, 4), new(12, 0, 4), new(10, 0, 4), new(14, 0, 4), new(2, 0, 4), new(1, 0, 4), new(22, 0, 4),
        new(21, 0, 4), new(7, 0, 2), new(11, 0, 2), new(6, 0, 1), new(4, 0, 1), new(5, 0, 1), new(61, 0, 1),
    ];

    private readonly bool _isSflow;
    private readonly Socket[] _quiet, _attack;
    private readonly Stopwatch _watch = Stopwatch.StartNew();
    private readonly byte[] _buffer = new byte[2048];
    private readonly byte[] _frame = new byte[128];
    private Traffic _random = new(0x5EED);
    private Numbers _quietNumbers, _attackNumbers;
    private double _nextQuiet;

    private AttackSender(bool isSflow, int[] ports)
    {
        _isSflow = isSflow;
        _quiet = [.. ports.Select(static port => Connect("127.0.0.2", port))];
        _attack = [.. ports.Select(static port => Connect("127.0.0.1", port))];
    }

    /// <summary>What an exporter counts: datagrams, samples, and the packets they were chosen from.</summary>
    private struct Numbers
    {
        public uint Datagrams, Samples, Pool;
    }

    private double Now => _watch.Elapsed.TotalSeconds;

    public static int Execute(List<string> words)
    {
        if (words is not ["sflow" or "netflow9", var ports, var many] || !int.TryParse(many, NumberStyles.None, CultureInfo.InvariantCulture, out var count) || count is 0 or > MaximumCount)
        {
            Console.Error.WriteLine($"usage: attacks sflow|netflow9 PORT[,PORT] COUNT (at most {MaximumCount})");
            return 2;
        }

        using var sender = new AttackSender(words[0] == "sflow", [.. ports.Split(',').Select(static port => int.Parse(port, NumberStyles.None, CultureInfo.InvariantCulture))]);
        sender.Quiet(3);
        for (var number = 0; number < count; number++)
        {
            sender.Quiet(1.1 + (sender._random.Below(900) / 1000.0));
            sender.Attack(Network((sender._isSflow ? 0 : MaximumCount) + number) + 11);
        }

        sender.Quiet(2);
        return 0;
    }

    public void Dispose()
    {
        foreach (var socket in _quiet.Concat(_attack))
            socket.Dispose();
    }

    private void Quiet(double seconds)
    {
        var end = Now + seconds;
        while (Now < end)
            QuietUntil(end);
    }

    /// <summary>Quiet datagrams that are due before then, and waits until then.</summary>
    private void QuietUntil(double time)
    {
        while (_nextQuiet < time)
        {
            PacedSender.Pause(_nextQuiet - Now);
            Send(_quiet, ref _quietNumbers, QuietRecords, target: 0, 1);
            _nextQuiet += 1.0 / QuietDatagramsPerSecond;
        }

        PacedSender.Pause(time - Now);
    }

    private void Attack(uint target)
    {
        var begin = Now;
        var next = begin;
        var isFirst = true;
        while (next < begin + AttackSeconds)
        {
            QuietUntil(next);
            if (isFirst)
            {
                var time = (DateTimeOffset.UtcNow - DateTimeOffset.UnixEpoch).TotalSeconds;
                Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{time:F6} {Address.FromIPv4(target)}"));
                isFirst = false;
            }

            var skipped = Skip();
            Send(_attack, ref _attackNumbers, 1, target, skipped);
            next += skipped / PacketsPerSecond;
        }
    }

    /// <summary>Packets from one that is sampled to the next, each sampled with the same probability.</summary>
    private uint Skip()
    {
        var uniform = (_random.Next() >> 11) * (1.0 / (1UL << 53));
        return 1 + (uint)Math.Min(100 * Sampling, Math.Log(1 - uniform) / Math.Log(1 - (1.0 / Sampling)));
    }

    private void Send(Socket[] sockets, ref Numbers numbers, int records, uint target, uint skipped)
    {
        var isAttack = target != 0;
        if (!_isSflow && numbers.Datagrams % TemplateEvery == 0)
            SendAll(sockets, Flows(ref numbers, 0, target, isAttack));
        SendAll(sockets, _isSflow ? Samples(ref numbers, records, target, skipped) : Flows(ref numbers, records, target, isAttack));
    }

    private static void SendAll(Socket[] sockets, ReadOnlySpan<byte> datagram)
    {
        foreach (var socket in sockets)
        {
            try
            {
                socket.Send(datagram);
            }
            catch (SocketException error) when (error.SocketErrorCode == SocketError.ConnectionRefused)
            {
                // Nobody listens there: that datagram is gone, as on a network.
            }
        }
    }

    private ReadOnlySpan<byte> Samples(ref Numbers numbers, int records, uint target, uint skipped)
    {
        var writer = new SflowWriter(_buffer, new SflowDatagram { HasAgent = true, Agent = Address.FromIPv4(0xC0000201), SequenceNumber = ++numbers.Datagrams, UptimeMilliseconds = Uptime });
        var rate = target == 0 ? 1 : Sampling;
        for (var record = 0; record < records; record++)
        {
            numbers.Pool += skipped;
            writer.BeginFlowSample(new SflowFlowSample
            {
                SequenceNumber = ++numbers.Samples,
                Source = new SflowSource(0, target == 0 ? 2u : 1u),
                SamplingRate = rate,
                SamplePool = numbers.Pool,
                Input = new SflowInterface(SflowInterfaceFormat.Index, 1),
                Output = new SflowInterface(SflowInterfaceFormat.Index, 2),
            });
            Frame(target);
            writer.WriteRawHeader(1, FrameBytes, 4, _frame);
            writer.EndSample();
        }

        return _buffer.AsSpan(0, writer.Length);
    }

    /// <summary>The first octets of an Ethernet frame with UDP over IPv4.</summary>
    private void Frame(uint target)
    {
        var (source, destination, sourcePort, destinationPort) = Ends(target);
        ReadOnlySpan<byte> start = [2, 2, 2, 2, 2, 2, 4, 4, 4, 4, 4, 4, 8, 0, 0x45, 0, 1, 0xEE, 0, 0, 0, 0, 64, 17, 0, 0];
        start.CopyTo(_frame);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_frame.AsSpan(26), source);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt32BigEndian(_frame.AsSpan(30), destination);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(34), sourcePort);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(36), destinationPort);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt16BigEndian(_frame.AsSpan(38), FrameBytes - 18 - 20);
    }

    private ReadOnlySpan<byte> Flows(ref Numbers numbers, int records, uint target, bool isAttack)
    {
        var writer = new NetFlow9Writer(_buffer, Uptime, (uint)DateTimeOffset.UtcNow.ToUnixTimeSeconds(), numbers.Datagrams++, 1);
        if (records == 0)
        {
            writer.Template(256, _fields);
        }
        else
        {
            writer.BeginData(256);
            for (var record = 0; record < records; record++)
                Flow(ref writer, target, isAttack ? Sampling : 1);
            writer.EndSet();
        }

        return writer.TryFinish(out var datagram) ? datagram : throw new InvalidOperationException("a datagram that does not fit");
    }

    private void Flow(ref NetFlow9Writer writer, uint target, uint packets)
    {
        var (source, destination, sourcePort, destinationPort) = Ends(target);
        ulong[] values = [source, destination, 1, 2, packets, packets * FrameBytes, Uptime - 1000, Uptime - 10, sourcePort, destinationPort, 0, 17, 0, 0];
        for (var field = 0; field < _fields.Length; field++)
            writer.Integer(values[field], _fields[field].Length);
        writer.EndRecord();
    }

    private uint Uptime => 3_600_000 + (uint)_watch.ElapsedMilliseconds;

    /// <summary>Of an attack: replies of name servers everywhere. Otherwise clients of all networks.</summary>
    private (uint Source, uint Destination, ushort SourcePort, ushort DestinationPort) Ends(uint target)
    {
        var source = 0x2D000000 + _random.Below(1 << 26);
        return target != 0
            ? (source, target, (ushort)53, (ushort)_random.Below(1 << 16))
            : (source, Network((int)_random.Below(2 * MaximumCount)) + _random.Below(256), (ushort)(1024 + _random.Below(60_000)), (ushort)443);
    }

    /// <summary>The first address of a network: those of sFlow, then those of NetFlow.</summary>
    private static uint Network(int number) => 0x0A000000 | ((uint)(10 + number) << 16) | (100 << 8);

    private static Socket Connect(string from, int port)
    {
        var socket = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
        socket.Bind(new IPEndPoint(IPAddress.Parse(from), 0));
        socket.Connect(new IPEndPoint(IPAddress.Loopback, port));
        return socket;
    }
}
