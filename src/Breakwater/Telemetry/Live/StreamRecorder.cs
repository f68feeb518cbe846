using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Breakwater.Wire;
using Breakwater.Wire.Packet;
using Breakwater.Wire.Pcap;

namespace Breakwater.Telemetry.Live;

/// <summary>
/// Writes what the exporters sent into captures that <c>analyze</c> reads, with the times of arrival that the engine gave: the same ticks follow
/// from them. Control events stand beside it as JSON lines. Receivers never wait for the disk: what does not fit into a buffer is left out
/// and counted. The first failure of the disk ends the recording, and nothing else.
/// </summary>
internal sealed class StreamRecorder : IDisposable
{
    /// <summary>
    /// Octets that may wait for the disk, twice: one buffer is filled while the other one is written. What a socket's buffer holds of small datagrams after a pause finds room in one.
    /// </summary>
    public const int MaximumWaitingBytes = 32 * 1024 * 1024;

    /// <summary>A capture that is longer goes on in a further one.</summary>
    public const long MaximumFileBytes = 1L << 30;

    /// <summary>Control events that may wait for the disk.</summary>
    public const int MaximumWaitingEvents = 1000;

    /// <summary>The control event of the first message that came over TCP.</summary>
    public const string StreamsKind = "streams";

    private const int FrameOverheadBytes = 14 + 40 + 8 + 16;
    private const int FlushMilliseconds = 200;

    private static readonly Address _collector4 = Address.Parse("127.0.0.1"), _collector6 = Address.Parse("::1");

    private readonly string _folder, _name;
    private readonly Lock _lock = new();
    private readonly byte[] _frame = new byte[ushort.MaxValue + 128];
    // The writer need not wait any longer: a buffer is half full, or this is the end.
    private readonly ManualResetEventSlim _isDue = new(initialState: false, spinCount: 0);
    private readonly Thread _writer;
    private readonly RecordingFile _control;
    private readonly long _maximumFileBytes;
    private Waiting _filling = new(), _written = new();
    private RecordingFile _file;
    private int _files;
    private long _dropped, _datagrams;
    private int _hasStreams;
    private volatile string? _failure;
    private volatile bool _isStopped;

    /// <param name="folder">Made when it is not there.</param>
    /// <param name="started">The engine's time at the start: part of the names.</param>
    /// <param name="maximumFileBytes">A capture that is longer goes on in a further one.</param>
    /// <exception cref="IOException">The folder or its files cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">The folder or its files must not be made.</exception>
    public StreamRecorder(string folder, DateTimeOffset started, long maximumFileBytes = MaximumFileBytes)
    {
        RecordingFile.MakeFolder(folder);
        (_folder, _name) = (folder, started.UtcDateTime.ToString("yyyyMMdd'T'HHmmss", CultureInfo.InvariantCulture));
        _maximumFileBytes = maximumFileBytes;
        _control = RecordingFile.Create(Path.Combine(folder, $"control-{_name}.jsonl"));
        try
        {
            _file = NextFile();
        }
        catch
        {
            _control.Dispose();
            throw;
        }

        _writer = new Thread(Run) { IsBackground = true, Name = "record" };
        _writer.Start();
    }

    /// <summary>Datagrams and events left out because the disk was too slow, or gone.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Where the run's report belongs.</summary>
    public string ReportPath => Path.Combine(_folder, $"verdicts-{_name}.json");

    /// <summary>Where the control events stand.</summary>
    public string ControlPath => Path.Combine(_folder, $"control-{_name}.jsonl");

    /// <summary>Why nothing is recorded any more; null while it is.</summary>
    public string? Failure => _failure;

    /// <summary>Records one datagram or message of an exporter.</summary>
    public void Write(Address source, ushort port, ReadOnlySpan<byte> datagram, long receivedNanoseconds)
    {
        lock (_lock)
        {
            var hasRoom = _filling.Stream.Position + datagram.Length + FrameOverheadBytes <= MaximumWaitingBytes;
            if (_failure is not null || !hasRoom || !TryFrame(source, port, datagram, out var length))
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            _filling.Writer.Write(_frame.AsSpan(0, length), length, receivedNanoseconds);
            _filling.Datagrams++;
            _datagrams++;
            if (_filling.Stream.Position > MaximumWaitingBytes / 2 && !_isDue.IsSet)
                _isDue.Set();
        }
    }

    /// <summary>
    /// Records a message of a TCP session. Sessions are not told apart in the recording, which is noted once: it does not hold all that verdicts follow from.
    /// </summary>
    public void WriteOfStream(Address source, ushort port, ReadOnlySpan<byte> message, long receivedNanoseconds)
    {
        if (Interlocked.Exchange(ref _hasStreams, 1) == 0)
            Note(receivedNanoseconds, StreamsKind);
        Write(source, port, message, receivedNanoseconds);
    }

