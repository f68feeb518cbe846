using Breakwater.Live;
using Breakwater.Telemetry;
using Breakwater.Telemetry.Live;

namespace Breakwater.Top;

/// <summary>Reads a log for the view in a thread of its own: to its end, or on and on. Counting and showing take turns.</summary>
internal sealed class TopReader : IDisposable
{
    private const int LineBytes = LiveLogLimits.LineBytes;

    private readonly LogSource _source;
    private readonly TimeProvider _time;
    private readonly Thread _thread;
    private readonly InputFile? _file;
    private readonly LogIntake? _intake;
    private volatile bool _isStopped, _isDone;
    private volatile string? _fault;

    /// <summary>A file or standard input, read to its end.</summary>
    /// <param name="tally">Counts; lock it to look.</param>
    /// <param name="source">How its lines are written.</param>
    /// <param name="file">The file, which is disposed here.</param>
    /// <param name="time">The clock.</param>
    public TopReader(TopTally tally, LogSource source, InputFile file, TimeProvider time)
    {
        (Tally, _source, _file, _time) = (tally, source, file, time);
        _thread = new Thread(ReadFile) { IsBackground = true, Name = "read" };
    }

    /// <summary>A file that is followed.</summary>
    /// <inheritdoc cref="TopReader(TopTally, LogSource, InputFile, TimeProvider)"/>
    public TopReader(TopTally tally, LogSource source, TimeProvider time)
    {
        (Tally, _source, _time) = (tally, source, time);
        _intake = new LogIntake([source], null, Take, time);
        _thread = new Thread(Follow) { IsBackground = true, Name = "follow" };
    }

    public TopTally Tally { get; }

    /// <summary>The end was reached.</summary>
    public bool IsDone => _isDone;

    /// <summary>Why reading ended early, or cannot begin; null: it did not.</summary>
    public string? Fault => _fault;

    /// <summary>How far it is.</summary>
    public string Note
    {
        get
        {
            if (_intake is not null)
                return _fault ?? (_isBehind ? "reading what is there" : "following");
            if (_isDone)
                return "all read";
            return _file!.LengthBytes is > 0 and { } length ? $"{TopFormat.Share(_file.BytesRead, length)} read" : "reading";
        }
    }

    private volatile bool _isBehind = true;

    public void Start() => _thread.Start();

    public void Dispose()
    {
        _isStopped = true;
        // A pipe that nobody writes to is not waited for.
        if (_thread.Join(TimeSpan.FromSeconds(1)))
        {
            _file?.Dispose();
            _intake?.Dispose();
        }
    }

    private void Follow()
    {
        while (!_isStopped)
        {
            _intake!.Round();
            _fault = _intake.States[0].Fault;
            var now = (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;
            _isBehind = _intake.CaughtUpNanoseconds < now - 1_000_000_000;
            lock (Tally)
            {
                // A log with times of long ago, or of another zone, is judged by its lines alone.
                if (!_isBehind && Tally.NewestSecond is { } newest && Math.Abs((now / 1_000_000_000) - newest) < 120)
                    Tally.PassTo(now / 1_000_000_000);
            }
        }
    }

    private void Take(LogStream stream, ReadOnlySpan<byte> lines)
    {
        lock (Tally)
            Tally.Take((WebLog)(stream.Reader ??= Tally.OpenLog(stream.Source)), lines);
    }

    private void ReadFile()
    {
        try
        {
            ReadLines(_file!.Content, new LogStream(0, _source, _source.Name));
        }
        catch (Exception error) when (error is IOException or InvalidDataException or UnauthorizedAccessException)
        {
            _fault = error.Message;
        }

        _isDone = true;
    }

    /// <summary>Whole lines, as many as have come; one that is too long is passed over.</summary>
    private void ReadLines(Stream content, LogStream stream)
    {
        var buffer = new byte[LiveLogLimits.ChunkBytes];
        var (end, isInsideLongLine) = (0, false);
        while (!_isStopped)
        {
            var count = content.Read(buffer, end, buffer.Length - 1 - end);
            end += count;
            if (count == 0 && end > 0)
                buffer[end++] = (byte)'\n';
            var last = buffer.AsSpan(0, end).LastIndexOf((byte)'\n') + 1;
            var first = isInsideLongLine ? buffer.AsSpan(0, end).IndexOf((byte)'\n') + 1 : 0;
            if (last > first)
                Take(stream, buffer.AsSpan(first, last - first));
            isInsideLongLine &= last == 0;
            if (last == 0 && end > LineBytes)
                (isInsideLongLine, last) = (true, end);
            buffer.AsSpan(last, end - last).CopyTo(buffer);
            end -= last;
            if (count == 0)
                return;
        }
    }
}
