namespace Breakwater.Telemetry.Live;

/// <summary>
/// Writes what came of logs beside the telemetry's recording, so that it runs again. Who reads logs never waits for the disk: what does not fit is
/// left out and counted, and then the recording is not whole. The first failure of the disk ends it, and nothing else.
/// </summary>
internal sealed class LineRecorder : IDisposable
{
    /// <summary>Octets that may wait for the disk, twice.</summary>
    public const int MaximumWaitingBytes = 32 * 1024 * 1024;

    private const int FlushMilliseconds = 100;

    private readonly Lock _lock = new();
    private readonly RecordingFile _file;
    private readonly ManualResetEventSlim _stop = new(initialState: false, spinCount: 0);
    private readonly Thread _writer;
    private MemoryStream _filling = new(), _written = new();
    private long _dropped;
    private volatile string? _failure;

    /// <exception cref="IOException">The file cannot be made.</exception>
    /// <exception cref="UnauthorizedAccessException">It must not be made.</exception>
    public LineRecorder(string path)
    {
        _file = RecordingFile.Create(path);
        _writer = new Thread(Run) { IsBackground = true, Name = "record logs" };
        _writer.Start();
    }

    /// <summary>Records left out because the disk was too slow, or gone.</summary>
    public long Dropped => Interlocked.Read(ref _dropped);

    /// <summary>Why nothing is recorded any more; null while it is.</summary>
    public string? Failure => _failure;

    public void Write(LineRecordKind kind, int log = 0, long value = 0, ReadOnlySpan<byte> octets = default)
    {
        lock (_lock)
        {
            if (_failure is not null || _filling.Length + LineRecord.HeaderBytes + octets.Length > MaximumWaitingBytes)
                Interlocked.Increment(ref _dropped);
            else
                new LineRecord(kind, log, value, octets).WriteTo(_filling);
        }
    }

    /// <summary>Writes what waits, and closes the file.</summary>
    public void Dispose()
    {
        _stop.Set();
        _writer.Join();
        _stop.Dispose();
        _file.Dispose();
        _filling.Dispose();
        _written.Dispose();
    }

    private void Run()
    {
        bool isStopped;
        do
        {
            isStopped = _stop.Wait(FlushMilliseconds);
            try
            {
                Flush();
            }
            catch (Exception error) when (error is IOException or UnauthorizedAccessException)
            {
                _failure = error.Message;
                Interlocked.Increment(ref _dropped);
                return;
            }
        }
        while (!isStopped);
    }

    private void Flush()
    {
        lock (_lock)
            (_filling, _written) = (_written, _filling);
        if (_written.Length > 0)
            _file.Append(_written.GetBuffer().AsSpan(0, (int)_written.Length));
        _written.SetLength(0);
    }
}