    /// <summary>Records a control event: something besides records that changes verdicts. It stands after the datagrams recorded so far.</summary>
    /// <param name="nanoseconds">Begin of the tick in which it takes effect.</param>
    /// <param name="kind">What happens.</param>
    /// <param name="data">All that a replay needs to do the same.</param>
    public void Note(long nanoseconds, string kind, JsonNode? data = null)
    {
        lock (_lock)
        {
            if (_failure is not null || _filling.Events.Count >= MaximumWaitingEvents)
            {
                Interlocked.Increment(ref _dropped);
                return;
            }

            var line = new JsonObject { ["atNanoseconds"] = nanoseconds, ["datagrams"] = _datagrams, ["kind"] = kind, ["data"] = data };
            _filling.Events.Add(line.ToJsonString());
        }
    }

    /// <summary>Writes what waits, and closes the files.</summary>
    public void Dispose()
    {
        _isStopped = true;
        _isDue.Set();
        _writer.Join();
        _isDue.Dispose();
        _file.Dispose();
        _control.Dispose();
        _filling.Dispose();
        _written.Dispose();
    }

    private RecordingFile NextFile()
    {
        var name = _files == 0 ? $"telemetry-{_name}.pcap" : string.Create(CultureInfo.InvariantCulture, $"telemetry-{_name}-{_files}.pcap");
        _files++;
        var path = Path.Combine(_folder, name);
        using var header = new MemoryStream();
        _ = new PcapWriter(header, LinkType.Ethernet, nanoseconds: true);
        var file = RecordingFile.Create(path);
        try
        {
            file.Append(header.GetBuffer().AsSpan(0, (int)header.Length));
            return file;
        }
        catch
        {
            file.Dispose();
            File.Delete(path); // an empty file is no capture
            throw;
        }
    }

    /// <summary>A frame with the port that its format is recognised by.</summary>
    private bool TryFrame(Address source, ushort port, ReadOnlySpan<byte> datagram, out int length)
    {
        var writer = new PacketWriter(_frame);
        writer.Ethernet(0x02_00_00_00_00_02, 0x02_00_00_00_00_01);
        writer.Ip(new IpHeader(source, source.IsIPv4 ? _collector4 : _collector6) { TimeToLive = 1 });
        writer.Udp(port, TelemetryRecognition.ByVersion(datagram) switch { InputKind.Sflow => 6343, InputKind.Ipfix => 4739, _ => 2055 });
        writer.Payload(datagram);
        return writer.TryFinish(out length);
    }

    private void Run()
    {
        bool isStopped;
        do
        {
            _isDue.Wait(FlushMilliseconds);
            _isDue.Reset();
            isStopped = _isStopped;
            try
            {
                Flush();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                Fail(error.Message);
                return;
            }
        }
        while (!isStopped);
    }

    private void Flush()
    {
        lock (_lock)
            (_filling, _written) = (_written, _filling);
        if (_file.Length > _maximumFileBytes)
        {
            var next = NextFile();
            _file.Dispose();
            _file = next;
        }

        if (_written.Datagrams > 0)
            _file.Append(_written.Stream.GetBuffer().AsSpan(0, (int)_written.Stream.Position));
        _written.Datagrams = 0;
        _written.Stream.Position = 0;
        if (_written.Events.Count > 0)
            _control.Append(Encoding.UTF8.GetBytes(string.Concat(_written.Events.Select(static line => line + "\n"))));
        _written.Events.Clear();
    }

    /// <summary>Nothing more is recorded: a capture with a gap in it would be taken for the whole.</summary>
    private void Fail(string reason)
    {
        lock (_lock)
        {
            Interlocked.Add(ref _dropped, _written.Datagrams + _written.Events.Count + _filling.Datagrams + _filling.Events.Count);
            _failure = reason;
        }
    }

    /// <summary>What waits for the disk.</summary>
    private sealed class Waiting : IDisposable
    {
        public Waiting()
        {
            Writer = new PcapWriter(Stream, LinkType.Ethernet, nanoseconds: true);
            Stream.Position = 0; // the file has the header
        }

        public MemoryStream Stream { get; } = new(new byte[MaximumWaitingBytes], 0, MaximumWaitingBytes, writable: true, publiclyVisible: true);

        public PcapWriter Writer { get; }

        /// <summary>Datagrams in the stream.</summary>
        public int Datagrams { get; set; }

        /// <summary>Control events, each a line.</summary>
        public List<string> Events { get; } = [];

        public void Dispose() => Stream.Dispose();
    }
}
